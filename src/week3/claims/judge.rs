//! A claim and what was measured → a verdict.
//!
//! | verdict | when |
//! |---|---|
//! | `holds` | the test of `evidence` bears the claim out; figures are reached by a seed and not refuted |
//! | `within_noise` | neither is shown: the seeds and the validation set are too few to tell |
//! | `contradicted` | the test refutes it; two variants that share their runs can't stand above one another |
//! | `not_applicable` | the data is generated; or a figure is held against an experiment that the code did not run |
//!
//! A comparison that holds, and whatever is contradicted, errs about one time in twenty at most: one-sided tests are at
//! half of that. That a figure holds says that it is reached, and no more: how often a wrong one would be is not
//! bounded. Nor is it for counts, where a few repeats may have the document's share by chance. A claim on several
//! others holds if it holds for each, which needs no correction (R. L. Berger, "Multiparameter hypothesis testing and
//! acceptance sampling", Technometrics 24 (1982), 295–300), and is contradicted if it is for one of them at that
//! level divided by their number (Bonferroni). *The same* is an equivalence within [`SAME`], tested from both sides
//! (D. J. Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15 (1987), 657–680). Over all claims some verdict errs.
//!
//! Invariants
//! - A claim is read twice where the executed code differed from the description: once for each.
//! - Without a result for every variant it names, a claim has no reading.

use super::claim::{Claim, Relation, Statistic};
use super::evidence::{Contrast, Estimate, chance_of_counts};
use super::figures::lies;
use crate::week3::comparison::Standing;
use crate::week3::constant::{HALF_LEVEL, LEVEL, NEAR_ZERO, SAME};
use crate::week3::measure::Measure;
use crate::week3::source::Figure;
use crate::week3::spread::Spread;
use crate::week3::variant::Summary;

/// From favourable to unfavourable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It is borne out.
    Holds,
    /// It is neither borne out nor refuted.
    WithinNoise,
    /// It is refuted.
    Contradicted,
    /// It is about something else than what was measured.
    NotApplicable,
}

impl Verdict {
    /// Gives its name, as templates spell it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::WithinNoise => "within_noise",
            Self::Contradicted => "contradicted",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// Gives the words that say it, where it judges.
    pub(super) fn word(self) -> Option<&'static str> {
        match self {
            Self::Holds => Some("holds"),
            Self::WithinNoise => Some("within noise"),
            Self::Contradicted => Some("contradicted"),
            Self::NotApplicable => None,
        }
    }

    /// Judges by the chance of what was measured if the claim were false, and if it were true.
    fn of_chances(if_false: f64, if_true: f64, contradictions: f64) -> Self {
        if if_false < HALF_LEVEL {
            Self::Holds
        } else if if_true < contradictions {
            Self::Contradicted
        } else {
            Self::WithinNoise
        }
    }
}

/// Which side of a comparison the document says a variant is on.
#[derive(Clone, Copy)]
enum Wanted {
    Higher,
    Lower,
    Same,
}

/// A claim as it reads for the variants that were described, or for those that were executed.
pub struct Reading<'a> {
    pub(super) as_run: bool,
    pub(super) name: &'a str,
    pub(super) value: &'a Spread,
    pub(super) counted: Option<(Measure, Measure)>,
    pub(super) others: Vec<(&'a str, &'a Spread, Verdict)>,
    pub(super) verdict: Verdict,
    /// How the document's figures lie to the seeds, where it gives some.
    pub(super) lies: Option<&'static str>,
}

/// What a claim is judged under.
#[derive(Clone, Copy)]
pub struct Circumstances {
    /// Whether executed twins stand in for the described variants.
    pub as_run: bool,
    /// Whether the described variants differ from those that were executed.
    pub differs: bool,
    /// Whether the data is generated.
    pub synthetic: bool,
}

