//! What the numerals in a picture state, told beside the picture.

use serde::{Deserialize, Serialize};

/// A text of a picture with a numeral that is no name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numeral {
    /// The text as it is drawn.
    pub text: String,
    /// What its numeral states.
    pub of: Quantity,
}

/// What a numeral states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// A place on an axis: a tick, a label's index, a constant of the scale. It states no result.
    Axis,
    /// How often a variant's runs took a label for another one, or for itself.
    Cell {
        /// The variant.
        variant: String,
        /// The true label.
        label: usize,
        /// The predicted one.
        predicted: usize,
    },
    /// The share of a label's sequences that a variant's runs recognised, to two decimals.
    Recall {
        /// The variant.
        variant: String,
        /// The label.
        label: usize,
    },
    /// How many other variants are the same experiment, behind the variant's name: `1.2 (+8)`.
    Twins {
        /// The variant.
        variant: String,
    },
}
