//! Which instance writes which place, and which reads it.
//!
//! Invariant: what a clean instance wrote is at its places, so that its kind need not be asked for them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Bound;

use crate::decide::work::Work;
use crate::error::EngineError;
use crate::plan::graph::InstanceId;
use crate::project_path::{ProjectPath, is_within};
use crate::spec::StageId;
use crate::store::{OutputPlace, RecordedOutput};

impl Work<'_> {
    /// Gives the places in a folder that are filled by stages that an instance's stage does not wait for: what they write
    /// is no input of it.
    pub(super) fn written_by_others(&self, id: InstanceId, folder: &str) -> Vec<ProjectPath> {
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

    /// Says whether some instance reads a path, which it names.
    pub(crate) fn is_input(&self, path: &ProjectPath) -> bool {
        self.some_reads(|file| file == path.as_str())
    }

    /// Says whether some instance reads a folder that a path is in.
    pub(crate) fn is_in_input(&self, path: &ProjectPath) -> bool {
        self.some_reads(|file| is_within(path.as_str(), file))
    }

    fn some_reads(&self, is_meant: impl Fn(&str) -> bool) -> bool {
        let reads = |id: InstanceId| {
            self.effective(id).is_ok_and(|effective| {
                let files = effective.files.iter().map(ProjectPath::as_str);
                files.chain(effective.addresses.iter().map(|address| address.file.as_str())).any(&is_meant)
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

    /// Refuses a place that two instances write; what was clean before writes none that another one did.
    pub(super) fn refuse_two_writers(&self) -> Result<(), EngineError> {
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