/// Judges `claim`, taking each variant's summary from `summary` under the name it gives.
pub fn judge<'a>(
    claim: &Claim,
    circumstances: Circumstances,
    summary: impl Fn(&str) -> Option<(&'a str, &'a Summary)>,
) -> Option<Reading<'a>> {
    let read = |name: &str| {
        let (name, summary) = summary(name)?;
        Some((name, summary, quantity(claim.statistic, claim.relation, summary)?))
    };
    let (name, own, value) = read(&claim.variant)?;
    let others = claim.than.iter().map(|name| read(name)).collect::<Option<Vec<_>>>()?;
    let others: Vec<(&str, &Spread, Verdict)> = others
        .into_iter()
        .map(|(name, other, spread)| {
            let estimates = [(own, value), (other, spread)].map(|(of, spread)| estimate(claim, of, spread));
            let shared = Standing::of(value, spread) == Standing::Identical;
            (name, spread, compared(claim, &estimates, shared))
        })
        .collect();
    let counted = counted(claim.relation, own);
    let found = match others.iter().map(|(_, _, verdict)| *verdict).max() {
        Some(worst) => worst,
        None => alone(claim, own, value, counted.as_ref()),
    };
    let elsewhere = claim.relation.is_figure() && circumstances.differs && !circumstances.as_run;
    let verdict = if circumstances.synthetic || elsewhere { Verdict::NotApplicable } else { found };
    let lies = claim.relation.is_figure().then(|| lies(&claim.values, value));
    Some(Reading { as_run: circumstances.as_run, name, value, counted, others, verdict, lies })
}

/// Finds what a claim is about.
fn quantity(statistic: Statistic, relation: Relation, summary: &Summary) -> Option<&Spread> {
    match statistic {
        Statistic::BestEpoch => summary.best.as_ref(),
        Statistic::LastEpoch => summary.last.as_ref(),
        Statistic::TrainLoss => summary.train_loss.as_ref(),
        Statistic::Time => summary.seconds.as_ref(),
        Statistic::LossGap => match relation {
            Relation::GapAbove | Relation::GapBetween => summary.distance.as_ref(),
            _ => summary.gap.as_ref(),
        },
    }
}

/// Estimates a quantity of a variant; the training set and the clock add no noise of a validation set.
fn estimate(claim: &Claim, summary: &Summary, spread: &Spread) -> Estimate {
    let values: Vec<f64> = spread.parts.iter().map(Measure::value).collect();
    match claim.statistic {
        Statistic::BestEpoch | Statistic::LastEpoch => Estimate::of_accuracies(&values, summary.examples),
        Statistic::LossGap => Estimate::of(&values, summary.loss_variance),
        Statistic::TrainLoss | Statistic::Time => Estimate::of(&values, 0.0),
    }
}

fn wanted(relation: Relation) -> Wanted {
    match relation {
        Relation::Same => Wanted::Same,
        Relation::Below | Relation::Faster => Wanted::Lower,
        _ => Wanted::Higher,
    }
}

/// Judges a variant against another one; `shared` says that they have the same runs.
fn compared(claim: &Claim, [own, other]: &[Estimate; 2], shared: bool) -> Verdict {
    let wanted = wanted(claim.relation);
    if shared {
        return if matches!(wanted, Wanted::Same) { Verdict::Holds } else { Verdict::Contradicted };
    }
    let Some(contrast) = Contrast::of(own, other) else { return Verdict::WithinNoise };
    let contradictions = HALF_LEVEL / claim.than.len() as f64;
    match wanted {
        Wanted::Higher => {
            Verdict::of_chances(contrast.chance_above(0.0), contrast.chance_below(0.0), contradictions)
        }
        Wanted::Lower => {
            Verdict::of_chances(contrast.chance_below(0.0), contrast.chance_above(0.0), contradictions)
        }
        Wanted::Same => {
            let apart = contrast.chance_below(SAME).max(contrast.chance_above(-SAME));
            let same = contrast.chance_above(SAME).min(contrast.chance_below(-SAME));
            Verdict::of_chances(apart, same, contradictions)
        }
    }
}

/// Counts what the document counts: seeds with a negative gap, epochs with a positive one.
fn counted(relation: Relation, summary: &Summary) -> Option<(Measure, Measure)> {
    match relation {
        Relation::GapNegativeIn => {
            let gaps = &summary.gap.as_ref()?.parts;
            Some((Measure::negative(gaps.clone()), Measure::count(gaps.clone())))
        }
        Relation::GapPositive => Some(summary.gap_epochs.clone()),
        _ => None,
    }
}

