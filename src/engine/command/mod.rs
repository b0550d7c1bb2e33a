//! `command`: any program as a stage.
//!
//! settings ──braces filled──▶ program, inputs, outputs ──run──▶ outputs, copied from their places
//!
//! | file | its duty |
//! |---|---|
//! | `process` | starts a program behind a gate, waits for it, ends its group |
//! | `watchman` | ends the groups that are left when the run's process is gone |
//! | `places` | the outputs at their places: cleared before, collected after |
//!
//! Invariants
//! - The program sees PATH, HOME and the variables it names; those that it names enter the recipe
//!   with their values.
//! - Its outputs are removed before it starts, so one that it does not write can't pass as new.
//! - It runs in a process group of its own, and none of the group outlives its run, even one that
//!   is killed.
//! - How long it may take decides whether there is a result, never which: it is no part of the recipe.

mod places;
mod process;
mod watchman;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use crate::digest::Digest;
use crate::project_path::ProjectPath;
use crate::spec::{Field, Parameters, Schema, Shape, Value, substitute};
use crate::{Context, Effective, Failure, Job, Kind, Output, Read};

use crate::store::OutputPlace;
use crate::told::Told;
use process::{End, Program};
use watchman::Watchmen;

/// How many of a program's last lines a failure shows.
const LINES: usize = 20;

/// Raised by hand when a command's outputs change for equal inputs: an upgrade of recount runs no program again.
const VERSION: &[u8] = b"command 1";

/// The longest `timeout_seconds`: a year.
const LONGEST: i64 = 366 * 24 * 60 * 60;

/// The kind `command`.
pub struct Command {
    environment: BTreeMap<String, String>,
    version: Digest,
    watchmen: Watchmen,
}

impl Command {
    /// Makes the kind for a program's environment.
    pub fn new(environment: Vec<(String, String)>) -> Self {
        Self::of_version(environment, Digest::of(VERSION))
    }

    /// Makes the kind as another release of recount would, for tests of what such a change re-runs.
    pub fn of_version(environment: Vec<(String, String)>, version: Digest) -> Self {
        Self { environment: environment.into_iter().collect(), version, watchmen: Watchmen::default() }
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
        self.version
    }

    fn effective(&self, context: &Context<'_>) -> Result<Effective, Failure> {
        let told = Told::of("command", &context.settings.parameters);
        let coordinates = context.point.coordinates();
        let filled = |name: &str| -> Vec<String> {
            texts(told.any(name)).iter().map(|text| substitute(text, &coordinates)).collect()
        };
        let run = match told.any("run") {
            Some(Value::Text(line)) => Value::Text(substitute(line, &coordinates)),
            _ => list(filled("run")),
        };
        if matches!(&run, Value::List(words) if words.is_empty()) {
            return Err(Failure::new("it has nothing to run").with_help("give `run` a program"));
        }
        // A variable that is not set is left out: naming it changes nothing for the program.
        let named = texts(told.any("env"));
        let env = named.iter().filter_map(|name| {
            self.environment.get(name).map(|value| (name.clone(), Value::Text(value.clone())))
        });
        let parameters = BTreeMap::from([
            ("run".to_owned(), run),
            ("outputs".to_owned(), list(filled("outputs"))),
            ("env".to_owned(), Value::Map(env.collect())),
        ]);
        let reads = context.stage.needs.iter().map(|&stage| Read { stage, outputs: Vec::new() });
        let files = paths(&filled("inputs"))?;
        let outputs = paths(&filled("outputs"))?;
        let names = paths(&texts(told.any("outputs")))?;
        // An output is named as it is written, braces and all, so that results line up over coordinates.
        let places =
            names.iter().zip(outputs).map(|(name, path)| OutputPlace { name: name.to_string(), path });
        told.any("timeout_seconds");
        told.finish()?;
        Ok(Effective {
            parameters,
            seeded: false,
            reads: reads.collect(),
            files,
            ignore: Vec::new(),
            places: places.collect(),
        })
    }

