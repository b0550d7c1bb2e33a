//! Templates and inputs → Markdown and the citations of its numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use super::citation::{Citation, Ledger};
use super::error::RenderError;
use super::inputs::ReportInputs;
use super::tidy::tidy;
use super::{comparative, comparison, context, format};

/// The template that is the report; every other one is included by it.
pub const MAIN_TEMPLATE: &str = "main.md.j2";

/// A finished report.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// The report, as GitHub-flavoured Markdown.
    pub markdown: String,
    /// Every number in it that is a measure, in the order of the text.
    pub citations: Vec<Citation>,
}

/// Renders a report.
///
/// `templates` are the files of the template folder by their name relative to it, with forward slashes.
///
/// # Errors
/// [`RenderError`], with the template and the line that are at fault and what to do.
pub fn render(templates: &BTreeMap<String, String>, inputs: &ReportInputs) -> Result<Rendered, RenderError> {
    if !templates.contains_key(MAIN_TEMPLATE) {
        return Err(RenderError::NoMain { name: MAIN_TEMPLATE.to_owned() });
    }
    let ledger = Arc::new(Ledger::default());
    let environment = environment(templates, &ledger).map_err(|error| RenderError::of(&error))?;
    let marked = environment
        .get_template(MAIN_TEMPLATE)
        .and_then(|main| main.render(context::build(inputs, templates)))
        .map_err(|error| RenderError::of(&error))?;
    let told = comparative::settle(&tidy(&marked))
        .map_err(|loose| RenderError::Unborne { line: loose.line, word: loose.word })?;
    let (markdown, citations) = ledger
        .settle(&told)
        .map_err(|stray| RenderError::Unformatted { line: stray.line, text: stray.text })?;
    Ok(Rendered { markdown, citations })
}

fn environment(
    templates: &BTreeMap<String, String>,
    ledger: &Arc<Ledger>,
) -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_syntax(
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?,
    );
    // Errors carry the expression at fault only so; the report itself does not change.
    environment.set_debug(true);
    format::install(&mut environment, ledger);
    comparison::install(&mut environment);
    comparative::install(&mut environment);
    for (name, text) in templates {
        environment.add_template_owned(name.clone(), text.clone())?;
    }
    Ok(environment)
}
