//! What the caller of a report knows besides its numbers: runs, the places of settings, the source's text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use recount_engine::digest::{Digest, Key, ObjectId};

use recount_engine::instance_name::split;

/// Where everything in a report is from.
#[derive(Clone, Debug, Default)]
pub struct Provenance {
    /// The report's file name, such as `week-3.md`.
    pub report: String,
    /// The file name of the audit page, which stands beside the report.
    pub page: String,
    /// The runs, by the instances that share them, such as `train[2.4.2,seed=1]`.
    pub runs: BTreeMap<String, Run>,
    /// Where the settings were said, by variant; those of the stage itself have the empty name.
    pub settings: BTreeMap<String, SettingPlaces>,
    /// The file that holds the source document's figures, relative to the project.
    pub source_file: String,
    /// Its text.
    pub source_text: String,
    /// The figures beside the report.
    pub figures: Vec<FigureFile>,
}

/// Where each setting of a variant was said, by the setting's name.
pub type SettingPlaces = BTreeMap<String, Place>;

/// What determined a run, and what it left.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Digest of its recipe.
    pub key: Key,
    /// Its kind.
    pub kind: String,
    /// Digest of its kind's code.
    pub code: Digest,
    /// Its seed, where it drew from one.
    pub seed: Option<u64>,
    /// The parameters that had an effect.
    pub parameters: BTreeMap<String, Json>,
    /// What it read of other runs.
    pub inputs: BTreeMap<String, ObjectId>,
    /// What it read of the project.
    pub files: BTreeMap<String, ObjectId>,
    /// What it made.
    pub outputs: BTreeMap<String, ObjectId>,
}

/// A figure beside the report.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureFile {
    /// Its path relative to the report.
    pub path: String,
    /// The SVG document.
    pub svg: String,
}

/// Where a setting's value was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Place {
    /// Nowhere: it is the kind's default.
    Default,
    /// On the command line, as it was typed.
    Set(String),
    /// In a file of the project.
    File {
        /// The file, relative to the project.
        path: String,
        /// Line of the value, from 1.
        line: usize,
        /// Column of the value, from 1.
        column: usize,
        /// The variant that says it and that others inherit it from; absent for the stage's own `params`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
}

impl std::fmt::Display for Place {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => out.write_str("the default"),
            Self::Set(text) => write!(out, "--set {text}"),
            Self::File { path, line, .. } => write!(out, "{path}:{line}"),
        }
    }
}

impl Provenance {
    /// Finds the run that left an output such as `train[2.4.2,seed=1]/history.json`.
    pub(crate) fn run_of<'a>(&'a self, output: &'a str) -> Option<(&'a str, &'a Run)> {
        let (instance, _) = split(output);
        self.runs.get_key_value(instance).map(|(instance, run)| (instance.as_str(), run))
    }

    /// Finds where the source's file prints a figure of a section: the line from 1.
    pub(crate) fn quoted_line(&self, section: &str, text: &str) -> Option<usize> {
        quoted_line(&self.source_text, section, text)
    }
}

/// Finds the line, from 1, on which the text of a source file prints a figure of a section: behind that
/// section's `section:`, before the next one.
pub(crate) fn quoted_line(text: &str, section: &str, figure: &str) -> Option<usize> {
    let mut inside = false;
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#')) {
        let mut rest = line;
        if let Some((_, behind)) = line.split_once("section:") {
            let (number, behind) = behind.split_once(',').unwrap_or((behind, ""));
            inside = number.trim().trim_matches(['"', '\'', ' ', '}']) == section;
            rest = behind;
        }
        if inside && holds(rest, figure) {
            return Some(index + 1);
        }
    }
    None
}

/// Says whether a line holds a figure as a value of its own, not as a part of a longer one.
fn holds(line: &str, figure: &str) -> bool {
    let part = |symbol: char| symbol.is_ascii_alphanumeric() || symbol == '.';
    line.match_indices(figure)
        .any(|(at, _)| !line[..at].ends_with(part) && !line[at + figure.len()..].starts_with(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_found_in_its_own_section() {
        let text = "# 0.91\n- { section: \"1\", values: [\"0.91\"] }\n- { section: \"2\",\n    values: [\"0.915\", \"0.91\"] }\n";
        assert_eq!(quoted_line(text, "1", "0.91"), Some(2));
        assert_eq!(quoted_line(text, "2", "0.91"), Some(4));
        assert_eq!(quoted_line(text, "1", "0.915"), None);
    }
}
