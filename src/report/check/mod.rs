//! The check of templates when a pipeline is loaded: no uncited numeral, every name exists, and what is used.
//!
//! template ──`parse`──▶ syntax tree ──`document`──▶ texts ──`markdown`──▶ numerals ──`legal`, `code`──▶ mistakes
//! syntax tree ──`statements`, `expressions`──▶ [`Uses`], mistakes
//!
//! | module | its duty |
//! |---|---|
//! | `parse` | text → minijinja's syntax tree, within bounds |
//! | `document` | what a template would print, with a word for each expression |
//! | `markdown` | the numerals of a document, by where they stand |
//! | `legal` | which numerals of literal text need no source |
//! | `code` | code and formulas that are only a number |
//! | `words` | a line's words |
//! | `names` | the project's names and terms |
//! | `statements` | tags: scopes, macros, other templates |
//! | `expressions` | what expressions name, and what they print |
//! | `stage_names` | what they name of the pipeline |
//! | `functions` | calls of the functions of reports |
//! | `vocabulary` | functions, filters and what stands behind a dot |
//! | `uses` | what templates use |
//!
//! Invariants
//! - Checks go by what the parsers say a text is, and never by how a sentence is worded: nothing but numerals is policed.
//! - Only templates that are used are read, and each once.
//! - No template, however long or deep, takes seconds or overflows the stack.

mod code;
mod document;
mod expressions;
mod filters;
mod functions;
mod legal;
mod markdown;
mod names;
mod parse;
mod stage_names;
mod statements;
mod uses;
mod vocabulary;
mod words;

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod places;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use minijinja::machinery::ast::Stmt;
use recount_engine::diagnostic::{Diagnostic, Diagnostics, Place, Source};
use recount_engine::spec::Pipeline;

pub use self::parse::{MAX_TEMPLATE_BYTES, syntax};
pub use self::uses::Uses;
pub(crate) use self::vocabulary::FUNCTIONS;

use self::document::{Document, documents};
use self::markdown::{Found, numerals};
use self::names::Names;

/// Templates of a report at most.
const MAX_TEMPLATES: usize = 1_000;

/// What a template may name.
#[derive(Clone, Copy, Debug)]
pub struct Project<'a> {
    /// The stages with their variants, coordinates, parameters and measures, and the title.
    pub pipeline: &'a Pipeline,
    /// The figures: the stage that draws it, and its name.
    pub figures: &'a [(String, String)],
    /// What may stand in literal text although it begins with a digit, such as `20 newsgroups`, and where it is listed.
    pub terms: &'a [(String, Place)],
}

/// What a check gives.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// What the templates use.
    pub uses: Uses,
    /// Every mistake.
    pub diagnostics: Diagnostics,
}

