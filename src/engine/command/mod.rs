//! `command`: any program as a stage.
//!
//! settings ──braces filled──▶ program, inputs, outputs ──run──▶ outputs, copied from their places
//!
//! | file | its duty |
//! |---|---|
//! | `schema` | the settings that it takes |
//! | `shell` | what a `run` starts: a program, or a line for a shell |
//! | `folders` | the braces in a `run`: coordinates, parameters and the folders of instances |
//! | `params_file` | the file of a program's parameters |
//! | `process` | starts it behind a gate, waits for it, ends it |
//! | `descendants` | finds what a program left outside its group, and ends that too |
//! | `supervisor` | ends the groups that are left when the run's process is gone |
//! | `outcome` | what became of it, as its instance's failure |
//! | `log`, [`printable`] | what it prints: a file, and its end for a message |
//! | [`surroundings`] | the tools and environment variables that it depends on |
//! | `places` | the outputs at their places: cleared before, collected after |
//!
//! Invariants
//! - The program sees PATH, HOME and the variables it names; `env` enters the recipe, by digest.
//! - Its outputs are removed before it starts, so one that it does not write can't pass as new.
//! - Nothing that it started outlives its run. Where recount itself is killed by SIGKILL, its process group ends too, and
//!   only what has left the group goes on.
//! - How long it may take, and how often it is tried, decides whether there is a result, never which: neither is part of
//!   the recipe.

mod descendants;
mod folders;
mod log;
mod outcome;
mod params_file;
mod places;
pub mod printable;
mod process;
mod schema;
mod shell;
mod supervisor;
pub mod surroundings;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::time::Duration;

use crate::address::Address;
use crate::digest::Digest;
use crate::plan::graph::is_shared;
use crate::project_path::{ProjectPath, is_within};
use crate::spec::{Axis, PARAMS, Parameters, Stage, StageId, Value, substitute, template_names};
use crate::value::{list, texts};
use crate::{Context, Effective, Failure, Job, Kind, Output, Read};

use crate::param_reader::ParamReader;
use crate::store::OutputPlace;
pub use params_file::params_file;
pub use schema::schema;

use folders::{RunText, fill_folders, names_params, texts_of};
use log::Log;
use outcome::{judge, unwritten_log};
use process::{GRACE, Limits, Program};
use shell::Invocation;
use supervisor::Supervisor;
use surroundings::{ToolDigests, Variables, digest_variable, select_variables};

/// Raised by hand when a command's outputs change for equal inputs: an upgrade of recount runs no program again.
const VERSION: &[u8] = b"command 2";

/// The kind `command`.
pub struct Command {
    environment: Variables,
    version: Digest,
    grace: Duration,
    supervisor: Supervisor,
    tools: ToolDigests,
}

impl Command {
    /// Makes the kind for a program's environment.
    pub fn new<N: Into<OsString>, V: Into<OsString>>(environment: impl IntoIterator<Item = (N, V)>) -> Self {
        let environment = environment.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self {
            environment: environment.collect(),
            version: Digest::of(VERSION),
            grace: GRACE,
            supervisor: Supervisor::default(),
            tools: ToolDigests::default(),
        }
    }

    /// Makes it the kind of another release of recount, for tests of what such a change re-runs.
    #[must_use]
    pub fn with_version(self, version: Digest) -> Self {
        Self { version, ..self }
    }

