//! `recount audit` in a program without the kind `render`: there is no report to ask.

use recount_engine::digest::Key;

use super::CliError;
use super::arguments::AuditArguments;
use super::environment::Environment;
use super::project::Project;

/// The runs behind a number of a report.
pub struct RunClosure {
    /// What was asked for.
    pub words: String,
    /// The references of the number.
    pub references: Vec<String>,
    /// Every run that it rests on.
    pub instances: Vec<(String, Key)>,
    /// The runs that it cites.
    pub cited: Vec<String>,
}

impl RunClosure {
    /// Refuses, since there is no report.
    ///
    /// # Errors
    /// A [`CliError`], always.
    pub fn of(_: &Project, _: &str) -> Result<Self, CliError> {
        Err(refusal())
    }
}

/// Says whether a word may name a number of a report.
pub fn points_into_a_report(_: &str) -> bool {
    false
}

/// Refuses, since there is no report.
///
/// # Errors
/// A [`CliError`], always.
pub fn audit(_: &AuditArguments, _: &Environment) -> Result<(), CliError> {
    Err(refusal())
}

fn refusal() -> CliError {
    CliError::input("this program writes no reports, so there is none to ask")
}
