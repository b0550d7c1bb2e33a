//! The right to write: one process at a time, by a lock that dies with it.
//!
//! Invariants
//! - While a session lives, no other one does, in this process or another.
//! - What an earlier process left in `temporary/` is removed, except for finished records.
//! - A recount that a stage of the running one starts is refused: it would wait for ever.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::ops::Deref;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::Store;
use super::error::{Doing, StoreError};
use super::queue::Queue;
use crate::folder::Folder;
use crate::process_stat::ProcessStat;
use crate::project_path::ProjectPath;
use crate::stamp::{Stamp, now};

/// How long a process that waits for the lock sleeps between two attempts.
const LOCK_POLL_INTERVAL: Duration = Duration::from_millis(20);

const LOCK_NAME: &str = "lock";

/// What a session adds to its name in the lock when it has come to its end.
const ENDED_SUFFIX: &str = " ended";

/// The folder of what is being written.
pub(super) const TEMPORARY: &str = "temporary";

/// The folder of what runs need for themselves.
pub(super) const SCRATCH: &str = "scratch";

/// The store, open for writing.
pub struct Session<'s> {
    store: &'s Store,
    /// The folder of this version.
    pub(crate) base: &'s Folder,
    next: AtomicU64,
    pub(super) queue: Queue,
    /// The places in the project that recount has filled, once somebody asks.
    pub(super) filled: Mutex<Option<BTreeSet<ProjectPath>>>,
    /// Held while an object or a record gets its name or loses it, so that what was found damaged is not
    /// confused with the sound one that another thread has put in its place.
    rename_lock: Mutex<()>,
    /// Which session was the last one before this.
    pub(crate) before: Option<String>,
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
        let base = self.create()?;
        let Some((lock, before)) = self.acquire(base, keep_waiting)? else { return Ok(None) };
        let session = Session {
            store: self,
            base,
            next: AtomicU64::new(0),
            queue: Queue::default(),
            filled: Mutex::default(),
            rename_lock: Mutex::default(),
            before,
            lock,
        };
        session.recover()?;
        Ok(Some(session))
    }

    /// Takes the lock, which its file holds as long as it is open.
    fn acquire(
        &self,
        base: &Folder,
        mut keep_waiting: impl FnMut() -> bool,
    ) -> Result<Option<(File, Option<String>)>, StoreError> {
        let path = base.path_of(LOCK_NAME);
        let lock = base.open_or_create(LOCK_NAME, 0o644).doing("opened", &path)?;
        loop {
            match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => break,
                Err(Errno::WOULDBLOCK) => {
                    if holder(&lock).is_some_and(is_ancestor) {
                        let held = "a stage of the run that holds it has started this recount, which would wait for ever";
                        return Err(io::Error::other(held)).doing("taken", &path);
                    }
                    if !keep_waiting() {
                        return Ok(None);
                    }
                    thread::sleep(LOCK_POLL_INTERVAL);
                }
                Err(Errno::INTR) => {}
                Err(error) => return Err(io::Error::from(error)).doing("locked", &path),
            }
        }
        let before = ended_session(&lock);
        let name = format!("{} {}\n", std::process::id(), now());
        lock.set_len(0).and_then(|()| lock.write_all_at(name.as_bytes(), 0)).doing("written", &path)?;
        Ok(Some((lock, before)))
    }

    /// Names the session that was the last one to write; `None` while one writes, and after one that was killed.
    pub(crate) fn last_session(&self) -> Option<String> {
        ended_session(&self.base().ok()??.open_file(LOCK_NAME).ok()?)
    }

    /// Gives the number of the process that writes to the store now, if there is one.
    pub fn writer(&self) -> Option<u32> {
        let lock = self.base().ok()??.open_file(LOCK_NAME).ok()?;
        match flock(&lock, FlockOperation::NonBlockingLockShared) {
            Err(Errno::WOULDBLOCK) => holder(&lock),
            _ => None,
        }
    }

    /// Says whether a run was killed whose work the next one takes up.
    pub fn was_killed(&self) -> bool {
        let left = |base: &Folder| {
            [TEMPORARY, SCRATCH].iter().any(|name| base.list(name).is_ok_and(|left| !left.is_empty()))
        };
        matches!(self.base(), Ok(Some(base)) if left(base)) && self.writer().is_none()
    }
}

/// Reads the name that a session has left in the lock: its process, and when it began.
fn name_of_session(lock: &File) -> Option<String> {
    let mut text = [0; 64];
    let length = lock.read_at(&mut text, 0).ok()?;
    Some(std::str::from_utf8(&text[..length]).ok()?.trim().to_owned())
}

/// Reads the name of a session that came to its end.
fn ended_session(lock: &File) -> Option<String> {
    name_of_session(lock)?.strip_suffix(ENDED_SUFFIX).map(str::to_owned)
}

/// Reads which process holds the lock.
fn holder(lock: &File) -> Option<u32> {
    name_of_session(lock)?.split(' ').next()?.parse().ok()
}

