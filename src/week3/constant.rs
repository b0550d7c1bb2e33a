//! Numbers that the program decides by, so that a report that tells one cites it.
//!
//! Invariants
//! - Each has its one home here, or in the code of `lab` that it is used by; a template has them as `constants`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::lab::metrics::CONFIDENCE;
use crate::lab::trainer::PLATEAU_THRESHOLD;

use super::number::Number;

/// How often a verdict may be wrong.
pub const LEVEL: f64 = 0.05;

/// The same for a test of one side.
pub const HALF_LEVEL: f64 = LEVEL / 2.0;

/// Accuracies that differ by less are the same: one unit of the last decimal that the document mostly prints.
pub const SAME: f64 = 0.01;

/// A training loss below this, in nats, is zero to one decimal.
pub const NEAR_ZERO: f64 = 0.05;

/// A number that a report may tell of the program itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Constant {
    /// How often a verdict may be wrong.
    Level,
    /// What accuracies may differ by and be the same.
    Same,
    /// What a training loss is below to be near zero, in nats.
    NearZero,
    /// How often the interval of an accuracy holds the true one.
    Confidence,
    /// The part by which a loss must fall to end a plateau.
    PlateauThreshold,
}

impl Constant {
    /// All of them.
    pub(super) const ALL: [Self; 5] =
        [Self::Level, Self::Same, Self::NearZero, Self::Confidence, Self::PlateauThreshold];

    /// Gives its name, as templates and the audit file spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Level => "level",
            Self::Same => "same",
            Self::NearZero => "near_zero",
            Self::Confidence => "confidence",
            Self::PlateauThreshold => "plateau_threshold",
        }
    }

    /// Gives the number; shares are fractions, losses are nats.
    pub fn number(self) -> Number {
        Number::Real(match self {
            Self::Level => LEVEL,
            Self::Same => SAME,
            Self::NearZero => NEAR_ZERO,
            Self::Confidence => CONFIDENCE,
            Self::PlateauThreshold => PLATEAU_THRESHOLD,
        })
    }

    /// Says whether it is a share.
    pub(super) fn is_share(self) -> bool {
        self != Self::NearZero
    }

    /// Says which code holds it, relative to the folder of the program's own project.
    fn home(self) -> &'static str {
        match self {
            Self::Level | Self::Same | Self::NearZero => "src/week3/constant.rs",
            Self::Confidence => "src/lab/metrics/score.rs",
            Self::PlateauThreshold => "src/lab/trainer/plateau.rs",
        }
    }
}

impl fmt::Display for Constant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "constant {} of recount, {}", self.name(), self.home())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_is_spelled_as_it_is_named_and_its_home_holds_it() {
        for constant in Constant::ALL {
            let spelled = serde_json::to_value(constant).expect("a name is JSON");
            assert_eq!(spelled, constant.name());
            let home = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(constant.home());
            let text = std::fs::read_to_string(home).expect("its home is a file");
            let declared = format!("const {}: f64 =", constant.name().to_uppercase());
            assert!(text.contains(&declared), "{constant}");
        }
    }
}
