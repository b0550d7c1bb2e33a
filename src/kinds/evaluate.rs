//! `evaluate`: a trained model against the validation set.

use crate::spec::Schema;

/// Describes the settings of `evaluate`: it has none.
pub fn schema() -> Schema {
    Schema { kind: "evaluate", repeats: true, inline: false, fields: Vec::new() }
}
