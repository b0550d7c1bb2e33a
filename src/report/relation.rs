//! What the source document says besides its accuracies, in relations that a comparison can check.
//!
//! | relation | says of the variant | besides `variant` |
//! |---|---|---|
//! | `equal` | it is as accurate as each of `than` | `than` |
//! | `above`, `below` | it is more, less accurate than each | `than` |
//! | `highest_of` | it is the most accurate, ahead of each | `than` |
//! | `slower`, `faster` | it takes more, less time to train than each | `than` |
//! | `underfits` | it could learn more: its training loss ends above that of each | `than` |
//! | `overfits` | its validation loss ends above its training loss | – |
//! | `train_loss_near_zero` | its training loss ends near zero | – |
//! | `gap_above` | its losses end further apart than those of each | `than` |
//! | `gap_between` | its losses end as far apart as `values` say | `values` |
//! | `gap_negative_in` | its training loss ends above its validation loss in some repeats | `repeats` |
//! | `gap_always_positive` | its validation loss is above its training loss in every epoch | – |
//!
//! Accuracy is that of the best epoch; *ends* is at the last epoch; the gap is validation minus training loss.
//!
//! Invariants
//! - A statement has what its relation needs and nothing else; [`Statement::fault`] says what is amiss.

use serde::Deserialize;

use super::source::Figure;

/// Something that the document says and a comparison can check.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// What it says.
    pub relation: Relation,
    /// Of which variant.
    pub variant: String,
    /// Against which variants.
    #[serde(default)]
    pub than: Vec<String>,
    /// The lowest and the highest figure of [`Relation::GapBetween`], in nats.
    #[serde(default)]
    pub values: Vec<Figure>,
    /// How many of the document's repeats [`Relation::GapNegativeIn`] is about.
    pub repeats: Option<Repeats>,
}

/// Some of the document's repeats of an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeats {
    /// How many of them.
    pub some: u32,
    /// Of how many.
    pub of: u32,
}

/// What a statement says of a variant, and of those it is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Its accuracy equals theirs.
    Equal,
    /// Its accuracy is higher than each of theirs.
    Above,
    /// Its accuracy is lower than each of theirs.
    Below,
    /// Its accuracy is the highest of all.
    HighestOf,
    /// It takes longer to train than each of them.
    Slower,
    /// It takes less time to train than each of them.
    Faster,
    /// Its training loss ends above each of theirs.
    Underfits,
    /// Its validation loss ends above its training loss.
    Overfits,
    /// Its training loss ends near zero.
    TrainLossNearZero,
    /// Its losses end further apart than each of theirs.
    GapAbove,
    /// Its losses end as far apart as the document's figures say.
    GapBetween,
    /// Its training loss ends above its validation loss in so many of the repeats.
    GapNegativeIn,
    /// Its validation loss is above its training loss in every epoch.
    GapAlwaysPositive,
}

impl Relation {
    /// Gives the relation's name, as `source.yaml` and templates spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Above => "above",
            Self::Below => "below",
            Self::HighestOf => "highest_of",
            Self::Slower => "slower",
            Self::Faster => "faster",
            Self::Underfits => "underfits",
            Self::Overfits => "overfits",
            Self::TrainLossNearZero => "train_loss_near_zero",
            Self::GapAbove => "gap_above",
            Self::GapBetween => "gap_between",
            Self::GapNegativeIn => "gap_negative_in",
            Self::GapAlwaysPositive => "gap_always_positive",
        }
    }

    fn compares(self) -> bool {
        match self {
            Self::Equal
            | Self::Above
            | Self::Below
            | Self::HighestOf
            | Self::Slower
            | Self::Faster
            | Self::Underfits
            | Self::GapAbove => true,
            Self::Overfits
            | Self::TrainLossNearZero
            | Self::GapBetween
            | Self::GapNegativeIn
            | Self::GapAlwaysPositive => false,
        }
    }
}

impl Statement {
    /// Says what the statement lacks, or has without need; `None` if nothing.
    pub(super) fn fault(&self) -> Option<String> {
        let fault = |what: &str| Some(format!("`{}` on {} {what}", self.relation.name(), self.variant));
        let between = self.relation == Relation::GapBetween;
        let in_repeats = self.relation == Relation::GapNegativeIn;
        if self.relation.compares() && self.than.is_empty() {
            return fault("needs a `than`");
        }
        if !self.relation.compares() && !self.than.is_empty() {
            return fault("takes no `than`");
        }
        match &self.values[..] {
            [low, high] if between && low.value() <= high.value() => {}
            [] if !between => {}
            _ if between => return fault("needs the lower and the higher one as its `values`"),
            _ => return fault("takes no `values`"),
        }
        match self.repeats {
            Some(repeats) if in_repeats && (1..=repeats.of).contains(&repeats.some) => None,
            None if !in_repeats => None,
            _ if in_repeats => fault("needs `repeats`, such as { some: 2, of: 3 }"),
            _ => fault("takes no `repeats`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<String> {
        serde_yaml::from_str::<Statement>(text).expect("the statement reads").fault()
    }

    #[test]
    fn a_statement_has_what_its_relation_needs_and_nothing_else() {
        for sound in [
            "{ relation: above, variant: a, than: [b] }",
            "{ relation: overfits, variant: a }",
            "{ relation: gap_between, variant: a, values: ['0.08', '0.11'] }",
            "{ relation: gap_negative_in, variant: a, repeats: { some: 2, of: 3 } }",
        ] {
            assert_eq!(fault(sound), None, "{sound}");
        }
        for (unsound, expected) in [
            ("{ relation: faster, variant: a }", "`faster` on a needs a `than`"),
            ("{ relation: overfits, variant: a, than: [b] }", "`overfits` on a takes no `than`"),
            (
                "{ relation: gap_between, variant: a, values: ['0.11', '0.08'] }",
                "`gap_between` on a needs the lower and the higher one as its `values`",
            ),
            (
                "{ relation: above, variant: a, than: [b], values: ['0.11'] }",
                "`above` on a takes no `values`",
            ),
            (
                "{ relation: gap_negative_in, variant: a, repeats: { some: 4, of: 3 } }",
                "`gap_negative_in` on a needs `repeats`, such as { some: 2, of: 3 }",
            ),
            (
                "{ relation: overfits, variant: a, repeats: { some: 2, of: 3 } }",
                "`overfits` on a takes no `repeats`",
            ),
        ] {
            assert_eq!(fault(unsound).as_deref(), Some(expected), "{unsound}");
        }
    }

    #[test]
    fn a_relation_is_named_as_it_is_spelled() {
        for name in ["gap_always_positive", "train_loss_near_zero", "highest_of", "faster"] {
            let relation: Relation = serde_yaml::from_str(name).expect("the relation exists");
            assert_eq!(relation.name(), name);
        }
    }
}
