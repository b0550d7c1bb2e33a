//! From what the needs left, and the project's files, to an instance's recipe.
//!
//! Invariants
//! - A run gets its inputs in the order of its recipe, so that equal keys get equal inputs.
//! - An input that is matched on all its coordinates is named without them, so that two variants
//!   with equal inputs share a key.
//! - A need without outputs enters by its key: whatever else it did, it did anew.

use std::collections::BTreeMap;

use crate::decide::inputs::InputSet;
use crate::decide::work::Work;
use crate::digest::{Key, ObjectId};
use crate::kind::{CitedRun, Failure, Input, Read};
use crate::plan::graph::{InstanceId, Need};
use crate::recipe::Recipe;
use crate::spec::StageId;
use crate::store::{RecordedOutput, Store};

/// An instance whose needs are done.
pub(crate) struct Assembled {
    pub(crate) recipe: Recipe,
    pub(crate) key: Key,
    /// What it reads of its needs; empty where it finds that at `places`.
    pub(crate) inputs: Vec<Input>,
    /// What it reads of the project.
    pub(crate) project: InputSet,
    /// What a program finds of its needs at their places.
    pub(crate) found: Vec<FoundOutput>,
}

/// A file that a program finds at the place of a need's output.
pub(crate) struct FoundOutput {
    pub(crate) need: InstanceId,
    pub(crate) name: String,
    pub(crate) object: ObjectId,
}

/// An output of a need that an instance reads.
struct NeededOutput<'o> {
    need: InstanceId,
    output: &'o RecordedOutput,
}

/// What a finished instance made, and under which key.
pub(crate) type Made<'o> = (Key, &'o [RecordedOutput]);

/// Gives what a finished instance made.
pub(crate) type Outputs<'o> = dyn Fn(InstanceId) -> Made<'o> + 'o;

/// What an instance reads of its needs.
#[derive(Default)]
struct Needed<'o> {
    outputs: Vec<(String, NeededOutput<'o>)>,
    /// Keys of needs that made nothing.
    empty: Vec<(String, ObjectId)>,
}

/// Puts together an instance's recipe.
pub(crate) fn assemble(
    work: &Work<'_>,
    store: &Store,
    id: InstanceId,
    outputs: &Outputs<'_>,
) -> Result<Assembled, Failure> {
    let effective = work.effective(id)?;
    let instance = work.plan.instance(id);
    let mut needed = Needed::default();
    let mut cited = BTreeMap::new();
    let reads: BTreeMap<StageId, &Read> = effective.reads.iter().map(|read| (read.stage, read)).collect();
    for need in &instance.needs {
        if let Some(read) = reads.get(&need.stage) {
            read_need(work, read, need, outputs, &mut needed)?;
        }
        if work.kind(id).cites() {
            let members = work.plan.members(need).iter();
            cited.extend(members.map(|&member| (work.name(member).to_owned(), outputs(member).0)));
        }
    }
    // Sorted once, and not at each entry.
    let sorted: BTreeMap<String, NeededOutput<'_>> = needed.outputs.into_iter().collect();
    let (mut inputs, mut found) = (Vec::new(), Vec::new());
    let files = sorted.values().filter(|needed| !needed.output.is_folder());
    if work.kind(id).writes_in_place() {
        found = files.map(NeededOutput::found).collect();
    } else {
        inputs = files.map(|needed| needed.input(work, store)).collect();
    }
    let project = work.read_inputs(id, store)?;
    let objects = sorted.into_iter().map(|(name, needed)| (name, needed.output.object));
    let recipe = Recipe {
        kind: work.kind(id).name().to_owned(),
        code: work.code(id),
        parameters: effective.parameters.clone(),
        seed: instance.point.seed.filter(|_| effective.seeded),
        inputs: objects.chain(needed.empty).collect(),
        files: project.recipe.clone(),
        values: project.values.clone(),
        cited,
    };
    let key = recipe.key();
    Ok(Assembled { recipe, key, inputs, project, found })
}

impl NeededOutput<'_> {
    fn input(&self, work: &Work<'_>, store: &Store) -> Input {
        let (instance, Self { output, .. }) = (work.plan.instance(self.need), self);
        Input {
            stage: instance.stage,
            point: instance.point.clone(),
            output: output.name.clone(),
            object: output.object,
            path: store.object_path(output.object),
        }
    }

    fn found(&self) -> FoundOutput {
        FoundOutput { need: self.need, name: self.output.name.clone(), object: self.output.object }
    }
}

/// Reads the records of the runs that a recipe cites.
pub(crate) fn cited_runs(store: &Store, recipe: &Recipe) -> Result<Vec<CitedRun>, Failure> {
    let read = |(instance, &key): (&String, &Key)| {
        let record = store.record(key)?;
        let known = record.and_then(|record| Some((Recipe::from_json(&record.recipe)?, record.outputs)));
        let (recipe, outputs) =
            known.ok_or_else(|| Failure::new(format!("the record of `{instance}` can't be read")))?;
        Ok(CitedRun { instance: instance.clone(), key, recipe, outputs })
    };
    recipe.cited.iter().map(read).collect()
}

/// Finds what a run reads of a need, under the names that its recipe has for it.
fn read_need<'o>(
    work: &Work<'_>,
    read: &Read,
    need: &Need,
    outputs: &Outputs<'o>,
    needed: &mut Needed<'o>,
) -> Result<(), Failure> {
    let stage = &work.pipeline.stages[need.stage.0].name;
    for &member in work.plan.members(need) {
        let (key, made) = outputs(member);
        for wanted in read.outputs.iter().filter(|wanted| !wanted.ends_with('/')) {
            if !made.iter().any(|output| output.name == *wanted) {
                return Err(Failure::new(format!("`{}` has no output `{wanted}`", work.name(member))));
            }
        }
        let is_read = |name: &str| {
            let fits = |wanted: &String| name == wanted || wanted.ends_with('/') && name.starts_with(wanted);
            read.outputs.is_empty() || read.outputs.iter().any(fits)
        };
        let prefix = if need.matched { stage } else { work.name(member) };
        if made.is_empty() {
            needed.empty.push((format!("{prefix} (its run)"), ObjectId(key.0)));
        }
        for output in made.iter().filter(|output| is_read(&output.name)) {
            // Whether a program may be executed is part of what it is for those that run it.
            let manner = if output.executable { " (executable)" } else { "" };
            let name = [prefix, "/", &output.name, manner].concat();
            needed.outputs.push((name, NeededOutput { need: member, output }));
        }
    }
    Ok(())
}
