//! Declared figures against the pipeline: everything that they name exists, and says which runs are meant.

use std::collections::BTreeSet;

use recount_engine::address::{Address, Pointer};
use recount_engine::diagnostic::{Diagnostic, Diagnostics, Place};
use recount_engine::spec::{MeasureSource, Pipeline, Stage, StageId};
use recount_engine::suggestion;

use super::spec::{FigureSpec, Named, Shows, fits};
use crate::reference::What;

/// Reports what a figure names that the pipeline does not have, and coordinates that it leaves open.
pub(super) fn check(figure: &FigureSpec, pipeline: &Pipeline, diagnostics: &mut Diagnostics) {
    for named in figure.shows.references() {
        if let Err(mistake) = named.0.check(pipeline, &named.1) {
            diagnostics.add(mistake);
            continue;
        }
        let Some((id, stage)) = named.0.stage_of(pipeline) else { continue };
        check_observed(figure, named, pipeline, stage, diagnostics);
        check_address(figure, named, diagnostics);
        if check_over(figure, pipeline, id, stage, diagnostics) {
            check_coordinates(figure, named, pipeline, id, stage, diagnostics);
        }
        check_section(figure, pipeline, id, stage, diagnostics);
    }
}

/// Reports what comes after a file's `#` and leads to no value there.
fn check_address(figure: &FigureSpec, (reference, place): &Named, diagnostics: &mut Diagnostics) {
    let What::Output { file, at: Some(at) } = &reference.what else { return };
    let message = if matches!(figure.shows, Shows::Lines { .. }) {
        match Pointer::parse(at).is_some() {
            true => return,
            false => {
                format!("`{at}` is no JSON pointer: expected `/NAME/NAME`, or nothing behind the file's name")
            }
        }
    } else {
        match Address::parse(&format!("{file}#{at}")) {
            Ok(Some(_)) => return,
            Ok(None) => format!("`{file}#{at}` says no place in a file"),
            Err(error) => error.to_string(),
        }
    };
    diagnostics.add(Diagnostic::error(message).at(place));
}

/// Reports what is only observed: a figure of it would be another one at each run.
fn check_observed(
    figure: &FigureSpec,
    (reference, place): &Named,
    pipeline: &Pipeline,
    stage: &Stage,
    diagnostics: &mut Diagnostics,
) {
    let is_observed = match &reference.what {
        What::Output { file, at } => {
            stage.is_observed(file) || draws_observed(figure, stage, file, at.as_deref())
        }
        What::Measure(_) => reference.measure_of(pipeline).is_some_and(|measure| measure.observed),
    };
    if is_observed {
        let message = "this is only observed, and a figure is to be the same on every machine";
        let help = "`recount results` lists it; draw a measure that is not `observed`";
        diagnostics.add(Diagnostic::error(message).at(place).help(help));
    }
}

/// Says whether a value or a column of a file is that of an observed measure.
fn draws_observed(figure: &FigureSpec, stage: &Stage, file: &str, at: Option<&str>) -> bool {
    let addresses = stage.measures.iter().filter(|measure| measure.observed).filter_map(|measure| {
        let MeasureSource::Address(address) = &measure.from else { return None };
        (address.file == file).then_some(address)
    });
    let column = |address: &Address| address.pointer.names().join("/");
    addresses.into_iter().any(|address| match &figure.shows {
        Shows::Lines { x, y, .. } => {
            address.row.is_some() && y.iter().chain([x]).any(|it| *it == column(address))
        }
        _ => at.is_some_and(|at| address.to_string() == format!("{file}#{at}")),
    })
}

/// Reports an `over` that the stage isn't repeated over, and values that the coordinate does not have; says whether there
/// is such a coordinate.
fn check_over(
    figure: &FigureSpec,
    pipeline: &Pipeline,
    id: StageId,
    stage: &Stage,
    diagnostics: &mut Diagnostics,
) -> bool {
    let Some((over, place)) = &figure.over else { return true };
    let Some(axis) = stage.each.iter().find(|axis| axis.name() == over) else {
        let known = stage.each.iter().map(|axis| axis.name());
        let help = suggestion::help(over, known, "a coordinate named", "its coordinates are");
        let message = format!("stage `{}` isn't repeated over `{over}`", stage.name);
        let mistake = Diagnostic::error(message).at(place);
        diagnostics.add(mistake.maybe_help(help));
        return false;
    };
    let known = pipeline.values(id, axis);
    for (value, place) in figure.only.iter().flatten().chain(&figure.except) {
        // A pattern may fit none: it chooses among what there is.
        if !value.contains('*') && !known.iter().any(|known| fits(value, known)) {
            let words = known.iter().map(String::as_str);
            let help = suggestion::help(value, words, "one named", "there are");
            let mistake = Diagnostic::error(format!("no `{over}` is `{value}`")).at(place);
            diagnostics.add(mistake.maybe_help(help));
        }
    }
    true
}

/// Reports a `section` that is no parameter of the variants.
fn check_section(
    figure: &FigureSpec,
    pipeline: &Pipeline,
    id: StageId,
    stage: &Stage,
    diagnostics: &mut Diagnostics,
) {
    let Some((section, place)) = &figure.section else { return };
    let settings = pipeline.all_settings_of_runs(id);
    let known: BTreeSet<String> = settings.flat_map(|all| all.parameters().into_keys()).collect();
    if !known.contains(section) {
        let help = suggestion::help(
            section,
            known.iter().map(String::as_str),
            "a parameter named",
            "its parameters are",
        );
        let message = format!("stage `{}` has no parameter `{section}`", stage.name);
        let mistake = Diagnostic::error(message).at(place);
        diagnostics.add(mistake.maybe_help(help));
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
