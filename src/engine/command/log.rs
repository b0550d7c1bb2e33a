//! What a program prints: a file that it writes to from its start, read from its end.
//!
//! program ──standard output and errors──▶ `artifacts/logs/NAME.log` ──▶ its last lines, for a failure and for a progress row
//!
//! Invariants
//! - A log is no reason to fail: where there can be none, the program runs without.
//! - However much a program prints, a bounded part of it is read.
//! - A log is locked for as long as somebody may write to it, so that who follows it sees where it ends.
//! - Only the user can read it.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Stdio;

use rustix::fs::{OFlags, fcntl_setfl};

use super::printable::printable;
use crate::folder::Folder;

/// How many bytes at a log's end are read for a failure.
const TAIL_BYTES: u64 = 64 << 10;

/// How many lines a failure shows, and how many characters of each.
const TAIL_LINES: usize = 20;
const LINE_CHARACTERS: usize = 400;

/// How many bytes at a log's end are read for a progress row, and how many characters it shows.
const LAST_BYTES: u64 = 4 << 10;
const LAST_CHARACTERS: usize = 160;

/// The log of a program that runs.
pub(super) struct Log<'p> {
    path: &'p Path,
    file: Option<File>,
    /// Where the present attempt's output begins.
    start: u64,
}

/// The end of a log.
pub(super) struct Tail {
    /// Its last lines, fit for a message.
    pub lines: Vec<String>,
    /// Whether there are more before them.
    pub is_cut: bool,
}

impl<'p> Log<'p> {
    /// Makes the file in the place of the one of the run before; the error is why there is none.
    pub(super) fn create(path: &'p Path) -> (Self, Option<io::Error>) {
        match create_file(path) {
            Ok(file) => (Self { path, file: Some(file), start: 0 }, None),
            Err(error) => (Self { path, file: None, start: 0 }, Some(error)),
        }
    }

    /// Gives what a program writes to.
    pub(super) fn output(&self) -> Stdio {
        let file = self.file.as_ref().and_then(|file| file.try_clone().ok());
        file.map_or_else(Stdio::null, Stdio::from)
    }

    /// Begins another attempt behind the one before, with a line that says so.
    pub(super) fn begin_attempt(&mut self, line: &str) {
        if let Some(mut file) = self.file.as_ref() {
            // What can't be written is missing there, and nowhere else.
            drop(file.write_all(format!("{line}\n").as_bytes()));
        }
        self.start = self.length();
    }

    /// Gives the last lines of the present attempt.
    pub(super) fn tail(&self) -> Tail {
        let (bytes, mut is_cut) = self.end(TAIL_BYTES);
        let mut lines: Vec<&[u8]> = bytes.trim_ascii_end().split(|byte| *byte == b'\n').collect();
        if is_cut && lines.len() > TAIL_LINES {
            // Its beginning is missing.
            lines.remove(0);
        }
        if let Some(cut) = lines.len().checked_sub(TAIL_LINES).filter(|cut| *cut > 0) {
            lines.drain(..cut);
            is_cut = true;
        }
        if lines.iter().all(|line| line.is_empty()) {
            lines.clear();
        }
        Tail { lines: lines.iter().map(|line| printable(line, LINE_CHARACTERS)).collect(), is_cut }
    }

    /// Gives the last line of the present attempt that has something in it, for a progress row.
    pub(super) fn last_line(&self) -> String {
        let (bytes, _) = self.end(LAST_BYTES);
        let last = bytes.trim_ascii_end().rsplit(|byte| *byte == b'\n').next();
        printable(last.unwrap_or_default(), LAST_CHARACTERS)
    }

    /// Says why nothing more can be written to it, as on a full disk, where what was printed last is lost.
    pub(super) fn write_error(&self) -> Option<io::Error> {
        let mut file = self.file.as_ref()?;
        let length = self.length();
        let error = file.write_all(b"\n").err();
        // It only was to be seen whether it can be.
        drop(file.set_len(length));
        error
    }

