//! How instances stood when all was up to date, for the next run to take as certain what nothing has touched.
//!
//! [`Standing`]s + what has changed since ──▶ [`Certain`]
//!
//! Invariants
//! - Certain is only what neither a changed file nor a changed setting reaches: an instance that reads a changed
//!   file, wrote one, or has another setting is in doubt, and so is all that needs it.
//! - A change that is nobody's here leaves nothing certain.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::digest::{Key, ObjectId};
use crate::plan::graph::{GroupId, Plan};
use crate::store::{RecordedOutput, Session};

/// How many changes are worth finding out whose they are.
const CHANGES: usize = 100;

/// How an instance stood when all was up to date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Its name.
    pub name: String,
    /// Its key.
    pub key: Key,
    /// Its outputs.
    #[serde(with = "whole")]
    pub outputs: Vec<RecordedOutput>,
    /// The files and folders of the project that it reads.
    pub files: Vec<String>,
}

impl Standing {
    /// Says whether it reads this file or folder, or wrote it.
    pub fn reads_or_wrote(&self, changed: &str) -> bool {
        let places = self.outputs.iter().filter_map(|output| output.place.as_ref());
        self.files.iter().chain(places).any(|name| is_within(changed, name))
    }

    /// Gives how all stand of whom some stand otherwise by now, as in `news`.
    pub fn renewed(all: Vec<Self>, news: Vec<Self>) -> Vec<Self> {
        let mut news: HashMap<String, Self> = news.into_iter().map(|it| (it.name.clone(), it)).collect();
        if news.is_empty() {
            return all;
        }
        all.into_iter().map(|old| news.remove(&old.name).unwrap_or(old)).collect()
    }
}

/// What needs no look.
#[derive(Debug)]
pub struct Certain {
    standings: Vec<Standing>,
    /// Where each instance is in `standings` that is not in doubt.
    places: HashMap<String, usize>,
    /// The store's turn when all this was so.
    turn: u64,
}

impl Certain {
    /// Leaves out of `standings` what the changed files (or folders), named from the project, and the changed
    /// stages put in doubt; `None` where there is more than that to be in doubt of. `turn` is the
    /// store's from before the changes were found.
    pub fn but(
        standings: Vec<Standing>,
        files: &[String],
        stages: &BTreeSet<String>,
        turn: u64,
    ) -> Option<Self> {
        let mut owned = vec![false; files.len()];
        let mut places = HashMap::with_capacity(standings.len());
        for (place, standing) in standings.iter().enumerate() {
            let mut doubtful = stages.contains(stage_of(&standing.name));
            for (file, owned) in files.iter().zip(&mut owned) {
                let concerned = standing.reads_or_wrote(file);
                doubtful |= concerned;
                *owned |= concerned;
            }
            if !doubtful {
                places.insert(standing.name.clone(), place);
            }
        }
        owned.into_iter().all(|owned| owned).then_some(Self { standings, places, turn })
    }

    /// Says whether so few changes are worth finding out whose they are.
    pub fn is_worth(changes: &[String]) -> bool {
        changes.len() <= CHANGES
    }

    /// Says whether nobody has written to the store since all this was so.
    pub(crate) fn holds(&self, session: &Session<'_>) -> bool {
        session.follows(self.turn)
    }

    /// Names the stages that have an instance in doubt, apart from those in doubt by their needs alone.
    pub fn doubtful_stages(&self) -> BTreeSet<String> {
        let doubtful = self.standings.iter().filter(|standing| !self.places.contains_key(&standing.name));
        doubtful.map(|standing| stage_of(&standing.name).to_owned()).collect()
    }

    /// Gives how each instance of a plan stands that needs no look.
    pub(crate) fn of<'c>(&'c self, plan: &Plan) -> Vec<Option<&'c Standing>> {
        let mut known: Vec<Option<&Standing>> = Vec::with_capacity(plan.instances.len());
        let mut groups: Vec<Option<bool>> = vec![None; plan.groups.len()];
        for instance in &plan.instances {
            let mut settled = |GroupId(group): GroupId| {
                let all = || plan.groups[group].iter().all(|member| known[member.0].is_some());
                *groups[group].get_or_insert_with(all)
            };
            let needs = instance.needs.iter().all(|need| settled(need.group));
            let place = self.places.get(&instance.name).filter(|_| needs);
            known.push(place.map(|place| &self.standings[*place]));
        }
        known
    }

    /// Counts the instances, in doubt or not.
    pub fn of_how_many(&self) -> usize {
        self.standings.len()
    }

    /// Gives how all stands once what was in doubt stands as in `news`.
    pub fn with<'c>(&'c self, news: &'c [Standing]) -> Vec<&'c Standing> {
        let news: HashMap<&str, &Standing> = news.iter().map(|it| (it.name.as_str(), it)).collect();
        self.standings.iter().map(|old| news.get(old.name.as_str()).copied().unwrap_or(old)).collect()
    }
}

