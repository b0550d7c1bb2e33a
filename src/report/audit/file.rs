//! What every number of a report is from, as a file beside it: `NAME.audit.json`.
//!
//! Invariants
//! - It answers without a store: it holds every run that the report rests on, at any distance.
//! - Nothing in it was only observed: no clock, no machine, no bytes that equal keys do not promise.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The version of the format.
pub const VERSION: u32 = 1;

/// What is known of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditFile {
    /// The version of the format.
    pub version: u32,
    /// The report's file, relative to the project.
    pub report: String,
    /// Its title.
    pub title: String,
    /// Whether it is made from stand-in data.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stand_in: bool,
    /// Every number by its reference.
    pub numbers: BTreeMap<String, AuditNumber>,
    /// Every comparison, in the order of the report.
    pub comparisons: Vec<AuditComparison>,
    /// The figures that it shows.
    pub figures: Vec<AuditFigure>,
    /// The runs that it rests on, by instance.
    pub runs: BTreeMap<String, AuditRun>,
    /// What determined these runs and what they made, by key.
    pub results: BTreeMap<String, AuditResult>,
    /// The settings of stages and variants, by what names their runs: `fit[svm]`.
    pub settings: BTreeMap<String, BTreeMap<String, AuditSetting>>,
}

/// A number of the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditNumber {
    /// As it is printed.
    pub text: String,
    /// How it is rounded: `fixed(3)`.
    pub format: String,
    /// The lines and columns at which it stands, from 1, in characters.
    pub places: Vec<(usize, usize)>,
    /// What is printed.
    #[serde(flatten)]
    pub quantity: AuditQuantity,
}

/// A number before rounding, and where it is from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditQuantity {
    /// Where it is from, as a text.
    pub address: String,
    /// What it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// A value for each repeat; none where it lacks it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Option<f64>>,
    /// Why repeats lack a value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacking: Vec<String>,
    /// What it is made from.
    pub from: AuditOrigin,
}

/// What a number is made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditOrigin {
    /// Values of runs.
    Runs(Vec<AuditValue>),
    /// Other numbers.
    Derived {
        /// How: `difference`, `mean`.
        how: String,
        /// These, in the order of the computation.
        parts: Vec<AuditQuantity>,
    },
    /// Runs that were counted.
    Counted(Vec<String>),
    /// Something that somebody wrote.
    Written {
        /// As it is spelled there.
        spelled: String,
        /// The file and the line: `stages/fit.yaml:12`; nothing of a default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<String>,
        /// The variant that a setting is inherited from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        variant: Option<String>,
        /// Who states it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
}

/// The value of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditValue {
    /// The run's instance.
    pub run: String,
    /// Its value; none where it lacks it.
    pub value: Option<f64>,
    /// The repeat that it belongs to, from 0; none where another run with the same key stands for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<usize>,
}

/// A comparison that the report made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditComparison {
    /// What is compared, by its address.
    pub one: String,
    /// With what.
    pub other: String,
    /// What was found: `higher`, `lower`, `same`, `unclear`.
    pub relation: String,
    /// Why where that is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The mean of the first minus that of the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<f64>,
    /// Two-sided p value, where there was a test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// The same, adjusted after Holm for all comparisons of the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjusted_p: Option<f64>,
}

/// A figure of the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditFigure {
    /// The stage that makes it.
    pub stage: String,
    /// Its name.
    pub name: String,
    /// Its file, relative to the project.
    pub path: String,
    /// What it is drawn from.
    pub draws: Vec<String>,
}

/// A run that the report rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditRun {
    /// Its key: that of its result.
    pub key: String,
    /// What names its settings: `fit[svm]`.
    pub settings: String,
}

/// What determined a run, and what it made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditResult {
    /// Its kind.
    pub kind: String,
    /// Digest of the code that decides its bytes.
    pub code: String,
    /// Its seed, where it draws from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Values of the project's files that it read, by address.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
    /// The project's files that it read, by path, with their digests.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, String>,
    /// The outputs of other runs that it read: `prepare/data.csv`, with their digests.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, String>,
    /// What it made, with the digests that equal keys promise.
    pub outputs: BTreeMap<String, String>,
}

/// A setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditSetting {
    /// Its value.
    pub value: String,
    /// Where it is written: `stages/fit.yaml:12`; nothing of a default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The variant that says it, where it is inherited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inherited: Option<String>,
}

impl AuditFile {
    /// Reads the file.
    ///
    /// # Errors
    /// What is wrong with it, in one phrase.
    pub fn parse(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let versioned: Versioned = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if versioned.version != VERSION {
            return Err(format!(
                "it has version {}, and this program reads version {VERSION}",
                versioned.version
            ));
        }
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// Writes the file.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("it has texts for its keys and finite numbers") + "\n"
    }
}
