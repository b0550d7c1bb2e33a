//! A number over repeats, with where it is from: all that is printed, compared, claimed or audited.
//!
//! ```text
//! selection + measure ──`measured`──▶ [`Quantity`] ──`derived`──▶ mean, difference, ratio, count of others
//! a person's file ──`written`──▶ a setting, a value of the project's own files, a stated number
//! ```
//!
//! | file | its duty |
//! |---|---|
//! | `measured` | a measure of runs, a value for each repeat |
//! | `derived` | numbers that are computed from others |
//! | `written` | numbers and texts that somebody wrote |
//! | `compared` | two quantities by the one rule |
//!
//! Invariants
//! - Its address says where it is from, and is the same as long as that is the same: it holds no value and no line.
//! - A repeat that lacks its value is in the sample as missing, and in `lacking` with why.

mod compared;
mod derived;
mod measured;
mod written;

use std::sync::Arc;

use recount_engine::digest::Key;
use recount_engine::spec::Better;

use crate::measure::Unread;
use crate::statistics::Sample;

pub use compared::Relation;
pub use derived::{Derivation, Statistic, count, difference, ratio};
pub(crate) use measured::address as measure_address;
pub use measured::{measure_at, measure_named, measure_referenced};
pub use written::{WrittenAt, setting, stated, written};

pub use crate::measure::FRACTION;

/// The unit of a difference of shares.
pub const POINTS: &str = "points";

/// A number over repeats, or a text that is cited as a whole, with where it is from.
#[derive(Clone, Debug)]
pub struct Quantity {
    /// Where it is from, as a text: `fit[svm]/metrics.json#/test/accuracy`; of what is derived, with its parts.
    pub address: String,
    /// What a sentence calls it: the runs' name, such as `svm`.
    pub label: String,
    /// A value for each repeat; of a text none.
    pub sample: Sample,
    /// How it is spelled where it is written; of what is measured or computed `None`.
    pub spelled: Option<String>,
    /// What it is in, such as `s`; [`FRACTION`] for a share of one, [`POINTS`] for a difference of such.
    pub unit: Option<String>,
    /// Which of two is better, if one is.
    pub better: Option<Better>,
    /// Whether it says something of the machine alone.
    pub observed: bool,
    /// The coordinate of each repeat, such as `1` of `seed=1`, in the order of the sample.
    pub repeats: Vec<String>,
    /// Whether two results are compared repeat by repeat.
    pub is_paired: bool,
    /// What it is made from.
    pub origin: Origin,
    /// Why repeats lack a value.
    pub lacking: Vec<Unread>,
}

/// What a quantity is made from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// Values of runs.
    Measured {
        /// The stage, and what of it: `fit/metrics.json#/test/accuracy`.
        what: String,
        /// The stage's name.
        stage: String,
        /// The runs in the plan's order.
        runs: Vec<RunValue>,
    },
    /// Other quantities.
    Derived {
        /// How it is computed from them.
        how: Derivation,
        /// These, in the order of the computation.
        parts: Vec<Arc<Quantity>>,
    },
    /// Runs that were counted.
    Counted {
        /// The instances.
        instances: Vec<String>,
    },
    /// Something that somebody wrote.
    Written(WrittenAt),
}

/// A run with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct RunValue {
    /// The run's instance: `fit[svm,seed=1]`.
    pub instance: String,
    /// Its key; `None` where it has not run.
    pub key: Option<Key>,
    /// Its value; `None` where it lacks it.
    pub value: Option<f64>,
    /// The place in the sample of the repeat that it belongs to; `None` of a run that another one stands for, as their
    /// keys are equal.
    pub repeat: Option<usize>,
}

impl Quantity {
    /// Makes a quantity of one repeat, without a value or anything else that is known of it.
    fn new(address: String, origin: Origin) -> Self {
        Self {
            address,
            label: String::new(),
            sample: Sample::new([]),
            spelled: None,
            unit: None,
            better: None,
            observed: false,
            repeats: vec![String::new()],
            is_paired: false,
            origin,
            lacking: Vec::new(),
        }
    }

    /// Gives its one number: of repeats the mean of those that have a value.
    pub fn number(&self) -> Option<f64> {
        self.sample.summary().map(|summary| summary.mean)
    }

    /// Gives how many repeats have a value and how many there are, where some lack it; of what is derived, of a part.
    pub fn incomplete(&self) -> Option<(usize, usize)> {
        let values = self.sample.values();
        let present = values.iter().flatten().count();
        if present < values.len() && values.len() > 1 || !self.lacking.is_empty() && values.len() == 1 {
            return Some((present, values.len()));
        }
        match &self.origin {
            Origin::Derived { how, .. } if how.counts_repeats() => None,
            Origin::Derived { parts, .. } => parts.iter().find_map(|part| part.incomplete()),
            _ => None,
        }
    }

    /// Gives the keys of the runs that it is measured of; `None` where one has not run, or it is not measured.
    pub fn keys(&self) -> Option<Vec<Key>> {
        match &self.origin {
            Origin::Measured { runs, .. } => runs.iter().map(|run| run.key).collect(),
            _ => None,
        }
    }

    /// Gives the names of all runs that it is from, at any distance, each once, in order.
    pub fn instances(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.collect_instances(&mut found);
        let mut known = std::collections::HashSet::new();
        found.retain(|instance| known.insert(*instance));
        found
    }

    fn collect_instances<'q>(&'q self, found: &mut Vec<&'q str>) {
        match &self.origin {
            Origin::Measured { runs, .. } => found.extend(runs.iter().map(|run| run.instance.as_str())),
            Origin::Derived { parts, .. } => parts.iter().for_each(|part| part.collect_instances(found)),
            Origin::Counted { instances } => found.extend(instances.iter().map(String::as_str)),
            Origin::Written(_) => {}
        }
    }

    /// Says whether it is the same measure of the same runs as another one: their keys are equal.
    pub fn is_same_run(&self, other: &Self) -> bool {
        match (&self.origin, &other.origin) {
            (Origin::Measured { what, .. }, Origin::Measured { what: others, .. }) => {
                what == others && self.keys().is_some() && self.keys() == other.keys()
            }
            (Origin::Derived { how, parts }, Origin::Derived { how: other_how, parts: others }) => {
                let pairs = || parts.iter().zip(others);
                how == other_how
                    && parts.len() == others.len()
                    && pairs().all(|(own, it)| own.is_same_run(it))
            }
            _ => false,
        }
    }
}
