//! `values`, `runs`, `within` and `repeats` of a claim → numbers as they are spelled.

use recount_engine::diagnostic::{Diagnostic, Diagnostics, Place};
use recount_engine::yaml::{Content, Entry, Node, Scalar, entry, text};

use super::figure::ReportedValue;
use super::mistakes::listed;
use super::written::{CountedRepeats, Relation, Runs};

/// Reads which runs are behind reported values, and checks that there are as many of these as that needs.
pub(super) fn runs(
    fields: &[Entry],
    relation: Option<Relation>,
    values: &[ReportedValue],
    diagnostics: &mut Diagnostics,
) -> Runs {
    let Some(place) = entry(fields, "values").map(|field| &field.value.place) else { return Runs::Single };
    let runs = entry(fields, "runs").and_then(|field| {
        let written = text(&field.value, "`runs`", diagnostics)?;
        let runs = Runs::parse(written);
        if runs.is_none() {
            let help = format!("write one of {}", listed(Runs::SPELLINGS.iter().copied()));
            let message = format!("`{written}` does not say which runs are meant");
            diagnostics.add(Diagnostic::error(message).at(&field.value.place).help(help));
        }
        runs
    });
    if relation != Some(Relation::Reported) {
        return Runs::Single;
    }
    match (runs, values.len()) {
        (Some(Runs::Range), _) => {
            check_ends(place, values, "`runs: range` takes the lowest and the highest number", diagnostics);
        }
        (Some(runs @ (Runs::Single | Runs::Max)), 2..) => {
            let message = format!("`runs: {}` takes one number", runs.name());
            let help =
                "write `runs: each` for a number of each run, `runs: range` for the lowest and the highest";
            diagnostics.add(Diagnostic::error(message).at(place).help(help));
        }
        (None, 2..) if entry(fields, "runs").is_none() => {
            let help =
                "write `runs: each` for a number of each run, `runs: range` for the lowest and the highest";
            diagnostics.add(
                Diagnostic::error("several numbers, and no `runs` that says of what").at(place).help(help),
            );
        }
        _ => {}
    }
    runs.unwrap_or(Runs::Single)
}

/// Reports what are not two numbers, the lower one first.
pub(super) fn check_ends(
    place: &Place,
    values: &[ReportedValue],
    expected: &str,
    diagnostics: &mut Diagnostics,
) {
    match values {
        [low, high] if low.value <= high.value => {}
        [low, high] => {
            let message = format!("`{}` is not below `{}`", low.text, high.text);
            diagnostics.add(Diagnostic::error(message).at(place).help("write the lower number first"));
        }
        // What can't be read has been reported.
        [] => {}
        _ => diagnostics.add(Diagnostic::error(expected).at(place)),
    }
}

/// Reads numbers, a list of them or one.
pub(super) fn several(node: &Node, subject: &str, diagnostics: &mut Diagnostics) -> Vec<ReportedValue> {
    let nodes = node.items_or_itself();
    if nodes.is_empty() {
        diagnostics.add(Diagnostic::error(format!("{subject} has no number")).at(&node.place));
    }
    nodes.iter().filter_map(|node| number(node, &format!("each of {subject}"), diagnostics)).collect()
}

/// Reads a number as it is spelled, in quotes or without.
pub(super) fn number(node: &Node, subject: &str, diagnostics: &mut Diagnostics) -> Option<ReportedValue> {
    let spelled = match &node.content {
        Content::Scalar(Scalar::Text(text)) => text,
        Content::Scalar(Scalar::Integer(_) | Scalar::Float(_)) => node.place.text(),
        _ => "",
    };
    let number = ReportedValue::parse(spelled, &node.place);
    if number.is_none() {
        let message = format!("{subject} must be a number, not {}", node.described());
        let help = "write it as the source prints it: `0.91`, `\"90 %\"`";
        diagnostics.add(Diagnostic::error(message).at(&node.place).help(help));
    }
    number
}

pub(super) fn repeats(node: &Node, diagnostics: &mut Diagnostics) -> Option<CountedRepeats> {
    let repeats = node.whole().and_then(|whole| usize::try_from(whole).ok()).filter(|whole| *whole > 0);
    if repeats.is_none() {
        let message = format!("`repeats` must be a whole number from 1 on, not {}", node.described());
        let help = "it says in how many of the repeats the claim is so, at least: `repeats: 2`";
        diagnostics.add(Diagnostic::error(message).at(&node.place).help(help));
    }
    Some(CountedRepeats { count: repeats?, place: node.place.clone() })
}