    /// Sets how long a program has to end after it was asked to, for tests that don't wait long.
    #[must_use]
    pub fn with_grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }

    fn path(&self) -> Option<&OsStr> {
        self.environment.get(OsStr::new("PATH")).map(OsString::as_os_str)
    }

    /// Gives the digest of each variable that is named and set.
    fn variable_digests(&self, names: &[String]) -> Parameters {
        let digest = |name: &String| {
            let value = self.environment.get(OsStr::new(name))?;
            Some((name.clone(), Value::Text(digest_variable(name, value).to_hex())))
        };
        names.iter().filter_map(digest).collect()
    }

    /// Gives what the program of a job gets of the environment.
    fn variables(&self, job: &Job<'_>) -> Variables {
        let deciding = match job.effective.parameters.get("env") {
            Some(Value::Map(digests)) => digests.keys().cloned().collect(),
            _ => Vec::new(),
        };
        let passed = texts(job.context.stage.fields.get("pass_env"));
        select_variables(&self.environment, deciding.iter().chain(&passed).map(String::as_str))
    }

    /// Refuses the outputs of tools that are other ones by now than those in the recipe.
    fn refuse_changed_tools(&self, job: &Job<'_>) -> Result<(), Failure> {
        let Some(Value::Map(tools)) = job.effective.parameters.get("tools") else { return Ok(()) };
        for (name, digest) in tools {
            let now = self.tools.digest(name, self.path(), job.context.root)?.to_hex();
            if digest.as_text() != Some(&now) {
                let message = format!("the tool `{name}` changed, so the outputs are not recorded");
                return Err(Failure::new(message).with_help("run again, once it stays as it is"));
            }
        }
        Ok(())
    }

    /// Runs the program once.
    fn attempt(
        &self,
        job: &Job<'_>,
        (run, invocation): (&Value, &Invocation),
        log: &mut Log<'_>,
    ) -> Result<Vec<Output>, Failure> {
        let mut program = Program::start(job, invocation, &self.variables(job), log)?;
        let supervised = self
            .supervisor
            .add(job.scratch, program.group())
            .map_err(|error| Failure::new(format!("the program can't be supervised: {error}")))?;
        places::clear(job.project, &job.effective.places)?;
        let end = program.run(Limits { timeout: timeout(job), grace: self.grace }, job, log);
        drop(supervised);
        end.and_then(|end| judge(&end, run, log, job)).and_then(|()| places::collect(job))
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
        let params = context.stage.fields.parameters();
        let params = ParamReader::of("command", &params);
        let known = texts_of(context);
        let filled = |name: &str| -> Vec<String> {
            texts(params.any(name)).iter().map(|text| substitute(text, &known)).collect()
        };
        let filled_alike = |name: &str| match params.any(name) {
            Some(Value::Text(text)) => Value::Text(substitute(text, &known)),
            _ => list(filled(name)),
        };
        // A list starts the program itself.
        let is_line = matches!(params.any("run"), Some(Value::Text(_)));
        let shell = Some(filled_alike("shell")).filter(|shell| is_line && !texts(Some(shell)).is_empty());
        let run = match params.any("run") {
            Some(Value::Text(line)) => RunText::line(line, shell.as_ref()).keep_folders(&known)?,
            words => {
                let words = texts(words);
                let kept = words.iter().map(|word| RunText::word(word).keep_folders(&known));
                Value::List(kept.collect::<Result<_, _>>()?)
            }
        };
        if matches!(&run, Value::List(words) if words.is_empty()) {
            return Err(Failure::new("it has nothing to run").with_help("give `run` a program"));
        }
        let mut tools = Parameters::new();
        for name in texts(params.any("tools")) {
            refuse_made(&name, context)?;
            let digest = self.tools.digest(&name, self.path(), context.root)?;
            tools.insert(name, Value::Text(digest.to_hex()));
        }
        let outputs = parse_paths(&filled("outputs"))?;
        let mut parameters = BTreeMap::from([
            ("env".to_owned(), Value::Map(self.variable_digests(&texts(params.any("env"))))),
            ("outputs".to_owned(), list(outputs.iter().map(ToString::to_string).collect())),
        ]);
        parameters.extend(shell.map(|shell| ("shell".to_owned(), shell)));
        if names_params(&run) {
            parameters.insert(PARAMS.to_owned(), Value::Map(context.settings.parameters()));
        }
        parameters.insert("run".to_owned(), run);
        if !tools.is_empty() {
            parameters.insert("tools".to_owned(), Value::Map(tools));
        }
        let order = folder_order(context);
        if !order.is_empty() {
            parameters.insert("order".to_owned(), Value::Map(order));
        }
        let folders = folders_by_path(context);
        if !folders.is_empty() {
            parameters.insert("folders".to_owned(), Value::Map(folders));
        }
        let reads = context.stage.needs.iter().map(|&stage| Read { stage, outputs: Vec::new() });
        let (mut files, mut addresses) = (Vec::new(), Vec::new());
        for input in filled("inputs") {
            match Address::parse(&input).map_err(|error| Failure::new(error.to_string()))? {
                Some(address) => {
                    let file = parse_path(&address.file)?.to_string();
                    addresses.push(Address { file, ..address });
                }
                None => files.push(parse_path(&input)?),
            }
        }
        let names = parse_paths(&texts(params.any("outputs")))?;
        // An output is named as it is written, braces and all, so that results line up over coordinates.
        let named =
            names.iter().zip(outputs).map(|(name, path)| OutputPlace { name: name.to_string(), path });
        let mut places: Vec<OutputPlace> = named.collect();
        if let Some(out) = params.any("out").and_then(Value::as_text) {
            // What is in the instance's own folder is named by its path there.
            places.push(OutputPlace { name: String::new(), path: parse_path(&substitute(out, &known))? });
            parameters.insert("out".to_owned(), Value::Bool(true));
        }
        let ignore = texts(params.any("ignore"));
        for name in ["pass_env", "retries", "timeout_seconds"] {
            // They decide nothing.
            params.any(name);
        }
        params.finish()?;
        Ok(Effective { parameters, seeded: false, reads: reads.collect(), files, addresses, ignore, places })
    }

    fn writes_in_place(&self) -> bool {
        true
    }

    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure> {
        let parameters = &job.effective.parameters;
        let root = job.context.root;
        let run = fill_folders(job)?;
        let invocation = Invocation::of(Some(&run), parameters.get("shell"), self.path(), root)?;
        let (mut log, error) = Log::create(job.log);
        if let Some(error) = error {
            job.watch.notice(&format!("what it prints is not kept: {}", unwritten_log(job, &error)));
        }
        let retries = retries(job);
        let mut retry = 0;
        let result = loop {
            match self.attempt(job, (&run, &invocation), &mut log) {
                Err(failure @ Failure::Failed { .. }) if retry < retries && !job.watch.cancelled() => {
                    retry += 1;
                    let line = format!("failed, trying again ({retry} of {retries}): {}", failure.headline());
                    job.watch.notice(&line);
                    log.begin_attempt(&line);
                }
                result => break result,
            }
        };
        log.finish();
        result.and_then(|outputs| self.refuse_changed_tools(job).map(|()| outputs))
    }
}