/// Says whether a process is one that this one descends from.
fn is_ancestor(process: u32) -> bool {
    let parent =
        |process: &u32| ProcessStat::read(process).map(|stat| stat.parent).filter(|parent| *parent > 1);
    std::iter::successors(parent(&std::process::id()), parent).any(|ancestor| ancestor == process)
}

impl Session<'_> {
    /// Ends the session: keeps the records that are still queued.
    ///
    /// # Errors
    /// [`StoreError`] when one can't be written.
    pub fn finish(self) -> Result<(), StoreError> {
        self.commit_rest()?;
        let name = name_of_session(&self.lock).unwrap_or_default();
        let ended = self.lock.write_all_at(format!("{name}{ENDED_SUFFIX}\n").as_bytes(), 0);
        ended.doing("written", &self.base.path_of(LOCK_NAME))
    }

    pub(super) fn rename_lock(&self) -> MutexGuard<'_, ()> {
        self.rename_lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the name of a file that nobody else uses.
    pub(super) fn temporary(&self) -> String {
        format!("{TEMPORARY}/{}", self.count())
    }

    /// Counts from above the numbers that an earlier session has used.
    pub(super) fn count_from(&self, highest: Option<u64>) {
        self.next.store(highest.map_or(0, |highest| highest.wrapping_add(1)), Ordering::Relaxed);
    }

    fn count(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Writes a file of this version's folder as a whole, by way of another name.
    ///
    /// It is not synced: this is for what a power failure may take, because it carries a seal or only saves time.
    pub(crate) fn write_whole(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let temporary = self.temporary();
        self.base.write_new(&temporary, bytes, 0o644).doing("written", &self.base.path_of(&temporary))?;
        self.base.move_to(&temporary, self.base, name).doing("written", &self.base.path_of(name))
    }

    /// Removes a file of this version's folder; nothing there is as good.
    pub(crate) fn remove_own(&self, name: &str) -> Result<(), StoreError> {
        self.base.remove_file(name).doing("removed", &self.base.path_of(name))
    }

    /// Writes a text of ours to a place of the project, by way of another name.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be written.
    pub fn write_project_file(&self, name: &str, text: &str) -> Result<(), StoreError> {
        let temporary = self.temporary();
        let path = self.base.path_of(&temporary);
        self.base.write_new(&temporary, text.as_bytes(), 0o644).doing("written", &path)?;
        self.move_to_project(&temporary, name).doing("written", &self.project().path_of(name))
    }

    /// Moves a file of ours to a place of the project, in the place of a file that may be there.
    pub(super) fn move_to_project(&self, temporary: &str, name: &str) -> io::Result<()> {
        let project = self.project();
        match self.base.rename(temporary, project, name) {
            // The store may be on another file system than the place.
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                let (beside, mut file) = project.create_beside(name, 0o600)?;
                let mut source = self.base.open_file(temporary)?;
                let mode = Stamp::of(&source.metadata()?).mode;
                self.base.remove_file(temporary)?;
                io::copy(&mut source, &mut file)?;
                project.set_mode(&beside, mode)?;
                project.rename(&beside, project, name)
            }
            moved => moved,
        }
    }

    /// Gives one run a path for a folder of its own, and for files beside it; `folder` says whether the folder is to be
    /// there.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be made.
    pub fn scratch(&self, folder: bool) -> Result<Scratch, StoreError> {
        let name = format!("{SCRATCH}/{}", self.count());
        let made = if folder { &name } else { SCRATCH };
        self.base.create_folder(made).doing("made", &self.base.path_of(made))?;
        Ok(Scratch { path: self.base.path_of(&name), name })
    }

    /// Removes what [`Session::scratch`] gave, and the files beside it. What can't be removed now is removed by the next
    /// session.
    pub fn remove_scratch(&self, scratch: &Scratch) {
        drop(self.base.remove(&scratch.name));
        for ending in ["running", "log"] {
            drop(self.base.remove_file(&format!("{}.{ending}", scratch.name)));
        }
    }

    /// Lists what killed runs left in `scratch/`.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be read.
    pub(crate) fn list_scratch(&self) -> Result<Vec<String>, StoreError> {
        match self.base.list(SCRATCH) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            listed => {
                let listed = listed.doing("read", &self.base.path_of(SCRATCH))?;
                Ok(listed.into_iter().map(|(name, _)| [SCRATCH, "/", &name].concat()).collect())
            }
        }
    }

    /// Removes everything below `scratch/`, or a link in its place.
    ///
    /// # Errors
    /// [`StoreError`] when something can't be removed.
    pub fn clear_scratch(&self) -> Result<(), StoreError> {
        self.base.remove(SCRATCH).doing("removed", &self.base.path_of(SCRATCH))
    }
}

/// A place for one run alone.
#[derive(Clone, Debug)]
pub struct Scratch {
    /// Its folder's name below that of this version.
    pub(crate) name: String,
    /// Its folder.
    pub path: PathBuf,
}
