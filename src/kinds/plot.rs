//! `plot`: histories and metrics as SVG figures.

use crate::spec::Schema;

/// Describes the settings of `plot`: it has none.
pub fn schema() -> Schema {
    Schema { kind: "plot", repeats: false, inline: false, fields: Vec::new() }
}
