//! Lists what is in a folder, down to its last file.
//!
//! Invariants
//! - Entries come sorted by path, whatever order the file system has.
//! - No link is entered: it is listed as one.
//! - Folders nested without end are refused: each takes a part of the stack.

use std::ffi::CStr;
use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, openat, statat};

use super::{DEEPEST, FileKind, Folder, FolderEntry, explained};

/// Something below a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkedEntry {
    /// Its path below the folder that was listed.
    pub path: String,
    /// What it is, and how it looks.
    pub entry: FolderEntry,
}

impl Folder {
    /// Names what is in a folder, sorted, with what each is; an empty name is this folder.
    ///
    /// # Errors
    /// What the system says, and for a name that is not UTF-8.
    pub fn list(&self, name: &str) -> io::Result<Vec<(String, FileKind)>> {
        let folder = self.open_folder(name)?;
        let mut entries = Vec::new();
        for (name, sort) in names(&folder)? {
            let kind = match sort {
                FileType::Unknown => entry_in(&folder, &name)?.map_or(FileKind::Other, |entry| entry.kind),
                sort => FileKind::of(sort),
            };
            entries.push((name, kind));
        }
        Ok(entries)
    }

    /// Lists all that is below a folder, folders before what is in them; an empty name is this folder.
    ///
    /// # Errors
    /// As [`Folder::list`].
    pub fn walk(&self, name: &str) -> io::Result<Vec<WalkedEntry>> {
        let mut found = Vec::new();
        walk_in(&self.open_folder(name)?, "", DEEPEST, &mut found)?;
        Ok(found)
    }
}

fn walk_in(folder: &OwnedFd, path: &str, depth: usize, found: &mut Vec<WalkedEntry>) -> io::Result<()> {
    let Some(depth) = depth.checked_sub(1) else {
        let what = format!("more than {DEEPEST} folders are nested there");
        return Err(io::Error::new(io::ErrorKind::InvalidFilename, what));
    };
    for (name, _) in names(folder)? {
        let Some(entry) = entry_in(folder, &name)? else { continue };
        let path = if path.is_empty() { name.clone() } else { [path, "/", &name].concat() };
        found.push(WalkedEntry { path: path.clone(), entry });
        if entry.kind == FileKind::Folder {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let inner = openat(folder, name.as_str(), flags, Mode::empty());
            walk_in(&inner.map_err(|error| explained(folder, &name, error))?, &path, depth, found)?;
        }
    }
    Ok(())
}

fn entry_in(folder: &OwnedFd, name: &str) -> io::Result<Option<FolderEntry>> {
    match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(FolderEntry::of(&stat))),
        // It went while the folder was listed.
        Err(rustix::io::Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Names the entries of an open folder, sorted, with what the folder says they are.
fn names(folder: &impl AsFd) -> io::Result<Vec<(String, FileType)>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        if entry.file_name() != c"." && entry.file_name() != c".." {
            names.push((text(entry.file_name())?, entry.file_type()));
        }
    }
    names.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Ok(names)
}

fn text(name: &CStr) -> io::Result<String> {
    name.to_str().map(str::to_owned).map_err(|_| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("the name of `{}` is not UTF-8", name.to_string_lossy()),
        )
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn all_is_listed_in_order_and_no_link_is_entered() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        fs::create_dir_all(folder.path().join("b/empty")).expect("it can be made");
        for name in ["b/z", "a", "b/y"] {
            fs::write(folder.path().join(name), name).expect("there is room");
        }
        symlink("b", folder.path().join("c")).expect("it can be linked");
        let ours = Folder::open(folder.path()).expect("it is there");
        let found = ours.walk("").expect("it can be listed");
        let paths: Vec<(&str, FileKind)> = found.iter().map(|it| (it.path.as_str(), it.entry.kind)).collect();
        let (file, directory) = (FileKind::File, FileKind::Folder);
        assert_eq!(
            paths,
            [
                ("a", file),
                ("b", directory),
                ("b/empty", directory),
                ("b/y", file),
                ("b/z", file),
                ("c", FileKind::Link)
            ]
        );
        assert_eq!(ours.list("b").expect("it can be listed").len(), 3);
        assert!(ours.walk("c").is_err());
    }

    #[test]
    fn folders_nested_without_end_are_refused_and_removed_as_deep_as_may_be() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let ours = Folder::open(folder.path()).expect("it is there");
        let nest = |depth: usize| {
            let mut at = ours.open_folder("").expect("it is there");
            for _ in 0..depth {
                rustix::fs::mkdirat(&at, "a", Mode::from_raw_mode(0o700)).expect("it can be made");
                at =
                    openat(&at, "a", OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).expect("it is there");
            }
        };
        nest(DEEPEST - 1);
        assert_eq!(ours.walk("").expect("it can be listed").len(), DEEPEST - 1);
        ours.remove("a").expect("it can be removed");
        nest(DEEPEST + 1);
        let error = ours.walk("").expect_err("it is too deep");
        assert_eq!(error.to_string(), format!("more than {DEEPEST} folders are nested there"));
        assert!(ours.remove("a").is_err());
        ours.open_below("a").expect("it is there").remove("a").expect("it is less deep");
        ours.remove("a").expect("it is less deep");
    }
}
