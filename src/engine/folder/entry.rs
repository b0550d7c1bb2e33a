//! What a name in a folder is of.

use rustix::fs::{FileType, Stat};

use crate::stamp::Stamp;

/// What a name is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A pipe, a socket or a device.
    Other,
}

/// What a name is of, and how that looks from outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FolderEntry {
    /// What it is.
    pub kind: FileKind,
    /// How it looks.
    pub stamp: Stamp,
}

impl FolderEntry {
    pub(super) fn of(stat: &Stat) -> Self {
        Self { kind: FileKind::of(FileType::from_raw_mode(stat.st_mode)), stamp: Stamp::of_stat(stat) }
    }
}

impl FileKind {
    pub(super) fn of(sort: FileType) -> Self {
        match sort {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Folder,
            FileType::Symlink => Self::Link,
            _ => Self::Other,
        }
    }
}
