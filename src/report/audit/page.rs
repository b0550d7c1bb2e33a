//! The audit page: for each number of a report a heading that its links lead to, with what it is from.

use std::fmt::Write as _;

use super::file::{AuditFile, AuditNumber, AuditOrigin, AuditQuantity, AuditSetting};

/// The size that hosts of Markdown still render, in bytes.
const MAX_BYTES: usize = 512 << 10;

/// Writes the page; where that would be more than hosts render, without the values of single runs and the settings.
pub fn page(audit: &AuditFile) -> String {
    let whole = write_page(audit, true);
    if whole.len() <= MAX_BYTES { whole } else { write_page(audit, false) }
}

fn write_page(audit: &AuditFile, whole: bool) -> String {
    let report = audit.report.rsplit('/').next().unwrap_or(&audit.report);
    let mut text = format!(
        "# Where the numbers of [{}]({}) are from\n\n\
         `recount audit NUMBER` tells more of each: its runs, their settings, data and code.\n\n## Numbers\n",
        plain(&audit.title),
        report.replace(' ', "%20")
    );
    for (reference, number) in &audit.numbers {
        // The heading is what links lead to.
        write!(text, "\n### {reference}\n\n`{}` is {}.\n", code(&number.text), what(number))
            .expect(INFALLIBLE);
        if whole {
            quantity(&number.quantity, &mut text, 0);
        }
    }
    if !audit.comparisons.is_empty() {
        text.push_str(
            "\n## Comparisons\n\n| of | with | found | p | p after Holm |\n|---|---|---|---|---|\n",
        );
        for made in &audit.comparisons {
            let p = |p: Option<f64>| p.map_or_else(|| "–".to_owned(), |p| format!("{p:.4}"));
            let found = match &made.reason {
                Some(reason) => format!("{}: {reason}", made.relation),
                None => made.relation.clone(),
            };
            let (one, other) = (cell(&made.one), cell(&made.other));
            writeln!(text, "| {one} | {other} | {found} | {} | {} |", p(made.p), p(made.adjusted_p))
                .expect(INFALLIBLE);
        }
    }
    if whole && !audit.settings.is_empty() {
        text.push_str("\n## Settings\n");
        for (named, settings) in &audit.settings {
            write!(text, "\n### {}\n\n", plain(named)).expect(INFALLIBLE);
            for (name, setting) in settings {
                writeln!(text, "- `{}`: `{}`{}", code(name), code(&setting.value), written(setting))
                    .expect(INFALLIBLE);
            }
        }
    }
    text
}

const INFALLIBLE: &str = "a String takes any text";

/// Says in a sentence what a number is.
fn what(number: &AuditNumber) -> String {
    let address = code(&number.quantity.address);
    let repeats = number.quantity.values.len();
    let rounded = code(&number.format);
    match &number.quantity.from {
        AuditOrigin::Written { by: Some(by), .. } => format!("stated by {}", plain(by)),
        AuditOrigin::Written { .. } => format!("`{address}`, as it is written"),
        _ if repeats > 1 => {
            format!("`{address}`, mean and range over {}, `{rounded}`", number.quantity.counted_repeats())
        }
        _ => format!("`{address}`, `{rounded}`"),
    }
}

/// Lists what a number is made from.
fn quantity(of: &AuditQuantity, text: &mut String, depth: usize) {
    let indent = "  ".repeat(depth);
    let start = if depth == 0 { "\n" } else { "" };
    match &of.from {
        AuditOrigin::Runs(values) => {
            text.push_str(start);
            for value in values {
                let number = value.value.map_or_else(|| "none".to_owned(), |value| value.to_string());
                writeln!(text, "{indent}- `{}`: {number}", code(&value.run)).expect(INFALLIBLE);
            }
        }
        AuditOrigin::Derived { how, parts } => {
            text.push_str(start);
            for part in parts {
                writeln!(text, "{indent}- {how} of `{}`", code(&part.address)).expect(INFALLIBLE);
                quantity(part, text, depth + 1);
            }
        }
        AuditOrigin::Counted(runs) => {
            writeln!(text, "{start}{indent}- {} runs", runs.len()).expect(INFALLIBLE)
        }
        AuditOrigin::Written { place: Some(place), .. } => {
            writeln!(text, "{start}{indent}- {}", plain(place)).expect(INFALLIBLE);
        }
        AuditOrigin::Written { .. } => {}
    }
    for lacking in &of.lacking {
        writeln!(text, "{indent}- lacking: `{}`", code(lacking)).expect(INFALLIBLE);
    }
}

fn written(setting: &AuditSetting) -> String {
    let inherited = setting.inherited.as_ref().map(|of| format!(", of `{}`", code(of))).unwrap_or_default();
    match &setting.place {
        Some(place) => format!(" · {}{inherited}", plain(place)),
        None => " · default".to_owned(),
    }
}

/// Makes a text fit between backticks.
fn code(text: &str) -> String {
    text.replace(['`', '\n', '\r'], "'")
}

/// The same in a cell of a table.
fn cell(text: &str) -> String {
    format!("`{}`", code(text).replace('|', "\\|"))
}

/// Escapes what Markdown would read.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' => escaped.push(' '),
            _ if letter.is_ascii_punctuation() && !"/.:,=-()".contains(letter) => {
                escaped.push('\\');
                escaped.push(letter);
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}
