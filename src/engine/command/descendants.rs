//! Finds what a program started and left outside its process group, such as a daemon, and ends it.
//!
//! This process is a child subreaper: a descendant whose parent ends becomes its child, and so can't get lost. What is
//! not yet known of such an orphan is which program it comes from, where several run at once:
//!
//! | the orphan | belongs to |
//! |---|---|
//! | is in a program's group | that program |
//! | was seen below a program while that ran | that program |
//! | began while one program ran | that program |
//! | began while several ran, unseen | the last of these to end |
//!
//! Invariants
//! - A program, and what belongs to one that still runs, is never taken for an orphan of another.
//! - What is in this process's own group was started by this process, and is left alone.
//! - A process is sent a signal only while it is the one that was found: numbers are used again.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, Once, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, WaitOptions, getpgrp, getpid, pidfd_open,
    pidfd_send_signal, set_child_subreaper, waitid, waitpid,
};

/// How long apart, and how often, it is looked whether what was killed is gone.
const KILL_INTERVAL: Duration = Duration::from_millis(2);
const KILL_ATTEMPTS: usize = 500;

// Statics, since a process's children are the process's own.
static SUBREAPER: Once = Once::new();
/// Held for reading while a child is started and not yet known, and for writing where unknown children matter.
static STARTING: RwLock<()> = RwLock::new(());
static KNOWN: Mutex<Known> =
    Mutex::new(Known { programs: BTreeMap::new(), supervisors: Vec::new(), seen: BTreeMap::new() });

/// The children that this process started itself, and what was seen below them.
struct Known {
    /// When each program began, by its number.
    programs: BTreeMap<i32, u64>,
    supervisors: Vec<i32>,
    /// The program that each process outside its group was seen below.
    seen: BTreeMap<Identity, i32>,
}

/// A process: its number, and when it began, in the system's ticks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    number: i32,
    began: u64,
}

struct Process {
    identity: Identity,
    group: i32,
    ended: bool,
}

/// Starts a program in a group of its own.
pub(super) fn spawn_program(command: &mut Command) -> io::Result<Child> {
    let _starting = STARTING.read().unwrap_or_else(PoisonError::into_inner);
    // Where the system has no such thing, orphans go to its first process and are not found; programs run all the same.
    SUBREAPER.call_once(|| {
        let _is_one = set_child_subreaper(Some(getpid()));
    });
    let child = command.spawn()?;
    let number = number_of(&child);
    let began = Process::read(number).map_or(0, |process| process.identity.began);
    known().programs.insert(number, began);
    Ok(child)
}

/// Starts a supervisor, which is no program's.
pub(super) fn spawn_supervisor(command: &mut Command) -> io::Result<Child> {
    let _starting = STARTING.read().unwrap_or_else(PoisonError::into_inner);
    let child = command.spawn()?;
    known().supervisors.push(number_of(&child));
    Ok(child)
}

/// Forgets a supervisor that has ended.
pub(super) fn forget_supervisor(child: &Child) {
    known().supervisors.retain(|number| *number != number_of(child));
}

/// Notes what runs below a program outside its group, to know it when its parent is gone.
pub(super) fn observe(program: i32) {
    let outside = of_program(program).into_iter().filter(|process| process.group != program);
    let outside: Vec<_> = outside.map(|process| (process.identity, program)).collect();
    known().seen.extend(outside);
}

/// Says whether something that belongs to a program still runs, besides the program itself.
pub(super) fn is_any_left(program: i32) -> bool {
    !of_program(program).is_empty()
}

/// Sends a signal to what belongs to a program and is outside its group.
pub(super) fn signal(program: i32, signal: Signal) {
    for process in of_program(program).into_iter().filter(|process| process.group != program) {
        process.identity.send(signal);
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
        left.iter().for_each(|process| process.identity.send(Signal::KILL));
    }
}

/// Waits for a program that was killed or has ended, and forgets it.
pub(super) fn reap(program: &mut Child) -> io::Result<ExitStatus> {
    let pid = Pid::from_child(program);
    // Waits without the lock; the number stays its own.
    let _unreaped = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
    let mut known = known();
    let number = number_of(program);
    known.programs.remove(&number);
    known.seen.retain(|_, owner| *owner != number);
    program.wait()
}

