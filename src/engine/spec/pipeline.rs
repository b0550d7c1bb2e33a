//! The checked pipeline: what `pipeline.yaml` and `stages/*.yaml` say once nothing in them is wrong.
//!
//! Invariants
//! - Stages are in an order in which every need comes before what needs it.

use std::borrow::Cow;

use super::measures::Measure;
use super::owners::{Takes, owners};
use super::resources::Resources;
use super::settings::{Origin, Settings};

/// What separates a stage from its variant, as in `from: train/2.4.2`; no name has it.
pub(super) const STAGE_SEPARATOR: char = '/';

/// Index of a stage in [`Pipeline::stages`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StageId(pub usize);

/// The graph, with every setting resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// What the report is called.
    pub title: String,
    /// The stages, needs before those that need them.
    pub stages: Vec<Stage>,
}

impl Pipeline {
    /// Puts stages together that are in order, needs first, and finds whose variants and seeds each takes where
    /// no stage is named.
    pub fn new(title: impl Into<String>, mut stages: Vec<Stage>) -> Self {
        let order: Vec<usize> = (0..stages.len()).collect();
        let needs: Vec<Vec<usize>> =
            stages.iter().map(|stage| stage.needs.iter().map(|need| need.0).collect()).collect();
        let [variants, seeds] = [Axis::Variant, Axis::Seed].map(|axis| {
            let takes: Vec<Takes> = stages.iter().map(|stage| stage.takes(&axis)).collect();
            owners(&order, &needs, &takes)
        });
        for (stage, (variants, seeds)) in stages.iter_mut().zip(variants.into_iter().zip(seeds)) {
            stage.variants_of = variants.first().map(StageId);
            stage.seeds_of = seeds.first().map(StageId);
        }
        Self { title: title.into(), stages }
    }

    /// Finds a stage by name.
    pub fn stage(&self, name: &str) -> Option<StageId> {
        self.stages.iter().position(|stage| stage.name == name).map(StageId)
    }

    /// Gives the variants that a stage is repeated over, its own or another stage's; none for a stage that
    /// isn't repeated over variants.
    pub fn variants_of(&self, id: StageId) -> &[Variant] {
        self.stages[id.0].variants_of.map_or(&[], |owner| &self.stages[owner.0].variants)
    }

    /// Gives the seeds that a stage is repeated over, its own or another stage's; none for a stage that isn't
    /// repeated over seeds.
    pub fn seeds_of(&self, id: StageId) -> &[u64] {
        self.stages[id.0].seeds_of.map_or(&[], |owner| &self.stages[owner.0].seeds)
    }

    /// Gives the values that a stage is repeated over along an axis.
    pub fn values(&self, id: StageId, axis: &Axis) -> Vec<String> {
        match axis {
            Axis::Variant => self.variants_of(id).iter().map(|variant| variant.name.clone()).collect(),
            Axis::Seed => self.seeds_of(id).iter().map(u64::to_string).collect(),
            Axis::Listed { values, .. } => values.clone(),
        }
    }

    /// Gives the settings that hold for a stage at a variant, which may be one of another stage, as in
    /// [`Variant::from`].
    pub fn settings(&self, id: StageId, variant: Option<&str>) -> &Settings {
        let elsewhere = variant.and_then(|name| name.split_once(STAGE_SEPARATOR));
        match elsewhere.and_then(|(stage, variant)| Some((self.stage(stage)?, variant))) {
            Some((other, variant)) => self.stages[other.0].settings(Some(variant)),
            None => self.stages[id.0].settings(variant),
        }
    }

    /// Gives the settings of a stage's runs at a variant: its own and, where another stage has the variants, those of
    /// that one whose names are none of its own.
    pub fn settings_of_runs(&self, id: StageId, variant: Option<&str>) -> Cow<'_, Settings> {
        let own = self.stages[id.0].settings(variant);
        match self.stages[id.0].variants_of.filter(|owner| *owner != id) {
            Some(owner) if own.parameters().is_empty() => {
                Cow::Borrowed(self.stages[owner.0].settings(variant))
            }
            Some(owner) => Cow::Owned(own.before(self.stages[owner.0].settings(variant))),
            None => Cow::Borrowed(own),
        }
    }

    /// Gives all settings that runs of a stage may have: at each variant, and without one.
    pub fn all_settings_of_runs(&self, id: StageId) -> impl Iterator<Item = Cow<'_, Settings>> {
        let variants = self.variants_of(id).iter().map(|variant| Some(variant.name.as_str()));
        variants.chain([None]).map(move |variant| self.settings_of_runs(id, variant))
    }
}

/// The names of outputs that are only observed, of whatever stage.
const OBSERVED: [&str; 2] = ["observed.json", "observed.md"];

