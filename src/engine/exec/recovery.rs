//! What a run that was killed left behind, and its removal by the next one.
//!
//! Invariants
//! - A program that outlived the run that started it is ended before anything is started anew: it
//!   would write where the new one writes. Only one that is provably ours is ended: it began when its note says, and
//!   works in this project.
//! - What it had half written is removed from the places that stages of this pipeline declare, and nowhere else; what was
//!   there before it began is in the store or in `edited/`.
//! - What was written there after it had ended is a person's, and stays for the next run to keep.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use serde::{Deserialize, Serialize};

use crate::decide::work::Work;
use crate::folder::{FileKind, Folder};
use crate::process_stat::ProcessStat;
use crate::project_path::ProjectPath;
use crate::store::{Session, StoreError};

/// The ending of the file beside a run's scratch folder that notes its program. Its first line is for the group of the
/// program, once that has ended: the file's time then says when; its second line is the note.
const NOTE_ENDING: &str = "running";

/// How long the first line of a note is.
const MARK_BYTES: usize = 20;

/// The largest note that is read, in bytes.
const MAX_NOTE_BYTES: u64 = 1 << 20;

/// How long after its end has been marked a program may still write, in nanoseconds: it is ended
/// in the very next step.
const LAST_WRITES_NANOSECONDS: i64 = 10_000_000;

/// How often, and how long apart, it is asked whether a program that was killed has ended.
const MAX_END_POLLS: usize = 500;
const END_POLL_INTERVAL: Duration = Duration::from_millis(2);

/// A program that a run has started, as the next run needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// The program's process group.
    pub group: i32,
    /// The files and folders that it writes.
    pub writes: Vec<ProjectPath>,
}

/// A note as it is written.
#[derive(Serialize, Deserialize)]
struct Note {
    running: Running,
    began: Option<String>,
}

impl Running {
    /// Notes the program beside a run's scratch folder, before it may do anything.
    ///
    /// # Errors
    /// What the system says.
    pub fn note(&self, scratch: &Path) -> io::Result<()> {
        let note = Note { running: self.clone(), began: began(self.group) };
        let text = format!("{:MARK_BYTES$}\n{}\n", "", serde_json::to_string(&note)?);
        let (folder, name) = note_of(scratch)?;
        // The one of an attempt that failed.
        folder.remove_file(&name)?;
        folder.create_file(&name, 0o600)?.write_all(text.as_bytes())
    }

    /// Gives the file beside a run's scratch folder that [`Running::note`] writes.
    pub fn note_file(scratch: &Path) -> std::path::PathBuf {
        scratch.with_extension(NOTE_ENDING)
    }

    /// Removes the note: what the program wrote is recorded, or removed.
    pub(crate) fn forget(folder: &Folder, scratch: &str) -> io::Result<()> {
        folder.remove_file(&format!("{scratch}.{NOTE_ENDING}"))
    }

    /// Marks in its note that the program of a process group ends now; whoever sees to its end does so.
    ///
    /// # Errors
    /// What the system says.
    pub fn mark_end(scratch: &Path, group: i32) -> io::Result<()> {
        let (folder, name) = note_of(scratch)?;
        folder.open_or_create(&name, 0o600)?.write_all(group.to_string().as_bytes())
    }
}

/// Gives the folder that a note is in, and its name there.
fn note_of(scratch: &Path) -> io::Result<(Folder, String)> {
    let file = Running::note_file(scratch);
    let name = file.file_name().and_then(|name| name.to_str()).ok_or(io::ErrorKind::InvalidInput)?;
    Ok((Folder::open(file.parent().unwrap_or(Path::new("")))?, name.to_owned()))
}

/// Reads the note in a file, and whether the end of its program is marked; `None` for anything else.
fn read(folder: &Folder, name: &str) -> Option<(Note, bool)> {
    let text = String::from_utf8(folder.read(name, MAX_NOTE_BYTES).ok()?).ok()?;
    let mut lines = text.lines();
    let mark = lines.next().filter(|line| line.len() == MARK_BYTES)?;
    let note: Note = serde_json::from_str(lines.next()?).ok()?;
    let marked = mark.trim_end() == note.running.group.to_string();
    Some((note, marked))
}

/// Ends the programs of killed runs, and removes what they had half written.
pub(crate) fn recover_orphans(work: &Work<'_>, session: &Session<'_>) -> Result<(), StoreError> {
    let folder = session.base;
    for name in session.list_scratch()? {
        if name.ends_with(&format!(".{NOTE_ENDING}"))
            && let Some((note, _)) = read(folder, &name)
        {
            let place = folder.path_of(&name);
            end(&note, session.project().path(), folder, &name)
                .and_then(|()| remove_half_written(work, session, &note, &name))
                .map_err(|source| StoreError { path: place, action: "cleared", source })?;
        }
    }
    session.clear_scratch()
}

