//! What runs left behind: objects, records, and what is known of files without reading them again.
//!
//! ```text
//! artifacts/
//!   objects/ab/HEX       bytes, named by their SHA-256; read-only
//!   records/ab/KEY.json  what a run left; written after its objects
//!   index                path, size, times, inode → digest
//!   ledger               key → what its record says was made
//!   memo                 what all looked like when it was up to date, and what was said; memo.NAME beside it
//!   names.json           instance → its last key; names.log is what runs since have to add
//!   runs/NUMBER.json     the log: one entry a run that did something
//!   by-name/             a view to browse; deleting it loses nothing
//!   logs/                what an instance's last run printed
//!   edited/              what a person had written where an output belongs
//!   quarantine/          objects and records whose bytes were not what they had been
//!   scratch/, temporary/ a run's own; swept by the next one, but for blank notes and what was finished
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
mod checksum;
mod commit;
mod error;
mod files;
mod fsck;
mod gc;
mod index;
mod inventory;
mod ledger;
mod look;
mod memo;
mod memo_file;
mod names;
mod object;
mod place;
mod record;
mod recover;
mod runs;
mod scratch;
mod sealed;
mod session;
mod shares;
mod view;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use checksum::Checksum;
pub use error::StoreError;
pub use files::Places;
pub use fsck::{Damage, Examination, Fault};
pub use gc::Garbage;
pub use look::Look;
pub use memo::Detail;
pub use memo_file::Memo;
pub use object::Soundness;
pub use place::{Ahead, Placed, is_executable};
pub use record::{Flaw, Lookup, Observed, Record, RecordedOutput};
pub use runs::Run;
pub use session::Session;

use error::Doing;
use index::StatIndex;
use ledger::Ledger;
use names::Names;

/// No time between two sessions has an odd number.
const NO_TURN: u64 = u64::MAX;

/// The store of one project, open for reading.
pub struct Store {
    folder: PathBuf,
    index: Arc<Mutex<StatIndex>>,
    ledger: Mutex<Ledger>,
    /// The names, and in which turn they and the index were read ahead.
    names_ahead: Arc<Mutex<Option<Names>>>,
    ahead_in: AtomicU64,
    /// Whether the file system was found to share no blocks between files.
    no_reflinks: AtomicBool,
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
        Ok(Self {
            folder: folder.to_owned(),
            index: Arc::default(),
            ledger: Mutex::default(),
            names_ahead: Arc::default(),
            ahead_in: AtomicU64::new(NO_TURN),
            no_reflinks: AtomicBool::new(false),
        })
    }

    /// Gives the folder that the store is in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn index(&self) -> MutexGuard<'_, StatIndex> {
        // A panic elsewhere leaves whole entries only, so the index can be used on.
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        index.load(&self.folder.join("index"));
        index
    }

    /// Forgets what was read of the index and the ledger: another process may have written them since.
    fn look_again(&self) {
        *self.index.lock().unwrap_or_else(PoisonError::into_inner) = StatIndex::default();
        *self.ledger.lock().unwrap_or_else(PoisonError::into_inner) = Ledger::default();
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        ledger.load(&self.folder.join("ledger"));
        ledger
    }
}
