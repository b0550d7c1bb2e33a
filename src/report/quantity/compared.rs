//! Two quantities by the one rule of [`crate::statistics`].

use super::Quantity;
use crate::statistics::{self, Comparison, Repeats, StatedNumber, compare_with_stated};

/// How the first of two quantities relates to the second, for templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Clearly higher.
    Higher,
    /// Clearly lower.
    Lower,
    /// Neither can be said.
    Unclear,
    /// The same runs, or equal exact numbers.
    Same,
}

impl Relation {
    /// Every relation.
    pub const ALL: [Self; 4] = [Self::Higher, Self::Lower, Self::Unclear, Self::Same];

    /// Gives the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::Unclear => "unclear",
            Self::Same => "same",
        }
    }
}

impl From<statistics::Relation> for Relation {
    fn from(relation: statistics::Relation) -> Self {
        match relation {
            statistics::Relation::Higher => Self::Higher,
            statistics::Relation::Lower => Self::Lower,
            statistics::Relation::Same => Self::Same,
            statistics::Relation::Unclear(_) => Self::Unclear,
        }
    }
}

impl Quantity {
    /// Compares with another quantity.
    ///
    /// # Errors
    /// Where a side is no number, or is only observed.
    pub fn compare(&self, other: &Self) -> Result<Comparison, String> {
        self.check_comparable()?;
        other.check_comparable()?;
        let is_whole = |it: &Self| it.sample.values().iter().all(Option::is_some);
        if self.is_same_run(other) && is_whole(self) {
            return Ok(Comparison::of_same_run());
        }
        let is_paired = self.is_paired && other.is_paired && self.repeats == other.repeats;
        let repeats = if is_paired { Repeats::Paired } else { Repeats::Independent };
        Ok(statistics::compare(&self.sample, &other.sample, repeats))
    }

    /// Compares with a number that somebody states, by a one-sample test.
    ///
    /// # Errors
    /// Where it is no number, or is only observed, or the number is not finite.
    pub fn compare_with_stated(&self, number: f64) -> Result<Comparison, String> {
        self.check_comparable()?;
        let stated = StatedNumber::bound(number).ok_or("the stated number is not finite")?;
        Ok(compare_with_stated(&self.sample, stated))
    }

    fn check_comparable(&self) -> Result<(), String> {
        if self.sample.values().is_empty() {
            return Err(format!("`{}` is no number", self.address));
        }
        match self.observed {
            true => Err(format!("`{}` is only observed, and no comparison takes it", self.address)),
            false => Ok(()),
        }
    }
}
