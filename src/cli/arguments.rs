//! The command line's words.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use recount_engine::spec::parse_size;
use recount_engine::suggestion::nearest;

/// Re-runs what changed, rewrites the report, and answers for every number in it.
#[derive(Parser)]
#[command(name = "recount", version, about, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// What to do; without a command, `run`
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The arguments of `run`, for when it is not named
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
    /// Write a report as one HTML file that needs no network, in which every number says where it is from
    Page(PageArguments),
    /// Show the page of each report in a browser, made anew at every edit: what is stale runs
    Serve(ServeArguments),
    /// Say why a target would run: every reason, old and new, back to where the change began
    Why(WhyArguments),
    /// Draw the graph: as a tree, or for Mermaid, Graphviz or a browser
    Dag(DagArguments),
    /// List the runs of the past that did something
    Log(LogArguments),
    /// Compare two revisions' locks: which parameters changed, and which measures moved
    Diff(DiffArguments),
    /// List what runs measured: mean and deviation over repeats, a row for each variant
    Results(ResultsArguments),
    /// Write records for outputs that are at hand and equal pipeline.lock, as in a fresh clone; runs nothing
    Adopt(AdoptArguments),
    /// Run a chain again from the raw data, and say whether it gives the same bits
    Verify(VerifyArguments),
    /// Read the whole store again, and set aside what is damaged
    Fsck(ProjectArguments),
    /// Free what neither pipeline.lock, nor the last runs, nor git's branches and tags name
    Gc(GcArguments),
    /// Write a small project to start from into a folder: two variants, three seeds, a figure
    Init(InitArguments),
    /// Print JSON schemas of the YAML files, for editors
    Schema(SchemaArguments),
    /// Print what makes a shell complete recount's words and targets
    Completions(CompletionsArguments),
}

/// Names the command that a word may have been meant as.
pub fn nearest_command(word: &str) -> Option<String> {
    let commands = Arguments::command();
    let names = commands.get_subcommands().map(clap::Command::get_name);
    nearest(word, names).map(str::to_owned)
}

#[derive(Args, Default)]
pub struct RunArguments {
    /// Only these and what they need: `train`, `train[2.4.2]`, `train[2.4.2,seed=1]`, or a file that a stage writes
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// How many instances to run at once; a training uses one thread [default: the cores]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// How much memory instances may take together, such as `8 GiB` [default: the machine's]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub memory: Option<u64>,
    /// How many graphics processors they may take together [default: the machine's, at least 1]
    #[arg(long, value_name = "N")]
    pub gpus: Option<u64>,
    /// Run these even when they are fresh
    #[arg(long, value_name = "TARGET")]
    pub force: Vec<String>,
    /// After a failure, go on with what does not need what failed
    #[arg(short, long)]
    pub keep_going: bool,
    /// Only say what would run, and why
    #[arg(long)]
    pub dry_run: bool,
    /// Run nothing: exit with 1 where something is stale, or pipeline.lock would change
    #[arg(long, conflicts_with_all = ["set", "force", "dry_run"])]
    pub locked: bool,
    /// Print failures and the last line only
    #[arg(short, long)]
    pub quiet: bool,
    #[command(flatten)]
    pub settings: SettingArguments,
}

#[derive(Args)]
pub struct AuditArguments {
    /// A number as it is printed (`0.984`), a reference (`k3f9ac`), a line (`report.md:57`), an address, a variant or a run,
    /// a link into a report
    #[arg(value_name = "QUERY", conflicts_with_all = ["check", "unreported"], allow_hyphen_values = true)]
    pub query: Option<String>,
    /// Only this report, by its file
    #[arg(long, value_name = "FILE")]
    pub report: Option<String>,
    /// Derive every number again, and compare reports, audits and figures with what the runs left
    #[arg(long, conflicts_with = "unreported")]
    pub check: bool,
    /// List what is measured and is in no report
    #[arg(long)]
    pub unreported: bool,
    #[command(flatten)]
    pub settings: SettingArguments,
}

#[derive(Args)]
pub struct PageArguments {
    /// Only this report, by its file [default: every report]
    #[arg(value_name = "REPORT")]
    pub report: Option<String>,
    /// Where to write it, relative to the project [default: beside the report, as NAME.html]
    #[arg(long, value_name = "FILE")]
    pub out: Option<String>,
    #[command(flatten)]
    pub project: ProjectArguments,
}

#[derive(Args)]
pub struct ServeArguments {
    /// Only this report, by its file [default: every report]
    #[arg(value_name = "REPORT")]
    pub report: Option<String>,
    /// Make figures and reports anew, and run nothing else
    #[arg(long)]
    pub no_run: bool,
    /// The port on this machine [default: any that is free]
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    pub port: u16,
    #[command(flatten)]
    pub project: ProjectArguments,
}

/// The arguments of `recount status`.
#[derive(Args)]
pub struct StatusArguments {
    /// Only these and what they need, named as for `run`
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// Exit with 1 unless all is up to date and as pipeline.lock says; what equals the lock needs no record
    #[arg(long, conflicts_with = "set")]
    pub check: bool,
    #[command(flatten)]
    pub settings: SettingArguments,
}

#[derive(Args)]
pub struct AdoptArguments {
    /// Only these and what they need, named as for `run`
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    #[command(flatten)]
    pub project: ProjectArguments,
}

