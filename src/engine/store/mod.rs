//! What runs left behind: objects, records, and the log of runs.
//!
//! ```text
//! artifacts/
//!   v2/objects/ab/HEX       bytes, named by their SHA-256; read-only
//!   v2/records/ab/KEY.json  what a run left; written after its objects
//!   v2/runs/NUMBER.json     the log: one entry a run that did something
//!   v2/places               the places in the project that recount has filled; part of the log
//!   v2/snapshot             what the project looked like when it was last brought up to date; it only saves time
//!   v2/quarantine/          objects and records whose bytes are not what they should be
//!   v2/scratch/, temporary/ a run's own; the next one removes it, except for finished records
//!   v2/checkpoints/KEY/     what a killed run left to the next one with its key; gone once that is recorded
//!   v2/lock                 held by the one process that writes, with its number
//!   params/DIGEST.json      the parameters that a program was given, for all that have the same
//!   by-name/                links to browse; deleting them loses nothing
//!   logs/                   what an instance's last run printed
//!   edited/HEX/PATH         what a person had written where an output belongs
//! ```
//!
//! Invariants
//! - A file appears under its name whole or not at all: it is written elsewhere and renamed.
//! - A record counts only while each of its objects has the bytes it is named by.
//! - `artifacts` itself may be a link; nothing below it is followed as one.
//! - Reading needs no lock and changes nothing; all that writes is a method of [`Session`].
//! - Knows no stage and no recipe: a record carries its recipe as JSON.

mod checkpoints;
mod commit;
mod edited;
mod error;
mod filled;
mod fsck;
mod gc;
mod hashing;
mod inventory;
mod lookup;
mod object;
mod place;
mod queue;
mod record;
mod recover;
mod runs;
mod session;
mod view;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

pub use edited::KeptEdit;
pub use error::StoreError;
pub use fsck::{Damage, DamageKind, Examination};
pub use gc::Garbage;
pub(crate) use hashing::is_stopped;
pub use lookup::{Flaw, Lookup};
pub use object::Soundness;
pub use place::{OutputPlace, Restored};
pub use record::{Observed, Record, RecordedOutput};
pub use runs::Run;
pub use session::{Scratch, Session};

use crate::cancel::Cancel;
use crate::digest::Key;
use crate::file_table::{FileTable, Observation};
use crate::folder::Folder;
use crate::listing::list_names;
use crate::project_path::is_within;
use crate::stamp::{Stamp, now};
use error::Doing;

/// The store's folder in a project.
pub const FOLDER: &str = "artifacts";

/// The folder of this version within it: another version begins one of its own.
const VERSION: &str = "v2";

/// The snapshot's file in the folder of this version.
pub(crate) const SNAPSHOT_FILE: &str = "snapshot";

/// The store of one project.
pub struct Store {
    project: Folder,
    path: PathBuf,
    /// `artifacts`, once it is there.
    top: OnceLock<Folder>,
    /// The folder of this version, once it is there.
    base: OnceLock<Folder>,
    files: Mutex<FileTable>,
    /// Stops what takes long, such as hashing.
    cancel: OnceLock<Cancel>,
}

