//! What runs left behind: objects, records, and what is known of files without reading them again.
//!
//! ```text
//! artifacts/
//!   objects/ab/HEX       bytes, named by their SHA-256; read-only
//!   records/ab/KEY.json  what a run left; written after its objects
//!   index                path, size, times, inode → digest
//!   names.json           instance → its last key; names.log is what a killed run had to add
//!   by-name/             a view to browse; deleting it loses nothing
//!   edited/              what a person had written where an output belongs
//!   quarantine/          objects and records whose bytes were not what they had been
//!   scratch/, temporary/ a run's own; swept by the next one
//!   checkpoints/KEY/     what a killed run left to the next one with its key; gone once that is recorded
//!   lock                 held by the one process that writes
//! ```
//!
//! Invariants
//! - A file appears under its name whole or not at all: it is written elsewhere and renamed.
//! - A record counts only while each of its objects has the bytes it is named by.
//! - Reading needs no lock and changes nothing; all that writes is a method of [`Session`].
//! - Knows no stage and no recipe: a record carries its recipe as JSON.

mod checkpoints;
mod error;
mod files;
mod fsck;
mod index;
mod inventory;
mod names;
mod object;
mod place;
mod record;
mod session;
mod view;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use error::StoreError;
pub use fsck::{Damage, Examination, Fault};
pub use object::Soundness;
pub use place::{Placed, is_executable};
pub use record::{Flaw, Lookup, Observed, Record, RecordedOutput};
pub use session::Session;

use error::Doing;
use index::StatIndex;

/// The store of one project, open for reading.
pub struct Store {
    folder: PathBuf,
    index: Mutex<StatIndex>,
}

impl Store {
    /// Opens the store in `folder`; one that is not there is empty, and made by the first session.
    ///
    /// # Errors
    /// [`StoreError`] when something else than a folder is there.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        match std::fs::read_dir(folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error).doing("read", folder),
            Ok(_) | Err(_) => {}
        }
        let index = StatIndex::load(&folder.join("index"));
        Ok(Self { folder: folder.to_owned(), index: Mutex::new(index) })
    }

    /// Gives the folder that the store is in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn index(&self) -> MutexGuard<'_, StatIndex> {
        // A panic elsewhere leaves whole entries only, so the index can be used on.
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
