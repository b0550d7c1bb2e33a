//! What sort of number a measure is, which says how it may be printed.
//!
//! | sort | told by | formats besides `significant` |
//! |---|---|---|
//! | share | `accuracy`, `macro_f1`, an end of an `interval`; a share of counts; a constant that is one | `fixed`, `percent` |
//! | time | `seconds` | `seconds` alone |
//! | count | a whole number; how many | `whole`, `spelled`, `fixed` |
//! | setting, quoted | where it is from | `parameter`, `quoted` |
//! | other | a loss, a rate, a norm | `fixed` |
//!
//! Invariants
//! - A mean, an end, a sum and a difference are of the sort of their parts.

use super::format::Format;
use super::measure::{Aggregate, Measure, Source};
use super::number::Number;

/// A sort of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A part of one.
    Share,
    /// Seconds.
    Time,
    /// A whole number of things.
    Count,
    /// Any other, or one that is printed as it is spelled.
    Other,
}

impl Sort {
    /// Tells the sort of a measure.
    pub fn of(measure: &Measure) -> Self {
        let by_number = match measure.number {
            Number::Whole(_) => Self::Count,
            Number::Real(_) => Self::Other,
        };
        match &measure.source {
            Source::Output { pointer, .. } => {
                let mut names = pointer.rsplit('/').filter(|name| name.parse::<usize>().is_err());
                match names.next().unwrap_or_default() {
                    "accuracy" | "macro_f1" | "interval" => Self::Share,
                    "seconds" => Self::Time,
                    _ => by_number,
                }
            }
            Source::Made { by, .. } if by.counts() => Self::Count,
            Source::Made { by: Aggregate::Share, .. } => Self::Share,
            Source::Made { parts, .. } => parts.first().map_or(by_number, Self::of),
            Source::Index { .. } | Source::Seed { .. } => Self::Count,
            Source::Constant(constant) if constant.is_share() => Self::Share,
            Source::Parameter { .. } | Source::Quoted { .. } | Source::Constant(_) => by_number,
        }
    }

    /// Says why a format would print a number of this sort as another one.
    ///
    /// # Errors
    /// What is wrong, for who wrote the template.
    pub fn allows(self, format: Format) -> Result<(), &'static str> {
        match (self, format) {
            (Self::Share, Format::Fixed(0)) => {
                Err("a share has no whole part: use `fixed(3)` or `percent(1)`")
            }
            (Self::Share, _) | (_, Format::Fixed(_)) if self != Self::Time && format != Format::Seconds => {
                Ok(())
            }
            (Self::Time, Format::Seconds) => Ok(()),
            (Self::Time, _) => Err("this is a time: use `seconds`"),
            (_, Format::Seconds) => Err("`seconds` prints times; this number is none"),
            (_, Format::Percent(_)) => {
                Err("`percent` prints shares; this number is none: use `whole` or `fixed`")
            }
            _ => Ok(()),
        }
    }
}
