//! Declared figures against the pipeline: everything that they name exists, and says which runs are meant.

use recount_engine::diagnostic::{Diagnostic, Diagnostics, Place};
use recount_engine::spec::{Pipeline, Stage, StageId};
use recount_engine::suggestion;

use super::spec::{FigureSpec, Named, fits};
use crate::reference::values;

/// Reports what a figure names that the pipeline does not have, and coordinates that it leaves open.
pub(super) fn check(figure: &FigureSpec, pipeline: &Pipeline, diagnostics: &mut Diagnostics) {
    for named in figure.shows.references() {
        if let Err(mistake) = named.0.check(pipeline, &named.1) {
            diagnostics.add(mistake);
            continue;
        }
        let Some((id, stage)) = named.0.stage_of(pipeline) else { continue };
        check_over(figure, pipeline, id, stage, diagnostics);
        check_coordinates(figure, named, pipeline, id, stage, diagnostics);
    }
}

/// Reports an `over` that the stage isn't repeated over, and values that the coordinate does not have.
fn check_over(
    figure: &FigureSpec,
    pipeline: &Pipeline,
    id: StageId,
    stage: &Stage,
    diagnostics: &mut Diagnostics,
) {
    let Some((over, place)) = &figure.over else { return };
    let Some(axis) = stage.each.iter().find(|axis| axis.name() == over) else {
        let known = stage.each.iter().map(|axis| axis.name());
        let help = suggestion::help(over, known, "a coordinate named", "its coordinates are");
        let message = format!("stage `{}` isn't repeated over `{over}`", stage.name);
        let mistake = Diagnostic::error(message).at(place);
        return diagnostics.add(help.into_iter().fold(mistake, Diagnostic::help));
    };
    let known = values(pipeline, id, axis);
    for (value, place) in figure.only.iter().flatten().chain(&figure.except) {
        if !known.iter().any(|known| fits(value, known)) {
            let words = known.iter().map(String::as_str);
            let help = suggestion::help(value, words, "one named", "there are");
            let mistake = Diagnostic::error(format!("no `{over}` is `{value}`")).at(place);
            diagnostics.add(help.into_iter().fold(mistake, Diagnostic::help));
        }
    }
}

/// Reports a coordinate that is neither shown, nor named, nor aggregated over.
fn check_coordinates(
    figure: &FigureSpec,
    (reference, place): &Named,
    pipeline: &Pipeline,
    id: StageId,
    stage: &Stage,
    diagnostics: &mut Diagnostics,
) {
    let Ok(named) = reference.resolved(pipeline, id) else { return };
    let repeats = stage.repeats();
    for name in stage.each.iter().map(|axis| axis.name()) {
        let is_shown = figure.over.as_ref().is_some_and(|(over, _)| over == name);
        let is_named = named.iter().any(|(known, _)| known == name);
        if !is_shown && !is_named && !repeats.contains(&name) {
            diagnostics.add(open_coordinate(figure, stage, name, place));
        }
    }
}

fn open_coordinate(figure: &FigureSpec, stage: &Stage, name: &str, place: &Place) -> Diagnostic {
    let message = format!("figure `{}` doesn't say which `{name}` of stage `{}`", figure.name, stage.name);
    let show = if figure.over.is_none() { format!("show each, `over: {name}`; ") } else { String::new() };
    Diagnostic::error(message).at(place).help(format!(
        "{show}name one, `{}[{name}=…]`; or say that it is a repeat: `repeats: [{name}]` in stage `{}`",
        stage.name, stage.name
    ))
}