    /// Says whether something was printed; ends the log, and removes one that is empty.
    pub(super) fn finish(self) -> bool {
        let is_empty = self.length() == 0;
        let Some(file) = self.file else { return false };
        if is_empty && let Ok((folder, name)) = place(self.path) {
            // An empty one does no harm.
            drop(folder.remove_file(&name));
        }
        // Whoever else has it open does not belong to the program any more.
        drop(file.unlock());
        !is_empty
    }

    fn length(&self) -> u64 {
        self.file.as_ref().and_then(|file| file.metadata().ok()).map_or(0, |metadata| metadata.len())
    }

    /// Reads so many bytes at the end of the present attempt, and says whether there are more before them.
    fn end(&self, limit: u64) -> (Vec<u8>, bool) {
        let Some(file) = &self.file else { return (Vec::new(), false) };
        let end = self.length();
        let from = end.saturating_sub(limit).max(self.start.min(end));
        let mut bytes = vec![0; usize::try_from(end - from).unwrap_or(0)];
        // A program may have cut its log short since.
        if file.read_exact_at(&mut bytes, from).is_err() {
            bytes.clear();
        }
        (bytes, from > self.start)
    }
}

/// Splits a log's path into the folder that the user may have put anywhere, and what is in it, where no link is
/// followed.
fn place(path: &Path) -> io::Result<(Folder, String)> {
    let broken = || io::Error::from(io::ErrorKind::InvalidInput);
    let parent = path.parent().ok_or_else(broken)?;
    let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    let (folder, file) = name(parent).zip(name(path)).ok_or_else(broken)?;
    let above = Folder::open(parent.parent().ok_or_else(broken)?)?;
    Ok((above, format!("{folder}/{file}")))
}

fn create_file(path: &Path) -> io::Result<File> {
    let (folder, name) = place(path)?;
    folder.create_parent(&name)?;
    // A file of its own, with its own permissions, in the place of the one before.
    folder.remove_file(&name)?;
    let file = folder.open_or_create(&name, 0o600)?;
    fcntl_setfl(&file, OFlags::APPEND)?;
    // Where files can't be locked, they can't be followed to their end.
    drop(file.lock());
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_log_is_bounded_whatever_was_printed() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("logs/a.log");
        let (log, error) = Log::create(&path);
        assert!(error.is_none(), "{error:?}");
        let mut file = log.file.as_ref().expect("it was made");
        file.write_all(&vec![b'x'; 3_000_000]).expect("there is room");
        let tail = log.tail();
        assert!(tail.is_cut);
        assert_eq!(tail.lines.len(), 1);
        assert!(tail.lines[0].len() < 500, "{}", tail.lines[0].len());
        assert!(log.last_line().len() < 300);
        for line in 0..100 {
            file.write_all(format!("\nline {line}").as_bytes()).expect("there is room");
        }
        let tail = log.tail();
        assert_eq!((tail.lines.len(), tail.lines[0].as_str()), (20, "line 80"));
        assert_eq!(log.last_line(), "line 99");
    }

    #[test]
    fn a_log_replaces_what_is_at_its_place_and_follows_no_link() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("logs/a.log");
        std::fs::write(folder.path().join("mine"), "mine").expect("there is room");
        std::fs::create_dir(folder.path().join("logs")).expect("it can be made");
        std::os::unix::fs::symlink("../mine", &path).expect("it can be linked");
        let (log, _) = Log::create(&path);
        log.file.as_ref().expect("it was made").write_all(b"printed\n").expect("there is room");
        assert!(log.finish());
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("it is there");
        assert_eq!((read("mine"), read("logs/a.log")), ("mine".to_owned(), "printed\n".to_owned()));
        let (log, _) = Log::create(&path);
        assert!(!log.finish() && !path.exists(), "nothing was printed, nothing is left");
        std::fs::remove_dir(folder.path().join("logs")).expect("it is empty");
        std::os::unix::fs::symlink("/", folder.path().join("logs")).expect("it can be linked");
        assert!(Log::create(&path).1.is_some(), "the folder leads elsewhere");
    }
}
