//! What a number rests on, for `recount verify`: the runs that it is from, and those that they read from.

use recount_engine::digest::{Digest, Key};

use super::reports::Reports;
use crate::CliError;
use crate::project::Project;

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
    /// Finds what words rest on in the reports of a project.
    ///
    /// # Errors
    /// A [`CliError`] without an audit file, for words that name nothing in it, and for numbers that no run left.
    pub fn of(project: &Project, words: &str) -> Result<Self, CliError> {
        let reports = Reports::read(project, None)?;
        let found = reports.find(words)?;
        let (mut cited, mut instances): (Vec<String>, Vec<(String, Key)>) = (Vec::new(), Vec::new());
        let numbers = found.numbers.iter().map(|found| (found.audit, found.number.quantity.instances()));
        let runs = found.runs.iter().map(|found| (found.audit, found.instances.clone()));
        let runs = runs.filter(|_| found.numbers.is_empty());
        for (audit, own) in numbers.chain(runs) {
            for instance in audit.with_needs(&own) {
                let key = Digest::from_hex(&audit.runs[instance].key).map(Key);
                let run = key.map(|key| (instance.to_owned(), key));
                instances.extend(run.filter(|run| !instances.contains(run)));
            }
            let new = own.into_iter().filter(|it| !cited.iter().any(|known| known == it));
            cited.extend(new.map(str::to_owned).collect::<Vec<_>>());
        }
        if instances.is_empty() {
            return Err(CliError::input(format!(
                "no run is behind `{words}`: somebody wrote it\nhelp: `recount audit {words}` says where"
            )));
        }
        let mut references: Vec<String> =
            found.numbers.iter().map(|found| found.reference.to_owned()).collect();
        references.sort();
        references.dedup();
        Ok(Self { words: words.to_owned(), references, instances, cited })
    }
}

/// Says whether words may name a number of a report: they look like one or like a line, or a report has them.
pub fn points_into_a_report(project: &Project, words: &str) -> bool {
    let number = words.trim().trim_start_matches(['-', '−', '+', '.']);
    number.starts_with(|letter: char| letter.is_ascii_digit())
        || words.contains([':', '#'])
        || Reports::read(project, None).is_ok_and(|reports| reports.find(words).is_ok())
}
