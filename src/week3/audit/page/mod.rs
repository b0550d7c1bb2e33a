//! The audit file for people: an entry with an anchor for each reference, each run, and each figure.
//!
//! Invariants
//! - It stays well below 512 KiB, from where on some hosts show Markdown as bare text: what stands on the page is
//!   linked, not told again, and a value that all runs of a kind share is told once.

mod numbers;
mod runs;

use std::fmt::Write as _;

use super::file::AuditFile;
use numbers::Numbers;

/// Writes the page; `json` is the file name of the audit file itself.
pub(crate) fn page(file: &AuditFile, json: &str) -> String {
    let report = &file.report;
    let mut text = format!(
        "# Audit of {}\n\n\
         Where every number of [the report]({}) is from: how it is rounded, what it is made of, and the run that \
         left it.\nFor programs, `{json}` says the same, with every part and every digest in full. `recount audit n1` prints \
         the whole chain behind\na reference, and `recount audit --check` derives every number again and compares.\n\n\
         ## References\n\n\
         After its name, a reference has the number as it is printed, its rounding, and the number before it where that is \
         another one;\nthen the output of the run that it was read from, with the place in it, or what it is made of; then \
         the report's lines.\n\n",
        report.title, report.file
    );
    let mut numbers = Numbers::of(file);
    for reference in &file.references {
        line(&mut text, &numbers.entry(reference));
    }
    runs::write(&mut text, file);
    if !file.figures.is_empty() {
        text.push_str("\n## Figures\n\n");
    }
    for figure in &file.figures {
        let mut entry = format!("- [`{0}`]({0}) · SHA-256 `{1}`", figure.file, figure.sha256);
        if !figure.references.is_empty() {
            let names: Vec<String> = figure.references.iter().map(|name| link(name)).collect();
            write!(entry, " · prints {}", names.join(", ")).expect("a String takes any text");
        }
        line(&mut text, &entry);
    }
    text
}

fn line(text: &mut String, entry: &str) {
    text.push_str(entry);
    text.push('\n');
}

/// Links a reference of this page.
fn link(reference: &str) -> String {
    format!("[{reference}](#{reference})")
}
