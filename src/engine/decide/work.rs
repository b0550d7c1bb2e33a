//! All that is known before anything is decided: plan, effective parameters, costs, targets.
//!
//! Invariants
//! - A kind is asked at most once for each instance, when somebody has to know; what it refuses becomes that
//!   instance's failure.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Bound;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use crate::decide::inputs::{InputReader, InputSet};
use crate::decide::stage_digests::stage_digests;
use crate::digest::{Canonical, Digest};
use crate::error::EngineError;
use crate::kind::{Context, Effective, Failure, Kind};
use crate::options::Options;
use crate::plan::graph::{InstanceId, Plan};
use crate::plan::target;
use crate::project_path::ProjectPath;
use crate::snapshot::{CheckedSnapshot, InstanceState};
use crate::spec::{Pipeline, StageId};
use crate::store::{OutputPlace, RecordedOutput, Store};

/// All that is known before anything is decided.
pub(crate) struct Work<'a> {
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) root: &'a Path,
    pub(crate) plan: Plan,
    /// What is known of the project since it was last brought up to date, if that counts still.
    known: Option<&'a CheckedSnapshot>,
    /// A digest of each stage, and of all.
    stage_digests: Vec<Digest>,
    pub(crate) stages: Digest,
    /// The instances that nothing has changed for.
    pub(crate) clean: Vec<Option<&'a InstanceState>>,
    inputs: InputReader,
    /// The places of every output, with the stage that fills it; gathered when a folder is read.
    written: OnceLock<BTreeMap<ProjectPath, StageId>>,
    /// For each stage, whether it is made from stand-in data, and whether another one needs it.
    stand_in: Vec<bool>,
    needed: Vec<bool>,
    details: Vec<OnceLock<Details>>,
    wanted: Vec<bool>,
    forced: Vec<bool>,
    registry: &'a [Box<dyn Kind>],
    kinds: Vec<(&'a dyn Kind, Digest)>,
}

/// What is known of one instance.
pub(crate) struct Details {
    pub(crate) effective: Result<Effective, Failure>,
    pub(crate) cost: f64,
}

impl<'a> Work<'a> {
    /// Lays out a pipeline and asks the kinds about it.
    ///
    /// # Errors
    /// [`EngineError`] when the pipeline does not fit together, or a target names nothing.
    pub(crate) fn of(
        root: &'a Path,
        pipeline: &'a Pipeline,
        registry: &'a [Box<dyn Kind>],
        options: &Options<'a>,
    ) -> Result<Self, EngineError> {
        let kind_of = |stage: &crate::spec::Stage| {
            let kind = registry.iter().find(|kind| kind.name() == stage.kind);
            let kind = kind.ok_or_else(|| EngineError::UnknownKind {
                stage: stage.name.clone(),
                kind: stage.kind.clone(),
            })?;
            Ok((kind.as_ref(), kind.code()))
        };
        let kinds: Vec<(&dyn Kind, Digest)> =
            pipeline.stages.iter().map(kind_of).collect::<Result<_, EngineError>>()?;
        let mut stand_in: Vec<bool> = Vec::with_capacity(kinds.len());
        for (stage, (kind, _)) in pipeline.stages.iter().zip(&kinds) {
            stand_in.push(kind.makes_stand_in(stage) || stage.needs.iter().any(|need| stand_in[need.0]));
        }
        let mut needed = vec![false; kinds.len()];
        pipeline.stages.iter().flat_map(|stage| &stage.needs).for_each(|need| needed[need.0] = true);
        let plan = Plan::of(pipeline)?;
        let stage_digests = stage_digests(pipeline);
        let mut all = Canonical::default();
        for digest in &stage_digests {
            all.field(&digest.to_bytes());
        }
        let known = options.snapshot.filter(|known| known.has_same_environment(options.environment));
        let count = plan.instances.len();
        let details = plan.ids().map(|_| OnceLock::new()).collect();
        let (wanted, forced) = (vec![true; count], vec![false; count]);
        let mut work = Self {
            pipeline,
            root,
            known,
            stage_digests,
            stages: all.finish(),
            clean: vec![None; count],
            inputs: InputReader::new(root),
            written: OnceLock::new(),
            stand_in,
            needed,
            details,
            wanted,
            forced,
            registry,
            kinds,
            plan,
        };
        if options.force.is_empty() {
            work.find_clean(options);
        }
        work.refuse_two_writers()?;
        if !options.force.is_empty() {
            work.forced = work.named(&options.force, &options.folder)?;
        }
        if !options.targets.is_empty() {
            let named = work.named(&options.targets, &options.folder)?;
            work.wanted = target::with_needs(&work.plan, named);
        }
        if options.trial {
            work.leave_out_of_trial(options)?;
        }
        Ok(work)
    }

