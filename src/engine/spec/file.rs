//! A file of the project → its text, or why it has none.
//!
//! Invariant: what comes out is UTF-8 without a byte order mark and of bounded size.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source};

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 16 << 20;

/// What there is of a file.
pub(super) enum File {
    /// Nothing has its name.
    Absent,
    /// Something is there that can't be read; the mistake is reported.
    Unreadable,
    Text(Arc<Source>),
}

/// Reads the file `path`, relative to `root`.
pub(super) fn read(root: &Path, path: &str, diagnostics: &mut Diagnostics) -> File {
    let mut refuse = |message: String, help: &str| {
        let place = Place::whole(&Source::file(path, ""));
        diagnostics.add(Diagnostic::error(message).at(&place).help(help));
        File::Unreadable
    };
    let mut bytes = match read_bytes(&root.join(path)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return File::Absent,
        Err(error) if error.kind() == ErrorKind::IsADirectory => {
            return refuse(format!("`{path}` is a folder"), "a file with this name is read here");
        }
        Err(error) => {
            let reason = error.to_string().to_lowercase();
            return refuse(format!("`{path}` can't be read: {reason}"), "put a file there that can be read");
        }
    };
    if bytes.len() as u64 > MAX_BYTES {
        return refuse(format!("`{path}` is larger than {} MiB", MAX_BYTES >> 20), "keep data out of it");
    }
    if bytes.contains(&0) {
        return refuse(format!("`{path}` is not a text file"), "save it as text in UTF-8");
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    match String::from_utf8(bytes) {
        Ok(text) => File::Text(Source::file(path, text)),
        Err(error) => {
            let (at, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
            let source = Source::file(path, String::from_utf8_lossy(bytes));
            let place = Place::new(&source, at..at + char::REPLACEMENT_CHARACTER.len_utf8());
            let message = format!("the byte 0x{:02x} is not UTF-8", bytes[at]);
            diagnostics.add(Diagnostic::error(message).at(&place).help("save the file as UTF-8"));
            File::Unreadable
        }
    }
}

fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    // Opening a pipe must not wait for a writer, nor a terminal become ours; what it is, the opened file says.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = fs::File::from(rustix::fs::open(path, OFlags::RDONLY | flags, Mode::empty())?);
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    if !metadata.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    // With room for the end to be found, so that nothing is moved.
    let mut bytes = Vec::with_capacity(metadata.len().min(MAX_BYTES) as usize + 64);
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