#[derive(Args)]
pub struct WhyArguments {
    /// What to explain, named as for `run`
    #[arg(value_name = "TARGET", required = true)]
    pub targets: Vec<String>,
    #[command(flatten)]
    pub settings: SettingArguments,
}

#[derive(Args)]
pub struct DagArguments {
    /// How to draw it
    #[arg(long, value_enum, default_value_t = DagFormat::Tree)]
    pub format: DagFormat,
    /// Draw every instance, not one node a stage
    #[arg(long)]
    pub instances: bool,
    #[command(flatten)]
    pub settings: SettingArguments,
}

/// How a graph is drawn.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DagFormat {
    /// Lines of text, from what nothing needs down to what needs nothing
    Tree,
    /// A Mermaid flowchart
    Mermaid,
    /// Graphviz's language
    Dot,
    /// A picture for a browser
    Svg,
}

#[derive(Args)]
pub struct LogArguments {
    /// Print what an instance's program prints while it runs, or what the last one printed
    #[arg(short, long, value_name = "TARGET", conflicts_with_all = ["runs", "json"])]
    pub follow: Option<String>,
    /// How many runs to list
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    pub runs: usize,
    #[command(flatten)]
    pub project: ProjectArguments,
}

#[derive(Args)]
pub struct DiffArguments {
    /// The revision to compare from
    #[arg(value_name = "REV", default_value = "HEAD")]
    pub from: String,
    /// The revision to compare to [default: pipeline.lock as it is now]
    #[arg(value_name = "REV")]
    pub to: Option<String>,
    /// List also the numbers that are in lists, such as each epoch's
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub project: ProjectArguments,
}

#[derive(Args)]
pub struct ResultsArguments {
    /// Only these stages; without declared measures, all numbers that they have [default: every stage that declares measures]
    #[arg(value_name = "STAGE")]
    pub stages: Vec<String>,
    /// What to show: a measure (`accuracy`, `fit.accuracy`), a parameter (`params.C`) or an address (`metrics.json#/a/b`)
    #[arg(short, long, value_name = "COLUMN")]
    pub column: Vec<String>,
    /// Sort the rows by a column, the best first
    #[arg(long, value_name = "COLUMN")]
    pub sort: Option<String>,
    /// A row for each run, not one over its repeats
    #[arg(long)]
    pub runs: bool,
    /// Beside what it was at a revision, with what has changed
    #[arg(long, value_name = "REV", conflicts_with = "csv")]
    pub compare: Option<String>,
    /// Print CSV, with all digits
    #[arg(long, conflicts_with_all = ["md", "json"])]
    pub csv: bool,
    /// Print a Markdown table
    #[arg(long, conflicts_with = "json")]
    pub md: bool,
    #[command(flatten)]
    pub project: ProjectArguments,
}

#[derive(Args)]
pub struct InitArguments {
    /// The folder, made where there is none
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// A few shell commands, without variants and seeds
    #[arg(long)]
    pub minimal: bool,
}

#[derive(Args)]
pub struct SchemaArguments {
    /// `pipeline`, or the kind whose settings files to describe
    #[arg(value_name = "NAME", default_value = "pipeline")]
    pub name: String,
    /// Write all of them into this folder instead
    #[arg(long, value_name = "DIR")]
    pub write: Option<PathBuf>,
}

#[derive(Args)]
pub struct CompletionsArguments {
    /// The shell
    #[arg(value_parser = ["bash", "zsh", "fish"])]
    pub shell: String,
}

#[derive(Args)]
pub struct VerifyArguments {
    /// What to run again, with all it needs: `train[2.4.2,seed=1]`, `report/week-3.md`; or, where no target is called
    /// so, a number of the report, named as for `audit`: `0.984`, `n42`, `report/week-3.md:57` [default: one recorded instance at random]
    #[arg(value_name = "TARGET|NUMBER", conflicts_with_all = ["sample", "all"], allow_negative_numbers = true)]
    pub targets: Vec<String>,
    /// So many recorded instances, chosen at random
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), conflicts_with = "all")]
    pub sample: Option<u16>,
    /// Everything
    #[arg(long)]
    pub all: bool,
    /// How many instances to run at once [default: the cores]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    #[command(flatten)]
    pub settings: SettingArguments,
}

#[derive(Args)]
pub struct GcArguments {
    /// Keep what this many last runs had
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub keep_runs: u16,
    /// Free what a version before this one has stored, and nothing else
    #[arg(long, conflicts_with = "keep_runs")]
    pub older: bool,
    /// Only say what would go
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub project: ProjectArguments,
}

/// Words that every command on a pipeline takes.
#[derive(Args, Default)]
pub struct SettingArguments {
    /// Try a parameter, of what runs before plots and reports: `train.hidden=128`, or of one variant alone: `train[2.4.2].epochs=20`
    #[arg(long, value_name = "STAGE.FIELD=VALUE")]
    pub set: Vec<String>,
    #[command(flatten)]
    pub project: ProjectArguments,
}

/// Words that every command on a project takes.
#[derive(Args, Clone, Default)]
pub struct ProjectArguments {
    /// The project's folder [default: the nearest one upwards with a pipeline.yaml]
    #[arg(long = "project", value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Print the result as one JSON object
    #[arg(long)]
    pub json: bool,
}
