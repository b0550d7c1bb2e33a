//! Ends the programs that are left running when this process is gone, however it went.
//!
//! group ──a line──▶ the supervisor, a shell at the other end of a pipe ──pipe closed──▶ kill
//!
//! Invariants
//! - One shell serves all the programs of a store's runs: a program costs two lines, no process.
//! - It has a process group of its own, so that a Ctrl-C in the terminal does not reach it.
//! - A group that it ends is marked as ended first, for the next run to know when that was.
//! - It knows process groups only. What left its group is ended by this process (`descendants`), and survives
//!   where this process is killed by SIGKILL: that one case stays.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::descendants;
use super::shell::GATE_SHELL;
use crate::Running;

/// Keeps the live groups as lines of group and mark. A line that it reads adds such an entry; a group alone removes
/// its entry. A shell reads byte by byte, so lines are short.
const SCRIPT: &str = r#"
set -f
line='
'
live=$line
while read -r group mark; do
    case $mark in
    ?*) live="$live$group $mark$line" ;;
    *)
        before=${live%%"$line$group "*}
        after=${live#*"$line$group "}
        live="$before$line${after#*"$line"}" ;;
    esac
done
IFS=$line
for entry in $live; do
    printf %s "${entry%% *}" 1<>"${entry#* }"
    kill -KILL "-${entry%% *}"
done 2>/dev/null
"#;

/// Supervises the programs of a kind; its shell starts with the first program.
#[derive(Default)]
pub(super) struct Supervisor(Mutex<Option<SupervisorShell>>);

struct SupervisorShell {
    child: Child,
    /// Its working directory: marks below are named from here.
    folder: PathBuf,
}

/// A group that is supervised until this is dropped.
pub(super) struct Supervised<'s> {
    supervisor: &'s Supervisor,
    group: i32,
}

impl Supervisor {
    /// Adds the group of the program that is noted beside `scratch`.
    pub(super) fn add(&self, scratch: &Path, group: i32) -> io::Result<Supervised<'_>> {
        let mark = std::path::absolute(Running::note_file(scratch))?;
        if mark.to_str().is_none_or(|mark| mark.contains('\n')) {
            return Err(io::Error::other("the project's path is not UTF-8, or has a line break in it"));
        }
        let mut shell = self.lock();
        let shell = match &mut *shell {
            Some(shell) => shell,
            // Marks are named from the store's folder, which stays.
            none => none.insert(SupervisorShell::start(mark.ancestors().nth(2).unwrap_or(Path::new("/")))?),
        };
        let mark = mark.strip_prefix(&shell.folder).unwrap_or(&mark);
        let entry = format!("{group} {}\n", mark.display());
        shell.write(&entry)?;
        Ok(Supervised { supervisor: self, group })
    }

    fn lock(&self) -> MutexGuard<'_, Option<SupervisorShell>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Supervised<'_> {
    fn drop(&mut self) {
        let mut shell = self.supervisor.lock();
        let written = shell.as_mut().map(|shell| shell.write(&format!("{}\n", self.group)));
        if let Some(Err(_)) = written {
            // It would kill this group's number later, whoever has it then.
            shell.take().into_iter().for_each(SupervisorShell::kill);
        }
    }
}

impl SupervisorShell {
    fn start(folder: &Path) -> io::Result<Self> {
        let mut command = Command::new(GATE_SHELL);
        command
            .args(["-c", SCRIPT])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        Ok(Self { child: descendants::spawn_supervisor(&mut command)?, folder: folder.to_owned() })
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        match &mut self.child.stdin {
            Some(input) => input.write_all(line.as_bytes()),
            None => Err(io::Error::from(io::ErrorKind::BrokenPipe)),
        }
    }

    fn kill(mut self) {
        // One that is gone already is as good; dropping it waits for it.
        drop(self.child.kill());
    }
}

impl Drop for SupervisorShell {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        drop(descendants::reap(&mut self.child));
    }
}