    fn writes_in_place(&self) -> bool {
        true
    }

    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure> {
        let places = &job.effective.places;
        let log = job.scratch.with_extension("log");
        let mut program = Program::start(job, &self.variables(job.effective), &log)?;
        let watched = self
            .watchmen
            .watch(job.scratch, program.group())
            .map_err(|error| Failure::new(format!("nobody can be set to watch over the program: {error}")))?;
        places::clear(job.project, places)?;
        let end = program.run(timeout(job), job);
        drop(watched);
        let result = end.and_then(|end| judge(&end, &log, job)).and_then(|()| places::collect(job));
        let kept = keep_log(&log, job);
        let result = result.and_then(|outputs| kept.map(|()| outputs));
        if result.is_err() {
            places::clear(job.project, places)?;
        }
        result
    }
}

fn timeout(job: &Job<'_>) -> Option<Duration> {
    match job.context.settings.parameters.get("timeout_seconds") {
        Some(Value::Integer(seconds)) => u64::try_from(*seconds).ok().map(Duration::from_secs),
        Some(Value::Float(seconds)) => Duration::try_from_secs_f64(*seconds).ok(),
        _ => None,
    }
    .filter(|timeout| !timeout.is_zero())
}

/// Keeps what the program printed where a person finds it; one that printed nothing leaves nothing.
fn keep_log(log: &Path, job: &Job<'_>) -> Result<(), Failure> {
    let printed = fs::metadata(log).is_ok_and(|metadata| metadata.len() > 0);
    let kept = if printed {
        job.log.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::rename(log, job.log))
    } else if job.log.exists() {
        fs::remove_file(job.log)
    } else {
        Ok(())
    };
    kept.map_err(|error| Failure::new(format!("its log `{}` can't be kept: {error}", job.log.display())))
}

fn judge(end: &End, log: &Path, job: &Job<'_>) -> Result<(), Failure> {
    let (how, help) = match end {
        End::Success => return Ok(()),
        End::Stopped => return Err(Failure::Cancelled),
        End::TimedOut(after) => (
            format!("it ran longer than its `timeout_seconds`, {}", after.as_secs_f64()),
            "give it more time in pipeline.yaml, or find out what it waits for",
        ),
        End::Code(127) => {
            ("it ended with exit code 127".to_owned(), "check that the program is installed and on the PATH")
        }
        End::Code(code) => (format!("it ended with exit code {code}"), AGAIN),
        End::Signal(signal) => (format!("it was ended by signal {signal}"), AGAIN),
    };
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let cut = lines.len().saturating_sub(LINES);
    let mut message = how;
    if cut > 0 {
        let whole = job.log.strip_prefix(job.context.root).unwrap_or(job.log).display();
        message.push_str(&format!("\n  … {cut} lines more in {whole}"));
    }
    message.extend(lines[cut..].iter().map(|line| format!("\n  {line}")));
    // On a full disk what it said last is lost, and that is what it would have said.
    if let Err(error) = File::options().append(true).open(log).and_then(|mut log| log.write_all(b"\n")) {
        message.push_str(&format!("\n  `{}` can't be written: {error}", log.display()));
    }
    Err(Failure::new(message).with_help(help))
}

const AGAIN: &str = "its outputs were removed: run again once the cause is mended";

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::List(values)) => values.iter().filter_map(Value::as_text).map(str::to_owned).collect(),
        Some(Value::Text(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}

fn paths(texts: &[String]) -> Result<Vec<ProjectPath>, Failure> {
    let path = |text: &String| {
        ProjectPath::parse(text)
            .map_err(|fault| Failure::new(format!("the path `{text}` {fault}")).with_help(fault.help))
    };
    texts.iter().map(path).collect()
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
            Field {
                name: "timeout_seconds",
                shape: Shape::Integer { least: 0, most: LONGEST },
                default: Some(0.into()),
                about: "after how many seconds it is ended and counts as failed; 0 is never",
            },
        ],
    }
}
