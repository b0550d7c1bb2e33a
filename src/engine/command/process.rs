//! Starts a program behind a gate, waits for it, and ends its whole group.
//!
//! Invariants
//! - The program does nothing before the next run would know of it and the watchman does: it waits for
//!   a line, and ends without one, so that it goes with a process that dies before the line is written.
//! - The group's leader is left unreaped until the group has ended, so that its number is nobody else's.
//! - No program outlives its [`Program`], whatever comes in between.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use crate::spec::Value;
use crate::{Failure, Job, Running};

/// How long a running program goes without a look at whether it should stop.
const PATIENCE: Duration = Duration::from_millis(50);

/// By its path, since a bare name would be looked for along the program's own PATH, after a copy of this whole process.
pub(super) const SHELL: &str = "/bin/sh";

const GATE: &str = "read -r _ || exit 125; ";

/// How a program ended.
pub(super) enum End {
    /// With exit code 0.
    Success,
    /// With another one.
    Code(i32),
    /// By a signal that was not ours.
    Signal(i32),
    /// By us, since a stop was asked for.
    Stopped,
    /// By us, since it took longer than this.
    TimedOut(Duration),
}

/// A program that waits behind its gate.
pub(super) struct Program<'j> {
    child: Child,
    group: Pid,
    scratch: &'j Path,
    ended: bool,
}

impl<'j> Program<'j> {
    /// Starts the program of a job, and notes it for the next run.
    pub(super) fn start(job: &Job<'j>, variables: &[(String, String)], log: &Path) -> Result<Self, Failure> {
        let (script, words) = match job.effective.parameters.get("run") {
            Some(Value::Text(line)) => (format!("{GATE}exec </dev/null; {line}"), Vec::new()),
            other => (format!("{GATE}exec \"$@\" </dev/null"), super::texts(other)),
        };
        let file = File::create(log).and_then(|file| Ok((file.try_clone()?, file)));
        let (output, errors) = file.map_err(|error| unwritten(log, &error))?;
        let child = std::process::Command::new(SHELL)
            .args(["-c", &script, "sh"])
            .args(words)
            .current_dir(job.context.root)
            .env_clear()
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors)
            .process_group(0)
            .spawn();
        let child = child.map_err(|error| Failure::new(format!("`{SHELL}` can't be started: {error}")))?;
        let group = Pid::from_child(&child);
        let program = Self { child, group, scratch: job.scratch, ended: false };
        let writes = job.effective.places.iter().map(|place| place.path.clone()).collect();
        let running = Running { group: program.group(), writes };
        let noted = running.note(job.scratch);
        noted.map_err(|error| unwritten(&Running::note_file(job.scratch), &error))?;
        Ok(program)
    }

    /// Gives the number of its process group.
    pub(super) fn group(&self) -> i32 {
        self.group.as_raw_nonzero().get()
    }

    /// Opens the gate, and waits for the end.
    pub(super) fn run(&mut self, timeout: Option<Duration>, job: &Job<'_>) -> Result<End, Failure> {
        let gate = self.child.stdin.take().expect("the program's input is a pipe");
        // One that was killed before it could read ends as such.
        drop((&gate).write_all(b"\n"));
        drop(gate);
        let waited = self.wait(timeout, job);
        let status = self.end()?;
        Ok(match waited.map_err(lost)? {
            Some(end) => end,
            None if status.success() => End::Success,
            None if job.watch.cancelled() => End::Stopped,
            None => status.code().map_or_else(|| End::Signal(status.signal().unwrap_or(0)), End::Code),
        })
    }

    /// Waits until it has ended by itself, or says why it should be ended.
    fn wait(&self, timeout: Option<Duration>, job: &Job<'_>) -> io::Result<Option<End>> {
        #[expect(clippy::disallowed_methods, reason = "how long a program may take is no result")]
        let began = Instant::now();
        let handle = pidfd_open(self.group, PidfdFlags::empty())?;
        loop {
            let left = timeout.map(|timeout| timeout.saturating_sub(began.elapsed()));
            if let (Some(timeout), Some(Duration::ZERO)) = (timeout, left) {
                return Ok(Some(End::TimedOut(timeout)));
            }
            if job.watch.cancelled() {
                return Ok(Some(End::Stopped));
            }
            let patience = PATIENCE.min(left.unwrap_or(PATIENCE));
            let patience = Timespec { tv_sec: 0, tv_nsec: i64::from(patience.subsec_nanos()) };
            match poll(&mut [PollFd::new(&handle, PollFlags::IN)], Some(&patience)) {
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Ends the group, and gives how the leader ended.
    fn end(&mut self) -> Result<ExitStatus, Failure> {
        self.ended = true;
        let marked = Running::mark_end(self.scratch, self.group());
        // A group that is gone by now is what was wanted.
        let _gone = kill_process_group(self.group, Signal::KILL);
        let status = self.child.wait().map_err(lost)?;
        marked.map_err(|error| unwritten(&Running::note_file(self.scratch), &error))?;
        Ok(status)
    }
}

impl Drop for Program<'_> {
    fn drop(&mut self) {
        if !self.ended {
            // Whatever came in between is told, and not how this went.
            let _ended = self.end();
        }
    }
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("`{}` can't be written: {error}", path.display()))
}

fn lost(error: io::Error) -> Failure {
    Failure::new(format!("the program got lost: {error}"))
}
