//! A folder from which names are resolved without following links.
//!
//! name ──component by component──▶ its folder ──▶ read, written, moved, removed there
//!
//! | file | its duty |
//! |---|---|
//! | `mod` | resolves names; looks at, reads and makes files |
//! | `entry` | what a name is of |
//! | `open` | opens a regular file, or the next folder on the way to one |
//! | `remove` | removes and empties, whatever is there |
//! | `walk` | lists what is in a folder, down to its last file |
//!
//! Invariants
//! - No component of a name is ever followed as a link: what one leads to is not ours, at the moment of the act and not
//!   at some check before it.
//! - What is no regular file is never opened for reading: a pipe would block, and a device may never end.

mod entry;
mod open;
mod remove;
mod walk;

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags, mkdirat, openat, renameat, statat, symlinkat};
use rustix::io::Errno;

use open::{explained, open_component, open_regular, parts, read_limited, refuse_irregular};

pub use entry::{FileKind, FolderEntry};
pub use open::{open_through_links, read_through_links};
pub use walk::WalkedEntry;

/// What the name of a file begins with that is to take another one's place.
pub(crate) const BESIDE: &str = ".recount-new-";

/// How many folders may be nested: each takes a part of the stack and an open file.
const DEEPEST: usize = 500;

/// A folder from which names are resolved without following links.
#[derive(Debug)]
pub struct Folder {
    handle: OwnedFd,
    path: PathBuf,
}

impl AsFd for Folder {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.handle.as_fd()
    }
}

/// The folder of a name.
enum Parent<'f> {
    Own(BorrowedFd<'f>),
    Below(OwnedFd),
}

impl AsFd for Parent<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Own(handle) => *handle,
            Self::Below(handle) => handle.as_fd(),
        }
    }
}

