//! `command`: any program as a stage.
//!
//! settings ──braces filled──▶ program, inputs, outputs ──run──▶ outputs, taken from their places
//!
//! Invariants
//! - The program sees PATH, HOME and the variables it names; those that it names enter the recipe
//!   with their values.
//! - Its outputs are removed before it starts, so one that it does not write can't pass as new.
//! - It runs in a process group of its own, and none of the group outlives its run, even one that
//!   is killed: the group has a watchman that ends it when the run's process is gone.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use walkdir::WalkDir;

use crate::digest::Digest;
use crate::engine::{Content, Context, Effective, Failure, Job, Kind, Output, Read, Running, Watch};
use crate::spec::{Field, Parameters, Schema, Shape, Value, substitute};

/// How many of a program's last lines a failure shows.
const LINES: usize = 20;

/// How long a running program goes without a look at whether it should stop.
const PATIENCE: Duration = Duration::from_millis(50);

/// What a shell does before the program: it waits for a line, and ends without one; then it leaves
/// behind a watchman, which waits for the other end of the pipe to be gone, marks the end in the
/// file that is the first argument, and ends the group. The watchman is not the program's child, so
/// a shell's `wait` does not wait for it.
const GATE: &str = "read -r _ || exit 125; exec 3<&0; \
    ( { read -r _ <&3; echo >\"$1\"; kill -KILL 0; } & ); exec 3<&-; shift; ";

/// The kind `command`.
pub struct Command {
    environment: BTreeMap<String, String>,
    code: Digest,
}

impl Command {
    /// Makes the kind for a program's environment; `code` is the digest of what decides its outputs.
    pub fn new(environment: Vec<(String, String)>, code: Digest) -> Self {
        Self { environment: environment.into_iter().collect(), code }
    }

    fn variables(&self, effective: &Effective) -> Vec<(String, String)> {
        let surrounding = ["PATH", "HOME"]
            .into_iter()
            .filter_map(|name| self.environment.get(name).map(|value| (name.to_owned(), value.clone())));
        let named = match effective.parameters.get("env") {
            Some(Value::Map(named)) => named.clone(),
            _ => Parameters::new(),
        };
        let text = |value: Value| value.as_text().unwrap_or_default().to_owned();
        surrounding.chain(named.into_iter().map(|(name, value)| (name, text(value)))).collect()
    }
}

impl Kind for Command {
    fn name(&self) -> &'static str {
        "command"
    }

    fn code(&self) -> Digest {
        self.code
    }

    fn effective(&self, context: &Context<'_>) -> Result<Effective, Failure> {
        let settings = &context.settings.parameters;
        let coordinates = context.point.coordinates();
        let filled = |name: &str| -> Vec<String> {
            texts(settings.get(name)).iter().map(|text| substitute(text, &coordinates)).collect()
        };
        let run = match settings.get("run") {
            Some(Value::Text(line)) => Value::Text(substitute(line, &coordinates)),
            _ => list(filled("run")),
        };
        if matches!(&run, Value::List(words) if words.is_empty()) {
            return Err(Failure::new("it has nothing to run").with_help("give `run` a program"));
        }
        // A variable that is not set is left out: naming it changes nothing for the program.
        let named = texts(settings.get("env"));
        let env = named.iter().filter_map(|name| {
            self.environment.get(name).map(|value| (name.clone(), Value::Text(value.clone())))
        });
        let parameters = BTreeMap::from([
            ("run".to_owned(), run),
            ("outputs".to_owned(), list(filled("outputs"))),
            ("env".to_owned(), Value::Map(env.collect())),
        ]);
        let reads = context.stage.needs.iter().map(|&stage| Read { stage, outputs: Vec::new() });
        Ok(Effective { parameters, seeded: false, reads: reads.collect(), files: filled("inputs") })
    }

    fn places(&self, effective: &Effective) -> Vec<String> {
        texts(effective.parameters.get("outputs"))
    }

    fn writes_in_place(&self) -> bool {
        true
    }

    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure> {
        let places = self.places(job.effective);
        let root = job.context.root;
        let failed = |what: &str, error: io::Error| Failure::new(format!("{what}: {error}"));
        let note = |running: &Running| {
            running.note(job.scratch).map_err(|error| unwritten(&Running::note_file(job.scratch), &error))
        };
        let mut running = Running { group: None, writes: places.clone() };
        note(&running)?;
        clear(root, &places)?;
        let log = job.scratch.join("log");
        let mut child = self.start(job, &log)?;
        running.group = i32::try_from(child.id()).ok();
        // The program waits for a line, so that it does nothing that the note does not know of: if
        // this process dies before the line is written, the program ends with it.
        let gate = child.stdin.take().expect("the program's input is a pipe");
        let noted = note(&running).and_then(|()| {
            (&gate).write_all(b"\n").map_err(|error| failed("the program can't be told to begin", error))
        });
        // Once it has its line, the pipe stays open for the watchman, as long as this process lives.
        let gate = noted.is_ok().then_some(gate);
        let ended = wait(&mut child, job.scratch, job.watch);
        drop(gate);
        let (status, marked) = ended.map_err(|error| failed("the program got lost", error))?;
        let result = noted
            .and(marked.map_err(|error| unwritten(&Running::end_mark(job.scratch), &error)))
            .and_then(|()| judge(status, &log, job.watch))
            .and_then(|()| collect(root, &places, job.scratch));
        if result.is_err() {
            clear(root, &places)?;
        }
        result
    }
}

