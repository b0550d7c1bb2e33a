//! What a comparison found, and why where that is nothing.

use std::fmt;

/// How often a difference is found where there is none, at most.
pub const ALPHA: f64 = 0.05;

/// A p value so close to [`ALPHA`] is not significant: it is more than rounding moves it.
const ALPHA_MARGIN: f64 = 1e-9;

/// Fewer repeats than this that agree on both sides may agree by chance.
pub(super) const FEWEST_CONSTANT_REPEATS: usize = 5;

/// How one side of a comparison relates to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The first is clearly higher.
    Higher,
    /// The first is clearly lower.
    Lower,
    /// Both are the same run, or equal exact numbers.
    Same,
    /// Neither can be said.
    Unclear(Reason),
}

impl fmt::Display for Relation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::Same => "same",
            Self::Unclear(_) => "unclear",
        })
    }
}

/// Why a comparison is unclear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A side lacks the value of a repeat.
    MissingValues {
        /// How many of its repeats have a value.
        present: usize,
        /// How many repeats it has.
        repeats: usize,
    },
    /// A side has one repeat, so that nothing is known of its variance.
    OneRepeat,
    /// Coordinates of a paired axis lack a value on a side.
    MissingPartners {
        /// How many coordinates have a value on both sides.
        paired: usize,
        /// How many coordinates there are.
        coordinates: usize,
    },
    /// The repeats agree on both sides, and a side has few of them.
    NoVariance,
    /// Values that should be shares of a number of cases are not from 0 to 1.
    NotShares,
    /// Exact values vary over the repeats, and their means are equal.
    EqualMeans,
    /// So large a difference may well be noise.
    NotSignificant,
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingValues { repeats: 0, .. } => formatter.write_str("no repeats on a side"),
            Self::MissingValues { present, repeats } => {
                let have = if *present == 1 { "has" } else { "have" };
                write!(formatter, "{present} of {repeats} repeats {have} a value")
            }
            Self::OneRepeat => formatter.write_str("one run on a side"),
            Self::MissingPartners { paired, coordinates } => {
                let have = if *paired == 1 { "has" } else { "have" };
                write!(formatter, "{paired} of {coordinates} repeats {have} a value on both sides")
            }
            Self::NoVariance => {
                write!(formatter, "no variance over fewer than {FEWEST_CONSTANT_REPEATS} repeats")
            }
            Self::NotShares => formatter.write_str("not all values are shares between 0 and 1"),
            Self::EqualMeans => formatter.write_str("different values with equal means"),
            Self::NotSignificant => formatter.write_str("not significant at 5 %"),
        }
    }
}

/// What a comparison found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// How the first relates to the second.
    pub relation: Relation,
    /// Mean of the first minus mean of the second; `None` where a repeat lacks its value.
    pub difference: Option<f64>,
    /// Two-sided p value, where there was a test.
    pub p: Option<f64>,
}

impl Comparison {
    /// Says that both sides are the same run.
    pub fn of_same_run() -> Self {
        Self { relation: Relation::Same, difference: Some(0.0), p: None }
    }

    /// Returns why the comparison is unclear.
    pub fn reason(&self) -> Option<Reason> {
        match self.relation {
            Relation::Unclear(reason) => Some(reason),
            _ => None,
        }
    }

    pub(super) fn unclear(reason: Reason, difference: Option<f64>) -> Self {
        Self { relation: Relation::Unclear(reason), difference, p: None }
    }

    /// Makes the verdict of a difference and its p value.
    pub(super) fn of_test(difference: f64, p: f64) -> Self {
        let relation = if p >= ALPHA - ALPHA_MARGIN {
            Relation::Unclear(Reason::NotSignificant)
        } else if difference > 0.0 {
            Relation::Higher
        } else {
            Relation::Lower
        };
        Self { relation, difference: Some(difference), p: Some(p) }
    }

    /// Makes the verdict of two exact numbers.
    pub(super) fn of_numbers(difference: f64, tolerance: f64) -> Self {
        let relation = if difference.abs() <= tolerance {
            Relation::Same
        } else if difference > 0.0 {
            Relation::Higher
        } else {
            Relation::Lower
        };
        Self { relation, difference: Some(difference), p: None }
    }
}

#[cfg(test)]
mod tests {
    use super::super::welch::p_of_two_constants;
    use super::*;

    #[test]
    fn a_p_value_of_exactly_five_per_cent_is_not_significant() {
        // One of 40 that differs from 39 which agree: 2 in 40, computed from products that round.
        assert_eq!(
            Comparison::of_test(1.0, p_of_two_constants(39, 1)).reason(),
            Some(Reason::NotSignificant)
        );
        assert_eq!(Comparison::of_test(1.0, ALPHA.next_down()).reason(), Some(Reason::NotSignificant));
        assert_eq!(Comparison::of_test(1.0, 0.049_999).relation, Relation::Higher);
    }
}
