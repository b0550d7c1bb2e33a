//! Starts a program behind a gate, waits for it, and ends all that it started.
//!
//! Invariants
//! - The program does nothing before the next run would know of it and the supervisor does: it waits for
//!   a line, and ends without one, so that it goes with a process that dies before the line is written.
//! - The group's leader is left unreaped until the group has ended, so that its number is nobody else's.
//! - A program that is to stop, or takes too long, is asked to end and has a while to do so; then it is killed.
//! - No program outlives its [`Program`], whatever comes in between, nor does what it left behind.

use std::io::{self, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use super::descendants;
use super::log::Log;
use super::shell::Invocation;
use super::surroundings::Variables;
use crate::{Failure, Job, Running};

/// How long a program has to end after it was asked to.
pub(super) const GRACE: Duration = Duration::from_secs(10);

/// How often it is looked whether a running program should stop.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// How often a running program's last line is read.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(500);

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

/// How long a program may take.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Before it is asked to end; `None` is as long as it likes.
    pub timeout: Option<Duration>,
    /// Before it is killed, once it was asked to end.
    pub grace: Duration,
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
    pub(super) fn start(
        job: &Job<'j>,
        invocation: &Invocation,
        variables: &Variables,
        log: &Log<'_>,
    ) -> Result<Self, Failure> {
        let mut command = std::process::Command::new(&invocation.program);
        command
            .args(&invocation.arguments)
            .current_dir(job.context.root)
            .env_clear()
            .envs(variables)
            .stdin(Stdio::piped())
            .stdout(log.output())
            .stderr(log.output())
            .process_group(0);
        let child = descendants::spawn_program(&mut command).map_err(|error| {
            Failure::new(format!("`{}` can't be started: {error}", invocation.program.display()))
        })?;
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
    pub(super) fn run(&mut self, limits: Limits, job: &Job<'_>, log: &mut Log<'_>) -> Result<End, Failure> {
        let gate = self.child.stdin.take().expect("the program's input is a pipe");
        // One that was killed before it could read ends as such.
        drop((&gate).write_all(b"\n"));
        drop(gate);
        let waited = self.wait(limits, job, log);
        let status = self.end()?;
        Ok(match waited.map_err(lost)? {
            Some(end) => end,
            None if status.success() => End::Success,
            None if job.watch.cancelled() => End::Stopped,
            None => status.code().map_or_else(|| End::Signal(status.signal().unwrap_or(0)), End::Code),
        })
    }

    /// Waits until it has ended by itself, or until it was asked to end and had its time; then says why.
    fn wait(&self, limits: Limits, job: &Job<'_>, log: &mut Log<'_>) -> io::Result<Option<End>> {
        let began = now();
        let handle = pidfd_open(self.group, PidfdFlags::empty())?;
        let mut next_progress = PROGRESS_INTERVAL;
        loop {
            let elapsed = began.elapsed();
            let end = match limits.timeout {
                Some(timeout) if elapsed >= timeout => Some(End::TimedOut(timeout)),
                _ if job.watch.cancelled() => Some(End::Stopped),
                _ => None,
            };
            if let Some(end) = end {
                self.ask_to_end(limits.grace, job, &handle)?;
                return Ok(Some(end));
            }
            if elapsed >= next_progress {
                job.watch.line(&log.last_line());
                next_progress = elapsed + PROGRESS_INTERVAL;
            }
            let left = limits.timeout.map_or(POLL_INTERVAL, |timeout| timeout.saturating_sub(elapsed));
            if has_ended(&handle, left.min(POLL_INTERVAL))? {
                return Ok(None);
            }
        }
    }

    /// Asks it, and what it started, to end, and waits until they have or the time is over.
    fn ask_to_end(&self, grace: Duration, job: &Job<'_>, handle: &OwnedFd) -> io::Result<()> {
        let asked = now();
        // One that is suspended acts on a signal only once it goes on.
        for signal in [Signal::TERM, Signal::CONT] {
            let _gone = kill_process_group(self.group, signal);
            descendants::signal(self.group(), signal);
        }
        job.watch.line(&format!("was asked to end, and is killed after {} s", grace.as_secs()));
        let mut leader_ended = false;
        while asked.elapsed() < grace && !job.watch.killed() {
            leader_ended = leader_ended || has_ended(handle, POLL_INTERVAL)?;
            if leader_ended {
                if !descendants::is_any_left(self.group()) {
                    break;
                }
                std::thread::sleep(POLL_INTERVAL);
            }
        }
        Ok(())
    }

    /// Ends the group and what is outside of it, and gives how the leader ended.
    fn end(&mut self) -> Result<ExitStatus, Failure> {
        self.ended = true;
        let group = self.group();
        let marked = Running::mark_end(self.scratch, group);
        // A group that is gone by now is what was wanted.
        let _gone = kill_process_group(self.group, Signal::KILL);
        descendants::kill(group);
        let status = descendants::reap(&mut self.child).map_err(lost)?;
        marked.map_err(|error| unwritten(&Running::note_file(self.scratch), &error))?;
        Ok(status)
    }
}

impl Drop for Program<'_> {
    fn drop(&mut self) {
        if !self.ended {
            // Whatever came in between is reported, and not how this went.
            let _ended = self.end();
        }
    }
}

/// Waits so long for a process to end, and says whether it has.
fn has_ended(handle: &OwnedFd, patience: Duration) -> io::Result<bool> {
    let patience = Timespec { tv_sec: 0, tv_nsec: i64::from(patience.subsec_nanos()) };
    match poll(&mut [PollFd::new(handle, PollFlags::IN)], Some(&patience)) {
        Ok(0) | Err(Errno::INTR) => Ok(false),
        Ok(_) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a program may take is no result")]
fn now() -> Instant {
    Instant::now()
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("`{}` can't be written: {error}", path.display()))
}

fn lost(error: io::Error) -> Failure {
    Failure::new(format!("the program got lost: {error}"))
}
