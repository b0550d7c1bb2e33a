//! An audit file, held against itself and against the report and the figures beside it.
//!
//! [`AuditFile`] + files ──▶ [`Finding`]s: other bytes, links that lead elsewhere, numbers printed otherwise
//!
//! Invariants
//! - Neither a store nor a pipeline is needed: a clone without any run is checked so far as it can be.

use std::fs;
use std::path::Path;

use crate::week3::audit::AuditFile;
use crate::week3::reference_name;
use recount_engine::digest::Digest;

use super::file_place::beside;
use super::finding::Finding;
use super::rendered_report::has_link;

/// Finds what does not agree in the audit file at `place` of the project in `root`, and beside it; `known` says
/// of which files every byte is compared elsewhere.
pub fn agreement(
    root: &Path,
    place: &str,
    audit: &AuditFile,
    known: impl Fn(&str) -> bool,
    findings: &mut Vec<Finding>,
) {
    printed(audit, findings);
    let report = beside(place, &audit.report.file);
    let figures = audit.figures.iter().map(|figure| (beside(place, &figure.file), figure.sha256));
    let files = std::iter::once((report.clone(), audit.report.sha256)).chain(figures);
    for (file, digest) in files {
        let bytes = match fs::read(root.join(&file)) {
            Ok(bytes) => bytes,
            Err(_) if known(&file) => continue,
            Err(error) => {
                findings.push(Finding::new(file, format!("it can't be read: {error}")));
                continue;
            }
        };
        let differs = Digest::of(&bytes) != digest;
        if file == report {
            let before = findings.len();
            links(audit, &report, &String::from_utf8_lossy(&bytes), findings);
            if findings.len() > before {
                continue;
            }
        }
        if differs && !known(&file) {
            findings.push(Finding::new(file, format!("its bytes are not those that `{place}` names")));
        }
    }
}

/// Holds each reference's text against its number before rounding.
fn printed(audit: &AuditFile, findings: &mut Vec<Finding>) {
    for (index, reference) in audit.references.iter().enumerate() {
        let name = &reference.name;
        if *name != reference_name(index) {
            findings.push(Finding::new(name, format!("it stands where {} should", reference_name(index))));
        }
        let source = &audit.sources[reference.source];
        match reference.print(source.value, &source.from) {
            Ok(printed) if printed == reference.text => {}
            Ok(printed) => {
                let value = source.value.value();
                let what =
                    format!("it is printed as {}, and {value} is printed as {printed}", reference.text);
                findings.push(Finding::new(name, what));
            }
            Err(what) => findings.push(Finding::new(name, what)),
        }
    }
}

/// Holds the links of the report at `place` against the places that the references have.
fn links(audit: &AuditFile, place: &str, text: &str, findings: &mut Vec<Finding>) {
    let lines: Vec<&str> = text.lines().collect();
    let mut cited = 0;
    for reference in &audit.references {
        for &(line, column) in &reference.places {
            cited += 1;
            if !has_link(&lines, reference, (line, column)) {
                let what = format!("there is no `{}` of {}", reference.text, reference.name);
                findings.push(Finding::new(format!("{place}:{line}:{column}"), what));
            }
        }
    }
    let links = text.matches("][n").count();
    if links != cited {
        findings.push(Finding::new(place, format!("it has {links} links, the audit file {cited}")));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::week3::audit::{FigureEntry, Origin, ReferenceEntry, ReportEntry, SourceEntry, VERSION};
    use crate::week3::{Aggregate, Format, Number};

    /// An audit file with a reference for each source, none of which is printed.
    pub fn audit(sources: Vec<SourceEntry>) -> AuditFile {
        let references = sources.iter().enumerate().map(|(index, source)| {
            let format = match &source.from {
                Origin::Parameter { .. } => Format::Parameter,
                Origin::Quoted { .. } => Format::Quoted,
                _ => Format::Fixed(2),
            };
            let mut reference = ReferenceEntry {
                name: reference_name(index),
                text: String::new(),
                format,
                source: index,
                places: Vec::new(),
            };
            reference.text = reference.print(source.value, &source.from).expect("it can be printed");
            reference
        });
        AuditFile {
            recount_audit: VERSION,
            report: ReportEntry {
                file: "week.md".to_owned(),
                sha256: Digest::of(b""),
                title: "a week".to_owned(),
                source: "source.yaml".to_owned(),
            },
            variants: Vec::new(),
            runs: Vec::new(),
            references: references.collect(),
            sources,
            figures: Vec::new(),
        }
    }

    const REPORT: &str = "# A week\n\nIt is [0.25][n1] of [1.00][n2].\n";

    /// Finds what is amiss beside an audit file of [`REPORT`] and a figure, after a change.
    fn found(change: impl FnOnce(&mut AuditFile), report: &str, figure: &str) -> Vec<String> {
        let entry = |value: f64, from: Origin| SourceEntry { value: Number::Real(value), from };
        let from = Origin::Seed { of: "prepare".to_owned() };
        let made = Origin::Made { by: Aggregate::Mean, parts: vec![0] };
        let mut audit = audit(vec![entry(0.25, from), entry(1.0, made)]);
        audit.references[0].places = vec![(3, 8)];
        audit.references[1].places = vec![(3, 22)];
        audit.report.sha256 = Digest::of(REPORT.as_bytes());
        let (references, lines) = (vec!["n1".to_owned()], vec![1]);
        let sha256 = Digest::of(b"0.25\n");
        audit.figures = vec![FigureEntry { file: "a.svg".to_owned(), sha256, references, lines }];
        change(&mut audit);
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        for (name, text) in [("week.md", report), ("a.svg", figure)] {
            fs::write(folder.path().join(name), text).expect("it can be written");
        }
        let mut findings = Vec::new();
        agreement(folder.path(), "week.audit.json", &audit, |_| false, &mut findings);
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_report_without_a_store_is_held_against_its_audit_file() {
        assert_eq!(found(|_| {}, REPORT, "0.25\n"), [""; 0]);
        assert_eq!(
            found(|_| {}, &REPORT.replace("0.25", "0.95"), "0.25\n"),
            ["week.md:3:8: there is no `0.25` of n1"]
        );
        assert_eq!(
            found(|_| {}, &REPORT.replace("A week", "A weak"), "0.25\n"),
            ["week.md: its bytes are not those that `week.audit.json` names"]
        );
        assert_eq!(
            found(|_| {}, REPORT, "0.95\n"),
            ["a.svg: its bytes are not those that `week.audit.json` names"]
        );
        let swapped = REPORT.replace("n1", "n0").replace("n2", "n1").replace("n0", "n2");
        assert_eq!(found(|_| {}, &swapped, "0.25\n").len(), 2);
        assert_eq!(
            found(|_| {}, &format!("{REPORT}[0.25][n1]\n"), "0.25\n"),
            ["week.md: it has 3 links, the audit file 2"]
        );
    }

    #[test]
    fn a_text_that_its_number_is_not_printed_as_is_found() {
        let texts = found(
            |audit| audit.references[0].text = "0.26".to_owned(),
            &REPORT.replace("0.25", "0.26"),
            "0.25\n",
        );
        assert_eq!(texts[0], "n1: it is printed as 0.26, and 0.25 is printed as 0.25");
        let texts = found(|audit| audit.sources[0].value = Number::Real(0.26), REPORT, "0.25\n");
        assert_eq!(texts, ["n1: it is printed as 0.25, and 0.26 is printed as 0.26"]);
        let texts = found(|audit| audit.references[0].name = "n7".to_owned(), REPORT, "0.25\n");
        assert_eq!(texts[0], "n7: it stands where n1 should");
    }
}