fn remove_half_written(work: &Work<'_>, session: &Session<'_>, note: &Note, name: &str) -> io::Result<()> {
    // Without a mark the machine itself stopped: what is younger than the note may be anybody's.
    let noted = session.base.entry(name)?.map(|entry| entry.stamp.changed);
    let ended = noted.map_or(i64::MIN, |changed| changed.saturating_add(LAST_WRITES_NANOSECONDS));
    for place in &note.running.writes {
        // A note is believed no more than a stranger's: only what a stage declares is cleared.
        if work.places().contains_key(place) {
            remove_older(session, place, ended)?;
        }
    }
    Ok(())
}

/// Removes what was last changed before `time` from a place, and the folders that are empty then.
fn remove_older(session: &Session<'_>, place: &ProjectPath, time: i64) -> io::Result<()> {
    let project = session.project();
    let remove = |path: &ProjectPath, kind: FileKind, changed: i64| -> io::Result<()> {
        if kind == FileKind::Folder {
            project.remove_if_empty(path.as_str());
        } else if changed <= time {
            session.files().remove(path.as_str());
            project.remove_file(path.as_str())?;
        }
        Ok(())
    };
    let Some(entry) = project.entry(place.as_str())? else { return Ok(()) };
    if entry.kind == FileKind::Folder {
        // Where it can't be listed, or has a name that is no path of ours, the next run keeps it as a whole.
        let Ok(found) = project.walk(place.as_str()) else { return Ok(()) };
        for found in found.iter().rev() {
            if let Ok(path) = place.join(&found.path) {
                remove(&path, found.entry.kind, found.entry.stamp.changed)?;
            }
        }
    }
    remove(place, entry.kind, entry.stamp.changed)
}

/// Ends the program, if it runs and is ours, and sees to it that its end is marked.
fn end(note: &Note, project: &Path, folder: &Folder, name: &str) -> io::Result<()> {
    let group = note.running.group;
    let Some(pid) = Pid::from_raw(group).filter(|pid| *pid != Pid::INIT) else { return Ok(()) };
    // Numbers of processes are used again: only the one that began then, and works here, is meant.
    let runs = || note.began.is_some() && began(group) == note.began && works_in(group, project);
    if runs() {
        // It may have ended by itself in between, which is as good.
        let _ended = kill_process_group(pid, Signal::KILL);
        wait_while(runs);
        let mut file = folder.open_or_create(name, 0o600)?;
        return file.write_all(group.to_string().as_bytes());
    }
    // If it ended just now, the supervisor is about to mark that.
    let is_marked = || read(folder, name).is_some_and(|(_, marked)| marked);
    wait_while(|| !is_marked() && began(group).is_none() && test_kill_process_group(pid).is_ok());
    Ok(())
}

/// Says whether a process works in the project's folder, or in one below.
fn works_in(process: i32, project: &Path) -> bool {
    let folder = fs::read_link(format!("/proc/{process}/cwd"));
    folder.ok().zip(project.canonicalize().ok()).is_some_and(|(folder, project)| folder.starts_with(project))
}

fn wait_while(holds: impl Fn() -> bool) {
    for _ in 0..MAX_END_POLLS {
        if !holds() {
            break;
        }
        std::thread::sleep(END_POLL_INTERVAL);
    }
}

/// Gives when a process began, in the system's own ticks; `None` where none runs or there is no
/// way to know.
fn began(process: i32) -> Option<String> {
    ProcessStat::read(process).filter(|stat| !stat.ended).map(|stat| stat.began.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_back_and_says_whether_its_program_has_ended() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let scratch = folder.path().join("0");
        let ours = Folder::open(folder.path()).expect("it is there");
        let writes = vec![ProjectPath::parse("out").expect("it is a path")];
        let running = Running { group: i32::MAX, writes };
        let noted = || read(&ours, "0.running").map(|(note, marked)| (note.running, marked));
        running.note(&scratch).expect("there is room");
        assert_eq!(noted(), Some((running.clone(), false)));
        Running::mark_end(&scratch, running.group).expect("there is room");
        assert_eq!(noted(), Some((running.clone(), true)));
        Running::forget(&ours, "0").expect("it is ours");
        assert_eq!(noted(), None);
    }

    #[test]
    fn a_note_that_leads_out_of_the_project_is_none() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let note = r#"{"running":{"group":2147483647,"writes":["../victim"]},"began":null}"#;
        fs::write(folder.path().join("0.running"), format!("{:MARK_BYTES$}\n{note}\n", ""))
            .expect("there is room");
        let ours = Folder::open(folder.path()).expect("it is there");
        assert!(read(&ours, "0.running").is_none());
    }
}
