//! All parts of a page → the file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use recount_engine::digest::Digest;
use serde::Serialize;

use super::anchors::Anchors;
use super::chains::{Chain, chains};
use super::escape::format_value;
use super::inputs::PageInputs;
use super::layers::{StageBox, layers};
use super::report_text::report_text;
use super::runs::{RunPart, SettingsPart, run_parts, settings_parts};
use super::table_view::{TableView, table_views};
use crate::audit::{AuditComparison, AuditFigure};
use crate::figure;

/// How a page begins: only a file that begins so is written over.
pub const MARKER: &str = "<!DOCTYPE html>\n<!-- written by `recount page` -->\n";

const TEMPLATE: &str = include_str!("page.html.j2");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the template prints.
#[derive(Serialize)]
struct View<'v> {
    policy: String,
    style: Value,
    script: Value,
    title: &'v str,
    report: &'v str,
    body: Value,
    is_stand_in: bool,
    commit: Option<&'v str>,
    is_edited: bool,
    missing: &'v [String],
    tables: Vec<TableView>,
    layers: Vec<Vec<StageBox>>,
    chains: Vec<Chain>,
    figures: &'v [AuditFigure],
    comparisons: Vec<Comparison<'v>>,
    runs: Vec<RunPart>,
    settings: Vec<SettingsPart>,
}

/// A comparison of the report.
#[derive(Serialize)]
struct Comparison<'v> {
    one: &'v str,
    other: &'v str,
    found: String,
    p: String,
    adjusted_p: String,
}

/// Writes the page.
pub fn html_page(inputs: &PageInputs<'_>) -> String {
    let PageInputs { audit, .. } = inputs;
    let anchors = Anchors::of(audit);
    let style = format!("{STYLE}{}", figure::style_sheet());
    let view = View {
        policy: policy(&style, SCRIPT),
        style: Value::from_safe_string(style),
        script: Value::from_safe_string(SCRIPT.to_owned()),
        title: &audit.title,
        report: &audit.report,
        body: Value::from_safe_string(report_text(inputs)),
        is_stand_in: audit.stand_in,
        commit: inputs.commit.map(|commit| commit.digest.as_str()),
        is_edited: inputs.commit.is_some_and(|commit| commit.is_edited),
        missing: inputs.missing,
        tables: table_views(inputs.tables, &anchors),
        layers: layers(inputs.stages),
        chains: chains(audit, &anchors),
        figures: &audit.figures,
        comparisons: audit.comparisons.iter().map(comparison).collect(),
        runs: run_parts(audit, &anchors, inputs.observed),
        settings: settings_parts(&anchors),
    };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .expect("it is the usual syntax"),
    );
    environment.set_formatter(format_value);
    let page = environment
        .render_named_str("page.html", TEMPLATE, Serde(view))
        .expect("the template prints what a view has");
    format!("{MARKER}{page}\n")
}

/// Says what the page may load: its own style, its own script, and pictures that are in it.
fn policy(style: &str, script: &str) -> String {
    let digest = |text: &str| STANDARD.encode(Digest::of(text.as_bytes()).to_bytes());
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        digest(style),
        digest(script)
    )
}

fn comparison(made: &AuditComparison) -> Comparison<'_> {
    let p = |p: Option<f64>| p.map_or_else(|| "–".to_owned(), |p| format!("{p:.4}"));
    Comparison {
        one: &made.one,
        other: &made.other,
        found: match &made.reason {
            Some(reason) => format!("{}: {reason}", made.relation),
            None => made.relation.clone(),
        },
        p: p(made.p),
        adjusted_p: p(made.adjusted_p),
    }
}
