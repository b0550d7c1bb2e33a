//! Templates and evidence → a report as Markdown, each number of it a link to where it is from.
//!
//! ```text
//! templates ──minijinja──▶ text with placeholders ──`finish`──▶ Markdown, references, places
//!                │
//!   `environment`: names, functions, filters ──▶ `runs`, `numbers`, `comparisons`, `tables`, `claims`, `data`, `blocks`
//! ```
//!
//! | file | its duty |
//! |---|---|
//! | `environment` | minijinja's environment, and how values print |
//! | `texts` | values as texts, and what they are called in messages |
//! | `state` | what a rendering collects: citations, comparisons, placeholders |
//! | `placeholders` | placeholders in a text until it is finished |
//! | `runs`, `settings` | runs of a stage, and their settings |
//! | `numbers` | numbers |
//! | `calculations` | what is computed from numbers and runs, and formats |
//! | `comparisons`, `ranking` | `compare … \| say`, `best` |
//! | `tables` | `table` |
//! | `claims` | `claims`, `verdict`, `tally` |
//! | `data` | values of the project's own files |
//! | `stated` | numbers of the author's own |
//! | `blocks` | figures and folded parts |
//! | `failure` | a template's failure as a diagnostic |
//! | `markdown` | what a text is written as in Markdown |
//! | `finish` | placeholders → links |
//! | `links` | their definitions, and the proof that each citation is one |
//!
//! Invariants
//! - A number prints with its source or not at all.
//! - What an expression prints is text: letters that Markdown would read are escaped; a template's literal text, and what
//!   is made of it, is Markdown.
//! - The same inputs give the same bytes; no rendering takes more than a bounded time and memory.

mod blocks;
mod calculations;
mod claims;
mod comparisons;
mod data;
mod environment;
mod failure;
mod finish;
mod links;
mod markdown;
mod numbers;
mod placeholders;
mod ranking;
mod runs;
mod settings;
mod state;
mod stated;
mod tables;
#[cfg(test)]
mod tests;
mod texts;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use recount_engine::diagnostic::{Diagnostics, Source};

use crate::citation::{Citation, ReferenceId};
use crate::claim::Claims;
use crate::evidence::Evidence;
use crate::quantity::Relation;
use crate::statistics::Comparison;

pub use data::DataFiles;
pub(crate) use links::{definitions, link};
pub(crate) use markdown::{MARKDOWN, link_target, relative_path};

/// Everything that a report is made from.
#[derive(Clone)]
pub struct ReportInputs {
    /// The report's file, relative to the project: `report/week.md`.
    pub output: String,
    /// Its title.
    pub title: String,
    /// The template that is the report.
    pub template: String,
    /// The templates by their path, as tags name them.
    pub templates: BTreeMap<String, Arc<Source>>,
    /// The runs.
    pub evidence: Arc<Evidence>,
    /// The claims, if there are any.
    pub claims: Option<Claims>,
    /// The project's own files.
    pub data: DataFiles,
    /// The figures that it may show.
    pub figures: Vec<ReportFigure>,
    /// How every comparison turns out, where a template is only tried.
    pub forced: Option<Relation>,
    /// Set by whoever wants the rendering to stop.
    pub stop: Arc<AtomicBool>,
}

/// A figure that a report may show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFigure {
    /// The stage that makes it.
    pub stage: String,
    /// What a template calls it.
    pub name: String,
    /// What is to be seen.
    pub title: String,
    /// Its file, relative to the project.
    pub path: String,
    /// What it is drawn from: `fit.accuracy`.
    pub draws: Vec<String>,
}

/// A finished report.
#[derive(Clone, Debug)]
pub struct RenderedReport {
    /// The report, as GitHub-flavoured Markdown.
    pub markdown: String,
    /// Every number in it, by its reference.
    pub citations: BTreeMap<ReferenceId, CitedNumber>,
    /// Every comparison that was made for it, in order.
    pub comparisons: Vec<MadeComparison>,
    /// The figures that it shows, in order.
    pub figures: Vec<ReportFigure>,
}

/// A number of a report, and where it is.
#[derive(Clone, Debug)]
pub struct CitedNumber {
    /// The number as it is printed.
    pub citation: Citation,
    /// Lines and columns at which it is, from 1, in characters.
    pub places: Vec<(usize, usize)>,
}

/// A comparison that was made for a report.
#[derive(Clone, Debug, PartialEq)]
pub struct MadeComparison {
    /// What is compared, by its address.
    pub one: String,
    /// With what.
    pub other: String,
    /// What was found.
    pub comparison: Comparison,
}

/// A report that could not be finished.
#[derive(Clone, Debug)]
pub struct RefusedReport {
    /// What is wrong.
    pub diagnostics: Diagnostics,
    /// The text as far as it came, where there is one.
    pub draft: Option<String>,
}

/// Renders a report.
///
/// # Errors
/// What is wrong in the templates, at the expression; or in what they make, with the draft.
pub fn render(inputs: &ReportInputs) -> Result<RenderedReport, Box<RefusedReport>> {
    let state = state::ReportState::of(inputs);
    claims::note_comparisons(&state);
    let text = environment::render(inputs, &state).map_err(|error| {
        let diagnostics = failure::diagnostic(&error, &inputs.templates).into();
        Box::new(RefusedReport { diagnostics, draft: None })
    })?;
    finish::finish(&text, inputs, &state)
}
