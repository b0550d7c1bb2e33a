//! Where a report, its audit and its figures are written.
//!
//! Invariants
//! - Generated data never touches the real report: it has names of its own.

use crate::week3;

/// Where a report, its audit and its figures are written: generated data never touches the real report.
pub(super) struct Places {
    /// The folder of all of it, with a slash behind it; empty for the project's own.
    pub(super) folder: String,
    /// The report's file name.
    pub(super) report_file: String,
    /// The folder of the figures, from `folder`.
    pub(super) plots: &'static str,
}

impl Places {
    /// `stand_in` says whether the data is generated because there is no other: then plots are beside their places.
    pub(super) fn new(output: &str, synthetic: bool, stand_in: bool) -> Self {
        let (folder, file) = match output.rsplit_once('/') {
            Some((folder, file)) => (format!("{folder}/"), file),
            None => (String::new(), output),
        };
        let report_file = match synthetic {
            true => format!("{}.synthetic.md", file.trim_end_matches(".md")),
            false => file.to_owned(),
        };
        let plots = if stand_in { "plots.stand-in" } else { "plots" };
        Self { folder, report_file, plots }
    }

    pub(super) fn page_file(&self) -> String {
        format!("{}.audit.md", self.report_file.trim_end_matches(".md"))
    }

    pub(super) fn audit_file(&self) -> String {
        week3::audit_file_name(&self.page_file())
    }

    /// The path of a figure relative to the report.
    pub(super) fn figure(&self, output: &str) -> String {
        format!("{}/{output}", self.plots)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_data_gets_its_own_report_and_figures() {
        let places = Places::new("report/week-3.md", true, true);
        assert_eq!((places.folder.as_str(), places.report_file.as_str()), ("report/", "week-3.synthetic.md"));
        assert_eq!(places.audit_file(), "week-3.synthetic.audit.json");
        assert_eq!(places.figure("cost.svg"), "plots.stand-in/cost.svg");
    }

    #[test]
    fn a_report_at_the_root_keeps_its_figures_beside_it() {
        let places = Places::new("week-3.md", false, false);
        assert_eq!((places.folder.as_str(), places.report_file.as_str()), ("", "week-3.md"));
        assert_eq!(places.page_file(), "week-3.audit.md");
    }
}
