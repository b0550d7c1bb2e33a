//! What a page is made from.

use std::collections::BTreeMap;

use crate::audit::{AuditFile, ObservedRun};
use crate::results::Table;

/// What a page is made from.
pub struct PageInputs<'p> {
    /// What the report's numbers are from.
    pub audit: &'p AuditFile,
    /// The report, in Markdown.
    pub report: &'p str,
    /// The pictures that it shows, by their paths in the project; what is missing is named in the page.
    pub pictures: &'p BTreeMap<String, Vec<u8>>,
    /// What runs measured.
    pub tables: &'p [PageTable],
    /// The pipeline's stages, in topological order.
    pub stages: &'p [PageStage],
    /// What was observed of the run with a key, where that is known.
    pub observed: ObservedRun<'p, String>,
    /// The commit of the project, and whether its files are those of the commit.
    pub commit: Option<&'p PageCommit>,
    /// What the page can't say, and why.
    pub missing: &'p [String],
    /// The way from the page's folder to the report's: empty, or with a slash at its end.
    pub way_to_report: &'p str,
}

/// What the runs of stages that share their rows measured.
pub struct PageTable {
    /// A row for each run.
    pub runs: Table,
    /// A row for runs that differ in nothing but their repeats; `None` where nothing is repeated.
    pub over_repeats: Option<Table>,
}

/// A stage of the pipeline.
pub struct PageStage {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// The places, in the list of stages, of those that it needs.
    pub needs: Vec<usize>,
    /// How many of its instances are in which state: `fresh`, `stale`.
    pub states: Vec<(String, usize)>,
}

/// A commit.
pub struct PageCommit {
    /// Its digest.
    pub digest: String,
    /// Whether some file is not as it was committed.
    pub is_edited: bool,
}
