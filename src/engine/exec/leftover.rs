//! What a run that was killed left behind, and its removal by the next one.
//!
//! Invariants
//! - A program that outlived the run that started it is ended before anything is started anew: it
//!   would write where the new one writes.
//! - What it had half written at its places is removed; what was there before it began is in the
//!   store or in `edited/`.
//! - What was written there after it had ended is a person's, and stays for the next run to keep.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use crate::store::{Session, StoreError};

/// The ending of the file beside a run's scratch folder that notes its program. Its first line is for the group of the
/// program, once that has ended: the file's time then says when; its second line is the note. A note that is taken back
/// leaves an empty first line.
const NOTE: &str = "running";

/// How long the first line of a note is.
const MARK: usize = 20;

/// How long after its end has been marked a program may still write, in nanoseconds: it is ended
/// in the very next step.
const GRACE: i128 = 10_000_000;

/// How often, and how long apart, it is looked whether a program that was killed has ended.
const ATTEMPTS: usize = 500;
const PATIENCE: Duration = Duration::from_millis(2);

/// A program that a run has started, as the next run needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// The program's process group.
    pub group: i32,
    /// The files and folders that it writes, relative to the project's root.
    pub writes: Vec<String>,
}

impl Running {
    /// Notes the program beside a run's scratch folder, before it may do anything.
    ///
    /// # Errors
    /// What the system says.
    pub fn note(&self, scratch: &Path) -> io::Result<()> {
        let noted = Noted { running: self.clone(), began: began(self.group) };
        overwrite(&Self::note_file(scratch), &format!("{:MARK$}\n{}\n", "", serde_json::to_string(&noted)?))
    }

    /// Gives the file beside a run's scratch folder that [`Running::note`] writes.
    pub fn note_file(scratch: &Path) -> PathBuf {
        scratch.with_extension(NOTE)
    }

    /// Takes the note back: what the program wrote is recorded, or removed.
    ///
    /// # Errors
    /// What the system says.
    pub fn forget(scratch: &Path) -> io::Result<()> {
        // A mark that comes late makes the first line longer than any note's.
        overwrite(&Self::note_file(scratch), &format!("\n{:MARK$}\n", ""))
    }

    /// Marks in its note that the program of a process group ends now; whoever sees to its end does so.
    ///
    /// # Errors
    /// What the system says.
    pub fn mark_end(scratch: &Path, group: i32) -> io::Result<()> {
        overwrite(&Self::note_file(scratch), &group.to_string())
    }
}

#[derive(Serialize, Deserialize)]
struct Noted {
    running: Running,
    began: Option<String>,
}

/// Replaces the beginning of a file. What was longer stays behind it: cutting a file short makes some
/// file systems write it at once.
fn overwrite(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    file.write_all(text.as_bytes())
}

/// Reads the note in a file, and whether the end of its program is marked; `None` where none is left.
fn read(path: &Path) -> Option<(Noted, bool)> {
    // What is no file, such as a pipe, may never come to an end.
    let text =
        fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file).and_then(|_| fs::read(path).ok())?;
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.lines();
    let mark = lines.next().filter(|line| line.len() == MARK)?;
    let noted: Noted = serde_json::from_str(lines.next()?).ok()?;
    let marked = mark.trim_end() == noted.running.group.to_string();
    Some((noted, marked))
}

/// Clears away what killed runs left.
pub(crate) fn sweep(root: &Path, session: &Session<'_>) -> Result<(), StoreError> {
    let runs = fs::read_dir(session.scratch_root()).into_iter().flatten().flatten();
    for run in runs {
        let path = run.path();
        if path.extension().is_some_and(|extension| extension == NOTE)
            && let Some((noted, _)) = read(&path)
        {
            clear_away(root, &path.with_extension(""), &noted)?;
        }
    }
    session.sweep()
}