/// Gives what belongs to a program and still runs; waits for what has ended.
fn of_program(program: i32) -> Vec<Process> {
    let mut found = Vec::new();
    walk(program, &mut found);
    if orphans(&known()).next().is_some() {
        // One of them may be a program that is just being started.
        let _starting = STARTING.write().unwrap_or_else(PoisonError::into_inner);
        let known = known();
        for orphan in orphans(&known) {
            if orphan.ended {
                let pid = Pid::from_raw(orphan.identity.number);
                // Another thread may have done so.
                let _reaped = waitpid(pid, WaitOptions::NOHANG);
            } else if known.owner(&orphan).is_none_or(|owner| owner == program) {
                walk(orphan.identity.number, &mut found);
                found.push(orphan);
            }
        }
    }
    found.retain(|process| !process.ended);
    found
}

/// Gives the children of this process that it did not start itself.
fn orphans(known: &Known) -> impl Iterator<Item = Process> {
    // Orphans become children of the first thread.
    let main = getpid().as_raw_nonzero().get();
    let own_group = getpgrp().as_raw_nonzero().get();
    let numbers = children_of_thread(main, main).into_iter();
    let numbers = numbers.filter(|number| !known.programs.contains_key(number));
    let numbers = numbers.filter(|number| !known.supervisors.contains(number));
    numbers.filter_map(Process::read).filter(move |process| process.group != own_group)
}

impl Known {
    /// Gives the program that an orphan belongs to; `None` where that has ended.
    fn owner(&self, orphan: &Process) -> Option<i32> {
        if self.programs.contains_key(&orphan.group) {
            return Some(orphan.group);
        }
        if let Some(owner) = self.seen.get(&orphan.identity) {
            return Some(*owner);
        }
        let began_before = |began: u64| began <= orphan.identity.began;
        let candidates = self.programs.iter().filter(|(_, began)| began_before(**began));
        let candidates: Vec<i32> = candidates.map(|(number, _)| *number).collect();
        match candidates[..] {
            [] => None,
            [only] => Some(only),
            // It waits for all but one of them to end; no process has this number.
            _ => Some(0),
        }
    }
}

impl Identity {
    fn send(self, signal: Signal) {
        let Some(pid) = Pid::from_raw(self.number) else { return };
        let Ok(handle) = pidfd_open(pid, PidfdFlags::empty()) else { return };
        // The handle is of the process that has the number now.
        if Process::read(self.number).is_some_and(|process| process.identity == self) {
            // One that has ended meanwhile is as good.
            let _ended = pidfd_send_signal(&handle, signal);
        }
    }
}

impl Process {
    fn read(number: i32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
        // The name in parentheses may hold spaces and parentheses.
        let (_, rest) = text.rsplit_once(')')?;
        let mut fields = rest.split_ascii_whitespace();
        let ended = matches!(fields.next()?, "Z" | "X");
        // The group is the fifth field of the line, the beginning the 22nd.
        let group = fields.nth(1)?.parse().ok()?;
        let began = fields.nth(16)?.parse().ok()?;
        Some(Self { identity: Identity { number, began }, group, ended })
    }
}

/// Collects what runs below a process.
fn walk(number: i32, found: &mut Vec<Process>) {
    let mut open = vec![number];
    while let Some(number) = open.pop() {
        let threads = fs::read_dir(format!("/proc/{number}/task")).into_iter().flatten().flatten();
        let threads = threads.filter_map(|thread| thread.file_name().to_str()?.parse().ok());
        for child in threads.flat_map(|thread| children_of_thread(number, thread)) {
            if let Some(process) = Process::read(child) {
                open.push(child);
                found.push(process);
            }
        }
    }
}

fn children_of_thread(process: i32, thread: i32) -> Vec<i32> {
    let text = fs::read_to_string(format!("/proc/{process}/task/{thread}/children")).unwrap_or_default();
    text.split_ascii_whitespace().filter_map(|number| number.parse().ok()).collect()
}

fn known() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn number_of(child: &Child) -> i32 {
    Pid::from_child(child).as_raw_nonzero().get()
}
