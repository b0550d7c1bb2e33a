//! The pictures that a text shows: each is one of the report's figures, under the title that the figure itself has.

use super::error::{Fault, RenderError};
use super::inputs::PlotReference;

/// Refuses a finished text that shows another picture, one that is not there, or one under a caption that is not its own.
///
/// # Errors
/// [`RenderError::Fault`] for the first one, with its place.
pub(super) fn check(text: &str, figures: &[PlotReference]) -> Result<(), RenderError> {
    for (index, line) in text.lines().enumerate() {
        for (at, _) in line.match_indices("![") {
            let (caption, target) = line[at + 2..].split_once("](").unwrap_or((&line[at + 2..], ""));
            let target = target.split(')').next().unwrap_or_default();
            let fault = match figures.iter().find(|figure| figure.path == target) {
                Some(figure) if figure.title == caption => continue,
                Some(figure) => Fault::Caption { caption: caption.to_owned(), title: figure.title.clone() },
                None => Fault::NoFigure(target.to_owned()),
            };
            return Err(RenderError::Fault {
                place: "the report".to_owned(),
                line: index + 1,
                column: line[..at].chars().count() + 1,
                fault,
            });
        }
    }
    Ok(())
}
