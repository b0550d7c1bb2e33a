//! What templates use of a project, as far as it says so in constants.

use std::collections::BTreeSet;

/// What templates use: it decides what a report needs and reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// The templates, by path: the first one, and what it includes, imports and extends, at any distance.
    pub templates: BTreeSet<String>,
    /// The stages, by name.
    pub stages: BTreeSet<String>,
    /// Declared measures, with their stage where it is known; else it may be any of [`Uses::stages`].
    pub measures: BTreeSet<(Option<String>, String)>,
    /// Addresses in outputs, such as `metrics.json#/a`, with their stage where it is known.
    pub addresses: BTreeSet<(Option<String>, String)>,
    /// The figures, as they are named, whether there is one or not: `curves`, `plot/curves`.
    pub figures: BTreeSet<String>,
    /// What of `data` is used, by its first name.
    pub data: BTreeSet<String>,
    /// The keys by which claims are chosen, with their values where these are constants.
    pub claims: BTreeSet<(String, Option<String>)>,
    /// Whether claims or verdicts are printed, with keys or without.
    pub shows_claims: bool,
}
