//! Claims and their readings as templates see them, with the words of comparison that each bears out.

use minijinja::{Value, context};

use super::claim::{Claim, Relation, Runs};
use super::figures::{quote, quote_figure};
use super::judge::{Reading, Verdict, is_decidable};
use crate::week3::comparative::Borne;
use crate::week3::compared::Compared;
use crate::week3::constant::Constant;
use crate::week3::measure::Measure;
use crate::week3::number::Number;
use crate::week3::spread::Spread;

impl Reading<'_> {
    /// Gives the words of comparison that the verdicts bear out, each with what it is said of: a verdict that is not that
    /// of the whole is said of the variants that it stands against.
    fn words(&self) -> Vec<(&'static str, Compared)> {
        let lies = self.lies.filter(|lies| matches!(*lies, "above" | "below"));
        let lies = lies.map(|lies| (lies, Compared::of(self.name, [])));
        let verdicts = [Verdict::Holds, Verdict::WithinNoise, Verdict::Contradicted];
        let verdicts = verdicts.into_iter().filter_map(|verdict| {
            let those = self.others.iter().filter(|(_, _, other)| *other == verdict);
            let compared = Compared::of(self.name, those.clone().map(|(name, ..)| *name));
            match (verdict == self.verdict, those.count()) {
                (true, _) => Some((verdict.word()?, compared)),
                (false, 0) => None,
                (false, _) => Some((verdict.word()?, compared.partly())),
            }
        });
        verdicts.chain(lies).collect()
    }

    /// Shows the reading of `claim` to a template.
    ///
    /// | name | is |
    /// |---|---|
    /// | `as_run` | whether executed twins stand in for the described variants |
    /// | `name`, `value` | the variant, and what it measured over its seeds |
    /// | `counted` | `some` and `all` of what was counted, or `none` |
    /// | `than` | a list of `name`, `mean` |
    /// | `verdict` | one of the table above |
    /// | `holding`, `noisy`, `contradicted` | the names in `than` by the verdict on each |
    /// | `words` | the words of comparison that the verdicts bear out (see `comparative`) |
    /// | `lies` | how the document's figures lie to the seeds (see `figures`), or `none` without figures |
    /// | `undecidable` | whether so few repeats could refute no count |
    fn to_template(&self, claim: &Claim) -> Value {
        let with = |wanted: Verdict| {
            let those = self.others.iter().filter(|(_, _, verdict)| *verdict == wanted);
            those.map(|(name, _, _)| (*name).to_owned()).collect::<Vec<String>>()
        };
        context! {
            as_run => self.as_run,
            name => self.name,
            value => Spread::to_template(Some(self.value)),
            counted => self.counted.as_ref().map(|(some, all)| {
                context! { some => some.to_template(), all => all.to_template() }
            }),
            than => self.others.iter().map(|(name, other, _)| {
                context! { name => *name, mean => other.mean.to_template() }
            }).collect::<Vec<_>>(),
            verdict => self.verdict.name(),
            holding => with(Verdict::Holds),
            noisy => with(Verdict::WithinNoise),
            contradicted => with(Verdict::Contradicted),
            words => Borne::each_to_template(self.words()),
            lies => self.lies,
            undecidable => claim.repeats.zip(self.counted.as_ref()).is_some_and(|(repeats, (_, all))| {
                !is_decidable(all.value() as u32, (repeats.some, repeats.of))
            }),
        }
    }
}

/// Gives the words of comparison that a claim is told in; they are the source's own.
fn words_of(relation: Relation) -> &'static [&'static str] {
    match relation {
        Relation::Same => &["as accurate"],
        Relation::Above => &["more accurate"],
        Relation::Below => &["less accurate"],
        Relation::Highest => &["most accurate", "ahead of"],
        Relation::Most => &["most accurate"],
        Relation::Slower => &["takes longer"],
        Relation::Faster => &["takes less time"],
        Relation::Underfits => &["underfits", "above"],
        Relation::Overfits => &["overfits", "above"],
        Relation::TrainLossNearZero => &["nearly zero"],
        Relation::GapAbove => &["further apart"],
        Relation::GapNegativeIn | Relation::GapPositive => &["above"],
        Relation::About | Relation::Between | Relation::GapBetween => &[],
    }
}

/// Shows a claim to a template: its fields by their names, and its `readings`.
pub fn claim_view(claim: &Claim, readings: &[Reading<'_>]) -> Value {
    let count = |number: u32| quote(&claim.section, &number.to_string(), Number::Whole(number.into()));
    context! {
        section => claim.section.clone(),
        relation => claim.relation.name(),
        variant => claim.variant.clone(),
        statistic => claim.statistic.name(),
        figure => claim.relation.is_figure(),
        runs => claim.runs.map(Runs::name),
        than => claim.than.clone(),
        values => claim.values.iter().map(|figure| quote_figure(claim, figure)).collect::<Vec<_>>(),
        repeats => claim.repeats.map(|repeats| {
            context! { some => count(repeats.some), of => count(repeats.of) }
        }),
        bound => (claim.relation == Relation::TrainLossNearZero).then(|| Measure::constant(Constant::NearZero).to_template()),
        words => Borne::to_template(words_of(claim.relation), &{
            Compared::of(&claim.variant, claim.than.iter().map(String::as_str)).claimed()
        }),
        readings => readings.iter().map(|reading| reading.to_template(claim)).collect::<Vec<_>>(),
    }
}