/// Judges a claim on one variant.
fn alone(claim: &Claim, summary: &Summary, value: &Spread, counted: Option<&(Measure, Measure)>) -> Verdict {
    let own = estimate(claim, summary, value);
    let bound = |bound: f64, below: bool| match Contrast::of_bound(&own, bound) {
        None => Verdict::WithinNoise,
        Some(contrast) => {
            let [above, under] = [contrast.chance_above(0.0), contrast.chance_below(0.0)];
            let [if_false, if_true] = if below { [under, above] } else { [above, under] };
            Verdict::of_chances(if_false, if_true, HALF_LEVEL)
        }
    };
    match claim.relation {
        Relation::TrainLossNearZero => bound(NEAR_ZERO, true),
        Relation::GapNegativeIn => {
            let (some, all) = counted.expect("this relation counts");
            let repeats = claim.repeats.expect("a checked claim has the repeats it needs");
            of_counts((some.value() as u32, all.value() as u32), (repeats.some, repeats.of))
        }
        Relation::GapPositive => always_positive(summary),
        Relation::About | Relation::Between | Relation::Most | Relation::GapBetween => {
            figures(claim, &own, value)
        }
        // Only `Overfits` is left: the relations that compare have others to stand against.
        _ => bound(0.0, false),
    }
}

/// Judges the document's figures: refuted by the test, else reached by a seed, or not.
fn figures(claim: &Claim, own: &Estimate, value: &Spread) -> Verdict {
    let figures = &claim.values;
    let unit = figures.iter().fold(0.0, |unit: f64, figure| unit.max(2.0 * figure.tolerance()));
    let chance = match (claim.relation, &figures[..]) {
        (Relation::About, [_, _, ..]) => {
            let printed: Vec<f64> = figures.iter().map(Figure::value).collect();
            Contrast::of_runs(&printed, own).map(|contrast| contrast.chance_apart())
        }
        (Relation::Between | Relation::GapBetween, _) => {
            // Of the runs behind a range one is at its nearer end.
            let (low, high) = (figures[0].value(), figures[figures.len() - 1].value());
            let mean = value.mean.value();
            let near = mean.clamp(low, high);
            Contrast::of_run(near, unit, own).map(|contrast| contrast.chance_apart())
        }
        _ => Contrast::of_run(figures[0].value(), unit, own).map(|contrast| contrast.chance_apart()),
    };
    // The highest of several runs may be further out than one of them.
    let tries = claim.repeats.map_or(1.0, |repeats| f64::from(repeats.of));
    match chance {
        Some(chance) if chance < LEVEL / tries => Verdict::Contradicted,
        _ if lies(figures, value) == "reached" => Verdict::Holds,
        _ => Verdict::WithinNoise,
    }
}

/// Judges a share of repeats: the same share holds, another one may be chance.
fn of_counts(own: (u32, u32), document: (u32, u32)) -> Verdict {
    if own.0 * document.1 == document.0 * own.1 {
        Verdict::Holds
    } else if chance_of_counts(own, document) < LEVEL {
        Verdict::Contradicted
    } else {
        Verdict::WithinNoise
    }
}

/// Says whether any count of `all` repeats would refute the document's share.
pub(super) fn is_decidable(all: u32, document: (u32, u32)) -> bool {
    (0..=all).any(|some| of_counts((some, all), document) == Verdict::Contradicted)
}

/// Judges what is said of every epoch. Were it so, the mean over the epochs would be positive too: a mean that is
/// negative beyond noise refutes it, and so does a single epoch. Half of the level is the mean's; the other half is
/// divided among the epochs.
fn always_positive(summary: &Summary) -> Verdict {
    let runs: Vec<&Vec<f64>> = summary.gaps.iter().filter(|gaps| !gaps.is_empty()).collect();
    if runs.iter().copied().flatten().all(|gap| *gap > 0.0) {
        return Verdict::Holds;
    }
    let refutes = |gaps: &[f64], level: f64| {
        // The validation set is the same at each epoch, so that a mean over epochs is no less at its mercy.
        let contrast = Contrast::of_bound(&Estimate::of(gaps, summary.loss_variance), 0.0);
        contrast.is_some_and(|contrast| contrast.chance_below(0.0) < level)
    };
    let share = HALF_LEVEL / 2.0;
    let means: Vec<f64> = runs.iter().map(|gaps| gaps.iter().sum::<f64>() / gaps.len() as f64).collect();
    let epochs = runs.iter().map(|gaps| gaps.len()).max().unwrap_or_default();
    let at = |epoch: usize| runs.iter().filter_map(|gaps| gaps.get(epoch).copied()).collect::<Vec<f64>>();
    if refutes(&means, share) || (0..epochs).any(|epoch| refutes(&at(epoch), share / epochs as f64)) {
        Verdict::Contradicted
    } else {
        Verdict::WithinNoise
    }
}
