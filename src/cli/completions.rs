//! `recount completions`: what makes a shell ask this program how to complete a word.
//!
//! shell ──COMPLETE set──▶ [`answer`] ──▶ words; for a target, the pipeline's stages, instances and outputs
//!
//! Invariants
//! - A project that can't be read offers nothing, and says nothing: a person is in the middle of a line.

use clap::CommandFactory as _;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};

use recount_engine as engine;

use super::arguments::{Arguments, CompletionsArguments, SettingArguments};
use super::environment::Environment;
use super::kinds::OpenKinds;
use super::project::Project;
use super::{CliError, print};

/// The variable by which a shell asks.
const VARIABLE: &str = "COMPLETE";

/// Answers a shell that asks how to complete a line, and ends the program then.
pub fn answer(kinds: OpenKinds) {
    CompleteEnv::with_factory(move || with_targets(Arguments::command(), kinds)).var(VARIABLE).complete();
}

/// Has every argument that takes a target offer those that there are.
fn with_targets(command: clap::Command, kinds: OpenKinds) -> clap::Command {
    let takes_target = |argument: &clap::Arg| {
        argument.get_value_names().is_some_and(|names| names.iter().any(|name| name.starts_with("TARGET")))
    };
    let offer = move |argument: clap::Arg| match takes_target(&argument) {
        true => argument.add(targets(kinds)),
        false => argument,
    };
    command.mut_args(offer).mut_subcommands(move |command| with_targets(command, kinds))
}

/// Offers the targets of the project around the current folder.
fn targets(kinds: OpenKinds) -> ArgValueCandidates {
    ArgValueCandidates::new(move || {
        let names = Environment::read(kinds).ok().and_then(|environment| {
            let project = Project::open(&SettingArguments::default(), &environment).ok()?;
            engine::targets(&project.root, &project.pipeline, &project.kinds).ok()
        });
        names.unwrap_or_default().into_iter().map(CompletionCandidate::new).collect()
    })
}

/// Carries `recount completions` out.
///
/// # Errors
/// A [`CliError`] when the script can't be made.
pub fn completions(args: &CompletionsArguments) -> Result<(), CliError> {
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let completer = shells.completer(&args.shell).expect("clap_complete knows the common shells");
    completer
        .write_registration(VARIABLE, "recount", "recount", "recount", &mut script)
        .map_err(|error| CliError::failed(format!("the script can't be made: {error}")))?;
    print::result(String::from_utf8_lossy(&script).trim_end());
    Ok(())
}
