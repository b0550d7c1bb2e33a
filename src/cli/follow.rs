//! `recount log --follow`: what an instance's program prints, as it comes, or what the last one printed.
//!
//! target ──▶ a log ──read as it grows──▶ standard output, until nobody writes to it any more
//!
//! Invariants
//! - Control characters are shown, never sent; of a line that is overwritten, such as a progress bar, its last state.
//! - A bounded part of a log is held, however long its lines.
//! - Needs no pipeline, and leaves signals alone.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::thread;
use std::time::Duration;

use recount_engine::command::printable::printable;
use recount_engine::folder::Folder;
use recount_engine::store::Store;

use super::arguments::ProjectArguments;
use super::stored::Stored;
use super::{CliError, print};

/// How long apart a log is looked at for more.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// How much of a line that does not end is held before it is printed.
const MAX_LINE_BYTES: usize = 64 << 10;

/// How many logs a message names.
const MAX_NAMED_LOGS: usize = 10;

/// Carries `recount log --follow TARGET` out.
///
/// # Errors
/// A [`CliError`] when nothing, or more than one thing, has the name.
pub fn follow(args: &ProjectArguments, target: &str) -> Result<(), CliError> {
    let log = find(&Stored::open(args)?.store, target)?;
    // A reader that has seen enough ends this, as it would any program.
    drop(print_log(log, &mut io::stdout().lock()));
    Ok(())
}

/// Finds the log of an instance among those of a store, or the one of those that a stage or a variant has.
fn find(store: &Store, target: &str) -> Result<File, CliError> {
    let own = store.log_path(target);
    let own = own.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    let folder = Folder::open(store.path()).ok();
    let open = |name: &str| folder.as_ref()?.open_file(&format!("logs/{name}.log")).ok();
    if let Some(log) = open(own) {
        return Ok(log);
    }
    let begins = format!("{own},");
    let names = folder.iter().flat_map(log_names).filter(|name| name.starts_with(&begins));
    let mut found: Vec<(String, File)> =
        names.filter_map(|name| Some((name.clone(), open(&name)?))).collect();
    if found.iter().any(|(_, log)| is_written(log)) {
        found.retain(|(_, log)| is_written(log));
    }
    let names: Vec<String> = found.iter().map(|(name, _)| format!("`{name}`")).collect();
    match (found.pop(), names.len()) {
        (Some((_, log)), 1) => Ok(log),
        (None, _) => Err(CliError::input(format!(
            "there is no log of `{target}`\nhelp: name an instance that has run and printed something, such as \
             `fit` or `fit[svm,seed=1]`; their logs are in `artifacts/logs`"
        ))),
        (Some(_), count) => Err(CliError::input(format!(
            "`{target}` has {count} logs\nhelp: name one of {}",
            print::first_names(&names, MAX_NAMED_LOGS)
        ))),
    }
}

/// Gives the names of the logs in a store's folder, without their ending.
fn log_names(store: &Folder) -> Vec<String> {
    let entries = fs::read_dir(store.path_of("logs")).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> =
        names.filter_map(|name| Some(name.strip_suffix(".log")?.to_owned())).collect();
    names.sort();
    names
}

/// Says whether somebody may still write to a log: it is locked for so long.
fn is_written(log: &File) -> bool {
    let shared = log.try_lock_shared();
    // Only to see whether it can be locked; where it could not, nothing is unlocked.
    drop(log.unlock());
    matches!(shared, Err(TryLockError::WouldBlock))
}

/// Prints a log from its beginning until nobody writes to it any more.
fn print_log(mut log: File, out: &mut impl Write) -> io::Result<()> {
    let mut lines = LineBuffer::default();
    let mut buffer = vec![0; MAX_LINE_BYTES];
    loop {
        // Asked before the rest is read, so that nothing comes in between.
        let is_last = !is_written(&log);
        loop {
            match log.read(&mut buffer)? {
                0 => break,
                length => lines.take(&buffer[..length], out)?,
            }
        }
        lines.pause(out)?;
        if is_last {
            lines.end(out)?;
            return out.flush();
        }
        out.flush()?;
        thread::sleep(POLL_INTERVAL);
    }
}

/// Bytes on their way to lines.
#[derive(Default)]
struct LineBuffer {
    begun: Vec<u8>,
    /// How much of it is on the screen already.
    shown: usize,
}

impl LineBuffer {
    fn take(&mut self, bytes: &[u8], out: &mut impl Write) -> io::Result<()> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.begun.extend_from_slice(part);
            if part.ends_with(b"\n") || self.begun.len() >= MAX_LINE_BYTES {
                self.end(out)?;
            }
        }
        Ok(())
    }

    /// Prints what an unfinished line shows that overwrites itself.
    fn pause(&mut self, out: &mut impl Write) -> io::Result<()> {
        if self.begun.len() > self.shown
            && let Some(last) = self.begun.iter().rposition(|byte| *byte == b'\r')
        {
            print_line(&self.begun, out)?;
            self.begun.drain(..last);
            self.shown = self.begun.len();
        }
        Ok(())
    }

    /// Prints what is left of a line.
    fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        if self.begun.len() > self.shown {
            print_line(&self.begun, out)?;
        }
        self.begun.clear();
        self.shown = 0;
        Ok(())
    }
}

fn print_line(line: &[u8], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", printable(line, usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_printed_as_it_comes_with_its_control_characters_shown() {
        let (mut lines, mut out) = (LineBuffer::default(), Vec::new());
        let mut take = |bytes: &[u8]| {
            lines.take(bytes, &mut out).and_then(|()| lines.pause(&mut out)).expect("memory takes it");
            String::from_utf8(std::mem::take(&mut out)).expect("what is printed is text")
        };
        assert_eq!(take(b"one\ntw"), "one\n");
        assert_eq!(take(b"o\x1b[2J\n\n"), "two\\x1b[2J\n\n");
        assert_eq!(take(b"\r 10%\r 20%"), " 20%\n");
        assert_eq!(take(b""), "");
        assert_eq!(take(b"\r 30%"), " 30%\n");
        assert_eq!(take(b"\r100%\nend\n"), "100%\nend\n");
        let long = take(&[b'x'; 3 * MAX_LINE_BYTES]);
        assert!(long.len() > 2 * MAX_LINE_BYTES, "{}", long.len());
    }
}
