//! Folders in which a run leaves what the next one with the same key may go on from.
//!
//! Invariants
//! - Named by key: nothing of other code, settings or inputs is ever gone on from.
//! - Losing one loses time, never a result; what is in it is the kind's to check.

use std::path::PathBuf;

use super::error::{Doing, StoreError};
use super::{Session, Store, VERSION};
use crate::digest::Key;
use crate::folder::FileKind;

const CHECKPOINTS: &str = "checkpoints";

fn name(key: Key) -> String {
    format!("{CHECKPOINTS}/{key}")
}

impl Store {
    /// Gives the folder for the checkpoints of a key's run, which need not exist.
    pub fn checkpoints(&self, key: Key) -> PathBuf {
        self.path().join(VERSION).join(name(key))
    }
}

impl Session<'_> {
    /// Removes what is no regular file among the checkpoints of a key's run, and what is no folder on the way to them:
    /// whoever writes there goes by names, and would follow a link.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be removed.
    pub fn remove_foreign_checkpoints(&self, key: Key) -> Result<(), StoreError> {
        let (base, name) = (self.base, name(key));
        let remove = |name: &str| base.remove(name).doing("removed", &base.path_of(name));
        for folder in [CHECKPOINTS, &name] {
            match base.entry(folder).doing("read", &base.path_of(folder))? {
                None => return Ok(()),
                Some(entry) if entry.kind == FileKind::Folder => {}
                Some(_) => return remove(folder),
            }
        }
        let Ok(entries) = base.list(&name) else { return remove(&name) };
        let foreign = entries.into_iter().filter(|(_, kind)| *kind != FileKind::File);
        foreign.map(|(entry, _)| format!("{name}/{entry}")).try_for_each(|entry| remove(&entry))
    }

    /// Removes the checkpoints of a key's run, if there are any.
    ///
    /// # Errors
    /// [`StoreError`] when they can't be removed.
    pub fn drop_checkpoints(&self, key: Key) -> Result<(), StoreError> {
        self.base.remove(&name(key)).doing("removed", &self.checkpoints(key))
    }

    /// Removes the checkpoints of every run.
    ///
    /// # Errors
    /// [`StoreError`] when they can't be removed.
    pub fn drop_all_checkpoints(&self) -> Result<(), StoreError> {
        self.base.remove(CHECKPOINTS).doing("removed", &self.base.path_of(CHECKPOINTS))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::digest::Digest;

    #[test]
    fn links_among_checkpoints_go_before_anybody_writes_there_and_what_they_lead_to_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = Store::open(folder.path()).expect("the store opens");
        let session = store.lock(|| true).expect("the lock works").expect("it waits");
        let key = Key(Digest::of(b"a run"));
        let place = store.checkpoints(key);
        fs::create_dir_all(&place).expect("it can be made");
        fs::write(folder.path().join("thesis"), "mine").expect("there is room");
        fs::write(place.join("training"), "state").expect("there is room");
        symlink(folder.path().join("thesis"), place.join("unfinished")).expect("links can be made");
        session.remove_foreign_checkpoints(key).expect("they can be removed");
        assert!(place.join("training").exists() && place.join("unfinished").symlink_metadata().is_err());
        for link in [place.as_path(), place.parent().expect("it is in a folder")] {
            fs::remove_dir_all(link).expect("it is ours");
            symlink(folder.path(), link).expect("links can be made");
            session.remove_foreign_checkpoints(key).expect("it can be removed");
            assert!(link.symlink_metadata().is_err());
        }
        assert_eq!(fs::read_to_string(folder.path().join("thesis")).ok().as_deref(), Some("mine"));
    }
}