impl Store {
    /// Opens the store of the project in `root`; one that is not there is empty, and made by the first session.
    ///
    /// # Errors
    /// [`StoreError`] when the project's folder can't be read, or something else than a folder is in the store's place.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let store = Self {
            project: Folder::open(root).doing("read", root)?,
            path: root.join(FOLDER),
            top: OnceLock::new(),
            base: OnceLock::new(),
            files: Mutex::default(),
            cancel: OnceLock::new(),
        };
        match Folder::open(&store.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            top => drop(store.top.set(top.doing("read", &store.path)?)),
        }
        store.base()?;
        Ok(store)
    }

    /// Has everything that takes long stop once this flag is set.
    pub fn stop_on(&self, cancel: &Cancel) {
        // The first flag stays; there is one for each process.
        drop(self.cancel.set(cancel.clone()));
    }

    /// Gives the folder that the store is in, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the project's folder.
    pub fn project(&self) -> &Folder {
        &self.project
    }

    /// Says whether anything was ever stored.
    ///
    /// # Errors
    /// [`StoreError`] when that can't be found out.
    pub fn exists(&self) -> Result<bool, StoreError> {
        Ok(self.base()?.is_some())
    }

    /// Gives what is known of files.
    pub fn files(&self) -> MutexGuard<'_, FileTable> {
        // A panic elsewhere leaves whole entries only, so the table can be used on.
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives `artifacts`, if it is there.
    fn top(&self) -> Option<&Folder> {
        self.top.get()
    }

    /// Gives the folder of this version, if it is there.
    pub(crate) fn base(&self) -> Result<Option<&Folder>, StoreError> {
        let (Some(top), None) = (self.top(), self.base.get()) else { return Ok(self.base.get()) };
        match top.open_below(VERSION) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            base => {
                let base = base.doing("read", &top.path_of(VERSION))?;
                Ok(Some(self.base.get_or_init(|| base)))
            }
        }
    }

    /// Makes the store's folders where there are none.
    fn create(&self) -> Result<&Folder, StoreError> {
        if self.top().is_none() {
            self.project.create_folder(FOLDER).doing("made", &self.path)?;
            let top = Folder::open(&self.path).doing("read", &self.path)?;
            self.top.get_or_init(|| top);
        }
        let top = self.top().expect("it was just opened");
        if self.base()?.is_none() {
            top.create_folder(VERSION).doing("made", &top.path_of(VERSION))?;
            for (name, text) in [("CACHEDIR.TAG", CACHE_TAG), (".gitignore", "*\n")] {
                if top.entry(name).doing("read", &top.path_of(name))?.is_none() {
                    top.write_new(name, text.as_bytes(), 0o644).doing("written", &top.path_of(name))?;
                }
            }
        }
        let base = self.base()?.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound));
        base.doing("read", &self.path.join(VERSION))
    }

    /// Names the store's folders that hold a record and its objects, as the file table has them.
    pub(crate) fn folders_of(&self, key: Key, outputs: &[RecordedOutput]) -> Vec<String> {
        let objects = outputs.iter().map(|output| object::object_name(output.object));
        let names = objects.chain([record::record_name(key)]);
        let folder = |name: String| Self::table_path(name.rsplit_once('/').map_or("", |(folder, _)| folder));
        let mut folders: Vec<String> = names.map(folder).collect();
        folders.sort_unstable();
        folders.dedup();
        folders
    }

    /// Says whether a path is one of the store's own.
    pub(crate) fn is_own(path: &str) -> bool {
        is_within(path, FOLDER)
    }

    /// Looks at a folder of the project, and lists it unless it looks as it did before; `None` where there is none.
    pub(crate) fn observe_folder(&self, path: &str, before: Option<Observation>) -> Option<Observation> {
        let time = now();
        let metadata =
            std::fs::metadata(self.project.path_of(path)).ok().filter(std::fs::Metadata::is_dir)?;
        if let Some(Observation::Folder { stamp, racy: false, .. }) = before
            && stamp == Stamp::of(&metadata)
        {
            return before;
        }
        let (stamp, listing) = (Stamp::of(&metadata), list_names(&self.project, path).ok()?);
        Some(Observation::Folder { stamp, listing, racy: stamp.is_racy(time) })
    }

    /// Gives the path that the file table has for something of this version's folder.
    fn table_path(name: &str) -> String {
        [FOLDER, "/", VERSION, "/", name].concat()
    }
}

/// Tells backup programs to leave the folder out.
///
/// # Source
/// <https://bford.info/cachedir/>
const CACHE_TAG: &str =
    "Signature: 8a477f597d28d172789f06886806bc55\n# Written by recount: it can be made again.\n";
