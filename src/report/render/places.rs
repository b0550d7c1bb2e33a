//! Where a report's files are written.

/// The files of one report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFiles {
    /// The report itself: `report/week.md`; of stand-in data `report/week.stand-in.md`.
    pub report: String,
    /// What every number in it is from, for programs.
    pub audit: String,
    /// The same, for people.
    pub page: String,
    /// What was only observed.
    pub times: String,
}

impl ReportFiles {
    /// Names the files of a report; of stand-in data others beside it, so that the report of the real data stays.
    pub fn of(output: &str, stand_in: bool) -> Self {
        let stem = output.strip_suffix(".md").unwrap_or(output);
        let stem = if stand_in { format!("{stem}.stand-in") } else { stem.to_owned() };
        Self {
            report: format!("{stem}.md"),
            audit: format!("{stem}.audit.json"),
            page: format!("{stem}.audit.md"),
            times: format!("{stem}.times.md"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_of_stand_in_data_has_files_of_its_own() {
        let names = |stand_in| {
            let ReportFiles { report, audit, page, times } = ReportFiles::of("report/week.md", stand_in);
            [report, audit, page, times].join(" ")
        };
        assert_eq!(
            names(false),
            "report/week.md report/week.audit.json report/week.audit.md report/week.times.md"
        );
        assert_eq!(
            names(true),
            "report/week.stand-in.md report/week.stand-in.audit.json report/week.stand-in.audit.md report/week.stand-in.times.md"
        );
    }
}
