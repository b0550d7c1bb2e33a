//! Finds what a program started and left outside its process group, such as a daemon, and ends it.
//!
//! program ──marked by a limit──▶ what it starts has the mark ──orphaned──▶ a child of this process ──▶ ended
//!
//! This process is a child subreaper: what loses its parent becomes its child, and so can't get lost. Which program an
//! orphan is of, its limit on file locks says (`RLIMIT_LOCKS`): the program's is set to the program's number before it
//! does anything. Children inherit it, whatever they do to their session, files and environment, and Linux enforces
//! no such limit (setrlimit(2): since 2.4.25).
//!
//! Invariants
//! - A program, and what belongs to one that still runs, is never taken for an orphan of another. One without a mark, as
//!   where limits can't be set, is ended with the last program.
//! - What is in this process's own group was started by this process, and is left alone.
//! - A process is sent a signal only while it is the one that was found: numbers are used again.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, Once, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use rustix::process::{
    Pid, PidfdFlags, Resource, Rlimit, Signal, WaitId, WaitIdOptions, WaitOptions, getpgrp, getpid,
    getrlimit, pidfd_open, pidfd_send_signal, prlimit, set_child_subreaper, waitid, waitpid,
};

use crate::process_stat::ProcessStat;

/// How long apart, and how often, it is looked whether what was killed is gone.
const KILL_INTERVAL: Duration = Duration::from_millis(2);
const KILL_ATTEMPTS: usize = 500;

/// The line of `/proc/NUMBER/limits` with the mark.
const MARK_LINE: &str = "Max file locks";

// Statics, since a process's children are the process's own.
static SUBREAPER: Once = Once::new();
/// Held for reading while a child is started and not yet known, and for writing where unknown children matter.
static STARTING: RwLock<()> = RwLock::new(());
static PROCESSES: Mutex<ProcessTable> =
    Mutex::new(ProcessTable { programs: BTreeSet::new(), supervisors: BTreeSet::new() });

/// The children that this process started itself, by number.
struct ProcessTable {
    programs: BTreeSet<i32>,
    supervisors: BTreeSet<i32>,
}

struct Process {
    number: i32,
    stat: ProcessStat,
}

/// Starts a program, which waits at its gate, in a group of its own.
pub(super) fn spawn_program(command: &mut Command) -> io::Result<Child> {
    let _starting = STARTING.read().unwrap_or_else(PoisonError::into_inner);
    SUBREAPER.call_once(|| {
        // Where the system has no such thing, orphans are not found; programs run all the same.
        let _is_one = set_child_subreaper(Some(getpid()));
    });
    let child = command.spawn()?;
    let pid = Pid::from_child(&child);
    let mark = u64::try_from(number_of(&child)).ok();
    let limit = Rlimit { current: mark, maximum: getrlimit(Resource::Locks).maximum };
    let _marked = prlimit(Some(pid), Resource::Locks, limit);
    known().programs.insert(number_of(&child));
    Ok(child)
}

/// Starts a supervisor, which is no program's.
pub(super) fn spawn_supervisor(command: &mut Command) -> io::Result<Child> {
    let _starting = STARTING.read().unwrap_or_else(PoisonError::into_inner);
    let child = command.spawn()?;
    known().supervisors.insert(number_of(&child));
    Ok(child)
}

