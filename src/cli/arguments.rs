//! The command line's words.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Re-runs what changed, re-tells the report, and answers for every number in it.
#[derive(Parser)]
#[command(name = "recount", version, about, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// What to do; without a command, `run`
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The words of `run`, for when it is not named
    #[command(flatten)]
    pub run: RunArguments,
}

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// Bring the pipeline up to date: run what is stale, and nothing else
    Run(RunArguments),
    /// Say what is fresh and what is stale, and why, without running anything
    Status(StatusArguments),
    /// Say where a number of the report is from, down to the run, the settings, the data and the code
    Audit(AuditArguments),
    /// Read the whole store again, and set aside what is damaged
    Fsck(ProjectArguments),
}

/// The words of `recount run`.
#[derive(Args, Default)]
pub struct RunArguments {
    /// Only these and what they need: `train`, `train[2.4.2]`, `train[2.4.2,seed=1]`, or a file that a stage writes
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// How many instances to run at once; a training uses one thread [default: the cores]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Run these even when they are fresh
    #[arg(long, value_name = "TARGET")]
    pub force: Vec<String>,
    /// Only say what would run, and why
    #[arg(long)]
    pub dry_run: bool,
    /// The settings that hold for this command
    #[command(flatten)]
    pub settings: SettingArguments,
}

/// The words of `recount audit`.
#[derive(Args)]
pub struct AuditArguments {
    /// A number as it is printed (`0.984`), a reference (`n42`), a place (`report/week-3.md:57`) or a variant (`2.4.2`)
    #[arg(required_unless_present = "check", conflicts_with = "check", allow_hyphen_values = true)]
    pub what: Option<String>,
    /// Derive every number again, and compare the report, its audit and its figures with what the runs left
    #[arg(long)]
    pub check: bool,
    /// The settings that hold for this command
    #[command(flatten)]
    pub settings: SettingArguments,
}

/// The words of `recount status`.
#[derive(Args)]
pub struct StatusArguments {
    /// The settings that hold for this command
    #[command(flatten)]
    pub settings: SettingArguments,
}

/// Words that every command on a pipeline takes.
#[derive(Args, Default)]
pub struct SettingArguments {
    /// Set a parameter for this run: `train.hidden=128`, or of one variant alone: `train[2.4.2].epochs=20`
    #[arg(long, value_name = "STAGE.FIELD=VALUE")]
    pub set: Vec<String>,
    /// Where the project is
    #[command(flatten)]
    pub project: ProjectArguments,
}

/// Words that every command on a project takes.
#[derive(Args, Default)]
pub struct ProjectArguments {
    /// The project's folder [default: the nearest one upwards with a pipeline.yaml]
    #[arg(long = "project", value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Print the result as one JSON object
    #[arg(long)]
    pub json: bool,
}
