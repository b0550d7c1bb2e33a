//! `recount log`: the runs of the past that did something, the latest first.

use serde::Serialize;
use serde_json::json;

use recount_engine::store::Run;

use super::arguments::LogArguments;
use super::stored::Stored;
use super::time::{duration, to_the_minute};
use super::{CliError, follow, json, print};

/// A run as `--json` prints it.
#[derive(Serialize)]
struct LogEntry {
    number: u64,
    #[serde(flatten)]
    run: Run,
}

/// Carries `recount log` out.
///
/// # Errors
/// A [`CliError`] when the store can't be opened.
pub fn log(args: &LogArguments) -> Result<(), CliError> {
    if let Some(target) = &args.follow {
        return follow::follow(&args.project, target);
    }
    let stored = Stored::open(&args.project)?;
    let runs = stored.store.last_runs(args.runs);
    if args.project.json {
        let runs = runs.into_iter().rev().map(|(number, run)| LogEntry { number, run });
        json::result("log", &json!({ "runs": runs.collect::<Vec<_>>() }));
        return Ok(());
    }
    if runs.is_empty() {
        print::result("no run has done anything yet");
    }
    for (number, run) in runs.iter().rev() {
        print::result(&line(*number, run));
        for (name, why) in &run.failed {
            print::result(&format!("     failed {name} · {}", why.lines().next().unwrap_or_default()));
        }
    }
    Ok(())
}

fn line(number: u64, run: &Run) -> String {
    let counts = [("ran", run.ran.len()), ("failed", run.failed.len()), ("fresh", run.fresh)];
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    let mut parts = vec![format!("{number:>4} {}", to_the_minute(run.started))];
    parts.extend(counts.map(|(word, count)| format!("{word} {count}")));
    parts.push(duration(run.seconds));
    if run.stopped {
        parts.push("stopped".to_owned());
    }
    parts.push(format!("recount {}", run.asked.join(" ")).trim_end().to_owned());
    parts.join(" · ")
}
