//! What became of every instance.

use crate::decide::reason::Reason;
use crate::digest::Key;
use crate::kind::{Failure, Point};
use crate::lockfile::lock_file::LockChange;
use crate::plan::graph::InstanceId;
use crate::project_path::ProjectPath;
use crate::spec::StageId;
use crate::store::RecordedOutput;

/// What became of every instance that a run was about.
#[derive(Debug, Default)]
pub struct Summary {
    /// One for each instance, in topological order.
    pub reports: Vec<Report>,
    /// Whether the run was asked to stop.
    pub cancelled: bool,
    /// What became of `pipeline.lock`, where the run was to update it.
    pub lock: Option<LockChange>,
    /// How long all of it took, in seconds.
    pub seconds: f64,
    /// The places of instances that are no longer in the pipeline, which were taken away.
    pub retired: Vec<ProjectPath>,
    /// Whether something is made from stand-in data.
    pub stand_in: bool,
}

/// What became of one instance.
#[derive(Debug)]
pub struct Report {
    /// The instance.
    pub instance: InstanceId,
    /// Its name.
    pub name: String,
    /// Its stage.
    pub stage: StageId,
    /// Its coordinates.
    pub point: Point,
    /// Its key; `None` where its inputs are not known.
    pub key: Option<Key>,
    /// Its outputs, where it has them.
    pub outputs: Vec<RecordedOutput>,
    /// The files at which its outputs are, where no other stage needs it.
    pub files: Vec<String>,
    /// Places at which an output was missing or another one, and was written (of a status: would be).
    pub written: Vec<String>,
    /// What became of it.
    pub outcome: Outcome,
}

impl Outcome {
    /// Says whether the instance has its outputs.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Fresh | Self::Ran { .. } | Self::Shared { .. })
    }
}

/// What became of one instance.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Its outputs were there.
    Fresh,
    /// It ran.
    Ran {
        /// Why.
        reasons: Vec<Reason>,
        /// How long it took.
        seconds: f64,
    },
    /// Another instance with the same key ran.
    Shared {
        /// The other one's name.
        with: String,
    },
    /// It failed.
    Failed(Failure),
    /// One that it needs, or that has its key, failed.
    Skipped {
        /// The name of the one that failed.
        because: String,
    },
    /// The run was stopped before it was done.
    Stopped,
    /// It would run (of a status only).
    Stale {
        /// Why.
        reasons: Vec<Reason>,
    },
    /// It depends on the outputs of one that would run (of a status only).
    Depends {
        /// The other one's name.
        on: String,
    },
}

impl Summary {
    /// Counts the instances that ran.
    pub fn ran(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Ran { .. }))
    }

    /// Counts the instances that were fresh.
    pub fn fresh(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Fresh))
    }

    /// Counts the instances that have another one's run.
    pub fn shared(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Shared { .. }))
    }

    /// Counts the instances that failed.
    pub fn failed(&self) -> usize {
        self.failures().count()
    }

    /// Counts the instances that were skipped.
    pub fn skipped(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Skipped { .. }))
    }

    /// Counts the instances that the run's end came before.
    pub fn stopped(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Stopped))
    }

    /// Gives every failure, with the instance's name.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &Failure)> {
        self.reports.iter().filter_map(|report| match &report.outcome {
            Outcome::Failed(failure) => Some((report.name.as_str(), failure)),
            _ => None,
        })
    }

    /// Says whether every instance has its outputs.
    pub fn is_complete(&self) -> bool {
        self.reports.iter().all(|report| report.outcome.is_done())
    }

    /// Gives the names of the instances with an outcome.
    pub fn names(&self, of: impl Fn(&Outcome) -> bool) -> Vec<String> {
        self.reports.iter().filter(|report| of(&report.outcome)).map(|report| report.name.clone()).collect()
    }

    /// Says whether all was fresh, and nothing had to be written.
    pub fn is_idle(&self) -> bool {
        let unchanged =
            |report: &Report| matches!(report.outcome, Outcome::Fresh) && report.written.is_empty();
        self.reports.iter().all(unchanged) && self.retired.is_empty()
    }

    fn count(&self, of: impl Fn(&Outcome) -> bool) -> usize {
        self.reports.iter().filter(|report| of(&report.outcome)).count()
    }
}
