//! The events of a run; the engine itself prints nothing.

use crate::decide::reason::Reason;
use crate::kind::Failure;
use crate::plan::graph::InstanceId;
use crate::summary::Summary;

/// Receives the events of a run.
pub trait Observer: Sync {
    /// Takes one event; called from several threads, and never for two events of one instance at once.
    fn event(&self, event: Event<'_>);
}

/// An instance that a run is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The instance.
    pub instance: InstanceId,
    /// Its name.
    pub name: String,
    /// The kind's estimate of its work; comparable within a kind.
    pub cost: f64,
}

/// Something that happened.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Another process writes to the store; this one waits. Reported once.
    Waiting,
    /// The run is about these instances.
    Planned {
        /// The instances, in topological order.
        instances: &'a [Planned],
    },
    /// An instance was fresh.
    Fresh {
        /// The instance.
        instance: InstanceId,
        /// Its name.
        name: &'a str,
    },
    /// An instance runs from now on.
    Started {
        /// The instance.
        instance: InstanceId,
        /// Its name.
        name: &'a str,
    },
    /// A running instance has come so far.
    Progress {
        /// The instance.
        instance: InstanceId,
        /// Its name.
        name: &'a str,
        /// How much of it is done.
        fraction: f64,
        /// Its state, in a few words.
        message: &'a str,
    },
    /// A program still runs; this is the last line that it printed so far.
    Line {
        /// The instance.
        instance: InstanceId,
        /// Its name.
        name: &'a str,
        /// The line, fit for a terminal; empty if it has printed nothing.
        line: &'a str,
    },
    /// There is something to read that is not a failure.
    Notice {
        /// The instance.
        instance: InstanceId,
        /// Its name.
        name: &'a str,
        /// One line.
        line: &'a str,
    },
    /// Something of a person's was moved out of the way of an output.
    SetAside {
        /// One line.
        line: &'a str,
    },
    /// A place is no longer in the pipeline.
    Retired {
        /// The place.
        place: &'a str,
        /// Why what is there stays; `None` where it was taken away.
        stays: Option<&'static str>,
    },
    /// An instance ran.
    Ran {
        /// The instance.
        instance: InstanceId,
        /// Its name.
        name: &'a str,
        /// Why.
        reasons: &'a [Reason],
        /// How long it took.
        seconds: f64,
    },
    /// An instance has the same key as another one that ran, and its outputs.
    Shared {
        /// The instance.
        instance: InstanceId,
        /// Its name.
        name: &'a str,
        /// The other one's name.
        with: &'a str,
    },
    /// An instance failed.
    Failed {
        /// The instance.
        instance: InstanceId,
        /// Its name.
        name: &'a str,
        /// Why.
        failure: &'a Failure,
    },
    /// An instance could not be begun.
    Skipped {
        /// The instance.
        instance: InstanceId,
        /// Its name.
        name: &'a str,
        /// The name of the one that failed.
        because: &'a str,
    },
    /// The run is over.
    Finished {
        /// What became of every instance.
        summary: &'a Summary,
    },
}
