//! All that is known before anything is decided: plan, effective parameters, costs, targets.
//!
//! Invariants
//! - A kind is asked at most once for each instance, when somebody has to know; what it refuses becomes that
//!   instance's failure.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::decide::files::Ground;
use crate::digest::Digest;
use crate::error::EngineError;
use crate::kind::{Context, Effective, Failure, Kind};
use crate::plan::graph::{InstanceId, Plan};
use crate::plan::target;
use crate::schedule::observer::Planned;
use crate::schedule::options::Options;
use crate::schedule::standing::Standing;
use crate::spec::Pipeline;

/// All that is known before anything is decided.
pub(crate) struct Work<'a> {
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) root: &'a Path,
    pub(crate) ground: Ground<'a>,
    pub(crate) plan: Plan,
    /// How each instance stands that needs no look.
    pub(crate) certain: Vec<Option<&'a Standing>>,
    details: Vec<OnceLock<Details>>,
    wanted: Vec<bool>,
    forced: Vec<bool>,
    registry: &'a [Box<dyn Kind>],
    kinds: Vec<(&'a dyn Kind, Digest)>,
}

/// What is known of one instance.
pub(crate) struct Details {
    pub(crate) effective: Result<Effective, Failure>,
    pub(crate) places: Vec<String>,
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
        let kinds = pipeline.stages.iter().map(kind_of).collect::<Result<_, EngineError>>()?;
        let plan = Plan::of(pipeline)?;
        let ground = Ground::new(root);
        let count = plan.instances.len();
        let certain = match options.certain {
            Some(certain) if options.targets.is_empty() && options.force.is_empty() => certain.of(&plan),
            _ => vec![None; count],
        };
        let details = plan.ids().map(|_| OnceLock::new()).collect();
        let (wanted, forced) = (vec![true; count], vec![false; count]);
        let mut work =
            Self { pipeline, root, ground, plan, certain, details, wanted, forced, registry, kinds };
        if work.certain.iter().all(Option::is_none) {
            // Whoever is certain of some has seen before that no two write the same.
            work.refuse_two_writers()?;
        }
        if !options.force.is_empty() {
            work.forced = target::named(&work, &options.force, &options.folder)?;
        }
        if !options.targets.is_empty() {
            let named = target::named(&work, &options.targets, &options.folder)?;
            work.wanted = target::with_needs(&work.plan, named);
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

    /// Names the folder of an instance in the store's views.
    pub(crate) fn folder(&self, id: InstanceId) -> PathBuf {
        let instance = self.plan.instance(id);
        let stage = &self.pipeline.stages[instance.stage.0].name;
        let point = &instance.point;
        let seed = point.seed.map(|seed| format!("seed={seed}"));
        let listed = point.listed.iter().map(|(name, value)| format!("{name}={}", value.replace('/', "_")));
        let parts = point.variant.clone().into_iter().chain(seed).chain(listed);
        std::iter::once(stage.clone()).chain(parts).collect()
    }

    pub(crate) fn context(&self, id: InstanceId) -> Context<'_> {
        let instance = self.plan.instance(id);
        let stage = &self.pipeline.stages[instance.stage.0];
        Context {
            pipeline: self.pipeline,
            stage,
            point: &instance.point,
            settings: stage.settings(instance.point.variant.as_deref()),
            kinds: self.registry,
            root: self.root,
        }
    }

    /// Gives the instances to bring up to date, in topological order.
    pub(crate) fn wanted(&self) -> impl Iterator<Item = InstanceId> + '_ {
        self.plan.ids().filter(|id| self.wanted[id.0])
    }

    /// Gives those of the wanted instances that are to be looked at.
    pub(crate) fn doubtful(&self) -> impl Iterator<Item = InstanceId> + '_ {
        self.wanted().filter(|id| self.certain[id.0].is_none())
    }

    pub(crate) fn planned(&self) -> Vec<Planned> {
        let planned = |id: InstanceId| Planned {
            instance: id,
            name: self.name(id).to_owned(),
            cost: self.details(id).cost,
        };
        self.doubtful().map(planned).collect()
    }

    fn ask(&self, id: InstanceId) -> Details {
        let kind = self.kind(id);
        let effective = kind.effective(&self.context(id));
        let (places, cost) = match &effective {
            Ok(effective) => (kind.places(effective), kind.cost(&effective.parameters)),
            Err(_) => (Vec::new(), 0.0),
        };
        Details { effective, places, cost }
    }

    fn refuse_two_writers(&self) -> Result<(), EngineError> {
        let mut writers: BTreeMap<&str, InstanceId> = BTreeMap::new();
        for id in self.plan.ids() {
            for place in &self.details(id).places {
                if let Some(first) = writers.insert(place, id) {
                    return Err(EngineError::TwoWriters {
                        first: self.name(first).to_owned(),
                        second: self.name(id).to_owned(),
                        place: place.clone(),
                    });
                }
            }
        }
        Ok(())
    }
}
