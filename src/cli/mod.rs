//! The command line: a file per command. The only place that prints or reads the environment.
//!
//! arguments ──▶ command ──▶ exit code: 0 done, 1 a stage failed, 2 bad input or usage, 130 stopped by Ctrl-C

mod archive;
mod arguments;
pub mod audit;
mod environment;
mod estimate;
mod fsck;
mod json;
mod memory;
mod progress;
mod project;
mod run;
mod say;
mod seen;
mod status;

use std::process::ExitCode;

use clap::Parser as _;

use crate::engine::EngineError;
use crate::store::StoreError;
use arguments::{Arguments, Command};
use environment::Environment;

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
            EngineError::UnknownTarget { help, .. } => Self::input(format!("{error}\nhelp: {help}")),
            EngineError::Store(_) => Self::failed(error.to_string()),
            EngineError::UnknownKind { .. }
            | EngineError::NoMatch { .. }
            | EngineError::TwoWriters { .. } => Self::input(error.to_string()),
        }
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = Environment::read().map_err(Refusal::input).and_then(|environment| match arguments.command {
        None => run::run(&arguments.run, &environment),
        Some(Command::Run(words)) => run::run(&words, &environment),
        Some(Command::Status(words)) => status::status(&words.settings, &environment),
        Some(Command::Audit(words)) => audit::audit(&words, &environment),
        Some(Command::Fsck(words)) => fsck::fsck(&words, &environment),
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