fn clear_away(root: &Path, scratch: &Path, noted: &Noted) -> Result<(), StoreError> {
    let doing = |action, path: &Path| {
        let path = path.to_owned();
        move |source| StoreError { path, action, source }
    };
    end(noted, scratch).map_err(doing("written", scratch))?;
    // Without a mark the machine itself stopped: what is younger than the note may be anybody's.
    let note = fs::metadata(Running::note_file(scratch));
    let ended = note.map_or(i128::MIN, |note| changed(&note) + GRACE);
    for place in &noted.running.writes {
        let place = root.join(place);
        remove_older(&place, ended).map_err(doing("removed", &place))?;
    }
    Ok(())
}

/// Removes what was last changed before `time` from a place, and the folders that are empty then.
fn remove_older(place: &Path, time: i128) -> io::Result<()> {
    for entry in WalkDir::new(place).follow_root_links(false).contents_first(true) {
        let removed = entry.map_err(io::Error::from).and_then(|entry| {
            if entry.file_type().is_dir() {
                return fs::remove_dir(entry.path());
            }
            if changed(&fs::symlink_metadata(entry.path())?) <= time {
                fs::remove_file(entry.path())?;
            }
            Ok(())
        });
        match removed {
            Err(error) if is_harmless(error.kind()) => {}
            other => other?,
        }
    }
    Ok(())
}

/// Says whether there was nothing to remove, or a folder still holds what stays.
fn is_harmless(error: io::ErrorKind) -> bool {
    matches!(error, io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty)
}

/// Gives when a file was last changed or moved, in nanoseconds since 1970.
fn changed(metadata: &fs::Metadata) -> i128 {
    // Unlike the time of its bytes, this one can't be set, and moving an older file changes it.
    i128::from(metadata.ctime()) * 1_000_000_000 + i128::from(metadata.ctime_nsec())
}

/// Ends the program, if it runs, and sees to it that its end is marked.
fn end(noted: &Noted, scratch: &Path) -> io::Result<()> {
    let group = noted.running.group;
    let Some(pid) = Pid::from_raw(group) else { return Ok(()) };
    // Numbers of processes are used again: only the one that began then is meant.
    let runs = || noted.began.is_some() && began(group) == noted.began;
    if runs() {
        // It may have ended by itself in between, which is as good.
        let _ended = kill_process_group(pid, Signal::KILL);
        wait_while(runs);
        return Running::mark_end(scratch, group);
    }
    // If it ended just now, the supervisor is about to mark that.
    let is_marked = || read(&Running::note_file(scratch)).is_some_and(|(_, marked)| marked);
    wait_while(|| !is_marked() && began(group).is_none() && test_kill_process_group(pid).is_ok());
    Ok(())
}

fn wait_while(holds: impl Fn() -> bool) {
    for _ in 0..ATTEMPTS {
        if !holds() {
            break;
        }
        std::thread::sleep(PATIENCE);
    }
}

/// Gives when a process began, in the system's own ticks; `None` where none runs or there is no
/// way to know.
fn began(process: i32) -> Option<String> {
    let mut status = String::with_capacity(1 << 10);
    File::open(format!("/proc/{process}/stat")).and_then(|mut file| file.read_to_string(&mut status)).ok()?;
    // The name in parentheses may hold spaces; the 22nd field is the 20th after it.
    let (_, rest) = status.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    let ended = matches!(fields.next(), Some("Z" | "X"));
    fields.nth(18).filter(|_| !ended).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_that_is_taken_back_says_nothing_even_when_a_mark_comes_late() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let scratch = folder.path().join("0");
        let running = Running { group: i32::MAX, writes: vec!["out".to_owned()] };
        let noted = || read(&Running::note_file(&scratch)).map(|(noted, marked)| (noted.running, marked));
        for _ in 0..2 {
            running.note(&scratch).expect("there is room");
            assert_eq!(noted(), Some((running.clone(), false)));
            Running::mark_end(&scratch, running.group).expect("there is room");
            assert_eq!(noted(), Some((running.clone(), true)));
            Running::forget(&scratch).expect("there is room");
            assert_eq!(noted(), None);
            Running::mark_end(&scratch, running.group).expect("there is room");
            assert_eq!(noted(), None);
        }
    }
}
