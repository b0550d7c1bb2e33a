//! The environment, read once: the only place that looks at variables and at the machine.

use std::io::IsTerminal as _;
use std::os::unix::fs::MetadataExt as _;
use std::{env, fs, thread};

use recount_engine::command::surroundings::Variables;

use super::kinds::{Kinds, OpenKinds};

/// What the program reads of its environment.
pub struct Environment {
    /// The kinds that this program adds.
    pub kinds: Box<dyn Kinds>,
    /// How many instances run at once when nothing is said.
    pub cores: usize,
    /// How much memory the machine has, in bytes; without limit where that is not known.
    pub memory: u64,
    /// How many graphics processors it has; one where none is found, so that what asks for one runs alone.
    pub gpus: u64,
    /// Whether progress may be drawn and redrawn on the standard error.
    pub terminal: bool,
    /// Whether texts on the standard error may be coloured.
    pub colour: bool,
    /// Whether results on the standard output may be coloured.
    pub colour_results: bool,
    /// The command line after the program's name, as it was typed.
    pub words: Vec<String>,
    /// What this program's file looks like: another build may judge otherwise.
    pub program: String,
    /// Every variable, for `command` stages to be given the ones they name.
    pub variables: Variables,
}

impl Environment {
    /// Reads the environment.
    ///
    /// # Errors
    /// A text for the user when a variable of ours has a value that can't be used.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn read(open: OpenKinds) -> Result<Self, String> {
        let filled = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        let variables: Variables = env::vars_os().collect();
        let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        let draws = !dumb && filled("CI").is_none();
        let terminal = std::io::stderr().is_terminal() && draws;
        let colours = draws && filled("NO_COLOR").is_none();
        Ok(Self {
            kinds: open(&variables)?,
            cores: thread::available_parallelism().map_or(1, usize::from),
            memory: memory().unwrap_or(u64::MAX),
            gpus: gpus(),
            terminal,
            colour: terminal && colours,
            colour_results: std::io::stdout().is_terminal() && colours,
            words: env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect(),
            program: program(),
            variables,
        })
    }
}

fn memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}

fn gpus() -> u64 {
    let devices = fs::read_dir("/dev").into_iter().flatten().flatten();
    let is_gpu = |name: &str| {
        name.strip_prefix("nvidia")
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|it| it.is_ascii_digit()))
    };
    let found = devices.filter(|entry| entry.file_name().to_str().is_some_and(is_gpu));
    (found.count() as u64).max(1)
}

fn program() -> String {
    // Where there is no file to look at, no snapshot answers twice: the process's number is part of the question.
    let Ok(metadata) = env::current_exe().and_then(fs::metadata) else {
        return std::process::id().to_string();
    };
    let (size, inode) = (metadata.size(), metadata.ino());
    let (modified, changed) = (metadata.mtime(), metadata.ctime());
    format!("{size} {inode} {modified}.{} {changed}.{}", metadata.mtime_nsec(), metadata.ctime_nsec())
}
