//! What a word of comparison was borne out of, held against the names in its sentence.
//!
//! variants, and those they were compared with + the text before and after a word ──▶ what is wrong with its names
//!
//! | word | its sentence, or cell |
//! |---|---|
//! | compares one variant with others | names that one before the word, others behind it, none besides, and at least one of them |
//! | says something of one variant | names it, and no other |
//! | is a verdict on a comparison | names its sides in any order, and no other |
//! | is a verdict on some of the comparisons | names one of these, besides |
//! | is the source's own | has *says* before the word |
//! | compares accuracies, losses or times | has that word if it has one of them (see `spoken`) |
//!
//! Invariants
//! - What leads an item (`- 2.4.2: …`) is its place in the document, and names the variant only if the sentence does not.
//! - In a cell without names, those of its row count.

use std::collections::BTreeSet;

use super::citation::Reference;
use super::measure::{Measure, Source};
use super::spread::Spread;
use super::{sentence, spoken};
use recount_engine::instance_name::{InstanceName, split};

/// Words that judge a comparison as a whole, which may name its sides in any order.
const VERDICTS: [&str; 4] = ["holds", "contradicted", "within noise", "beyond noise"];

/// Variants, and the variants that they are compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Compared {
    subjects: Vec<String>,
    others: Vec<String>,
    /// Whether it is the source that compares them.
    claimed: bool,
    /// Whether it is so of these others alone, so that one of them is to be named.
    partly: bool,
    /// What is compared of them, where that has a word (see `spoken`).
    quantity: Option<&'static str>,
}

impl Compared {
    /// Says that `subject` is compared with `others`, or with nothing but a figure.
    pub fn of<'n>(subject: &str, others: impl IntoIterator<Item = &'n str>) -> Self {
        let others = others.into_iter().map(str::to_owned).collect();
        Self { subjects: vec![subject.to_owned()], others, ..Self::default() }
    }

    /// Says that the source claims it.
    pub fn claimed(self) -> Self {
        Self { claimed: true, ..self }
    }

    /// Says that it is so of these others alone.
    pub fn partly(self) -> Self {
        Self { partly: true, ..self }
    }

    /// Says that the variant of one quantity is compared with that of another.
    pub fn of_spreads(left: &Spread, right: &Spread) -> Self {
        let variants = |spread: &Spread| spread.parts.first().map(variants_of).unwrap_or_default();
        let [subjects, others] = [left, right].map(|spread| variants(spread).into_iter().collect());
        let quantity = spoken::quantity(left).and_then(spoken::word_of);
        Self { subjects, others, quantity, ..Self::default() }
    }

    /// Says that each of several comparisons was made.
    pub fn of_each(each: &[Self]) -> Self {
        each.iter().fold(Self::default(), |mut all, one| {
            all.subjects.extend(one.subjects.iter().cloned());
            all.others.extend(one.others.iter().cloned());
            all.claimed |= one.claimed;
            all.partly |= one.partly;
            all
        })
    }

    /// Finds a result that is of others than those that were compared, among those in the sentence.
    pub fn foreign(&self, results: &[Reference]) -> Option<String> {
        let is_one = |name: &String| self.subjects.iter().chain(&self.others).any(|one| are_akin(one, name));
        let found = results.iter().find_map(|Reference { text, measure, .. }| {
            let name = variants_of(measure).into_iter().find(|name| !is_one(name))?;
            Some(format!("has `{text}`, which is of `{name}`"))
        });
        found.filter(|_| !self.subjects.is_empty())
    }
}

/// Finds the variants that a measure is of.
pub(super) fn variants_of(measure: &Measure) -> BTreeSet<String> {
    let of = |instance: &str| InstanceName::of(instance).variant().map(str::to_owned).into_iter().collect();
    match &measure.source {
        Source::Output { output, .. } | Source::Index { output, .. } => of(split(output).0),
        Source::Seed { instance } => of(instance),
        Source::Made { parts, .. } => parts.iter().flat_map(variants_of).collect(),
        Source::Parameter { .. } | Source::Quoted { .. } | Source::Constant(_) => BTreeSet::new(),
    }
}

