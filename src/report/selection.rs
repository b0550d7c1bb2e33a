//! Runs of one stage, chosen by coordinates: `fit`, `fit[svm]`, `fit[svm,fold=1]`.
//!
//! stage ──[`Selection::narrow`]──▶ fewer runs ──[`Selection::over`]──▶ a selection for each value of a coordinate
//!
//! Invariants
//! - Runs are in the plan's order, and there is at least one.
//! - What is measured has no coordinate that is neither named nor a repeat: see [`Selection::check_closed`].

use std::fmt;
use std::sync::Arc;

use recount_engine::digest::Key;
use recount_engine::spec::{Axis, Stage, StageId};
use recount_engine::suggestion;

use crate::evidence::Evidence;
use crate::measure::{Coordinates, Run};

/// Runs of one stage.
#[derive(Clone)]
pub struct Selection {
    evidence: Arc<Evidence>,
    stage: StageId,
    /// The coordinates that were named, in the order in which an instance's name has them.
    named: Coordinates,
    /// The places of its runs among those of the stage.
    runs: Vec<usize>,
}

impl Selection {
    /// Takes all runs of a stage.
    pub fn of_stage(evidence: &Arc<Evidence>, stage: StageId) -> Self {
        let runs = (0..evidence.runs(stage).len()).collect();
        Self { evidence: Arc::clone(evidence), stage, named: Vec::new(), runs }
    }

    /// Gives what it is chosen from.
    pub fn evidence(&self) -> &Arc<Evidence> {
        &self.evidence
    }

    /// Gives the stage's place in the pipeline.
    pub fn stage_id(&self) -> StageId {
        self.stage
    }

    /// Gives the stage.
    pub fn stage(&self) -> &Stage {
        self.evidence.stage(self.stage)
    }

    /// Gives the coordinates that were named.
    pub fn named(&self) -> &[(String, String)] {
        &self.named
    }

    /// Gives the runs.
    pub fn runs(&self) -> impl ExactSizeIterator<Item = &Run> + Clone {
        let all = self.evidence.runs(self.stage);
        self.runs.iter().map(|at| &all[*at])
    }

    /// Gives the keys of the runs; `None` where one has not run.
    pub fn keys(&self) -> Option<Vec<Key>> {
        self.runs().map(Run::key).collect()
    }

