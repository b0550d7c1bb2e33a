//! The right to write: one process at a time, by a lock that dies with it.
//!
//! Invariants
//! - While a session lives, no other one does, in this process or another.
//! - What an earlier process left in `temporary/` is swept, but for what it had finished.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::Deref;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::Store;
use super::commit::Queue;
use super::error::{Doing, StoreError};
use super::files::write_whole;
use super::names::Names;
use crate::digest::Key;

/// How long a process that waits for the lock sleeps between two looks.
const PATIENCE: Duration = Duration::from_millis(20);

/// How often what is filled meanwhile is emptied again.
const ATTEMPTS: usize = 10;

/// The store, open for writing.
pub struct Session<'s> {
    store: &'s Store,
    /// The names, once somebody asks for one.
    names: OnceLock<Mutex<Names>>,
    /// Whether what was read ahead is so.
    ahead: bool,
    next: AtomicU64,
    pub(super) queue: Queue,
    /// How many places for runs there are in `scratch/`, and those that are free.
    pub(super) places: AtomicU64,
    pub(super) free: Mutex<Vec<PathBuf>>,
    /// Held while an object or a record gets its name or loses it, so that what was found damaged is not
    /// confused with the sound one that another thread has put in its place.
    naming: Mutex<()>,
    /// What the lock's file held before.
    turn: u64,
    lock: File,
}

impl Deref for Session<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        self.store
    }
}

impl Store {
    /// Takes the lock, and makes the store's folder where there is none. While another process has it, `keep_waiting`
    /// is asked again and again; once it says no, there is no session.
    ///
    /// # Errors
    /// [`StoreError`] when the lock can't be taken for another reason.
    pub fn lock(&self, keep_waiting: impl FnMut() -> bool) -> Result<Option<Session<'_>>, StoreError> {
        let Some(lock) = self.acquire(keep_waiting)? else { return Ok(None) };
        let path = self.folder().join("lock");
        let turn = turn(&lock).doing("read", &path)?;
        lock.write_all_at(&during(turn).to_le_bytes(), 0).doing("written", &path)?;
        let ahead = self.ahead_in.load(Ordering::Relaxed) == turn;
        if !ahead {
            self.look_again();
        }
        let session = Session {
            store: self,
            names: OnceLock::new(),
            ahead,
            next: AtomicU64::new(0),
            queue: Queue::default(),
            places: AtomicU64::new(0),
            free: Mutex::default(),
            naming: Mutex::default(),
            turn,
            lock,
        };
        session.recover()?;
        Ok(Some(session))
    }

    /// Takes the lock, which its file holds as long as it is open.
    pub(super) fn acquire(&self, mut keep_waiting: impl FnMut() -> bool) -> Result<Option<File>, StoreError> {
        fs::create_dir_all(self.folder()).doing("made", self.folder())?;
        let path = self.folder().join("lock");
        let lock = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path);
        let lock = lock.doing("opened", &path)?;
        loop {
            match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Some(lock)),
                Err(Errno::WOULDBLOCK) if !keep_waiting() => return Ok(None),
                Err(Errno::WOULDBLOCK) => thread::sleep(PATIENCE),
                Err(Errno::INTR) => {}
                other => return other.doing("locked", &path).map(|()| None),
            }
        }
    }

    /// Gives a number that stays as long as nobody writes to the store; `None` while somebody does, or after
    /// one who did not come to the end.
    pub fn turn(&self) -> Option<u64> {
        let turn = File::open(self.folder().join("lock")).map_or(Ok(0), |lock| turn(&lock)).ok()?;
        turn.is_multiple_of(2).then_some(turn)
    }

    /// Gives what reads all that the next session will need, while it still is this turn, for a thread that has time.
    pub fn read_ahead(&self, turn: u64) -> impl FnOnce() + Send + use<> {
        self.ahead_in.store(turn, Ordering::Relaxed);
        let (index, names, folder) =
            (Arc::clone(&self.index), Arc::clone(&self.names_ahead), self.folder().to_owned());
        move || {
            index.lock().unwrap_or_else(PoisonError::into_inner).load(&folder.join("index"));
            names.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| Names::load(&folder));
        }
    }

    /// Gives the last key of every instance, as it stands on the disk.
    pub fn last_keys(&self) -> BTreeMap<String, Key> {
        Names::load(self.folder()).into_keys()
    }
}

/// Gives the number of a session that follows what the lock's file holds: an odd one, which stays if the session
/// does not come to its end.
fn during(turn: u64) -> u64 {
    turn.wrapping_add(1 + turn % 2)
}

