//! Opens what a name stands for: a regular file, or the next folder on the way to one.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, fstat, openat, statat};
use rustix::io::Errno;

/// Opens a regular file by its name in a folder.
pub(super) fn open_regular(parent: &impl AsFd, name: &str) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let open = match openat(parent, name, flags | OFlags::NOATIME, Mode::empty()) {
        Err(Errno::PERM) => openat(parent, name, flags, Mode::empty()),
        other => other,
    };
    let file = File::from(open.map_err(|error| explained(parent, name, error))?);
    refuse_irregular(&file)?;
    Ok(file)
}

/// Opens a regular file anywhere, through links, without ever waiting for a pipe or a device.
///
/// # Errors
/// What the system says, and for whatever is no regular file.
pub fn open_through_links(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(openat(rustix::fs::CWD, path, flags, Mode::empty())?);
    refuse_irregular(&file)?;
    Ok(file)
}

/// Reads a regular file of at most `limit` bytes anywhere, through links.
///
/// # Errors
/// As [`open_through_links`], and for a larger file.
pub fn read_through_links(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    read_limited(open_through_links(path)?, limit)
}

pub(super) fn read_limited(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let size = file.metadata()?.len();
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(limit)).unwrap_or(0) + 1);
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {limit} bytes")));
    }
    Ok(bytes)
}

pub(super) fn refuse_irregular(file: &File) -> io::Result<()> {
    match FileType::from_raw_mode(fstat(file)?.st_mode) {
        FileType::RegularFile => Ok(()),
        FileType::Directory => Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file")),
    }
}

/// Takes a name apart, which must not lead anywhere else.
pub(super) fn parts(name: &str) -> io::Result<impl Iterator<Item = &str> + Clone> {
    let parts = name.split('/');
    if parts.clone().any(|part| part.is_empty() || part == "." || part == "..") {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("`{name}` is no name below a folder"),
        ));
    }
    Ok(parts)
}

/// Opens one component of a name, to resolve the next one from there.
pub(super) fn open_component(at: &impl AsFd, part: &str) -> io::Result<OwnedFd> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(at, part, flags, Mode::empty()).map_err(|error| explained(at, part, error))
}

/// Says of a link that it is one: the system only says that it is no folder, or too many of them.
pub(super) fn explained(at: &impl AsFd, name: &str, error: Errno) -> io::Error {
    let link = matches!(error, Errno::NOTDIR | Errno::LOOP)
        && statat(at, name, AtFlags::SYMLINK_NOFOLLOW)
            .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Symlink);
    if link {
        return io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("`{name}` is a symbolic link, and none is followed here"),
        );
    }
    error.into()
}
