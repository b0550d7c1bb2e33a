//! The command line: a file per command. The only place that prints or reads the environment.
//!
//! arguments ──▶ command ──▶ exit code: 0 done, 1 a stage failed, 2 bad input or usage, 130 stopped by Ctrl-C

mod adopt;
mod alike;
mod arguments;
mod argv_order;
mod audit;
mod completions;
mod dag;
mod diff;
mod environment;
mod estimate;
mod follow;
mod fsck;
mod gc;
mod git;
mod init;
mod json;
mod kinds;
mod locked;
mod log;
mod outputs;
mod page;
mod placed;
mod print;
mod progress;
mod project;
mod reasons;
mod results;
mod run;
mod run_facts;
mod schema;
mod serve;
mod start;
mod status;
mod stored;
mod terminal;
mod time;
mod verify;
mod why;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use arguments::{Arguments, Command};
use environment::Environment;
pub use kinds::{FoundSources, Kinds, Network, OpenKinds, Search, no_kinds, registry, schemas};
use recount_engine::EngineError;
use recount_engine::diagnostic::Diagnostics;
use recount_engine::store::StoreError;

/// Why a command failed: the message for the user, and the exit code.
pub struct CliError {
    message: String,
    code: u8,
    /// Whether the message has colours of its own, and nothing else that drives a terminal.
    coloured: bool,
}

impl CliError {
    /// Bad input or usage: exit code 2.
    pub fn input(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 2, coloured: false }
    }

    /// Mistakes in the project's files: exit code 2.
    pub fn mistakes(mistakes: &Diagnostics, coloured: bool) -> Self {
        Self { message: mistakes.render(coloured), code: 2, coloured }
    }

    /// What was asked for could not be done: exit code 1.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1, coloured: false }
    }

    /// Stopped by Ctrl-C: exit code 130, as shells have it.
    pub fn stopped() -> Self {
        Self {
            message: "stopped; what had finished is kept, and the next run goes on from there".into(),
            code: 130,
            coloured: false,
        }
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        if error.is_stopped() { Self::stopped() } else { Self::failed(error.to_string()) }
    }
}

impl From<EngineError> for CliError {
    fn from(error: EngineError) -> Self {
        let text = error.to_string();
        match error {
            EngineError::Store(error) => error.into(),
            EngineError::UnknownTarget { target, help } => {
                let command = arguments::nearest_command(&target);
                let other = command.map(|it| format!("\nhelp: a command named `{it}` exists"));
                Self::input(format!("{text}\nhelp: {help}{}", other.unwrap_or_default()))
            }
            EngineError::NotInTrial { stage } => Self::input(format!(
                "{text}: it only presents results\n\
                 help: write the setting into the project's files, or leave `{stage}` out of the trial"
            )),
            EngineError::TwoWriters { .. } => {
                Self::input(format!("{text}\nhelp: give one of them another folder by `out`"))
            }
            EngineError::Copy { .. } => Self::failed(text),
            EngineError::UnknownKind { .. } | EngineError::NoMatch { .. } => Self::input(text),
        }
    }
}

/// Runs the program with the kinds that it adds.
pub fn main(kinds: OpenKinds) -> ExitCode {
    completions::answer(kinds);
    // Made once: what clap makes of the arguments' description takes as long as a small project's start.
    let command = Arguments::command();
    let args = argv_order::in_order(&command, std::env::args_os().collect());
    let arguments = Arguments::from_arg_matches(&command.get_matches_from(args));
    let arguments = arguments.unwrap_or_else(|error| error.format(&mut Arguments::command()).exit());
    let done =
        Environment::read(kinds).map_err(CliError::input).and_then(|environment| match arguments.command {
            None => run::run(&arguments.run, &environment),
            Some(Command::Run(args)) => run::run(&args, &environment),
            Some(Command::Status(args)) => status::status(&args, &environment),
            Some(Command::Audit(args)) => audit::audit(&args, &environment),
            Some(Command::Page(args)) => page::page(&args, &environment),
            Some(Command::Serve(args)) => serve::serve(&args, environment),
            Some(Command::Why(args)) => why::why(&args, &environment),
            Some(Command::Dag(args)) => dag::dag(&args, &environment),
            Some(Command::Log(args)) => log::log(&args),
            Some(Command::Diff(args)) => diff::diff(&args, &environment),
            Some(Command::Results(args)) => results::results(&args, &environment),
            Some(Command::Init(args)) => init::init(&args, &environment),
            Some(Command::Schema(args)) => schema::schema(&args, &environment),
            Some(Command::Completions(args)) => completions::completions(&args),
            Some(Command::Adopt(args)) => adopt::adopt(&args, &environment),
            Some(Command::Verify(args)) => verify::verify(&args, &environment),
            Some(Command::Fsck(args)) => fsck::fsck(&args, &environment),
            Some(Command::Gc(args)) => gc::gc(&args),
        });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(&error);
            ExitCode::from(error.code)
        }
    }
}

fn print_error(error: &CliError) {
    let message = error.message.trim_end();
    if error.coloured {
        print::coloured(message);
    } else if message.starts_with("error") {
        print::note(message);
    } else {
        print::note(&format!("error: {message}"));
    }
}