/// Waits for a program or a supervisor that ends, and forgets it.
pub(super) fn reap(child: &mut Child) -> io::Result<ExitStatus> {
    // Waits without the lock, and leaves it its number.
    let _ended = waitid(WaitId::Pid(Pid::from_child(child)), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
    let (mut known, number) = (known(), number_of(child));
    known.programs.remove(&number);
    known.supervisors.remove(&number);
    child.wait()
}

/// Says whether something that belongs to a program still runs, besides the program itself.
pub(super) fn is_any_left(program: i32) -> bool {
    !of_program(program).is_empty()
}

/// Sends a signal to what belongs to a program and is outside its group.
pub(super) fn signal(program: i32, signal: Signal) {
    for process in of_program(program).iter().filter(|process| process.stat.group != program) {
        process.send(signal);
    }
}

/// Kills what belongs to a program, besides itself, and waits until it is gone.
pub(super) fn kill(program: i32) {
    for attempt in 0..KILL_ATTEMPTS {
        let left = of_program(program);
        if left.is_empty() {
            break;
        }
        if attempt > 0 {
            thread::sleep(KILL_INTERVAL);
        }
        // A shell must not go on with its next line because what it waited for is killed first.
        for signal in [Signal::STOP, Signal::KILL] {
            left.iter().for_each(|process| process.send(signal));
        }
    }
}

/// Gives what belongs to a program and still runs; waits for orphans that have ended.
fn of_program(program: i32) -> Vec<Process> {
    let mut found = Vec::new();
    walk(program, &mut found);
    let has_orphans = orphans(&known()).next().is_some();
    if has_orphans {
        // One of them may be a program that is just being started.
        let _starting = STARTING.write().unwrap_or_else(PoisonError::into_inner);
        let known = known();
        for orphan in orphans(&known) {
            if orphan.stat.ended {
                // Another thread may have done so.
                let _reaped = waitpid(Pid::from_raw(orphan.number), WaitOptions::NOHANG);
            } else if known.belongs_to(&orphan, program) {
                walk(orphan.number, &mut found);
                found.push(orphan);
            }
        }
    }
    found.retain(|process| !process.stat.ended);
    found
}

/// Gives the children of this process that it did not start itself.
fn orphans(known: &ProcessTable) -> impl Iterator<Item = Process> {
    // Orphans become children of the first thread.
    let main = getpid().as_raw_nonzero().get();
    let own_group = getpgrp().as_raw_nonzero().get();
    let numbers = children_of_thread(main, main).into_iter();
    let numbers =
        numbers.filter(|number| !known.programs.contains(number) && !known.supervisors.contains(number));
    numbers.filter_map(Process::read).filter(move |process| process.stat.group != own_group)
}

impl ProcessTable {
    fn belongs_to(&self, orphan: &Process, program: i32) -> bool {
        let mark = orphan.mark().filter(|mark| self.programs.contains(mark));
        match mark.or_else(|| self.programs.get(&orphan.stat.group).copied()) {
            Some(owner) => owner == program,
            None => self.programs.len() == 1,
        }
    }
}

impl Process {
    fn read(number: i32) -> Option<Self> {
        Some(Self { number, stat: ProcessStat::read(number)? })
    }

    /// Gives the number of the program that it descends from.
    fn mark(&self) -> Option<i32> {
        let limits = fs::read_to_string(format!("/proc/{}/limits", self.number)).ok()?;
        let line = limits.lines().find_map(|line| line.strip_prefix(MARK_LINE))?;
        line.split_ascii_whitespace().next()?.parse().ok()
    }

    fn send(&self, signal: Signal) {
        let handle = Pid::from_raw(self.number).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        // The handle is of the process that has the number now.
        if let Some(handle) = handle
            && ProcessStat::read(self.number).is_some_and(|now| now.began == self.stat.began)
        {
            let _ended = pidfd_send_signal(&handle, signal);
        }
    }
}

/// Collects what runs below a process.
fn walk(number: i32, found: &mut Vec<Process>) {
    let mut open = vec![number];
    while let Some(number) = open.pop() {
        let threads = fs::read_dir(format!("/proc/{number}/task")).into_iter().flatten().flatten();
        let threads = threads.filter_map(|thread| thread.file_name().to_str()?.parse().ok());
        let children = threads.flat_map(|thread| children_of_thread(number, thread));
        let children: Vec<Process> = children.filter_map(Process::read).collect();
        open.extend(children.iter().map(|child| child.number));
        found.extend(children);
    }
}

fn children_of_thread(process: i32, thread: i32) -> Vec<i32> {
    let text = fs::read_to_string(format!("/proc/{process}/task/{thread}/children")).unwrap_or_default();
    text.split_ascii_whitespace().filter_map(|number| number.parse().ok()).collect()
}

fn known() -> MutexGuard<'static, ProcessTable> {
    PROCESSES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn number_of(child: &Child) -> i32 {
    Pid::from_child(child).as_raw_nonzero().get()
}
