//! The snapshot: what the project looked like when it was last brought up to date. It only saves time.
//!
//! a run's end ──[`SnapshotBuilder`]──▶ [`Snapshot`] ──one file──▶ [`CheckedSnapshot`]: what has changed since ──▶ the answer, or what is clean
//!
//! | file | its duty |
//! |---|---|
//! | `mod` | the format, and how it is read and written |
//! | `compare` | looks at everything again, and says what has changed |
//! | `build` | gathers what a run has seen |
//!
//! Invariants
//! - One format, one magic with a version, one seal. A file that is not whole, or of another version, is none: then
//!   everything is decided.
//! - Nothing is taken as clean that reads, or wrote, a changed path.
//! - The truth is in the project's files and in the store's records; what the snapshot can't answer is looked up there.

mod build;
mod compare;
mod output_fields;

use serde::{Deserialize, Serialize};

use crate::digest::{Digest, Key};
use crate::file_table::Observation;
use crate::listing::counts;
use crate::stamp::Stamp;
use crate::store::{RecordedOutput, SNAPSHOT_FILE, Session, Store, StoreError};

pub(crate) use build::InstanceRun;
pub use build::SnapshotBuilder;
pub use compare::CheckedSnapshot;
pub(crate) use compare::is_as_observed;

/// Begins the file, with the version of its format.
const MAGIC: &[u8; 16] = b"recount snap 5\n\0";

/// The largest file that is read, in bytes.
const MAX_SNAPSHOT_BYTES: u64 = 1 << 30;

/// What a project looked like.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Snapshot {
    asked: Asked,
    seen: ProjectState,
}

/// What was asked of which pipeline, and what there is to say to it; may be written anew before what was seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Asked {
    /// All that an answer depends on besides files.
    fingerprint: Digest,
    /// The part of the fingerprint that is no setting.
    environment: Digest,
    /// What there is to say while nothing has changed; `None` where not everything was brought up to date.
    answer: Option<String>,
    stages: Digest,
    /// The pipeline's own files.
    pipeline: Vec<PathState>,
    /// How the list of places that recount has filled looked: a trial, or a run that was killed, may fill more.
    places: Option<Stamp>,
}

/// What was seen of the project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct ProjectState {
    /// Every path that an instance read or wrote.
    paths: Vec<PathState>,
    trees: Vec<TreeState>,
    instances: Vec<InstanceState>,
    /// The last keys of instances that are not among these.
    last_keys: Vec<(String, Key)>,
}

/// A path, and what it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct PathState {
    path: String,
    observation: Observation,
}

/// A folder or a pattern that is read, with all that it takes in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct TreeState {
    paths: Vec<u32>,
}

/// An instance, with what it read and wrote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct InstanceState {
    pub(crate) name: String,
    stage: Digest,
    pub(crate) key: Key,
    #[serde(with = "output_fields")]
    pub(crate) outputs: Vec<RecordedOutput>,
    reads: Vec<u32>,
    trees: Vec<u32>,
    /// Its outputs' paths: those of files first, in the order of `outputs`. Then the store's folders that hold its record and
    /// objects.
    writes: Vec<u32>,
}

impl Snapshot {
    /// Reads the snapshot of a store; `None` where there is none that can be used.
    pub fn load(store: &Store) -> Option<Self> {
        let base = store.base().ok()??;
        let bytes = base.read(SNAPSHOT_FILE, MAX_SNAPSHOT_BYTES).ok()?;
        Self::decode(&bytes)
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (seal, rest) = bytes.strip_prefix(MAGIC)?.split_first_chunk::<32>()?;
        if Digest::of(rest) != Digest::from_bytes(*seal) {
            return None;
        }
        let snapshot: Self = postcard::from_bytes(rest).ok()?;
        snapshot.seen.is_consistent().then_some(snapshot)
    }

    /// Writes it as the store's snapshot.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be written.
    pub fn save(&self, session: &Session<'_>) -> Result<(), StoreError> {
        self.asked.save(&self.seen, session)
    }

    /// Gives the last key of an instance.
    pub fn last_keys(&self) -> impl Iterator<Item = (&str, Key)> {
        let others = self.seen.last_keys.iter().map(|(name, key)| (name.as_str(), *key));
        self.seen.instances.iter().map(|it| (it.name.as_str(), it.key)).chain(others)
    }
}