/// A named node of the graph.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stage {
    /// Its name, unique in the pipeline.
    pub name: String,
    /// The name of its kind.
    pub kind: String,
    /// What it is repeated over; empty for a stage with one instance.
    pub each: Vec<Axis>,
    /// The points that it leaves out, each by the values that they have in common.
    pub exclude: Vec<Vec<(String, String)>>,
    /// The coordinates over which its results are aggregated, where it says so; see [`Stage::repeats`].
    pub repeats: Option<Vec<String>>,
    /// Those of its repeats along which two results are compared pair by pair, such as folds of the same data.
    pub paired: Vec<String>,
    /// The stages whose outputs it reads.
    pub needs: Vec<StageId>,
    /// What an inline kind says of it in `pipeline.yaml`: what a command runs, reads and writes.
    pub fields: Settings,
    /// The parameters that hold where no variant sets another.
    pub base: Settings,
    /// Its variants, in the order of the file; empty where its `each` has no `variant`, or where
    /// its variants are those of a stage it needs.
    pub variants: Vec<Variant>,
    /// Its seeds; empty where its `each` has no `seed`, or where its seeds are those of a need.
    pub seeds: Vec<u64>,
    /// The stage whose variants it is repeated over, which may be itself; `None` where it isn't.
    pub variants_of: Option<StageId>,
    /// The stage whose seeds it is repeated over, which may be itself; `None` where it isn't.
    pub seeds_of: Option<StageId>,
    /// The outputs that hold what is only observed of a run, such as times; a name that ends in `/` is all below it.
    pub observed: Vec<String>,
    /// What an instance takes of the machine while it runs.
    pub resources: Resources,
    /// The numbers of its outputs that have a name: its kind's, then its own.
    pub measures: Vec<Measure>,
}

impl Stage {
    /// Says whether an output holds only what was observed of the run: equal keys promise nothing of its bytes.
    pub fn is_observed(&self, output: &str) -> bool {
        let fits = |name: &String| output == name || name.ends_with('/') && output.starts_with(name.as_str());
        output.rsplit('/').next().is_some_and(|name| OBSERVED.contains(&name))
            || self.observed.iter().any(fits)
    }

    /// Gives the coordinates over which its results are aggregated, the one that is the unit first: those that it names,
    /// else `seed` where it is repeated over seeds.
    pub fn repeats(&self) -> Vec<&str> {
        match &self.repeats {
            Some(names) => names.iter().map(String::as_str).collect(),
            None => self.each.iter().filter(|axis| **axis == Axis::Seed).map(Axis::name).collect(),
        }
    }

    fn takes(&self, axis: &Axis) -> Takes {
        let (lists, of) = match axis {
            Axis::Variant => (!self.variants.is_empty(), self.variants_of),
            _ => (!self.seeds.is_empty(), self.seeds_of),
        };
        match of {
            _ if !self.each.contains(axis) => Takes::Nothing,
            Some(owner) => Takes::From(owner.0),
            None if lists => Takes::Own,
            None => Takes::Nearest,
        }
    }

    /// Says whether `--set` has set something of the stage.
    pub fn is_overridden(&self) -> bool {
        let variants = self.variants.iter().map(|it| &it.settings);
        let mut settings = [&self.fields, &self.base].into_iter().chain(variants);
        settings.any(|it| it.that_were_set().any(|(.., origin)| matches!(origin, Origin::Override(_))))
    }

    /// Gives the settings that hold at a variant: that variant's if it is the stage's own, else the base.
    pub fn settings(&self, variant: Option<&str>) -> &Settings {
        let own = variant.and_then(|name| self.variants.iter().find(|variant| variant.name == name));
        own.map_or(&self.base, |variant| &variant.settings)
    }
}

/// One thing that a stage is repeated over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Every variant of the stage, or of the stage it needs that has variants.
    Variant,
    /// Every seed of the stage, or of the stage it needs that has seeds.
    Seed,
    /// The listed values of a `command` stage's coordinate, as texts.
    Listed {
        /// The coordinate's name, as it is written in braces.
        name: String,
        /// Its values, unique, in the order of the file.
        values: Vec<String>,
    },
}

impl Axis {
    /// Gives the name that it has in braces and in coordinates.
    pub fn name(&self) -> &str {
        match self {
            Self::Variant => "variant",
            Self::Seed => "seed",
            Self::Listed { name, .. } => name,
        }
    }
}

/// A named set of settings, derived from another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Its name, unique in the stage.
    pub name: String,
    /// The variant it is derived from, of its own stage, or with the stage `train/2.4.2`; without one it derives from the
    /// stage's `params`.
    pub from: Option<String>,
    /// All its settings: its own, the inherited ones, the defaults, and what `--set` put over them.
    pub settings: Settings,
}
