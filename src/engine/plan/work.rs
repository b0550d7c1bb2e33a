//! All that is known before anything is decided: plan, effective parameters, costs, targets.
//!
//! Invariants
//! - A kind is asked at most once for each instance, when somebody has to know; what it refuses becomes that
//!   instance's failure.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::path::Path;
use std::sync::OnceLock;

use crate::decide::inputs::{InputReader, InputSet, LeftOut};
use crate::digest::Digest;
use crate::error::EngineError;
use crate::kind::{Context, Effective, Failure, Kind};
use crate::plan::graph::{InstanceId, Plan};
use crate::plan::target;
use crate::project_path::ProjectPath;
use crate::schedule::observer::Planned;
use crate::schedule::options::Options;
use crate::snapshot::InstanceState;
use crate::spec::{Pipeline, StageId};
use crate::store::{OutputPlace, RecordedOutput, Store};

/// All that is known before anything is decided.
pub(crate) struct Work<'a> {
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) root: &'a Path,
    pub(crate) plan: Plan,
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
        let count = plan.instances.len();
        let details = plan.ids().map(|_| OnceLock::new()).collect();
        let (wanted, forced) = (vec![true; count], vec![false; count]);
        let mut work = Self {
            pipeline,
            root,
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
        if let Some(known) = options.known.filter(|_| options.force.is_empty()) {
            work.find_clean(known, options);
        }
        if work.clean.iter().all(Option::is_none) {
            // Where some are clean, it was seen before that no two write the same.
            work.refuse_two_writers()?;
        }
        if !options.force.is_empty() {
            work.forced = target::named(&work, &options.force, &options.folder)?;
        }
        if !options.targets.is_empty() {
            let named = target::named(&work, &options.targets, &options.folder)?;
            work.wanted = target::with_needs(&work.plan, named);
        }
        if options.trial {
            work.leave_out_of_trial(options)?;
        }
        Ok(work)
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
        self.details[id.0].get_or_init(|| self.ask(id))
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

    pub(crate) fn planned(&self) -> Vec<Planned> {
        let planned = |id: InstanceId| Planned {
            instance: id,
            name: self.name(id).to_owned(),
            cost: self.details(id).cost,
        };
        self.undecided().map(planned).collect()
    }

    /// Reads what an instance reads of the project.
    pub(crate) fn read_inputs(&self, id: InstanceId, store: &Store) -> Result<InputSet, Failure> {
        let effective = self.effective(id)?;
        if effective.files.is_empty() {
            return Ok(InputSet::default());
        }
        let written = |folder: &str| self.written_by_others(id, folder);
        self.inputs.read(store, effective, &LeftOut { ignore: &effective.ignore, written: &written })
    }

    /// Names an input of an instance that is no longer as it was when it was read, if there is one.
    pub(crate) fn changed_input(&self, id: InstanceId, store: &Store, before: &InputSet) -> Option<String> {
        let effective = self.effective(id).ok()?;
        let written = |folder: &str| self.written_by_others(id, folder);
        self.inputs.changed(
            store,
            before,
            effective,
            &LeftOut { ignore: &effective.ignore, written: &written },
        )
    }

    /// Gives the places in a folder that are filled by stages that an instance's stage does not wait for: what they write
    /// is no input of it.
    fn written_by_others(&self, id: InstanceId, folder: &str) -> Vec<ProjectPath> {
        let inside = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let from = self.places().range::<str, _>((Bound::Included(inside.as_str()), Bound::Unbounded));
        let inside: Vec<(&ProjectPath, StageId)> = from
            .take_while(|(path, _)| path.as_str().starts_with(&inside))
            .map(|(path, stage)| (path, *stage))
            .collect();
        if inside.is_empty() {
            return Vec::new();
        }
        let waited_for = self.waited_for(self.plan.instance(id).stage);
        inside
            .into_iter()
            .filter(|(_, stage)| !waited_for.contains(stage))
            .map(|(path, _)| path.clone())
            .collect()
    }

    /// Gives the place of every output, with the stage that fills it.
    pub(crate) fn places(&self) -> &BTreeMap<ProjectPath, StageId> {
        self.written.get_or_init(|| self.find_places())
    }

    /// Says whether some instance reads a path, or a folder that it stands in.
    pub(crate) fn is_input(&self, path: &ProjectPath) -> bool {
        let reads = |id: InstanceId| {
            self.effective(id).is_ok_and(|effective| effective.files.iter().any(|file| path.is_within(file)))
        };
        self.plan.ids().any(reads)
    }

    /// Names the files at which outputs of an instance belong that no other stage needs.
    pub(crate) fn result_files(&self, id: InstanceId, outputs: &[RecordedOutput]) -> Vec<String> {
        let stage = self.plan.instance(id).stage;
        if self.needed[stage.0] {
            return Vec::new();
        }
        let Ok(effective) = self.effective(id) else { return Vec::new() };
        let files = outputs.iter().filter(|output| !output.is_folder());
        files
            .filter_map(|output| OutputPlace::find(&effective.places, &output.name))
            .map(|it| it.to_string())
            .collect()
    }

    fn find_places(&self) -> BTreeMap<ProjectPath, StageId> {
        let places = |id: InstanceId| {
            let effective =
                self.effective(id).map(|effective| effective.places.as_slice()).unwrap_or_default();
            effective.iter().map(move |place| (place.path.clone(), self.plan.instance(id).stage))
        };
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
    fn find_clean(&mut self, known: &'a crate::snapshot::Known, options: &Options<'_>) {
        if !known.has_same_pipeline(options.question) {
            return;
        }
        let mut groups: Vec<Option<bool>> = vec![None; self.plan.groups.len()];
        for (index, instance) in self.plan.instances.iter().enumerate() {
            let clean = &self.clean;
            let needs = instance.needs.iter().all(|need| {
                let group = need.group.0;
                let members = || self.plan.groups[group].iter().all(|member| clean[member.0].is_some());
                *groups[group].get_or_insert_with(members)
            });
            self.clean[index] = known.clean(&instance.name).filter(|_| needs);
        }
    }

    /// Leaves out of a trial what only tells of results, and what needs that; refuses to have it as a target, and settings
    /// for it.
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

    fn ask(&self, id: InstanceId) -> Details {
        let kind = self.kind(id);
        let effective = kind.effective(&self.context(id));
        let cost = effective.as_ref().map_or(0.0, |effective| kind.cost(&effective.parameters));
        Details { effective, cost }
    }

    fn refuse_two_writers(&self) -> Result<(), EngineError> {
        let mut writers: BTreeMap<&ProjectPath, InstanceId> = BTreeMap::new();
        for id in self.plan.ids() {
            let Ok(effective) = self.effective(id) else { continue };
            for place in &effective.places {
                if let Some(first) = writers.insert(&place.path, id) {
                    return Err(EngineError::TwoWriters {
                        first: self.name(first).to_owned(),
                        second: self.name(id).to_owned(),
                        place: place.path.to_string(),
                    });
                }
            }
        }
        Ok(())
    }
}

/// The longest part of a path that a name gives, in bytes: file systems take 255, and an ending follows.
const LONGEST_PART: usize = 200;

/// Makes a file's name of a part of an instance's name: one for each, whatever letters it has and however long it is.
pub(crate) fn file_name(part: &str) -> String {
    let plain = !part.contains('/') && !part.starts_with('.') && !part.contains(char::is_control);
    if plain && part.len() <= LONGEST_PART {
        return part.to_owned();
    }
    let digest = Digest::of(part.as_bytes()).short();
    let mut start: String =
        part.chars().map(|letter| if letter == '/' || letter.is_control() { '_' } else { letter }).collect();
    while start.len() > LONGEST_PART || start.starts_with('.') {
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