/// Names the stages whose folders `run` names in braces.
fn named_folders(context: &Context<'_>) -> BTreeSet<String> {
    let run = texts(context.stage.fields.get("run"));
    let names = run.iter().flat_map(|text| template_names(text));
    names.filter_map(|name| name.strip_suffix(".out")).map(str::to_owned).collect()
}

/// Gives for each need of which a program is given several folders the values that decide in which order; none where they
/// are sorted, as the recipe's inputs are.
fn folder_order(context: &Context<'_>) -> Parameters {
    let named = named_folders(context);
    let pipeline = context.pipeline;
    let Some(own) = pipeline.stage(&context.stage.name) else { return Parameters::new() };
    let needs = context.stage.needs.iter().filter(|need| named.contains(&pipeline.stages[need.0].name));
    let order = |&need: &StageId| {
        let needed = &pipeline.stages[need.0];
        let values = |axis: &Axis| match axis {
            Axis::Variant => pipeline.variants_of(need).iter().map(|variant| variant.name.clone()).collect(),
            Axis::Seed => pipeline.seeds_of(need).iter().map(u64::to_string).collect(),
            Axis::Listed { values, .. } => values.clone(),
        };
        let several = needed.each.iter().filter(|axis| !is_shared((own, context.stage), axis, needed));
        let axes: Vec<(&str, Vec<String>)> = several.map(|axis| (axis.name(), values(axis))).collect();
        // Names of instances have these first.
        let rank = |axis: &&str| ["variant", "seed"].iter().position(|name| name == axis).unwrap_or(2);
        let is_sorted = axes.is_sorted_by_key(|(name, _)| rank(name))
            && axes.iter().all(|(_, values)| values.is_sorted());
        let texts =
            axes.iter().flat_map(|(name, values)| values.iter().map(move |value| format!("{name}={value}")));
        (!is_sorted).then(|| (needed.name.clone(), list(texts.collect())))
    };
    needs.filter_map(order).collect()
}

/// Gives the folders of needs that `run` does not name in braces: it may name them by their paths.
fn folders_by_path(context: &Context<'_>) -> Parameters {
    let named = named_folders(context);
    let needs = context.stage.needs.iter().map(|need| &context.pipeline.stages[need.0]);
    let folder = |need: &Stage| Some((need.name.clone(), need.fields.get("out")?.clone()));
    let folders = needs.filter(|need| !named.contains(&need.name)).filter_map(folder);
    folders.filter(|(_, out)| out.as_text().is_some()).collect()
}

/// Refuses a tool that a stage makes: who needs that stage depends on its bytes already.
fn refuse_made(tool: &str, context: &Context<'_>) -> Result<(), Failure> {
    let is_its = |stage: &&Stage| {
        let out = stage.fields.get("out").and_then(Value::as_text);
        texts(stage.fields.get("outputs")).iter().any(|output| output == tool)
            || out.is_some_and(|out| is_within(tool, out))
    };
    let maker = context.pipeline.stages.iter().filter(|_| tool.contains('/')).find(is_its);
    maker.map_or(Ok(()), |maker| {
        let help =
            format!("take it out of `tools`, and have `{}` among `needs`: then its bytes count", maker.name);
        Err(Failure::new(format!("the tool `{tool}` is made by `{}`", maker.name)).with_help(help))
    })
}

/// Gives how often a program that failed is tried again.
fn retries(job: &Job<'_>) -> i64 {
    job.context.stage.fields.get("retries").and_then(Value::as_integer).unwrap_or(0)
}

fn timeout(job: &Job<'_>) -> Option<Duration> {
    match job.context.stage.fields.get("timeout_seconds") {
        Some(Value::Integer(seconds)) => u64::try_from(*seconds).ok().map(Duration::from_secs),
        Some(Value::Float(seconds)) => Duration::try_from_secs_f64(*seconds).ok(),
        _ => None,
    }
    .filter(|timeout| !timeout.is_zero())
}

fn parse_path(text: &str) -> Result<ProjectPath, Failure> {
    ProjectPath::parse(text)
        .map_err(|fault| Failure::new(format!("the path `{text}` {fault}")).with_help(fault.help))
}

fn parse_paths(texts: &[String]) -> Result<Vec<ProjectPath>, Failure> {
    texts.iter().map(|text| parse_path(text)).collect()
}