impl Command {
    fn start(&self, job: &Job<'_>, log: &Path) -> Result<Child, Failure> {
        let (script, words) = match job.effective.parameters.get("run") {
            Some(Value::Text(line)) => (format!("{GATE}exec </dev/null; {line}"), Vec::new()),
            other => (format!("{GATE}exec \"$@\" </dev/null"), texts(other)),
        };
        let mark = std::path::absolute(Running::end_mark(job.scratch))
            .map_err(|error| Failure::new(format!("the current folder can't be used: {error}")))?;
        let file = File::create(log).and_then(|file| Ok((file.try_clone()?, file)));
        let (output, errors) = file.map_err(|error| unwritten(log, &error))?;
        let child = std::process::Command::new("sh")
            .args(["-c", &script, "sh"])
            .arg(mark)
            .args(words)
            .current_dir(job.context.root)
            .env_clear()
            .envs(self.variables(job.effective))
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors)
            .process_group(0)
            .spawn();
        child.map_err(|error| Failure::new(format!("`sh` can't be started: {error}")))
    }
}

/// Waits for a program, and ends its whole group when it is over or a stop is asked for; gives how
/// it ended, and whether that could be marked.
fn wait(child: &mut Child, scratch: &Path, watch: &dyn Watch) -> io::Result<(ExitStatus, io::Result<()>)> {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let end = || {
        if let Some(group) = group {
            // A group that is gone by now is what was wanted.
            let _gone = kill_process_group(group, Signal::KILL);
        }
    };
    let (over, ended) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                if watch.cancelled() {
                    return end();
                }
            }
        });
        // The leader is left unreaped until its group has ended, so that its number can't be
        // another process's by then.
        let leave = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let ended = loop {
            match group.map(|leader| waitid(WaitId::Pid(leader), leave)) {
                Some(Err(rustix::io::Errno::INTR)) => {}
                Some(Ok(_)) => break Ok(()),
                Some(Err(_)) | None => break child.wait().map(|_| ()),
            }
        };
        drop(over);
        ended
    })?;
    let marked = Running::mark_end(scratch);
    end();
    Ok((child.wait()?, marked))
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("`{}` can't be written: {error}", path.display()))
}

