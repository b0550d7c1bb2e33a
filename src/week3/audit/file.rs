//! The audit file: `week-3.audit.json`, of version [`VERSION`]; `docs/audit.schema.json` describes its form.
//!
//! Invariants
//! - One entry a line, so that git diffs read well; equal contents have equal bytes.
//! - A part of an aggregate stands before the aggregate, so that no number is made of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::week3::constant::Constant;
use crate::week3::format::Format;
use crate::week3::measure::Aggregate;
use crate::week3::number::Number;
use recount_engine::digest::{Digest, Key, ObjectId};

use super::provenance::Place;

/// The version of the form that is written, and the only one that is read.
pub const VERSION: u32 = 2;

/// Where every number of a report is from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditFile {
    /// The version of its form.
    pub recount_audit: u32,
    /// The report that it is about.
    pub report: ReportEntry,
    /// The variants, and where each of their settings was said.
    pub variants: Vec<VariantEntry>,
    /// The runs that the report is made from.
    pub runs: Vec<RunEntry>,
    /// Numbers before rounding, parts before what they are parts of.
    pub sources: Vec<SourceEntry>,
    /// Numbers as printed, in the order of their names: `n1`, `n2`, …
    pub references: Vec<ReferenceEntry>,
    /// The figures beside the report.
    pub figures: Vec<FigureEntry>,
}

/// The report that an audit file is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportEntry {
    /// Its file name; it stands beside the audit file.
    pub file: String,
    /// Digest of its bytes.
    pub sha256: Digest,
    /// What it is called.
    pub title: String,
    /// The file that holds the source document's figures, relative to the project.
    pub source: String,
}

/// A variant, or the stage's own parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariantEntry {
    /// Its name; empty for the stage's own parameters.
    pub name: String,
    /// The variant that it is derived from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Its settings, its own and the inherited ones.
    pub settings: BTreeMap<String, SettingEntry>,
}

/// One setting of a variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingEntry {
    /// Its value; absent where only its place is of interest.
    pub value: Json,
    /// Where it was said.
    pub place: Place,
    /// Why it has no effect, where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_effect: Option<String>,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunEntry {
    /// Digest of its recipe.
    pub key: Key,
    /// The instances that share it.
    pub instances: Vec<String>,
    /// Its kind.
    pub kind: String,
    /// Digest of its kind's code.
    pub code: Digest,
    /// Its seed, where it drew from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The parameters that had an effect.
    pub parameters: BTreeMap<String, Json>,
    /// What it read of other runs.
    pub inputs: BTreeMap<String, ObjectId>,
    /// What it read of the project.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, ObjectId>,
    /// What it made.
    pub outputs: BTreeMap<String, ObjectId>,
}

/// A number before rounding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceEntry {
    /// The number.
    pub value: Number,
    /// Where it is from.
    pub from: Origin,
}

/// Where a number is from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Origin {
    /// A place in an output of a run.
    Output {
        /// The run and its output, such as `evaluate[2.4.2,seed=1]/metrics.json`.
        of: String,
        /// The place, as a JSON pointer.
        at: String,
    },
    /// The index of an entry in a list of an output.
    Index {
        /// The run and its output.
        of: String,
        /// The entry, as a JSON pointer.
        at: String,
    },
    /// The seed of a run.
    Seed {
        /// The run, such as `train[2.4.2,seed=1]`.
        of: String,
    },
    /// A setting, whose place its variant's entry has.
    Parameter {
        /// The variant; empty for the stage's own parameters.
        variant: String,
        /// The setting.
        name: String,
        /// Its value as it is spelled.
        spelled: String,
    },
    /// A figure of the source document.
    Quoted {
        /// The section of the document.
        section: String,
        /// The figure as the document prints it.
        spelled: String,
        /// The line of the file that holds the source's figures, from 1.
        line: usize,
    },
    /// A number that the program decides by.
    Constant(Constant),
    /// Made from other numbers.
    Made {
        /// How.
        by: Aggregate,
        /// From what: indices of sources, each smaller than this one's.
        parts: Vec<usize>,
    },
}

/// A number as printed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceEntry {
    /// Its name in the report, such as `n42`.
    pub name: String,
    /// The number as printed, without its unit.
    pub text: String,
    /// How it is printed.
    pub format: Format,
    /// Index of the number before rounding.
    pub source: usize,
    /// Where it stands in the report: line and column of its first character, from 1. Empty for one that
    /// only a figure shows, whose entry has its line.
    pub places: Vec<(usize, usize)>,
}

/// A figure beside the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureEntry {
    /// Its path relative to the report.
    pub file: String,
    /// Digest of its bytes.
    pub sha256: Digest,
    /// The references of the numbers that it prints, in the order of its text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// The line, from 1, on which each of them stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<usize>,
}

impl ReferenceEntry {
    /// Gives the link that the report has at each of its places.
    pub fn link(&self) -> String {
        format!("[{}][{}]", self.text, self.name)
    }
}

impl FigureEntry {
    /// Gives the lines on which the figure prints a reference.
    pub fn lines_of(&self, reference: &str) -> impl Iterator<Item = usize> {
        let shown = self.references.iter().zip(&self.lines);
        shown.filter(move |(name, _)| *name == reference).map(|(_, line)| *line)
    }
}

impl AuditFile {
    /// Gives the file's text.
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "{{\n\"recount_audit\": {},\n\"report\": {},\n",
            self.recount_audit,
            one_line(&self.report)
        );
        text.push_str(&table("variants", &self.variants, ",\n"));
        text.push_str(&table("runs", &self.runs, ",\n"));
        text.push_str(&table("sources", &self.sources, ",\n"));
        text.push_str(&table("references", &self.references, ",\n"));
        text.push_str(&table("figures", &self.figures, "\n}\n"));
        text
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// What is wrong with it, with its line where that is known.
    pub fn read(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Versioned {
            recount_audit: u32,
        }
        let versioned: Versioned = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if versioned.recount_audit != VERSION {
            return Err(format!(
                "its form has version {}, and this program reads version {VERSION}",
                versioned.recount_audit
            ));
        }
        let file: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        file.check().map(|()| file)
    }

    /// Finds the run of an instance.
    pub fn run_of(&self, instance: &str) -> Option<(usize, &RunEntry)> {
        self.runs.iter().enumerate().find(|(_, run)| run.instances.iter().any(|name| name == instance))
    }

    fn check(&self) -> Result<(), String> {
        for (index, source) in self.sources.iter().enumerate() {
            if let Origin::Made { parts, .. } = &source.from
                && parts.iter().any(|part| *part >= index)
            {
                return Err(format!("source {index} is made of one that does not stand before it"));
            }
        }
        for figure in &self.figures {
            if figure.lines.len() != figure.references.len() {
                return Err(format!("{} has not one line for each number", figure.file));
            }
        }
        for reference in &self.references {
            if reference.source >= self.sources.len() {
                return Err(format!("{} has no source", reference.name));
            }
        }
        Ok(())
    }
}

fn one_line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("our own types have text keys and finite numbers")
}

fn table(name: &str, entries: &[impl Serialize], end: &str) -> String {
    let lines: Vec<String> = entries.iter().map(one_line).collect();
    format!("\"{name}\": [\n{}\n]{end}", lines.join(",\n"))
}
