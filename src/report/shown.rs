//! The pictures that a text shows: each is one of the report's figures, whose numerals are checked (see `pictures`).

use super::error::{Fault, RenderError};
use super::inputs::PlotReference;

/// Refuses a finished text that shows another picture, or one that is not there.
///
/// # Errors
/// [`RenderError::Fault`] for the first one, with its place.
pub(super) fn check(text: &str, figures: &[PlotReference]) -> Result<(), RenderError> {
    for (index, line) in text.lines().enumerate() {
        for (at, _) in line.match_indices("![") {
            let target = line[at..].split_once("](").map_or("", |(_, rest)| rest);
            let target = target.split([')', ' ']).next().unwrap_or_default();
            if !figures.iter().any(|figure| figure.path == target) {
                return Err(RenderError::Fault {
                    place: "the report".to_owned(),
                    line: index + 1,
                    column: line[..at].chars().count() + 1,
                    fault: Fault::NoFigure(target.to_owned()),
                });
            }
        }
    }
    Ok(())
}
