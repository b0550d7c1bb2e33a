//! What a run that was killed left behind, and its removal by the next one.
//!
//! Invariants
//! - A program that outlived the run that started it is ended before anything is started anew: it
//!   would write where the new one writes.
//! - What it had half written at its places is removed; what was there before it began is in the
//!   store or in `edited/`.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use serde::{Deserialize, Serialize};

use crate::store::{Session, StoreError};

const FILE: &str = "running.json";

/// How often, and how long apart, it is looked whether a program that was killed has ended.
const ATTEMPTS: usize = 500;
const PATIENCE: Duration = Duration::from_millis(2);

/// A program that a run has started, as the next run needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// The program's process group; `None` before it has one.
    pub group: Option<i32>,
    /// The files and folders that it writes, relative to the project's root.
    pub writes: Vec<String>,
}

impl Running {
    /// Notes the program in a run's scratch folder.
    ///
    /// # Errors
    /// What the system says.
    pub fn note(&self, scratch: &Path) -> io::Result<()> {
        let text = Noted { running: self.clone(), began: self.group.and_then(began) };
        fs::write(scratch.join(FILE), serde_json::to_vec(&text)?)
    }
}

#[derive(Serialize, Deserialize)]
struct Noted {
    running: Running,
    began: Option<String>,
}

/// Clears away what killed runs left.
pub(super) fn sweep(root: &Path, session: &Session<'_>) -> Result<(), StoreError> {
    let runs = fs::read_dir(session.scratch_root()).into_iter().flatten().flatten();
    for run in runs {
        let noted = fs::read(run.path().join(FILE)).ok();
        if let Some(noted) = noted.and_then(|bytes| serde_json::from_slice::<Noted>(&bytes).ok()) {
            end(&noted);
            for place in &noted.running.writes {
                remove(&root.join(place)).map_err(|source| StoreError {
                    path: root.join(place),
                    action: "removed",
                    source,
                })?;
            }
        }
    }
    session.sweep()
}

/// Removes a file or a folder, if it is there.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn end(noted: &Noted) {
    // Numbers of processes are used again: only the one that began then is meant.
    if let Some(group) = noted.running.group
        && noted.began.is_some()
        && began(group) == noted.began
        && let Some(pid) = Pid::from_raw(group)
    {
        // It may have ended by itself in between, which is as good.
        let _ended = kill_process_group(pid, Signal::KILL);
        for _ in 0..ATTEMPTS {
            if began(group) != noted.began {
                break;
            }
            std::thread::sleep(PATIENCE);
        }
    }
}

/// Gives when a process began, in the system's own ticks; `None` where none runs or there is no
/// way to know.
fn began(process: i32) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may hold spaces; the 22nd field is the 20th after it.
    let (_, rest) = status.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    let ended = matches!(fields.next(), Some("Z" | "X"));
    fields.nth(18).filter(|_| !ended).map(str::to_owned)
}
