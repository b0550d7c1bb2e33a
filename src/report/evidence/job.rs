//! The runs that a job cites, and the outputs that it reads of them.

use std::collections::HashMap;
use std::sync::Arc;

use recount_engine::digest::ObjectId;
use recount_engine::{Input, Job};

use super::Evidence;
use crate::measure::{Left, Objects};

impl Evidence {
    /// Takes the runs that a job cites.
    pub fn of_job(job: &Job<'_>) -> Arc<Self> {
        let cited: HashMap<&str, Left> = job
            .cited
            .iter()
            .map(|run| {
                let outputs = run.outputs.iter().map(|output| (output.name.clone(), output.object));
                (run.instance.as_str(), Left { key: run.key, outputs: outputs.collect() })
            })
            .collect();
        let inputs = job.inputs.iter().map(|input| (input.object, input.clone())).collect();
        let pipeline = Arc::new(job.context.pipeline.clone());
        let left = |instance: &str| cited.get(instance).cloned();
        Self::new(pipeline, left, Box::new(Inputs(inputs)), job.context.stand_in)
    }
}

/// What a job reads of its needs.
struct Inputs(HashMap<ObjectId, Input>);

impl Objects for Inputs {
    fn read(&self, object: ObjectId) -> Result<Vec<u8>, String> {
        let input = self.0.get(&object).ok_or("the report does not say that it reads this file")?;
        input.read().map_err(|failure| failure.headline())
    }
}
