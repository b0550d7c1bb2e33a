//! Numbers that are computed from others: a statistic of one, a difference, a ratio, a count.
//!
//! Invariants
//! - Two that are of the same repeats of the same runs, or paired, are subtracted and divided repeat by repeat; others by
//!   their means, since no repeat of one belongs to one of the other.

use std::sync::Arc;

use super::{FRACTION, Origin, POINTS, Quantity};
use crate::statistics::{Sample, Summary, subtract};

/// How a quantity is computed from its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derivation {
    /// One number of the repeats of one part.
    Statistic(Statistic),
    /// The first part minus the second.
    Difference,
    /// The first part divided by the second.
    Ratio,
}

/// One number of repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// The arithmetic mean.
    Mean,
    /// The sample standard deviation, with n − 1.
    StandardDeviation,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The one in the middle.
    Median,
    /// How many there are.
    Count,
}

impl Statistic {
    /// Finds a statistic by what it is called behind a dot.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "mean" => Self::Mean,
            "sd" => Self::StandardDeviation,
            "min" => Self::Min,
            "max" => Self::Max,
            "median" => Self::Median,
            "n" => Self::Count,
            _ => return None,
        })
    }

    /// Gives what an address calls it.
    fn words(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::StandardDeviation => "standard deviation",
            Self::Min => "minimum",
            Self::Max => "maximum",
            Self::Median => "median",
            Self::Count => "n",
        }
    }

    fn of(self, summary: &Summary) -> Option<f64> {
        match self {
            Self::Mean => Some(summary.mean),
            Self::StandardDeviation => summary.sd,
            Self::Min => Some(summary.min),
            Self::Max => Some(summary.max),
            Self::Median => Some(summary.median),
            Self::Count => Some(summary.n as f64),
        }
    }
}

impl Derivation {
    /// Says whether it is the number of repeats that have a value: of these none is lacking.
    pub(super) fn counts_repeats(self) -> bool {
        self == Self::Statistic(Statistic::Count)
    }

    /// Finds a derivation by the word that stands for it in files.
    pub fn named(name: &str) -> Option<Self> {
        let statistics = ["mean", "sd", "min", "max", "median", "n"].into_iter().filter_map(Statistic::named);
        let mut all = statistics.map(Self::Statistic).chain([Self::Difference, Self::Ratio]);
        all.find(|derivation| derivation.name() == name)
    }

    /// Gives the word that stands for it in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Statistic(statistic) => statistic.words(),
            Self::Difference => "difference",
            Self::Ratio => "ratio",
        }
    }
}

impl Quantity {
    /// Gives one number of its repeats, those that have a value.
    pub fn statistic(self: &Arc<Self>, statistic: Statistic) -> Self {
        let value = match (self.sample.summary(), statistic) {
            (None, Statistic::Count) => Some(0.0),
            (summary, _) => summary.and_then(|summary| statistic.of(&summary)),
        };
        let (is_count, is_spread) =
            (statistic == Statistic::Count, statistic == Statistic::StandardDeviation);
        let unit = match self.unit.as_deref() {
            _ if is_count => None,
            // A deviation of shares is no share.
            Some(FRACTION) if is_spread => Some(POINTS.to_owned()),
            unit => unit.map(str::to_owned),
        };
        let sample = Sample::new([value]);
        Self {
            address: format!("{} of {}", statistic.words(), self.address),
            sample: if is_count || self.sample.is_exact() { sample.exact() } else { sample },
            unit,
            better: self.better.filter(|_| !is_count && !is_spread),
            observed: self.observed && !is_count,
            ..derived(Derivation::Statistic(statistic), &[self])
        }
    }
}

/// Subtracts the second from the first; of shares that is a number of points.
///
/// # Errors
/// Where a side is no number, or they are in different units.
pub fn difference(one: &Arc<Quantity>, other: &Arc<Quantity>) -> Result<Quantity, String> {
    check_numbers(one, other)?;
    let units = [one, other].map(|it| it.unit.as_deref().unwrap_or_default());
    let known = units.iter().all(|unit| !unit.is_empty());
    if known && units[0] != units[1] {
        let [one, other] = units;
        return Err(format!("a difference of {one} and {other} is neither"));
    }
    let unit = units.iter().find(|unit| !unit.is_empty());
    let unit = unit.map(|unit| if *unit == FRACTION { POINTS } else { unit }.to_owned());
    Ok(Quantity { unit, ..combined(Derivation::Difference, one, other, "−", subtract) })
}

/// Divides the first by the second.
///
/// # Errors
/// Where a side is no number.
pub fn ratio(one: &Arc<Quantity>, other: &Arc<Quantity>) -> Result<Quantity, String> {
    check_numbers(one, other)?;
    Ok(combined(Derivation::Ratio, one, other, "/", |a, b| a / b))
}

/// Counts things that runs are among.
///
/// `what` names them for an address: `different experiments of fit`.
pub fn count(what: impl Into<String>, number: usize, instances: Vec<String>) -> Quantity {
    let sample = Sample::new([Some(number as f64)]).exact();
    Quantity { sample, ..Quantity::new(format!("number of {}", what.into()), Origin::Counted { instances }) }
}

fn check_numbers(one: &Quantity, other: &Quantity) -> Result<(), String> {
    match [one, other].into_iter().find(|it| it.sample.values().is_empty()) {
        Some(text) => Err(format!("`{}` is no number", text.address)),
        None => Ok(()),
    }
}

fn combined(
    how: Derivation,
    one: &Arc<Quantity>,
    other: &Arc<Quantity>,
    sign: &str,
    compute: impl Fn(f64, f64) -> f64,
) -> Quantity {
    let part = |part: &Quantity| match part.origin {
        Origin::Derived { how: Derivation::Difference | Derivation::Ratio, .. } => {
            format!("({})", part.address)
        }
        _ => part.address.clone(),
    };
    let (values, repeats) = if by_repeat(one, other) {
        let pairs = one.sample.values().iter().zip(other.sample.values());
        (pairs.map(|(a, b)| Some(compute((*a)?, (*b)?))).collect(), one.repeats.clone())
    } else {
        let means = one.number().zip(other.number());
        (vec![means.map(|(a, b)| compute(a, b))], vec![String::new()])
    };
    let sample = Sample::new(values);
    let is_exact = one.sample.is_exact() && other.sample.is_exact();
    Quantity {
        address: format!("{} {sign} {}", part(one), part(other)),
        sample: if is_exact { sample.exact() } else { sample },
        repeats,
        observed: one.observed || other.observed,
        is_paired: one.is_paired && other.is_paired,
        ..derived(how, &[one, other])
    }
}

/// Says whether each repeat of one belongs to one of the other.
fn by_repeat(one: &Quantity, other: &Quantity) -> bool {
    let instances = |it: &Quantity| match &it.origin {
        Origin::Measured { runs, .. } => {
            Some(runs.iter().map(|run| run.instance.clone()).collect::<Vec<_>>())
        }
        _ => None,
    };
    let own = instances(one);
    one.repeats == other.repeats
        && (one.is_paired && other.is_paired || own.is_some() && own == instances(other))
}

/// Makes a quantity of parts, of which address and value are to be filled in.
fn derived(how: Derivation, parts: &[&Arc<Quantity>]) -> Quantity {
    let label = parts.first().map(|part| part.label.clone()).unwrap_or_default();
    let parts = parts.iter().copied().cloned().collect();
    Quantity { label, ..Quantity::new(String::new(), Origin::Derived { how, parts }) }
}
