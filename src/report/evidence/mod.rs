//! What a report is made from: the pipeline, every stage's runs, and their values.
//!
//! ```text
//! a job of the kind `render` ─┐
//! records (`recount audit`)   ├──▶ [`Evidence`] ──▶ [`crate::selection::Selection`] ──▶ [`crate::quantity::Quantity`]
//! stand-in values (at load)  ─┘
//! ```
//!
//! | file | its duty |
//! |---|---|
//! | `job` | the runs that a job cites |
//! | `cache` | files with values, each read once while there is room |
//! | `invented` | values in the place of measured ones, to try a template with |
//!
//! Invariants
//! - Runs are in the plan's order.
//! - It can be shared between threads.

mod cache;
mod invented;
mod job;

use std::num::NonZeroU64;
use std::sync::Arc;

use recount_engine::Plan;
use recount_engine::digest::{Digest, Key};
use recount_engine::spec::{Axis, Measure, Pipeline, Stage, StageId};

use crate::measure::{Left, Objects, Reading, Run, read_measures};
use cache::CachedObjects;

/// The pipeline, every stage's runs, and who has their outputs.
pub struct Evidence {
    pipeline: Arc<Pipeline>,
    /// By stage.
    runs: Vec<Vec<Run>>,
    values: Values,
    is_stand_in: bool,
}

enum Values {
    Recorded(CachedObjects),
    Invented,
}

impl Evidence {
    /// Takes the pipeline, what each instance left, by its name, and who has the objects.
    ///
    /// `is_stand_in` says whether any of it is made from stand-in data.
    pub fn new(
        pipeline: Arc<Pipeline>,
        left: impl Fn(&str) -> Option<Left>,
        objects: Box<dyn Objects + Send + Sync>,
        is_stand_in: bool,
    ) -> Arc<Self> {
        let values = Values::Recorded(CachedObjects::of(objects));
        Arc::new(Self { runs: runs(&pipeline, left), pipeline, values, is_stand_in })
    }

    /// Invents a value for everything that can be asked for, as if all had run: what a template is tried with before
    /// anything has.
    pub fn invented(pipeline: Arc<Pipeline>) -> Arc<Self> {
        let left =
            |instance: &str| Some(Left { key: Key(Digest::of(instance.as_bytes())), outputs: Vec::new() });
        Arc::new(Self { runs: runs(&pipeline, left), pipeline, values: Values::Invented, is_stand_in: false })
    }

    /// Gives the pipeline.
    pub fn pipeline(&self) -> &Arc<Pipeline> {
        &self.pipeline
    }

    /// Gives a stage.
    pub fn stage(&self, id: StageId) -> &Stage {
        &self.pipeline.stages[id.0]
    }

    /// Gives the runs of a stage, in the plan's order.
    pub fn runs(&self, id: StageId) -> &[Run] {
        &self.runs[id.0]
    }

    /// Says whether any of it is made from stand-in data.
    pub fn is_stand_in(&self) -> bool {
        self.is_stand_in
    }

    /// Reads a measure of a stage's run, with the number of cases of which it is the share.
    pub fn read(&self, id: StageId, run: &Run, measure: &Measure) -> (Reading, Option<NonZeroU64>) {
        match &self.values {
            Values::Invented => invented::read(run, measure),
            Values::Recorded(objects) => {
                let mut read = read_measures(run, &[measure], &self.stage(id).measures, objects);
                read.pop().expect("one measure has one reading")
            }
        }
    }

    /// Gives the names of a stage's coordinates that are no repeats.
    pub fn coordinates(&self, id: StageId) -> Vec<&str> {
        let stage = self.stage(id);
        let repeats = stage.repeats();
        stage.each.iter().map(Axis::name).filter(|name| !repeats.contains(name)).collect()
    }
}

impl std::fmt::Debug for Evidence {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Evidence({})", self.pipeline.title)
    }
}

fn runs(pipeline: &Pipeline, left: impl Fn(&str) -> Option<Left>) -> Vec<Vec<Run>> {
    let mut runs = vec![Vec::new(); pipeline.stages.len()];
    // A pipeline that runs can be laid out; where it can't, that is reported elsewhere.
    for instance in Plan::of(pipeline).unwrap_or_default().instances {
        let (left, coordinates) = (left(&instance.name), instance.point.coordinates());
        runs[instance.stage.0].push(Run { instance: instance.name, coordinates, left });
    }
    runs
}