fn judge(status: ExitStatus, log: &Path, watch: &dyn Watch) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    if watch.cancelled() {
        return Err(Failure::Cancelled);
    }
    let how = match (status.code(), status.signal()) {
        (Some(code), _) => format!("it ended with exit code {code}"),
        (None, Some(signal)) => format!("it was ended by signal {signal}"),
        (None, None) => "it ended without an exit code".to_owned(),
    };
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let last = lines[lines.len().saturating_sub(LINES)..].iter().map(|line| format!("\n  {line}"));
    let help = match status.code() {
        Some(127) => "check that the program is installed and on the PATH",
        _ => "its outputs were removed: run again once the cause is mended",
    };
    let mut message = how + &last.collect::<String>();
    // On a full disk what it said last is lost, and that is what it would have said.
    if let Err(error) = File::options().append(true).open(log).and_then(|mut log| log.write_all(b"\n")) {
        message.push_str(&format!("\n  `{}` can't be written: {error}", log.display()));
    }
    Err(Failure::new(message).with_help(help))
}

/// Takes the outputs from their places into the scratch folder.
fn collect(root: &Path, places: &[String], scratch: &Path) -> Result<Vec<Output>, Failure> {
    let mut outputs = Vec::new();
    for place in places {
        let path = root.join(place);
        if !path.exists() {
            return Err(Failure::new(format!("it did not write its output `{place}`"))
                .with_help("have the program write it, or take it out of `outputs`"));
        }
        let before = outputs.len();
        for entry in WalkDir::new(&path).sort_by_file_name() {
            let entry = entry.map_err(|error| Failure::new(format!("`{place}` can't be read: {error}")))?;
            if entry.file_type().is_dir() {
                continue;
            }
            let name = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let name = name.to_string_lossy().into_owned();
            let taken = scratch.join(format!("output-{}", outputs.len()));
            take(entry.path(), &taken)
                .map_err(|error| Failure::new(format!("`{name}` can't be stored: {error}")))?;
            outputs.push(Output { place: Some(name.clone()), name, content: Content::Scratch(taken) });
        }
        if outputs.len() == before {
            return Err(Failure::new(format!("it wrote no file into its output folder `{place}`"))
                .with_help("have the program write a file there, or take the folder out of `outputs`"));
        }
    }
    Ok(outputs)
}

/// Moves a file, across file systems too; what a symbolic link leads to is copied.
fn take(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_symlink() {
        match fs::rename(from, to) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {}
            other => return other,
        }
    }
    fs::copy(from, to)?;
    fs::remove_file(from)
}

/// Removes what stands at the outputs' places, and makes the folders they go to.
fn clear(root: &Path, places: &[String]) -> Result<(), Failure> {
    for place in places {
        let path = root.join(place);
        let removed = match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(&path),
            Ok(_) => fs::remove_file(&path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        };
        removed
            .and_then(|()| path.parent().map_or(Ok(()), fs::create_dir_all))
            .map_err(|error| Failure::new(format!("`{place}` can't be made ready: {error}")))?;
    }
    Ok(())
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::List(values)) => values.iter().filter_map(Value::as_text).map(str::to_owned).collect(),
        Some(Value::Text(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}

fn list(texts: Vec<String>) -> Value {
    Value::List(texts.into_iter().map(Value::Text).collect())
}

/// Describes the settings of `command`.
pub fn schema() -> Schema {
    let texts = || Box::new(Shape::Text);
    let none = || Some(Value::List(Vec::new()));
    Schema {
        kind: "command",
        repeats: true,
        inline: true,
        fields: vec![
            Field {
                name: "run",
                shape: Shape::Either(texts(), Box::new(Shape::List(texts()))),
                default: None,
                about: "a shell line, or a program and its arguments as a list",
            },
            Field {
                name: "inputs",
                shape: Shape::List(Box::new(Shape::ExistingPath)),
                default: none(),
                about: "the files and folders of the project that it reads",
            },
            Field {
                name: "outputs",
                shape: Shape::List(Box::new(Shape::OutputPath)),
                default: none(),
                about: "the files that it writes, at their place in the project",
            },
            Field {
                name: "env",
                shape: Shape::List(texts()),
                default: none(),
                about: "the environment variables that it sees besides PATH and HOME",
            },
        ],
    }
}