/// Reads the number that the lock's file holds.
fn turn(lock: &File) -> io::Result<u64> {
    let mut bytes = [0; 8];
    match lock.read_exact_at(&mut bytes, 0) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
        read => read.map(|()| u64::from_le_bytes(bytes)),
    }
}

impl Session<'_> {
    /// Says whether nobody has written to the store since it was this turn.
    pub fn follows(&self, turn: u64) -> bool {
        self.turn == turn
    }

    /// Gives the last key of an instance.
    pub fn last(&self, instance: &str) -> Option<Key> {
        self.names().last(instance)
    }

    /// Notes the key that an instance now has.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be written.
    pub fn remember(&self, instance: &str, key: Key) -> Result<(), StoreError> {
        let mut names = self.names();
        names.remember(instance, key, self.queued(key).is_none())
    }

    /// Gives the instances that have another key since the session began.
    pub fn news(&self) -> BTreeMap<String, Key> {
        self.names().news().clone()
    }

    /// Forgets the instances' last keys that are not to be kept; gives them.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be written.
    pub(super) fn forget(&self, keep: &dyn Fn(Key) -> bool) -> Result<Vec<(String, Key)>, StoreError> {
        self.names().forget(keep, &self.temporary())
    }

    /// Keeps the records that are still queued, then writes down what was learnt of files and names.
    ///
    /// # Errors
    /// [`StoreError`] when something can't be written: a record, or what only saves time.
    pub fn finish(self) -> Result<(), StoreError> {
        self.settle()?;
        let project = self.folder().parent().unwrap_or(Path::new("")).to_owned();
        let bytes = self.index().encode_if_changed(|name| project.join(name).exists());
        if let Some(bytes) = bytes {
            write_whole(&self.temporary(), &self.folder().join("index"), &bytes)?;
        }
        // One that nobody asked has nothing new, and is not read for that.
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = ledger.encode_if_changed(|key| self.record_path(key).exists());
        if let Some(bytes) = bytes {
            write_whole(&self.temporary(), &self.folder().join("ledger"), &bytes)?;
        }
        self.names().fold(&self.temporary())?;
        let over = during(self.turn).wrapping_add(1);
        self.lock.write_all_at(&over.to_le_bytes(), 0).doing("written", &self.folder().join("lock"))
    }

    pub(super) fn names(&self) -> MutexGuard<'_, Names> {
        let names = || {
            let ahead = self.store.names_ahead.lock().unwrap_or_else(PoisonError::into_inner).take();
            Mutex::new(ahead.filter(|_| self.ahead).unwrap_or_else(|| Names::load(self.folder())))
        };
        self.names.get_or_init(names).lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn naming(&self) -> MutexGuard<'_, ()> {
        self.naming.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a path that nobody else uses, on the store's file system.
    pub(super) fn temporary(&self) -> PathBuf {
        self.folder().join("temporary").join(self.count().to_string())
    }

    /// Sees to it that nothing is called as what an earlier session has left.
    pub(super) fn count_from(&self, highest: Option<u64>) {
        self.next.store(highest.map_or(0, |highest| highest.wrapping_add(1)), Ordering::Relaxed);
    }

    fn count(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Removes all of a folder but what `stays` says may stay, and makes it where there is none.
    pub(super) fn empty(&self, name: &str, stays: &dyn Fn(&Path) -> bool) -> Result<(), StoreError> {
        let folder = self.folder().join(name);
        if fs::symlink_metadata(&folder).is_ok_and(|metadata| !metadata.is_dir()) {
            // What a link leads to is not ours to empty.
            fs::remove_file(&folder).doing("removed", &folder)?;
        }
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return fs::create_dir_all(&folder).doing("made", &folder);
            }
            other => other.doing("read", &folder)?,
        };
        for entry in entries {
            let path = entry.doing("read", &folder)?.path();
            if !stays(&path) {
                remove_all(&path)?;
            }
        }
        Ok(())
    }
}

/// Removes a file, or a folder with all that is in it.
fn remove_all(path: &Path) -> Result<(), StoreError> {
    let remove = || match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        _ => fs::remove_file(path),
    };
    // A program that outlived a killed run may write there once more, in between.
    let removed = (0..ATTEMPTS).map(|_| remove()).find(|removed| {
        !removed.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::DirectoryNotEmpty)
    });
    match removed.unwrap_or_else(remove) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).doing("removed", path),
        _ => Ok(()),
    }
}
