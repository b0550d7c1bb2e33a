//! From what the needs left, and the project's files, to an instance's recipe.
//!
//! Invariants
//! - A run gets its inputs in the order of its recipe, so that equal keys get equal inputs.
//! - An input that is matched on all its coordinates is named without them, so that two variants
//!   with equal inputs share a key.
//! - A need without outputs enters by its key: whatever else it did, it did anew.

use std::collections::{BTreeMap, HashSet};

use crate::decide::inputs::InputSet;
use crate::decide::work::Work;
use crate::digest::{Digest, Key, ObjectId};
use crate::kind::{CitedRun, Effective, Failure, Input, Read};
use crate::observed_values::{has_observed_values, lasting_digest};
use crate::plan::graph::{InstanceId, Need};
use crate::recipe::{EXECUTABLE, Recipe};
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

/// What a finished instance made, and under which key.
pub(crate) type Made<'o> = (Key, &'o [RecordedOutput]);

/// Gives what a finished instance made.
pub(crate) type Outputs<'o> = dyn Fn(InstanceId) -> Made<'o> + 'o;

/// What an instance reads of its needs.
#[derive(Default)]
struct Needed<'o> {
    outputs: Vec<(String, (InstanceId, &'o RecordedOutput))>,
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
    // Of runs with one key the first one's name stands for it, so that another key changes nothing.
    let mut first_of: BTreeMap<Key, Key> = BTreeMap::new();
    let reads: BTreeMap<StageId, &Read> = effective.reads.iter().map(|read| (read.stage, read)).collect();
    for need in &instance.needs {
        if let Some(read) = reads.get(&need.stage) {
            read_need(work, read, need, outputs, &mut needed)?;
        }
    }
    for member in cited_instances(work, id) {
        let (name, key) = (work.name(member), outputs(member).0);
        let key = match work.kind(id).cites_sameness() {
            true => *first_of.entry(key).or_insert_with(|| Key(Digest::of(name.as_bytes()))),
            false => key,
        };
        cited.insert(name.to_owned(), key);
    }
    // Sorted once, and not at each entry.
    let sorted: BTreeMap<String, (InstanceId, &RecordedOutput)> = needed.outputs.into_iter().collect();
    let (mut inputs, mut found) = (Vec::new(), Vec::new());
    for &(need, output) in sorted.values().filter(|(_, output)| !output.is_folder()) {
        let (name, object) = (output.name.clone(), output.object);
        if work.kind(id).writes_in_place() {
            found.push(FoundOutput { need, name, object });
        } else {
            let (instance, path) = (work.plan.instance(need), store.object_path(object));
            let point = instance.point.clone();
            inputs.push(Input { stage: instance.stage, point, output: name, object, path });
        }
    }
    let project = work.read_inputs(id, store)?;
    let objects = sorted
        .into_iter()
        .map(|(name, (need, output))| (name, decisive_object(work, store, id, need, output)));
    let recipe = recipe(work, id, effective, &project, objects.chain(needed.empty).collect(), cited);
    let key = recipe.key();
    Ok(Assembled { recipe, key, inputs, project, found })
}

/// Gives what of an output decides what reads it: to a kind that cites runs, and is the same on every machine, the values in
/// it that were only observed say nothing.
fn decisive_object(
    work: &Work<'_>,
    store: &Store,
    id: InstanceId,
    need: InstanceId,
    output: &RecordedOutput,
) -> ObjectId {
    let stage = work.context(need).stage;
    if !work.kind(id).cites() || !has_observed_values(stage, &output.name) {
        return output.object;
    }
    let bytes = store.read_object(output.object);
    bytes.map_or(output.object, |bytes| lasting_digest(stage, &output.name, &bytes))
}

/// Gives the instances that one cites, if its kind does: those that it needs, and theirs at any distance, so that what it
/// makes says where everything is from. Of sameness those that it needs say enough.
pub(crate) fn cited_instances(work: &Work<'_>, id: InstanceId) -> Vec<InstanceId> {
    let kind = work.kind(id);
    let mut found = Vec::new();
    if !kind.cites() {
        return found;
    }
    let mut known = HashSet::new();
    let mut waiting = vec![id];
    while let Some(id) = waiting.pop() {
        for need in &work.plan.instance(id).needs {
            // Many share a group.
            if known.insert(need.group) {
                found.extend_from_slice(work.plan.members(need));
                if !kind.cites_sameness() {
                    waiting.extend_from_slice(work.plan.members(need));
                }
            }
        }
    }
    found
}

/// Gives the recipe of an instance that reads this of the project and of its needs.
pub(crate) fn recipe(
    work: &Work<'_>,
    id: InstanceId,
    effective: &Effective,
    project: &InputSet,
    inputs: BTreeMap<String, ObjectId>,
    cited: BTreeMap<String, Key>,
) -> Recipe {
    Recipe {
        kind: work.kind(id).name().to_owned(),
        code: work.code(id),
        parameters: effective.parameters.clone(),
        seed: work.plan.instance(id).point.seed.filter(|_| effective.seeded),
        inputs,
        files: project.recipe.clone(),
        values: project.values.clone(),
        cited,
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
    let needed_stage = &work.pipeline.stages[need.stage.0];
    let stage = &needed_stage.name;
    for &member in work.plan.members(need) {
        let (key, made) = outputs(member);
        for wanted in read.outputs.iter().filter(|wanted| !wanted.starts_with('/') && !wanted.ends_with('/'))
        {
            if !made.iter().any(|output| Read::fits(wanted, &output.name)) {
                return Err(Failure::new(format!("`{}` has no output `{wanted}`", work.name(member))));
            }
        }
        let is_read = |name: &str| {
            let fits = |wanted: &String| Read::fits(wanted, name);
            // What was only observed decides nothing, unless a kind asks for it by name.
            read.outputs.is_empty() && !needed_stage.is_observed(name) || read.outputs.iter().any(fits)
        };
        let prefix = if need.matched { stage } else { work.name(member) };
        if made.iter().all(|output| needed_stage.is_observed(&output.name)) {
            needed.empty.push((format!("{prefix} (its run)"), ObjectId(key.0)));
        }
        for output in made.iter().filter(|output| is_read(&output.name)) {
            // Whether a program may be executed is part of what it is for those that run it.
            let form = if output.executable { EXECUTABLE } else { "" };
            let name = [prefix, "/", &output.name, form].concat();
            needed.outputs.push((name, (member, output)));
        }
    }
    Ok(())
}
