//! `figure("curves")` and `details("Seeds", …)`: a picture, and a part that is folded.

use std::sync::Arc;

use minijinja::{Environment, Error, Value};
use recount_engine::suggestion;

use super::ReportFigure;
use super::failure::{failure, refused};
use super::markdown::{link_target, relative_path};
use super::state::ReportState;
use super::texts::markdown_of;
use crate::selection::with_help;

/// Puts the functions of parts into an environment.
pub(super) fn install(environment: &mut Environment<'_>, state: &Arc<ReportState>) {
    let shared = Arc::clone(state);
    environment.add_function("figure", move |name: &str| -> Result<Value, Error> {
        let figure = find(&shared, name).map_err(refused)?.clone();
        let target = link_target(&relative_path(&shared.output, &figure.path));
        let text = format!("![{}]({target})", shared.text(&figure.title));
        let mut collected = shared.collected();
        if !collected.figures.contains(&figure) {
            collected.figures.push(figure);
        }
        Ok(Value::from_safe_string(text))
    });
    let shared = Arc::clone(state);
    environment.add_function("details", move |summary: &Value, content: &Value| -> Result<Value, Error> {
        let (summary, content) = (markdown_of(&shared, summary), markdown_of(&shared, content));
        if summary.trim().is_empty() {
            return Err(failure(
                "`details` has nothing to be seen while it is folded",
                "say what is in it: `details(\"Seeds\", …)`",
            ));
        }
        // Empty lines have the content read as Markdown.
        let content = content.trim_matches('\n');
        Ok(Value::from_safe_string(format!(
            "<details><summary>{summary}</summary>\n\n{content}\n\n</details>"
        )))
    });
}

/// Finds a figure by its name, with its stage before a slash where two have it.
fn find<'s>(state: &'s ReportState, name: &str) -> Result<&'s ReportFigure, String> {
    let full = |figure: &ReportFigure| format!("{}/{}", figure.stage, figure.name);
    let fitting: Vec<&ReportFigure> =
        state.figures.iter().filter(|figure| figure.name == name || full(figure) == name).collect();
    match fitting.as_slice() {
        [one] => Ok(one),
        [] => {
            let known = state.figures.iter().map(|figure| figure.name.as_str());
            let help = suggestion::help(name, known, "a figure named", "the figures are");
            Err(with_help(format!("no figure is named `{name}`"), help))
        }
        [one, other, ..] => Err(format!(
            "the stages `{}` and `{}` both have a figure `{name}`: say which, `figure(\"{}\")`",
            one.stage,
            other.stage,
            full(one)
        )),
    }
}
