//! The command line: a file per command. The only place that prints or reads the environment.
//!
//! arguments ──▶ command ──▶ exit code: 0 done, 1 a stage failed, 2 bad input or usage, 130 stopped by Ctrl-C

mod archive;
mod arguments;
pub mod audit;
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
mod line;
mod log;
mod memory;
mod progress;
mod project;
mod reasons;
mod run;
mod same;
mod say;
mod schema;
mod seen;
mod status;
mod terminal;
mod time;
mod verify;
mod why;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use arguments::{Arguments, Command};
use environment::Environment;
use recount_engine::EngineError;
use recount_engine::store::StoreError;

/// Why a command could not be carried out: what to tell the user, and the exit code.
pub(crate) struct Refusal {
    message: String,
    code: u8,
}

impl Refusal {
    /// Bad input or usage: exit code 2.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 2 }
    }

    /// What was asked for could not be done: exit code 1.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// Stopped by Ctrl-C: exit code 130, as shells have it.
    pub(crate) fn stopped() -> Self {
        Self {
            message: "stopped; what had finished is kept, and the next run goes on from there".into(),
            code: 130,
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        match &error {
            EngineError::UnknownTarget { target, help } => {
                let command = arguments::nearest_command(target);
                let other = command.map(|it| format!("\nhelp: a command named `{it}` exists"));
                Self::input(format!("{error}\nhelp: {help}{}", other.unwrap_or_default()))
            }
            EngineError::Store(_) | EngineError::Copy { .. } | EngineError::Overtaken => {
                Self::failed(error.to_string())
            }
            EngineError::UnknownKind { .. }
            | EngineError::NoMatch { .. }
            | EngineError::TwoWriters { .. } => Self::input(error.to_string()),
        }
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    completions::answer();
    // Made once: what clap makes of the arguments' description takes as long as a small store's memo.
    let command = Arguments::command();
    let words = line::in_order(&command, std::env::args_os().collect());
    let arguments = Arguments::from_arg_matches(&command.get_matches_from(words));
    let arguments = arguments.unwrap_or_else(|error| error.format(&mut Arguments::command()).exit());
    let done = Environment::read().map_err(Refusal::input).and_then(|environment| match arguments.command {
        None => run::run(&arguments.run, &environment),
        Some(Command::Run(words)) => run::run(&words, &environment),
        Some(Command::Status(words)) => status::status(&words.settings, &environment),
        Some(Command::Audit(words)) => audit::audit(&words, &environment),
        Some(Command::Why(words)) => why::why(&words, &environment),
        Some(Command::Dag(words)) => dag::dag(&words, &environment),
        Some(Command::Log(words)) => log::log(&words),
        Some(Command::Diff(words)) => diff::diff(&words),
        Some(Command::Init(words)) => init::init(&words),
        Some(Command::Schema(words)) => schema::schema(&words),
        Some(Command::Completions(words)) => completions::completions(&words),
        Some(Command::Verify(words)) => verify::verify(&words, &environment),
        Some(Command::Fsck(words)) => fsck::fsck(&words, &environment),
        Some(Command::Gc(words)) => gc::gc(&words),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => {
            tell(&refusal.message);
            ExitCode::from(refusal.code)
        }
    }
}

fn tell(message: &str) {
    let message = message.trim_end();
    if message.starts_with("error") {
        say::note(message);
    } else {
        say::note(&format!("error: {message}"));
    }
}
