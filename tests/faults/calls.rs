//! The system calls by which the program changes the disk, and faults put in their place by `strace`.
//!
//! program ──traced──▶ [`Call`]s ──one at a time, with a [`Fault`]──▶ what the program makes of it
//!
//! Invariants
//! - The programs of `command` stages are left alone: they are let go as they begin.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use crate::project::{Project, Run};

/// Every call that changes what is on a disk, or what of it survives.
const CALLS: &str = "openat,write,pwrite64,writev,rename,renameat,renameat2,fsync,fdatasync,syncfs,\
    sync_file_range,link,linkat,unlink,unlinkat,rmdir,mkdir,mkdirat,copy_file_range,sendfile,splice,\
    ftruncate,truncate,fallocate,ioctl,chmod,fchmod,fchmodat,symlink,symlinkat,utimensat";

/// One call that the program makes.
#[derive(Clone, Debug)]
pub struct Call {
    /// The system call.
    pub name: String,
    /// How many calls of this name its thread has made with it.
    pub ordinal: usize,
    /// How `strace` tells it.
    pub line: String,
}

/// What is to happen at a call.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// The program is killed before the call is carried out.
    Kill,
    /// The call is not carried out, and gives this error.
    Error(&'static str),
}

/// Says whether `strace` is here and may trace; a test that needs it is skipped otherwise.
#[expect(clippy::print_stderr, reason = "a test that was skipped must not look like one that passed")]
pub fn can_trace() -> bool {
    let tried = Command::new("strace").args(["-f", "-b", "execve", "-e", "trace=write", "true"]).output();
    let can = tried.is_ok_and(|output| output.status.success());
    if !can {
        eprintln!("skipped: there is no `strace` that may trace");
    }
    can
}

/// Runs the program and gives its calls that change the disk.
pub fn calls(project: &Project, words: &[&str]) -> Vec<Call> {
    let trace = trace(project, words, None).1;
    let mut counts = BTreeMap::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(char::is_whitespace) else { continue };
        let Some((name, _)) = call.trim_start().split_once('(') else { continue };
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            continue;
        }
        let ordinal = counts.entry((thread.to_owned(), name.to_owned())).or_insert(0);
        *ordinal += 1;
        let call = Call { name: name.to_owned(), ordinal: *ordinal, line: call.trim_start().to_owned() };
        if writes(&call.line) {
            calls.push(call);
        }
    }
    calls
}

/// Runs the program with a fault at a call; gives what it printed, and the call that was hit.
pub fn with_fault(project: &Project, words: &[&str], call: &Call, fault: Fault) -> (Run, Option<String>) {
    let what = match fault {
        Fault::Kill => "signal=KILL".to_owned(),
        Fault::Error(error) => format!("error={error}"),
    };
    let inject = format!("inject={}:{what}:when={}", call.name, call.ordinal);
    let (run, trace) = trace(project, words, Some(&inject));
    (run, hit(&trace))
}

/// Finds the call that was hit; when other threads come in between, `strace` tells it in two parts.
fn hit(trace: &str) -> Option<String> {
    let (before, rest) = trace.split_at(trace.find("(INJECTED)")?);
    let begun = before.rfind('\n').map_or(0, |end| end + 1);
    let line = &trace[begun..before.len() + rest.find('\n').unwrap_or(rest.len())];
    let (thread, call) = line.split_once(char::is_whitespace)?;
    if !call.contains(" resumed>") {
        return Some(call.trim_start().to_owned());
    }
    let mut earlier = trace[..begun].lines().rev();
    let first = earlier.find(|line| line.starts_with(thread) && line.contains("<unfinished"))?;
    Some(first[thread.len()..].trim_start().to_owned() + call)
}

fn trace(project: &Project, words: &[&str], inject: Option<&str>) -> (Run, String) {
    let log = project.root().with_file_name("trace");
    let mut command = Command::new("strace");
    command.args(["-f", "-b", "execve", "-y", "-s", "300", "-e"]).arg(format!("trace={CALLS}"));
    command.arg("-o").arg(&log);
    if let Some(inject) = inject {
        command.args(["-e", inject]);
    }
    command.arg(env!("CARGO_BIN_EXE_recount")).args(words);
    project.settle(&mut command);
    let output = command.stdin(Stdio::null()).output().expect("`strace` can be started");
    (Run::of(&output), fs::read_to_string(&log).expect("`strace` writes down what it sees"))
}

/// Says whether a call changes the disk: most files are opened to be read.
pub fn writes(call: &str) -> bool {
    if call.contains("\"/dev/null\"") {
        return false;
    }
    let is_any = |words: &[&str]| words.iter().any(|word| call.contains(word));
    match call.split_once('(') {
        Some(("openat", _)) => is_any(&["O_WRONLY", "O_RDWR", "O_CREAT"]),
        Some(("ioctl", _)) => is_any(&["FICLONE"]),
        _ => true,
    }
}

/// Gives the paths that a call names, relative to the project where they lie in it.
pub fn paths(project: &Project, line: &str) -> Vec<String> {
    let quoted: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
    let open: Vec<&str> =
        line.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(path, _)| path).collect();
    let within = open.iter().flat_map(|folder| quoted.iter().map(move |name| format!("{folder}/{name}")));
    let root = project.root().display().to_string();
    let all = within.chain(open.iter().chain(&quoted).map(|path| (*path).to_owned()));
    all.filter_map(|path| Some(path.strip_prefix(&root)?.trim_start_matches('/').to_owned())).collect()
}
