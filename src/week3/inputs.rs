//! What a report is made from: plain results, with the names of the outputs they were read from.
//!
//! Invariants
//! - Knows no pipeline: settings are JSON values by name, runs are named by whoever ran them.

use std::collections::BTreeMap;

use crate::lab::data::DataCard;
use crate::lab::history::{History, Observed};
use crate::lab::metrics::Metrics;

use super::audit::{FigureFile, Provenance};
use super::claims::Claim;
use super::source::SourceDocument;
use super::svg;

/// All that a report is made from.
#[derive(Clone, Debug)]
pub struct ReportInputs {
    /// What the report is called.
    pub title: String,
    /// Facts about the data.
    pub data: DataCard,
    /// The output that holds them, such as `prepare/data-card.json`.
    pub data_output: String,
    /// Every variant, in the order in which its file names them.
    pub variants: Vec<VariantResult>,
    /// The sections of the source document.
    pub source: SourceDocument,
    /// What it claims.
    pub claims: Vec<Claim>,
    /// The figures that exist.
    pub plots: Vec<PlotReference>,
    /// Each `--set` that was in force, as it was typed.
    pub overrides: Vec<String>,
    /// Whether the data is generated, so that the source's figures are about something else.
    pub synthetic: bool,
    /// The settings of the stage that trains, which variants without a parent are derived from.
    pub base: BTreeMap<String, serde_json::Value>,
    /// Where everything is from.
    pub provenance: Provenance,
}

/// One variant's settings and runs.
#[derive(Clone, Debug)]
pub struct VariantResult {
    /// Its name.
    pub name: String,
    /// The variant it is derived from.
    pub from: Option<String>,
    /// Every setting, as declared or inherited.
    pub declared: BTreeMap<String, serde_json::Value>,
    /// The settings that its runs really use.
    pub effective: BTreeMap<String, serde_json::Value>,
    /// The declared settings that differ from those of the variant it is derived from.
    pub changed: Vec<Change>,
    /// The settings that differ in effect from those of the variant it is derived from.
    pub differs: Vec<Difference>,
    /// Its runs, one for each seed.
    pub runs: Vec<RunResult>,
    /// Other variants with equal effective settings.
    pub same_as: Vec<String>,
    /// The declared settings that have no effect.
    pub ineffective: Vec<Ineffective>,
}

/// A setting that a variant changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The setting.
    pub name: String,
    /// Its value in the variant that this one is derived from.
    pub old: serde_json::Value,
    /// Its value here.
    pub new: serde_json::Value,
}

/// A setting whose effect differs from that in the variant that this one is derived from.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The setting.
    pub name: String,
    /// Its value there; `None` where it has no effect.
    pub old: Option<serde_json::Value>,
    /// Its value here; `None` where it has no effect.
    pub new: Option<serde_json::Value>,
}

/// A setting that its run does not use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ineffective {
    /// The setting.
    pub parameter: String,
    /// Why, as the circumstance alone: `with one layer`.
    pub reason: String,
}

/// One training and its evaluation.
#[derive(Clone, Debug)]
pub struct RunResult {
    /// The seed.
    pub seed: u64,
    /// The training that `history.json` and `observed.json` are from, such as `train[2.4.2,seed=1]`.
    pub train: String,
    /// The evaluation that `metrics.json` is from, such as `evaluate[2.4.2,seed=1]`.
    pub evaluate: String,
    /// What the evaluation measured.
    pub metrics: Metrics,
    /// The course of the training.
    pub history: History,
    /// What was only observed of the training.
    pub observed: Observed,
}

/// A figure that the report can show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlotReference {
    /// The figure's name, such as `curves-2.4`.
    pub name: String,
    /// Its file relative to the report, such as `plots/curves-2.4.svg`.
    pub path: String,
    /// What it is called, as its document says.
    pub title: String,
}

impl PlotReference {
    /// Names a figure by its file, and by the title of its document.
    pub fn of(figure: &FigureFile) -> Self {
        let file = figure.path.rsplit('/').next().unwrap_or(&figure.path);
        Self {
            name: file.trim_end_matches(".svg").to_owned(),
            path: figure.path.clone(),
            title: svg::title(&figure.svg),
        }
    }
}