/// Says whether one name is the other, or goes on behind it, as `1.3-as-run` does behind `1.3`.
pub(super) fn are_akin(one: &str, other: &str) -> bool {
    let goes_on = |long: &str, short: &str| {
        long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    goes_on(one, other) || goes_on(other, one)
}

/// Says what is wrong with the names around `word`, which `compared` bore out.
pub(super) fn misnamed(
    word: &str,
    compared: &Compared,
    [before, after]: [&str; 2],
    variants: &BTreeSet<String>,
) -> Option<String> {
    let Compared { subjects, others, claimed, partly, quantity } = compared;
    if subjects.is_empty() {
        return None;
    }
    let row = sentence::is_row(before);
    let (label, lead) = sentence::label(sentence::last(before, row));
    if *claimed && !lead.split(|symbol: char| !symbol.is_alphabetic()).any(|word| word == "says") {
        return Some("does not say that it is the source that `says` so".to_owned());
    }
    let rest = sentence::first(after, row);
    if let Some(quantity) = quantity
        && let Some(other) = spoken::instead_of(quantity, &[lead, rest])
    {
        return Some(format!("speaks of the {other}, where the {quantity} was compared"));
    }
    let names = |text: &str| sentence::names_in(text, variants);
    let [in_lead, in_rest] = [names(lead), names(rest)];
    if *partly && !row && !in_lead.iter().chain(&in_rest).any(|name| others.contains(name)) {
        return Some(format!("does not say of which: it is so of {}", told(others)));
    }
    let all: Vec<&String> = subjects.iter().chain(others).collect();
    let is_verdict = VERDICTS.contains(&word);
    if in_lead.is_empty() && in_rest.is_empty() {
        let around =
            if row { [names(before), names(after)].concat() } else { names(label.unwrap_or_default()) };
        return unnamed(subjects, others, &around, is_verdict || subjects.len() > 1, row);
    }
    if let Some(label) = names(label.unwrap_or_default()).first()
        && !subjects.contains(label)
        && !in_lead.iter().chain(&in_rest).any(|name| subjects.contains(name))
    {
        return Some(format!("is about `{label}`, and was borne out of {}", told(subjects)));
    }
    let directed = !others.is_empty() && subjects.len() == 1 && !is_verdict;
    let (may_lead, may_rest) = match directed {
        true => (subjects.iter().collect(), others.iter().collect()),
        false => (all.clone(), all),
    };
    let stray = |names: &[String], may: &[&String]| names.iter().find(|name| !may.contains(name)).cloned();
    if let Some(name) = stray(&in_lead, &may_lead) {
        return Some(format!("names `{name}` before it, where {} can stand", told(may_lead)));
    }
    if let Some(name) = stray(&in_rest, &may_rest) {
        return Some(format!("names `{name}` behind it, where {} can stand", told(may_rest)));
    }
    None
}

/// Says what is wrong with a sentence that names no variant, where `around` it some are named.
fn unnamed(
    subjects: &[String],
    others: &[String],
    around: &[String],
    any: bool,
    row: bool,
) -> Option<String> {
    let is_one = |name: &String| subjects.contains(name) || others.contains(name);
    if any && !row {
        return around.iter().find(|name| !is_one(name)).map(|name| format!("is about `{name}`"));
    }
    if around.iter().any(is_one) {
        return None;
    }
    let all: Vec<&String> = subjects.iter().chain(others).collect();
    Some(match all[..] {
        [one] => format!("does not name `{one}`"),
        _ => format!("names neither {}", told(all).replace(", ", " nor ")),
    })
}

fn told<'n>(names: impl IntoIterator<Item = &'n String>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(word: &str, compared: &[&str], before: &str, after: &str) -> Option<String> {
        let names = ["2.4.1", "2.4.2", "2.4.2-new", "wide"].map(str::to_owned).into();
        let compared = Compared::of(compared[0], compared[1..].iter().copied());
        misnamed(word, &compared, [before, after], &names)
    }

    #[test]
    fn each_side_stands_on_its_own_side_of_the_word() {
        let pair = ["2.4.2", "2.4.1"];
        for (before, after) in [
            ("2.4.2 is ", " than 2.4.1."),
            ("It is ", " than that of 2.4.1 by 7. 2.4.2-new is not."),
            ("Of 2.4.2-new more. With 2.4.2 it is ", "."),
            ("In section 2.4 it is ", " than 2.4.1"),
            ("- 2.4.1: the source says that 2.4.2 is ", " than 2.4.1"),
            ("- 2.4.2: it is ", "."),
            ("| 2.4.1 | 2.4.2 is ", " | 2.4.1 |"),
            ("| 2.4.2 | ", " |"),
        ] {
            assert_eq!(found("higher", &pair, before, after), None, "{before} … {after}");
        }
        for (before, after, what) in [
            ("2.4.1 is ", " than 2.4.2.", "names `2.4.1`"),
            ("It is ", " than that of 2.4.2.", "names `2.4.2`"),
            ("It is ", " than 2.4.1 and\n2.4.2-new.", "names `2.4.2-new`"),
            ("\u{E020}wide\u{E021} is ", " than 2.4.1.", "names `wide`"),
            ("- 2.4.2-new: it is ", " than 2.4.1.", "is about `2.4.2-new`"),
            ("- 2.4.2-new: it is ", ".", "names neither"),
            ("| 2.4.2-new | ", " |", "names neither"),
            ("A wide one is ", ".", "names neither `2.4.2` nor `2.4.1`"),
        ] {
            let told = found("higher", &pair, before, after).unwrap_or_default();
            assert!(told.starts_with(what), "{before} … {after}: {told}");
        }
    }

    #[test]
    fn what_is_said_of_one_names_it() {
        assert_eq!(found("falls", &["2.4.2"], "- 2.4.2: over all it ", "."), None);
        assert_eq!(found("most accurate", &["2.4.2"], "So 2.4.2 is the ", " of all."), None);
        for before in ["It ", "- 2.4.1: it ", "2.4.1 ", "- 2.4.2-new: 2.4.1 "] {
            assert!(found("falls", &["2.4.2"], before, ".").is_some(), "{before}");
        }
    }

    #[test]
    fn a_verdict_names_its_sides_in_any_order_and_no_other() {
        let pair = ["2.4.2", "2.4.1"];
        assert_eq!(found("holds", &pair, "This ", " against 2.4.1."), None);
        assert_eq!(found("holds", &pair, "At 7 (2.4.1) and 8 (2.4.2) this ", "."), None);
        assert_eq!(found("holds", &pair, "Here this ", "."), None);
        assert!(found("holds", &pair, "This ", " against 2.4.2-new.").is_some());
        assert!(found("holds", &pair, "| 2.4.2-new | 7 | ", " |").is_some());
        assert_eq!(found("holds", &pair, "| 2.4.2-new | 2.4.2 | ", " |"), None);
    }

    #[test]
    fn what_holds_against_some_is_said_of_them() {
        let names = ["2.4.1", "2.4.2", "2.4.3"].map(str::to_owned).into();
        let partly = Compared::of("2.4.2", ["2.4.1"]).partly();
        let found = |before: &str, after: &str| misnamed("holds", &partly, [before, after], &names);
        assert_eq!(found("This ", " against 2.4.1."), None);
        assert!(found("The claim on 2.4.2 ", ".").is_some());
        assert!(found("This ", " against 2.4.1 and 2.4.3.").is_some());
        assert_eq!(found("| 2.4.2 | ", " |"), None);
    }

    #[test]
    fn a_comparison_of_losses_is_none_of_accuracies() {
        let parts = |variant: &str| {
            let output = format!("evaluate[{variant},seed=1]/metrics.json");
            Spread::over(vec![Measure::real(&output, "/last/train_loss", 0.5)]).expect("it has a part")
        };
        let names = ["2.4.1", "2.4.2"].map(str::to_owned).into();
        let compared = Compared::of_spreads(&parts("2.4.2"), &parts("2.4.1"));
        let found = |before: &str| misnamed("lower", &compared, [before, " than that of 2.4.1."], &names);
        assert_eq!((found("The training loss is "), found("It is ")), (None, None));
        assert!(found("The accuracy is ").is_some());
    }

    #[test]
    fn what_the_source_says_is_said_to_be_the_sources() {
        let names = ["2.4.1", "2.4.2"].map(str::to_owned).into();
        let claimed = Compared::of("2.4.2", ["2.4.1"]).claimed();
        let found = |before: &str| misnamed("as accurate", &claimed, [before, " as 2.4.1."], &names);
        assert_eq!(found("The source says or suspects that 2.4.2 is "), None);
        assert!(found("2.4.2 is ").is_some());
        assert!(found("The source says much. 2.4.2 is ").is_some());
    }

    #[test]
    fn of_several_a_sentence_names_any() {
        let each = [Compared::of("2.4.1", []), Compared::of("2.4.2", [])];
        let names = ["2.4.1", "2.4.2", "wide"].map(str::to_owned).into();
        let found = |before: &str| misnamed("worse", &Compared::of_each(&each), [before, " than."], &names);
        assert_eq!((found("2.4.1 and 2.4.2 do "), found("All do ")), (None, None));
        assert!(found("\u{E020}wide\u{E021} does ").is_some());
    }
}
