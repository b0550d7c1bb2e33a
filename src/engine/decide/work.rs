//! All that is known before anything is decided: plan, effective parameters, costs, targets.
//!
//! Invariants
//! - A kind is asked at most once for each instance, when somebody has to know; what it refuses becomes that
//!   instance's failure.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use crate::decide::inputs::{InputReader, InputSet};
use crate::decide::stage_digests::stage_digests;
use crate::digest::{Canonical, Digest};
use crate::error::EngineError;
use crate::file_name::file_name;
use crate::kind::{Context, Effective, Failure, Kind};
use crate::options::Options;
use crate::plan::graph::{InstanceId, Plan};
use crate::plan::target;
use crate::project_path::ProjectPath;
use crate::snapshot::{CheckedSnapshot, InstanceState};
use crate::spec::{Pipeline, StageId};
use crate::store::{OutputPlace, Store};

/// All that is known before anything is decided.
pub(crate) struct Work<'a> {
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) root: &'a Path,
    pub(crate) plan: Plan,
    /// What is known of the project since it was last brought up to date, if that counts still.
    pub(super) known: Option<&'a CheckedSnapshot>,
    /// A digest of each stage, and of all.
    stage_digests: Vec<Digest>,
    pub(crate) stages: Digest,
    /// The instances that nothing has changed for.
    pub(crate) clean: Vec<Option<&'a InstanceState>>,
    inputs: InputReader,
    /// The places of every output, with the stage that fills it; gathered when a folder is read.
    pub(super) written: OnceLock<BTreeMap<ProjectPath, StageId>>,
    /// For each stage, whether it is made from stand-in data, and whether another one needs it.
    stand_in: Vec<bool>,
    pub(super) needed: Vec<bool>,
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
}
