//! Removes whatever has a name, and what is in a folder.
//!
//! Invariants
//! - A link is removed, never what it leads to.
//! - Folders nested without end are refused: each takes a part of the stack.
//! - A folder that can't be removed, as another file system is mounted there, is emptied.

use std::io;
use std::os::fd::AsFd;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, openat, statat, unlinkat};
use rustix::io::Errno;

use super::{DEEPEST, Folder, Parent};

/// How often a folder is emptied again when something appears in it.
const MAX_REMOVALS: usize = 10;

impl Folder {
    /// Removes what has a name, a folder with all that is in it; nothing there is as good.
    ///
    /// # Errors
    /// What the system says, such as that a link is in the way.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        let Some((parent, last)) = self.parent_if_there(name)? else { return Ok(()) };
        Ok(remove_in(&parent, last, DEEPEST)?)
    }

    /// Removes a file or a link, and no folder; nothing there is as good.
    ///
    /// # Errors
    /// What the system says, such as that it is a folder.
    pub fn remove_file(&self, name: &str) -> io::Result<()> {
        let Some((parent, last)) = self.parent_if_there(name)? else { return Ok(()) };
        match unlinkat(&parent, last, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a folder if it is empty; says whether it is gone.
    pub fn remove_if_empty(&self, name: &str) -> bool {
        let Ok((parent, last)) = self.parent(name) else { return false };
        unlinkat(&parent, last, AtFlags::REMOVEDIR).is_ok()
    }

    /// Removes all that is in a folder, which stays.
    ///
    /// # Errors
    /// What the system says, such as that there is no folder, or a link.
    pub fn clear(&self, name: &str) -> io::Result<()> {
        Ok(clear_handle(&Parent::Below(self.open_folder(name)?), DEEPEST)?)
    }
}

/// Removes what has a name in a folder.
fn remove_in(parent: &impl AsFd, name: impl rustix::path::Arg + Copy, depth: usize) -> Result<(), Errno> {
    match unlinkat(parent, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => return Ok(()),
        // Linux says that it is a folder, others that it is not permitted.
        Err(Errno::ISDIR | Errno::PERM) => {}
        Err(error) => return Err(error),
    }
    let stat = match statat(parent, name, AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => return Ok(()),
        other => other?,
    };
    if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
        return Err(Errno::PERM);
    }
    let mut removed = Ok(());
    // A program that outlived a killed run may write there once more, in between.
    for _ in 0..MAX_REMOVALS {
        clear_in(parent, name, depth)?;
        removed = match unlinkat(parent, name, AtFlags::REMOVEDIR) {
            Err(Errno::NOTEMPTY) => Err(Errno::NOTEMPTY),
            // Another file system is mounted there: it is empty, which is as much as can be.
            Ok(()) | Err(Errno::NOENT | Errno::BUSY) => return Ok(()),
            Err(error) => return Err(error),
        };
    }
    removed
}

fn clear_in(parent: &impl AsFd, name: impl rustix::path::Arg + Copy, depth: usize) -> Result<(), Errno> {
    let depth = depth.checked_sub(1).ok_or(Errno::NAMETOOLONG)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let open = match openat(parent, name, flags, Mode::empty()) {
        Err(Errno::NOENT) => return Ok(()),
        // A folder of ours that was made read-only is still ours to empty.
        Err(Errno::ACCESS) => {
            rustix::fs::chmodat(parent, name, Mode::from_raw_mode(0o700), AtFlags::empty())?;
            openat(parent, name, flags, Mode::empty())
        }
        other => other,
    };
    clear_handle(&Parent::Below(open?), depth)
}

/// Removes all that is in an open folder.
fn clear_handle(folder: &Parent<'_>, depth: usize) -> Result<(), Errno> {
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == c"." || name == c".." {
            continue;
        }
        match remove_in(folder, name, depth) {
            Err(Errno::ACCESS) => {
                rustix::fs::fchmod(folder, Mode::from_raw_mode(0o700))?;
                remove_in(folder, name, depth)?;
            }
            other => other?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_tree_goes_with_its_links_and_what_they_lead_to_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        fs::create_dir_all(folder.path().join("ours/a/b")).expect("it can be made");
        fs::create_dir(folder.path().join("theirs")).expect("it can be made");
        fs::write(folder.path().join("theirs/thesis"), "mine").expect("there is room");
        fs::write(folder.path().join("ours/a/b/c"), "").expect("there is room");
        symlink("../../theirs", folder.path().join("ours/a/link")).expect("it can be linked");
        let ours = Folder::open(&folder.path().join("ours")).expect("it is there");
        ours.remove("a").expect("it is ours");
        ours.remove("a").expect("nothing there is as good");
        assert!(!folder.path().join("ours/a").exists());
        assert!(folder.path().join("theirs/thesis").exists());
    }

    #[test]
    fn a_read_only_folder_is_emptied() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        fs::create_dir_all(folder.path().join("a/b")).expect("it can be made");
        fs::write(folder.path().join("a/b/c"), "").expect("there is room");
        for name in ["a/b", "a"] {
            fs::set_permissions(folder.path().join(name), Permissions::from_mode(0o500)).expect("it is ours");
        }
        let ours = Folder::open(folder.path()).expect("it is there");
        ours.clear("a").expect("it is ours");
        assert_eq!(fs::read_dir(folder.path().join("a")).expect("it stays").count(), 0);
        assert!(ours.remove_if_empty("a"));
    }
}