    /// Finds the instances that `targets` name, as a flag for each instance; outputs are named as seen from `folder`,
    /// which is relative to the project.
    pub(crate) fn named(&self, targets: &[String], folder: &Path) -> Result<Vec<bool>, EngineError> {
        let places: Vec<&[OutputPlace]> = self.plan.ids().map(|id| self.own_places(id)).collect();
        target::find(self.pipeline, &self.plan, &places, targets, folder)
    }

    /// Gives where an instance's outputs belong; nowhere for one whose settings are refused.
    pub(crate) fn own_places(&self, id: InstanceId) -> &[OutputPlace] {
        self.effective(id).map(|effective| effective.places.as_slice()).unwrap_or_default()
    }

    /// Gives the place of an instance's output.
    pub(crate) fn place_of(&self, id: InstanceId, output: &str) -> Option<ProjectPath> {
        match (self.known, self.clean[id.0]) {
            // Where it is nobody need be asked.
            (Some(known), Some(state)) => known.place_of(state, output),
            _ => OutputPlace::find(self.own_places(id), output),
        }
    }

    pub(crate) fn kind(&self, id: InstanceId) -> &'a dyn Kind {
        self.kinds[self.plan.instance(id).stage.0].0
    }

    pub(crate) fn code(&self, id: InstanceId) -> Digest {
        self.kinds[self.plan.instance(id).stage.0].1
    }

    pub(crate) fn name(&self, id: InstanceId) -> &str {
        &self.plan.instance(id).name
    }

    /// Gives what is known of an instance; asks its kind the first time.
    pub(crate) fn details(&self, id: InstanceId) -> &Details {
        self.details[id.0].get_or_init(|| {
            let kind = self.kind(id);
            let effective = kind.effective(&self.context(id));
            let cost = effective.as_ref().map_or(0.0, |effective| kind.cost(&effective.parameters));
            Details { effective, cost }
        })
    }

    /// Gives what of an instance's settings enters its recipe.
    pub(crate) fn effective(&self, id: InstanceId) -> Result<&Effective, Failure> {
        self.details(id).effective.as_ref().map_err(Failure::clone)
    }

    /// Says whether an instance is to be brought up to date.
    pub(crate) fn is_wanted(&self, id: InstanceId) -> bool {
        self.wanted[id.0]
    }

    /// Says whether an instance is to run even if it is fresh.
    pub(crate) fn is_forced(&self, id: InstanceId) -> bool {
        self.forced[id.0]
    }

    /// Says whether an instance is made from stand-in data.
    pub(crate) fn is_stand_in(&self, id: InstanceId) -> bool {
        self.stand_in[self.plan.instance(id).stage.0]
    }

    /// Names the folder of an instance in the store's views, and the file of its log.
    pub(crate) fn folder(&self, id: InstanceId) -> String {
        let instance = self.plan.instance(id);
        let stage = &self.pipeline.stages[instance.stage.0].name;
        let point = &instance.point;
        let seed = point.seed.map(|seed| format!("seed={seed}"));
        let listed = point.listed.iter().map(|(name, value)| format!("{name}={value}"));
        let parts = std::iter::once(stage.clone()).chain(point.variant.clone()).chain(seed).chain(listed);
        parts.map(|part| file_name(&part)).collect::<Vec<_>>().join("/")
    }

    pub(crate) fn context(&self, id: InstanceId) -> Context<'_> {
        let instance = self.plan.instance(id);
        let stage = &self.pipeline.stages[instance.stage.0];
        Context {
            pipeline: self.pipeline,
            stage,
            point: &instance.point,
            settings: stage.settings(instance.point.variant.as_deref()),
            stand_in: self.stand_in[instance.stage.0],
            kinds: self.registry,
            root: self.root,
        }
    }

    /// Gives the instances to bring up to date, in topological order.
    pub(crate) fn wanted(&self) -> impl Iterator<Item = InstanceId> + '_ {
        self.plan.ids().filter(|id| self.wanted[id.0])
    }

    /// Gives those of the wanted instances that are to be decided.
    pub(crate) fn undecided(&self) -> impl Iterator<Item = InstanceId> + '_ {
        self.wanted().filter(|id| self.clean[id.0].is_none())
    }

    /// Reads what an instance reads of the project.
    pub(crate) fn read_inputs(&self, id: InstanceId, store: &Store) -> Result<InputSet, Failure> {
        let effective = self.effective(id)?;
        if effective.files.is_empty() && effective.addresses.is_empty() {
            return Ok(InputSet::default());
        }
        self.inputs.read(store, effective, &|folder| self.written_by_others(id, folder))
    }

    /// Names an input of an instance that is no longer as it was when it was read, if there is one; folders that were seen
    /// to be `within` this time are not looked at again.
    pub(crate) fn changed_input(
        &self,
        id: InstanceId,
        store: &Store,
        before: &InputSet,
        within: Duration,
    ) -> Option<String> {
        let effective = self.effective(id).ok()?;
        self.inputs.changed(store, before, effective, &|folder| self.written_by_others(id, folder), within)
    }

    /// Gives the places in a folder that are filled by stages that an instance's stage does not wait for: what they write
    /// is no input of it.
    fn written_by_others(&self, id: InstanceId, folder: &str) -> Vec<ProjectPath> {
        let inside = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let from = self.places().range::<str, _>((Bound::Included(inside.as_str()), Bound::Unbounded));
        let mut inside = from.take_while(|(path, _)| path.as_str().starts_with(&inside)).peekable();
        if inside.peek().is_none() {
            return Vec::new();
        }
        let waited_for = self.waited_for(self.plan.instance(id).stage);
        inside.filter(|(_, stage)| !waited_for.contains(stage)).map(|(path, _)| path.clone()).collect()
    }

    /// Gives the place of every output, with the stage that fills it.
    pub(crate) fn places(&self) -> &BTreeMap<ProjectPath, StageId> {
        self.written.get_or_init(|| self.find_places())
    }

    /// Says whether some instance reads a path, or a folder that it is in.
    pub(crate) fn is_input(&self, path: &ProjectPath) -> bool {
        let reads = |id: InstanceId| {
            self.effective(id).is_ok_and(|effective| {
                let values = effective.addresses.iter().any(|address| address.file == path.as_str());
                values || effective.files.iter().any(|file| path.is_within(file))
            })
        };
        self.plan.ids().any(reads)
    }

    /// Gives the folders that the instances of a needed stage fill which an instance needs, where they have one each.
    pub(crate) fn need_folders(&self, id: InstanceId, stage: StageId) -> Vec<ProjectPath> {
        let needs = self.plan.instance(id).needs.iter().filter(|need| need.stage == stage);
        let members = needs.flat_map(|need| self.plan.members(need));
        let folder = |member: &InstanceId| {
            self.own_places(*member)
                .iter()
                .find(|place| place.name.is_empty())
                .map(|place| place.path.clone())
        };
        members.filter_map(folder).collect()
    }

    /// Names the files at which outputs of an instance belong that no other stage needs.
    pub(crate) fn result_files(&self, id: InstanceId, outputs: &[RecordedOutput]) -> Vec<String> {
        let stage = self.plan.instance(id).stage;
        if self.needed[stage.0] {
            return Vec::new();
        }
        let files = outputs.iter().filter(|output| !output.is_folder());
        let places = files.filter_map(|output| OutputPlace::find(self.own_places(id), &output.name));
        places.map(|place| place.to_string()).collect()
    }

    /// Gives the paths that are certain to be places of outputs, or in one: what clean instances wrote, and what the others
    /// declare.
    pub(crate) fn written_paths(&self) -> HashSet<&str> {
        self.plan.ids().flat_map(|id| self.written_by(id)).collect()
    }

    fn written_by(&self, id: InstanceId) -> Vec<&str> {
        match (self.known, self.clean[id.0]) {
            // What it wrote is at its places; nobody need be asked for them.
            (Some(known), Some(state)) => known.written(state).collect(),
            _ => self.own_places(id).iter().map(|place| place.path.as_str()).collect(),
        }
    }

    fn find_places(&self) -> BTreeMap<ProjectPath, StageId> {
        let place =
            |id: InstanceId, path| Some((ProjectPath::parse(path).ok()?, self.plan.instance(id).stage));
        let places = |id| self.written_by(id).into_iter().filter_map(move |path| place(id, path));
        self.plan.ids().flat_map(places).collect()
    }

    /// Gives the stages that a stage waits for, at any distance.
    fn waited_for(&self, stage: StageId) -> BTreeSet<StageId> {
        let mut reached = BTreeSet::new();
        let mut open = vec![stage];
        while let Some(stage) = open.pop() {
            let needs = self.pipeline.stages[stage.0].needs.iter().copied();
            open.extend(needs.filter(|need| reached.insert(*need)));
        }
        reached
    }

    /// Finds the instances that nothing has changed for: neither what they read or wrote, nor what they need.
    fn find_clean(&mut self, options: &Options<'_>) {
        if self.known.is_none() {
            return;
        }
        let mut groups: Vec<Option<bool>> = vec![None; self.plan.groups.len()];
        for index in 0..self.plan.instances.len() {
            let clean = &self.clean;
            let needs = self.plan.instances[index].needs.iter().all(|need| {
                let group = need.group.0;
                let members = || self.plan.groups[group].iter().all(|member| clean[member.0].is_some());
                *groups[group].get_or_insert_with(members)
            });
            self.clean[index] = if needs { self.unchanged(InstanceId(index), options) } else { None };
        }
    }

    /// Gives what is known of an instance of which nothing has changed itself.
    pub(crate) fn unchanged(&self, id: InstanceId, options: &Options<'_>) -> Option<&'a InstanceState> {
        let known = self.known?;
        if self.kind(id).cites() && !known.has_same_pipeline(options.fingerprint) {
            // It says where settings are written, of others too.
            return None;
        }
        known.clean(self.name(id), self.stage_digest(id), self.stages)
    }

    /// Gives the digest of an instance's stage.
    pub(crate) fn stage_digest(&self, id: InstanceId) -> Digest {
        self.stage_digests[self.plan.instance(id).stage.0]
    }

    /// Gives what is known, if it was all up to date, and nothing has changed of it but how the pipeline is written.
    pub(crate) fn all_clean(&self) -> Option<&'a CheckedSnapshot> {
        let known = self.known?;
        let count = self.clean.iter().flatten().count();
        (known.complete_count() == Some(count) && count == self.clean.len()).then_some(known)
    }

    /// Leaves out of a trial the stages that only report results, and those that need them; refuses to have one as a target,
    /// and settings for one.
    fn leave_out_of_trial(&mut self, options: &Options<'_>) -> Result<(), EngineError> {
        let mut out: Vec<bool> = Vec::with_capacity(self.kinds.len());
        for (stage, (kind, _)) in self.pipeline.stages.iter().zip(&self.kinds) {
            out.push(!kind.runs_in_trials() || stage.needs.iter().any(|need| out[need.0]));
            if out.last() == Some(&true) && stage.is_overridden() {
                return Err(EngineError::NotInTrial { stage: stage.name.clone() });
            }
        }
        // From the end, so that it is the target that is named, and not what it needs.
        for id in self.plan.ids().rev() {
            let stage = self.plan.instance(id).stage;
            if out[stage.0] && self.wanted[id.0] {
                if !options.targets.is_empty() {
                    let stage = self.pipeline.stages[stage.0].name.clone();
                    return Err(EngineError::NotInTrial { stage });
                }
                self.wanted[id.0] = false;
            }
        }
        Ok(())
    }

    /// Refuses a place that two instances write; what was clean before writes none that another one did.
    fn refuse_two_writers(&self) -> Result<(), EngineError> {
        let mut writers: BTreeMap<&str, InstanceId> = BTreeMap::new();
        let two_writers = |first: InstanceId, second: InstanceId, place: &str| {
            Err(EngineError::TwoWriters {
                first: self.name(first.min(second)).to_owned(),
                second: self.name(first.max(second)).to_owned(),
                place: place.to_owned(),
            })
        };
        for id in self.plan.ids().filter(|id| self.clean[id.0].is_none()) {
            for place in self.own_places(id) {
                if let Some(first) = writers.insert(place.path.as_str(), id) {
                    return two_writers(first, id, place.path.as_str());
                }
            }
        }
        if writers.is_empty() {
            return Ok(());
        }
        for (id, state) in self.plan.ids().zip(&self.clean) {
            for path in self.known.iter().zip(state).flat_map(|(known, state)| known.written(state)) {
                if let Some(other) = writers.get(path) {
                    return two_writers(id, *other, path);
                }
            }
        }
        Ok(())
    }
}

/// The longest part of a path that a name gives, in bytes: file systems take 255, and an ending follows.
const MAX_PART_BYTES: usize = 200;

/// Makes a file's name of a part of an instance's name: one for each, whatever letters it has and however long it is.
pub(crate) fn file_name(part: &str) -> String {
    let plain = !part.contains('/') && !part.starts_with('.') && !part.contains(char::is_control);
    if plain && part.len() <= MAX_PART_BYTES {
        return part.to_owned();
    }
    let digest = Digest::of(part.as_bytes()).short();
    let mut start: String =
        part.chars().map(|letter| if letter == '/' || letter.is_control() { '_' } else { letter }).collect();
    while start.len() > MAX_PART_BYTES || start.starts_with('.') {
        if start.starts_with('.') {
            start.remove(0);
        } else {
            start.pop();
        }
    }
    format!("{start}~{digest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_file_name_of_its_own() {
        let names = ["a/b", "a_b", "..", &"x".repeat(250), &"x".repeat(251)].map(file_name);
        let distinct: BTreeSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
        assert!(names.iter().all(|name| name.len() < 230 && !name.contains('/') && !name.starts_with('.')));
        assert_eq!(file_name("seed=1"), "seed=1");
    }
}