impl Folder {
    /// Opens a folder; the way to it is the caller's, and may lead through links.
    ///
    /// # Errors
    /// What the system says, such as that there is no folder.
    pub fn open(path: &Path) -> io::Result<Self> {
        let at = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self { handle: openat(rustix::fs::CWD, at, flags, Mode::empty())?, path: path.to_owned() })
    }

    /// Opens a folder below this one.
    ///
    /// # Errors
    /// What the system says, such as that there is none, or a link in its place.
    pub fn open_below(&self, name: &str) -> io::Result<Self> {
        Ok(Self { handle: self.open_folder(name)?, path: self.path_of(name) })
    }

    /// Gives where the folder is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives where something in it is, for messages and for programs.
    pub fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Looks at what has a name; `None` where nothing has it.
    ///
    /// # Errors
    /// What the system says, such as that a link is in the way.
    pub fn entry(&self, name: &str) -> io::Result<Option<FolderEntry>> {
        let Some((parent, last)) = self.parent_if_there(name)? else { return Ok(None) };
        match statat(&parent, last, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(FolderEntry::of(&stat))),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens a regular file to be read; notes nothing of when that was, where it is its owner who does.
    ///
    /// # Errors
    /// What the system says, and for whatever is no regular file.
    pub fn open_file(&self, name: &str) -> io::Result<File> {
        let (parent, last) = self.parent(name)?;
        open_regular(&parent, last)
    }

    /// Reads a regular file of at most `limit` bytes.
    ///
    /// # Errors
    /// As [`Folder::open_file`], and for a larger file.
    pub fn read(&self, name: &str, limit: u64) -> io::Result<Vec<u8>> {
        read_limited(self.open_file(name)?, limit)
    }

    /// Makes a new file with these permissions; its folder must be there.
    ///
    /// # Errors
    /// What the system says, such as that something has the name.
    pub fn create_file(&self, name: &str, mode: u32) -> io::Result<File> {
        self.open_with(name, OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL, mode)
    }

    /// Makes a new file in the folder that `name` is in, under a name that nothing has; gives that name, too.
    ///
    /// # Errors
    /// What the system says.
    pub fn create_beside(&self, name: &str, mode: u32) -> io::Result<(String, File)> {
        let folder = name.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let mut number = 0_u64;
        loop {
            let beside = format!("{folder}{BESIDE}{number}");
            match self.create_file(&beside, mode) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                made => return made.map(|file| (beside, file)),
            }
        }
    }

    /// Opens a regular file to be read and written, and makes it where there is none.
    ///
    /// # Errors
    /// What the system says, and for whatever is no regular file.
    pub fn open_or_create(&self, name: &str, mode: u32) -> io::Result<File> {
        let file = self.open_with(name, OFlags::RDWR | OFlags::CREATE | OFlags::NONBLOCK, mode)?;
        refuse_irregular(&file)?;
        Ok(file)
    }

    /// Makes a new file of these bytes; what had the name before is removed.
    ///
    /// # Errors
    /// What the system says.
    pub fn write_new(&self, name: &str, bytes: &[u8], mode: u32) -> io::Result<()> {
        let file = match self.create_file(name, mode) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.remove(name)?;
                self.create_file(name, mode)
            }
            other => other,
        };
        file?.write_all(bytes)
    }

    /// Makes a folder, and those above it.
    ///
    /// # Errors
    /// What the system says, such as that a file or a link is in the way.
    pub fn create_folder(&self, name: &str) -> io::Result<()> {
        let mut at = Parent::Own(self.handle.as_fd());
        for part in parts(name)? {
            let next = match open_component(&at, part) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    match mkdirat(&at, part, Mode::from_raw_mode(0o777)) {
                        Ok(()) | Err(Errno::EXIST) => {}
                        Err(error) => return Err(error.into()),
                    }
                    open_component(&at, part)
                }
                other => other,
            };
            at = Parent::Below(next?);
        }
        Ok(())
    }

    /// Makes the folder of a name, and those above it.
    ///
    /// # Errors
    /// As [`Folder::create_folder`].
    pub fn create_parent(&self, name: &str) -> io::Result<()> {
        name.rsplit_once('/').map_or(Ok(()), |(parent, _)| self.create_folder(parent))
    }

    /// Moves what has a name to another one, in the place of a file that may be there.
    ///
    /// # Errors
    /// What the system says.
    pub fn rename(&self, name: &str, to: &Self, other: &str) -> io::Result<()> {
        let (parent, last) = self.parent(name)?;
        let (other_parent, other_last) = to.parent(other)?;
        Ok(renameat(&parent, last, &other_parent, other_last)?)
    }

    /// Moves a file as [`Folder::rename`] does, and makes the folder that it goes to where there is none.
    ///
    /// # Errors
    /// As for both.
    pub fn move_to(&self, name: &str, to: &Self, other: &str) -> io::Result<()> {
        match self.rename(name, to, other) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                to.create_parent(other)?;
                self.rename(name, to, other)
            }
            moved => moved,
        }
    }

    /// Sets the permissions of a regular file or a folder.
    ///
    /// # Errors
    /// What the system says.
    pub fn set_mode(&self, name: &str, mode: u32) -> io::Result<()> {
        let (parent, last) = self.parent(name)?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match openat(&parent, last, flags, Mode::empty()) {
            // What its owner may not read he may still open by its path alone.
            Err(Errno::ACCESS) => {
                return Ok(rustix::fs::chmodat(&parent, last, Mode::from_raw_mode(mode), AtFlags::empty())?);
            }
            other => other?,
        };
        Ok(rustix::fs::fchmod(file, Mode::from_raw_mode(mode))?)
    }

    /// Makes a symbolic link.
    ///
    /// # Errors
    /// What the system says.
    pub fn create_link(&self, text: &Path, name: &str) -> io::Result<()> {
        let (parent, last) = self.parent(name)?;
        Ok(symlinkat(text, &parent, last)?)
    }

    /// Gives the text of a symbolic link.
    ///
    /// # Errors
    /// What the system says, such as that it is none.
    pub fn read_link(&self, name: &str) -> io::Result<OsString> {
        let (parent, last) = self.parent(name)?;
        let text = rustix::fs::readlinkat(&parent, last, Vec::new())?;
        Ok(OsStr::from_bytes(text.as_bytes()).to_owned())
    }

    /// Makes all that was written to its file system survive a power failure.
    ///
    /// # Errors
    /// What the system says.
    pub fn sync_file_system(&self) -> io::Result<()> {
        Ok(rustix::fs::syncfs(&self.handle)?)
    }

    fn open_with(&self, name: &str, flags: OFlags, mode: u32) -> io::Result<File> {
        let (parent, last) = self.parent(name)?;
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(File::from(openat(&parent, last, flags, Mode::from_raw_mode(mode))?))
    }

    /// Opens a folder below this one, for its entries to be listed; an empty name is this one.
    fn open_folder(&self, name: &str) -> io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        if name.is_empty() {
            return Ok(openat(&self.handle, ".", flags, Mode::empty())?);
        }
        let (parent, last) = self.parent(name)?;
        openat(&parent, last, flags, Mode::empty()).map_err(|error| explained(&parent, last, error))
    }

    /// Finds the folder of a name; `None` where there is none.
    fn parent_if_there<'n>(&self, name: &'n str) -> io::Result<Option<(Parent<'_>, &'n str)>> {
        match self.parent(name) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(None)
            }
            parent => parent.map(Some),
        }
    }

    /// Finds the folder of a name.
    fn parent<'n>(&self, name: &'n str) -> io::Result<(Parent<'_>, &'n str)> {
        let mut parts = parts(name)?.peekable();
        let mut at = Parent::Own(self.handle.as_fd());
        loop {
            let Some(part) = parts.next() else { return Err(io::ErrorKind::InvalidInput.into()) };
            if parts.peek().is_none() {
                return Ok((at, part));
            }
            at = Parent::Below(open_component(&at, part)?);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// A folder with a file in it, and a link to another folder.
    fn folders() -> (tempfile::TempDir, Folder) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        for name in ["ours", "theirs"] {
            fs::create_dir(folder.path().join(name)).expect("it can be made");
        }
        fs::write(folder.path().join("theirs/thesis"), "mine").expect("there is room");
        symlink("../theirs", folder.path().join("ours/link")).expect("it can be linked");
        let ours = Folder::open(&folder.path().join("ours")).expect("it is there");
        (folder, ours)
    }

    #[test]
    fn no_act_goes_through_a_link() {
        let (folder, ours) = folders();
        ours.write_new("own", b"own", 0o644).expect("there is room");
        assert!(ours.open_file("link/thesis").is_err());
        assert!(ours.write_new("link/new", b"", 0o644).is_err());
        assert!(ours.remove("link/thesis").is_err());
        assert!(ours.create_folder("link/new").is_err());
        assert!(ours.rename("own", &ours, "link/thesis").is_err());
        assert!(ours.set_mode("link/thesis", 0o600).is_err());
        assert!(ours.clear("link").is_err());
        ours.remove("link").expect("the link itself is ours");
        let left: Vec<_> =
            fs::read_dir(folder.path().join("theirs")).expect("it is there").flatten().collect();
        assert_eq!(left.len(), 1);
        assert_eq!(fs::read_to_string(folder.path().join("theirs/thesis")).ok().as_deref(), Some("mine"));
    }

    #[test]
    fn a_pipe_is_refused_and_never_opened() {
        let (_folder, ours) = folders();
        rustix::fs::mkfifoat(&ours.handle, "pipe", Mode::from_raw_mode(0o644)).expect("it can be made");
        let refused = ours.open_file("pipe").expect_err("it is a pipe");
        assert_eq!(refused.to_string(), "it is no regular file");
        assert!(open_through_links(&ours.path_of("pipe")).is_err());
        assert_eq!(ours.entry("pipe").expect("it is there").map(|entry| entry.kind), Some(FileKind::Other));
    }

    #[test]
    fn a_name_stays_below_the_folder() {
        let (_folder, ours) = folders();
        for name in ["../theirs/thesis", "/etc/hostname", "a//b", "", "."] {
            assert!(ours.open_file(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_file_larger_than_the_limit_is_not_read() {
        let (_folder, ours) = folders();
        ours.write_new("a/b", b"", 0o644).expect_err("there is no folder");
        ours.create_parent("a/b").expect("it can be made");
        ours.write_new("a/b", b"12345", 0o644).expect("there is room");
        assert_eq!(ours.read("a/b", 5).ok(), Some(b"12345".to_vec()));
        assert_eq!(ours.read("a/b", 4).expect_err("it is larger").to_string(), "it has more than 4 bytes");
    }
}