impl ProjectState {
    /// Says whether no index leads nowhere.
    fn is_consistent(&self) -> bool {
        let paths = |indexes: &[u32]| indexes.iter().all(|index| (*index as usize) < self.paths.len());
        let trees = |indexes: &[u32]| indexes.iter().all(|index| (*index as usize) < self.trees.len());
        self.trees.iter().all(|tree| paths(&tree.paths))
            && self.instances.iter().all(|it| paths(&it.reads) && paths(&it.writes) && trees(&it.trees))
    }
}

impl Asked {
    fn encode(&self, seen: &ProjectState) -> Vec<u8> {
        let begin = [MAGIC.as_slice(), &[0; 32]].concat();
        let body = begin.len();
        let mut bytes =
            postcard::to_extend(&(self, seen), begin).expect("every part of a snapshot can be written");
        let seal = Digest::of(&bytes[body..]).to_bytes();
        bytes[MAGIC.len()..body].copy_from_slice(&seal);
        bytes
    }

    /// Writes it with what was seen as the store's snapshot.
    fn save(&self, seen: &ProjectState, session: &Session<'_>) -> Result<(), StoreError> {
        let asked = Self { places: session.filled_stamp(), ..self.clone() };
        session.write_whole(SNAPSHOT_FILE, &asked.encode(seen))
    }
}

/// Looks at the files that a pipeline is read from, before they are; gives their paths.
pub fn observe_pipeline(store: &Store) -> Vec<String> {
    let mut paths = vec![PIPELINE.to_owned()];
    match store.observe_folder(STAGES, None) {
        Some(folder) => {
            store.files().insert(STAGES, folder, true);
            let entries = std::fs::read_dir(store.project().path_of(STAGES)).into_iter().flatten().flatten();
            let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
            paths.extend(names.filter(|name| counts(name)).map(|name| format!("{STAGES}/{name}")));
        }
        None => store.files().insert(STAGES, Observation::Absent, true),
    }
    for path in &paths {
        // What can't be read is reported by whoever reads it.
        if store.digest_input(path, path).is_err() {
            store.files().insert(path, Observation::Absent, true);
        }
    }
    paths.push(STAGES.to_owned());
    paths
}

/// The file that draws the graph, and the folder of the stages' own files.
const PIPELINE: &str = "pipeline.yaml";
const STAGES: &str = "stages";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::ObjectId;

    fn snapshot() -> Snapshot {
        let state = |path: &str, observation| PathState { path: path.to_owned(), observation };
        let file = |text: &[u8]| Observation::File {
            stamp: Stamp { size: 5, modified: 1, changed: -2, inode: 3, mode: 0o755 },
            digest: Digest::of(text),
            racy: false,
        };
        let asked = Asked {
            environment: Digest::of(b"environment"),
            stages: Digest::of(b"stages"),
            fingerprint: Digest::of(b"?"),
            answer: Some("nothing to do".to_owned()),
            pipeline: vec![state("pipeline.yaml", file(b"p"))],
            places: None,
        };
        let seen = ProjectState {
            paths: vec![state("a", file(b"a")), state("b", Observation::Absent)],
            trees: vec![TreeState { paths: vec![0, 1] }],
            instances: vec![InstanceState {
                stage: Digest::of(b"stage"),
                name: "fit[seed=1]".to_owned(),
                key: Key(Digest::of(b"key")),
                outputs: vec![RecordedOutput::new("o", ObjectId(Digest::of(b"o")), 0o700)],
                reads: vec![0],
                trees: vec![0],
                writes: vec![1],
            }],
            last_keys: vec![("old".to_owned(), Key(Digest::of(b"old")))],
        };
        Snapshot { asked, seen }
    }

    #[test]
    fn it_reads_back_and_any_flipped_bit_or_lost_byte_makes_it_none() {
        let Snapshot { asked, seen } = snapshot();
        let bytes = asked.encode(&seen);
        assert_eq!(Snapshot::decode(&bytes), Some(snapshot()));
        for place in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1 << (place % 8);
            assert_eq!(Snapshot::decode(&flipped), None, "byte {place}");
            assert_eq!(Snapshot::decode(&bytes[..place]), None);
        }
    }

    #[test]
    fn an_index_that_leads_nowhere_makes_it_none() {
        let mut broken = snapshot();
        broken.seen.instances[0].reads.push(2);
        assert_eq!(Snapshot::decode(&broken.asked.encode(&broken.seen)), None);
    }
}
