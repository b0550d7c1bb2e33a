//! What became of a program, as its instance's failure.

use std::io;

use super::log::Log;
use super::process::End;
use super::{places, shell};
use crate::spec::Value;
use crate::{Failure, Job};

/// What to do about a program that failed.
const AGAIN: &str = "run again once the cause is mended";
const AGAIN_WITH_EDITED: &str = "run again once the cause is mended; what it wrote is in `artifacts/edited/`";

/// Says what became of a program that has ended, with what was run and the end of what it printed.
pub(super) fn judge(end: &End, run: &Value, log: &Log<'_>, job: &Job<'_>) -> Result<(), Failure> {
    let again = || if places::has_some(job) { AGAIN_WITH_EDITED } else { AGAIN };
    let (headline, help) = match end {
        End::Success => return Ok(()),
        End::Stopped => return Err(Failure::Cancelled),
        End::TimedOut(after) => (
            format!("it ran longer than its `timeout_seconds`, {}", after.as_secs_f64()),
            "give it more time in pipeline.yaml, or find out what it waits for",
        ),
        End::Code(126) => (
            "it ended with exit code 126".to_owned(),
            "let it be executed, `chmod +x FILE`, or have its interpreter run it: `sh FILE`",
        ),
        End::Code(127) => (
            "it ended with exit code 127".to_owned(),
            "check that the program, and the interpreter in its first line, are installed and on the PATH",
        ),
        End::Code(code) => (format!("it ended with exit code {code}"), again()),
        End::Signal(signal) => (format!("it was ended by signal {signal}"), again()),
    };
    let mut lines = vec![headline, format!("$ {}", shell::format_run(Some(run)))];
    let tail = log.tail();
    if tail.is_cut {
        lines.push("…".to_owned());
    }
    if !tail.lines.is_empty() {
        lines.extend(tail.lines);
        lines.push(format!("log: {}", shown_log(job)));
    }
    // On a full disk what it printed last is lost, and that is what it would have said.
    lines.extend(log.write_error().map(|error| unwritten_log(job, &error)));
    Err(Failure::new(lines.join("\n  ")).with_help(help))
}

pub(super) fn unwritten_log(job: &Job<'_>, error: &io::Error) -> String {
    format!("`{}` can't be written: {error}", shown_log(job))
}

/// Gives where the log is, as a person in the project's folder names it.
fn shown_log(job: &Job<'_>) -> String {
    job.log.strip_prefix(job.context.root).unwrap_or(job.log).display().to_string()
}
