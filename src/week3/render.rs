//! Templates and inputs → Markdown whose numbers are links, and the audit that they lead to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use super::audit::{self, AuditFile};
use super::citation::{Citation, Ledger, Reference, Settled, reference_name};
use super::comparative::Entry;
use super::error::RenderError;
use super::inputs::ReportInputs;
use super::marks::Marks;
use super::orphans::{self, Names};
use super::tidy::tidy;
use super::{attributed, beside, comparative, comparison, context, filters, literals, named, shown};

/// The template that is the report; every other one is included by it.
pub const MAIN_TEMPLATE: &str = "main.md.j2";

/// A finished report.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// The report, as GitHub-flavoured Markdown.
    pub markdown: String,
    /// Every number in it that is a measure, in the order of the text.
    pub citations: Vec<Citation>,
    /// What they refer to, by the index that a citation has.
    pub references: Vec<Reference>,
    /// Where every number is from.
    pub audit: AuditFile,
    /// The same as Markdown.
    pub page: String,
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
    let names = Names::of(inputs);
    for (name, text) in templates.iter().filter(|(name, _)| name.ends_with(".j2")) {
        orphans::check_template(name, text, &names)?;
        literals::check(name, text)?;
    }
    let ledger = Arc::new(Ledger::default());
    let words = Arc::new(comparative::words());
    let environment = environment(templates, &ledger, &words, &Arc::new(named::known(inputs)))
        .map_err(|error| RenderError::of(&error))?;
    let marked = environment
        .get_template(MAIN_TEMPLATE)
        .and_then(|main| main.render(context::build(inputs, templates)))
        .map_err(|error| RenderError::of(&error))?;
    let tidied = tidy(&marked);
    let variants = named::variants(inputs);
    attributed::check(&tidied, &ledger, &variants).map_err(RenderError::from)?;
    let told = comparative::settle(&tidied, &words, &ledger, &variants).map_err(RenderError::from)?;
    let Settled { text, citations, references, names: marked } =
        ledger.settle(&told).map_err(RenderError::from)?;
    beside::check(&text, &citations, &references)?;
    shown::check(&text, &inputs.plots)?;
    orphans::check_text(&text, &citations, &names, &marked)?;
    let markdown = text + &definitions(&references, inputs);
    let audit = audit::build(inputs, &markdown, &citations, &references);
    let page = audit::page(&audit, &audit_file_name(&inputs.provenance.page));
    Ok(Rendered { markdown, citations, references, audit, page })
}

/// Gives the file name of the audit file that stands beside its page.
pub fn audit_file_name(page: &str) -> String {
    format!("{}.json", page.trim_end_matches(".md"))
}

/// Writes where each link leads and what hovering over it says; GitHub shows none of these lines.
fn definitions(references: &[Reference], inputs: &ReportInputs) -> String {
    let mut text = String::new();
    for (index, reference) in references.iter().enumerate() {
        let (name, page) = (reference_name(index), &inputs.provenance.page);
        let words = audit::words(&reference.measure, inputs).replace('\\', "/").replace('"', "'");
        text.push_str(&format!("\n[{name}]: {page}#{name} \"{words}\""));
    }
    if text.is_empty() { text } else { text + "\n" }
}

/// How much a report may ask of its templates, in minijinja's fuel: about a second, and 200 MB of text. Week 3 takes 112,000.
const FUEL: u64 = 3_000_000;

fn environment(
    templates: &BTreeMap<String, String>,
    ledger: &Arc<Ledger>,
    words: &Arc<Marks<Entry>>,
    known: &Arc<BTreeSet<String>>,
) -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_syntax(
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?,
    );
    // Errors carry the expression at fault only so; the report itself does not change.
    environment.set_debug(true);
    filters::install(&mut environment, ledger);
    comparison::install(&mut environment);
    comparative::install(&mut environment, words);
    named::install(&mut environment, ledger, known);
    for (name, text) in templates {
        environment.add_template_owned(name.clone(), text.clone())?;
    }
    Ok(environment)
}
