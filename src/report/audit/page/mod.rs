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

/// Splits an instance's name into what is left without its seed, and the seed: `train[2.4.2]`, `1`.
fn apart(instance: &str) -> Option<(String, &str)> {
    let (point, seed) = instance.strip_suffix(']')?.rsplit_once("seed=")?;
    let point = point.trim_end_matches(',');
    Some((point.strip_suffix('[').map_or_else(|| format!("{point}]"), str::to_owned), seed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_split_off_an_instance() {
        assert_eq!(apart("train[2.4.2,seed=1]"), Some(("train[2.4.2]".to_owned(), "1")));
        assert_eq!(apart("train[seed=12]"), Some(("train".to_owned(), "12")));
        assert_eq!(apart("prepare"), None);
    }
}