/// Says whether a place in the project is `folder` itself, a file or a folder, or stands in it.
pub(crate) fn is_within(place: &str, folder: &str) -> bool {
    place.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Names the stage that an instance is of.
pub(crate) fn stage_of(instance: &str) -> &str {
    instance.split('[').next().unwrap_or(instance)
}

/// Outputs with every field of theirs, for formats that name none.
mod whole {
    use super::{Deserialize, ObjectId, RecordedOutput, Serialize};
    use serde::{Deserializer, Serializer};

    type Parts<T> = (T, ObjectId, Option<T>, bool);

    pub fn serialize<S: Serializer>(outputs: &[RecordedOutput], serializer: S) -> Result<S::Ok, S::Error> {
        let parts = |it: &'_ RecordedOutput| (it.name.clone(), it.object, it.place.clone(), it.executable);
        outputs.iter().map(parts).collect::<Vec<Parts<String>>>().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<RecordedOutput>, D::Error> {
        let output = |(name, object, place, executable)| RecordedOutput { name, object, place, executable };
        Ok(Vec::<Parts<String>>::deserialize(deserializer)?.into_iter().map(output).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::kind::Point;
    use crate::plan::graph::{Instance, InstanceId, Need};
    use crate::spec::StageId;

    fn standing(name: &str, reads: &[&str], wrote: &[&str]) -> Standing {
        let output = |place: &&str| RecordedOutput {
            name: (*place).to_owned(),
            object: ObjectId(Digest::of(place.as_bytes())),
            place: Some((*place).to_owned()),
            executable: false,
        };
        Standing {
            name: name.to_owned(),
            key: Key(Digest::of(name.as_bytes())),
            outputs: wrote.iter().map(output).collect(),
            files: reads.iter().map(|file| (*file).to_owned()).collect(),
        }
    }

    /// Two leaves that read a file and a folder, and a stage that needs both.
    fn fan() -> (Vec<Standing>, Plan) {
        let standings = vec![
            standing("leaf[i=1]", &["source.txt"], &["out/1"]),
            standing("other", &["data"], &["out/2"]),
            standing("join", &[], &["all"]),
        ];
        let instance = |name: &str, stage, needs: &[usize]| Instance {
            name: name.to_owned(),
            stage: StageId(stage),
            point: Point::default(),
            needs: needs
                .iter()
                .map(|&need| Need { stage: StageId(need), group: GroupId(need), matched: true })
                .collect(),
        };
        let instances =
            vec![instance("leaf[i=1]", 0, &[]), instance("other", 1, &[]), instance("join", 2, &[0, 1])];
        (standings, Plan { instances, groups: vec![vec![InstanceId(0)], vec![InstanceId(1)]] })
    }

    fn certain(files: &[&str], stages: &[&str]) -> Option<Vec<String>> {
        let (standings, plan) = fan();
        let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
        let stages = stages.iter().map(|stage| (*stage).to_owned()).collect();
        let certain = Certain::but(standings, &files, &stages, 0)?;
        let names = certain.of(&plan).into_iter().flatten().map(|standing| standing.name.clone()).collect();
        Some(names)
    }

    #[test]
    fn what_a_change_reaches_is_in_doubt_and_nothing_else() {
        let some = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(certain(&[], &[]), some(&["leaf[i=1]", "other", "join"]));
        assert_eq!(certain(&["source.txt"], &[]), some(&["other"]));
        assert_eq!(certain(&["data/deep/file"], &[]), some(&["leaf[i=1]"]));
        assert_eq!(certain(&["data"], &[]), some(&["leaf[i=1]"]));
        assert_eq!(certain(&["all"], &[]), some(&["leaf[i=1]", "other"]));
        assert_eq!(certain(&[], &["leaf"]), some(&["other"]));
    }

    #[test]
    fn a_change_that_is_nobodys_leaves_nothing_certain() {
        assert_eq!(certain(&["database"], &[]), None);
        assert_eq!(certain(&["artifacts/records"], &[]), None);
    }

    #[test]
    fn it_reads_back_from_a_format_without_names() {
        let (standings, _) = fan();
        let bytes = postcard::to_stdvec(&standings).expect("it can be written");
        let read: Vec<Standing> = postcard::from_bytes(&bytes).expect("it reads back");
        assert_eq!(read, standings);
    }
}