/// Checks a template, and those that it includes, imports or extends.
///
/// `read` gives a template by its path, as it is written in the tag, or says why it can't be had: "no such file".
pub fn check(
    template: &Arc<Source>,
    project: &Project<'_>,
    read: &mut dyn FnMut(&str) -> Result<Arc<Source>, String>,
) -> Checked {
    let mut checked = Checked::default();
    let names = Names::of(project, &mut checked.diagnostics);
    let sources = load(template, read, &mut checked);
    let trees: Vec<(&Arc<Source>, Stmt<'_>)> = sources
        .iter()
        .filter_map(|source| match parse::parse(source) {
            Ok(tree) => Some((source, tree)),
            Err(mistake) => {
                checked.diagnostics.add(mistake);
                None
            }
        })
        .collect();
    let mut assigned = BTreeSet::new();
    trees.iter().for_each(|(_, tree)| statements::assigned(tree, &mut assigned));
    for (source, tree) in &trees {
        check_text(source, tree, &names, &mut checked.diagnostics);
        let mut walk = expressions::Walk::new(source, project, &names, &assigned, &mut checked);
        walk.statement(tree);
    }
    checked
}

/// Checks a pipeline's title, in which whole numbers are legal; gives the first mistake.
pub fn check_title(title: &str, place: &Place, project: &Project<'_>) -> Option<Diagnostic> {
    // The title itself is no reason for its numbers to be legal.
    let pipeline = Pipeline { title: String::new(), stages: project.pipeline.stages.clone() };
    let names = Names::of(&Project { pipeline: &pipeline, ..*project }, &mut Diagnostics::default());
    let numeral = legal::uncited_in_title(title, &names).into_iter().next()?;
    let message = format!("`{}` in the title has no source", &title[numeral.clone()]);
    let help = "say it in the report, where it can be cited; a title may have whole numbers";
    Some(Diagnostic::error(message).at(&place.narrowed_to(title, numeral)).help(help))
}

/// Reads the templates that are used, at any distance; those that can't be parsed are reported by whoever needs the tree.
fn load(
    first: &Arc<Source>,
    read: &mut dyn FnMut(&str) -> Result<Arc<Source>, String>,
    checked: &mut Checked,
) -> Vec<Arc<Source>> {
    let mut sources = vec![Arc::clone(first)];
    checked.uses.templates.insert(first.name().to_owned());
    let mut next = 0;
    while let Some(source) = sources.get(next).cloned() {
        next += 1;
        let Ok(tree) = parse::parse(&source) else { continue };
        let mut named = Vec::new();
        statements::templates(&tree, &mut named);
        for (name, span) in named {
            let place = Place::new(&source, span);
            if checked.uses.templates.contains(&name) {
                continue;
            }
            if sources.len() == MAX_TEMPLATES {
                let message = format!("a report has more than {MAX_TEMPLATES} templates");
                checked.diagnostics.add(Diagnostic::error(message).at(&place));
                return sources;
            }
            match read(&name) {
                Ok(template) => {
                    checked.uses.templates.insert(name);
                    sources.push(template);
                }
                Err(why) => {
                    let message = format!("the template `{name}` can't be read: {why}");
                    checked.diagnostics.add(Diagnostic::error(message).at(&place));
                }
            }
        }
    }
    sources
}

/// Reports the numerals of a template's literal text that have no source.
fn check_text(source: &Arc<Source>, tree: &Stmt<'_>, names: &Names, diagnostics: &mut Diagnostics) {
    let Stmt::Template(template) = tree else { return };
    let Some(documents) = documents(&template.children) else {
        let message = "the template has too many branches that exclude each other";
        let help = "split it: `{% include \"part.md.j2\" %}`";
        diagnostics.add(Diagnostic::error(message).at(&Place::whole(source)).help(help));
        return;
    };
    // The same text is in several documents.
    let mut found: BTreeMap<(usize, usize), Found> = BTreeMap::new();
    for document in documents {
        for numeral in numerals(&document, names) {
            let range = document.source_of(range_of(&numeral));
            found.insert((range.start, range.end), numeral);
        }
    }
    for ((start, end), numeral) in found {
        diagnostics.add_with(|| mistake(&numeral, &Place::new(source, start..end)));
    }
}

/// Reports the numerals of a string constant that have no source; `place` is where it is written.
fn check_string(value: &str, place: &Place, names: &Names, diagnostics: &mut Diagnostics) {
    let document = Document::of_string(value);
    for numeral in numerals(&document, names) {
        diagnostics.add_with(|| {
            let place = place.narrowed_to(value, document.source_of(range_of(&numeral)));
            mistake(&numeral, &place)
        });
    }
}

fn range_of(numeral: &Found) -> Range<usize> {
    match numeral {
        Found::Uncited(range) | Found::Touches(range) => range.clone(),
    }
}

fn mistake(numeral: &Found, place: &Place) -> Diagnostic {
    let text = place.text();
    match numeral {
        Found::Uncited(_) => Diagnostic::error(format!("`{text}` is a number without a source")).at(place).help(format!(
            "cite it: `{{{{ STAGE.MEASURE | fixed(3) }}}}`; or say whose it is: `{{{{ \"{text}\" | stated(\"the \
             assignment\") }}}}`; or, if it is part of a name, list that under `terms:`"
        )),
        Found::Touches(_) => Diagnostic::error(format!("`{text}` touches an expression, as if both were one number"))
            .at(place)
            .help("have the expression print all of it, or put a space between"),
    }
}