    /// Gives the value of a coordinate that was named.
    pub fn coordinate(&self, name: &str) -> Option<&str> {
        self.named.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Chooses the runs that have a value, of a coordinate by name or else of the first that has it.
    ///
    /// # Errors
    /// Where the stage has no such coordinate, or no run is left.
    pub fn narrow(&self, name: Option<&str>, value: &str) -> Result<Self, String> {
        let axis = match name {
            Some(name) => self.axis(name)?,
            None => {
                let has = |axis: &&Axis| self.values(axis).iter().any(|known| known == value);
                self.stage().each.iter().find(has).ok_or_else(|| self.no_run(None, value))?
            }
        };
        let name = axis.name().to_owned();
        let narrowed = self.with(&name, value);
        if narrowed.runs.is_empty() { Err(self.no_run(Some(&name), value)) } else { Ok(narrowed) }
    }

    /// Gives a selection for each value that its runs have along a coordinate, in the plan's order.
    ///
    /// # Errors
    /// Where the stage has no such coordinate.
    pub fn over(&self, name: &str) -> Result<Vec<Self>, String> {
        self.axis(name)?;
        let mut known: Vec<&str> = Vec::new();
        for run in self.runs() {
            let value = run.coordinate(name).expect("a run has each coordinate of its stage");
            if !known.contains(&value) {
                known.push(value);
            }
        }
        Ok(known.into_iter().map(|value| self.with(name, value)).collect())
    }

    /// Gives a selection for each set of runs that differ in nothing but their repeats.
    pub fn groups(&self) -> Vec<Self> {
        let open = self.open();
        let mut groups = vec![self.clone()];
        for name in open {
            let split = groups.iter().flat_map(|group| group.over(name).unwrap_or_default());
            groups = split.collect();
        }
        groups
    }

    /// Gives the runs of another stage at the same coordinates: those of the named ones that it has.
    ///
    /// # Errors
    /// Where the other stage has no run there.
    pub fn of(&self, stage: StageId) -> Result<Self, String> {
        let whole = Self::of_stage(&self.evidence, stage);
        let shared =
            self.named.iter().filter(|(name, _)| whole.stage().each.iter().any(|axis| axis.name() == name));
        shared
            .cloned()
            .collect::<Vec<_>>()
            .iter()
            .try_fold(whole, |other, (name, value)| other.narrow(Some(name), value))
    }

    /// Checks that every coordinate is named or a repeat, so that its runs are repeats of one experiment.
    ///
    /// # Errors
    /// A message that names the coordinate that is left open.
    pub fn check_closed(&self) -> Result<(), String> {
        let Some(first) = self.open().into_iter().next() else { return Ok(()) };
        let example = self.over(first).ok().and_then(|all| Some(all.first()?.coordinate(first)?.to_owned()));
        let example = example.unwrap_or_default();
        Err(format!(
            "`{self}` leaves the coordinate `{first}` open: name its value, `({first}=\"{example}\")`, go through all with `.over(\"{first}\")`, or \
             list it under `repeats` of stage `{}`",
            self.stage().name
        ))
    }

    /// Gives the coordinates that are neither named nor repeats.
    pub fn open(&self) -> Vec<&str> {
        let all = self.evidence.coordinates(self.stage);
        all.into_iter().filter(|name| self.coordinate(name).is_none()).collect()
    }

    /// Gives the repeats that are not named, the one that is the unit first.
    pub fn repeats(&self) -> Vec<String> {
        let repeats = self.stage().repeats().into_iter().filter(|name| self.coordinate(name).is_none());
        repeats.map(str::to_owned).collect()
    }

    /// Names it as a person would in a sentence: `svm`, or with several coordinates `svm, fold 2`; without any, the stage.
    pub fn label(&self) -> String {
        let part = |(name, value): &(String, String)| match name.as_str() {
            "variant" => value.clone(),
            _ if self.named.len() == 1 => value.clone(),
            name => format!("{name} {value}"),
        };
        match self.named.as_slice() {
            [] => self.stage().name.clone(),
            named => named.iter().map(part).collect::<Vec<_>>().join(", "),
        }
    }

    /// Gives those that are the same experiment under another name, itself among them: at other values of the same
    /// coordinates, with equal keys.
    pub fn same_experiments(&self) -> Vec<Self> {
        let Some(own) = self.keys() else { return vec![self.clone()] };
        let whole = Self::of_stage(&self.evidence, self.stage);
        let split = self.named.iter().fold(vec![whole], |all, (name, _)| {
            all.iter().flat_map(|one| one.over(name).unwrap_or_default()).collect()
        });
        split.into_iter().filter(|other| other.keys().as_ref() == Some(&own)).collect()
    }

    fn axis(&self, name: &str) -> Result<&Axis, String> {
        let stage = self.stage();
        stage.each.iter().find(|axis| axis.name() == name).ok_or_else(|| {
            let known = stage.each.iter().map(Axis::name);
            let help = suggestion::help(name, known, "a coordinate named", "its coordinates are");
            with_help(format!("stage `{}` isn't repeated over `{name}`", stage.name), help)
        })
    }

    fn values(&self, axis: &Axis) -> Vec<String> {
        self.evidence.pipeline().values(self.stage, axis)
    }

    fn no_run(&self, name: Option<&str>, value: &str) -> String {
        let axes = self.stage().each.iter().filter(|axis| name.is_none_or(|name| axis.name() == name));
        let known: Vec<String> =
            axes.flat_map(|axis| self.values(axis)).filter(|known| known != value).collect();
        let help = suggestion::help(value, known.iter().map(String::as_str), "one named", "there are");
        with_help(format!("`{self}` has no run at `{value}`"), help)
    }

    fn with(&self, name: &str, value: &str) -> Self {
        let all = self.evidence.runs(self.stage);
        let has = |at: &usize| all[*at].coordinates.iter().any(|(own, known)| own == name && known == value);
        let runs = self.runs.iter().copied().filter(has).collect();
        let mut named = self.named.clone();
        if self.coordinate(name).is_none() {
            named.push((name.to_owned(), value.to_owned()));
        }
        // The order of an instance's name: variant, seed, then as they are listed.
        let order = all.first().map(|run| run.coordinates.as_slice()).unwrap_or_default();
        named.sort_by_key(|(name, _)| order.iter().position(|(own, _)| own == name));
        Self { evidence: Arc::clone(&self.evidence), stage: self.stage, named, runs }
    }
}

/// Writes it as an address begins: `fit`, `fit[svm,fold=1]`.
impl fmt::Display for Selection {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.stage().name)?;
        for (at, (name, value)) in self.named.iter().enumerate() {
            out.write_str(if at == 0 { "[" } else { "," })?;
            match name.as_str() {
                "variant" => out.write_str(value)?,
                _ => write!(out, "{name}={value}")?,
            }
        }
        out.write_str(if self.named.is_empty() { "" } else { "]" })
    }
}

impl fmt::Debug for Selection {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Selection({self})")
    }
}

/// Puts what to do behind what is wrong.
pub(crate) fn with_help(message: String, help: Option<String>) -> String {
    help.map_or(message.clone(), |help| format!("{message}: {help}"))
}
