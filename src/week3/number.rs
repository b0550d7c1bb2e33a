//! A number without its origin: whole, or with a fraction.

use serde::{Deserialize, Serialize};

/// A count, or a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Number {
    /// A whole number.
    Whole(u64),
    /// A number with a fraction.
    Real(f64),
}

impl Number {
    /// Gives it, whole or not.
    pub fn value(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Real(number) => number,
        }
    }
}
