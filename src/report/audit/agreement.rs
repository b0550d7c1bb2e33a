//! A report, its audit file and its page, held against each other: neither a store nor a pipeline is needed.
//!
//! ```text
//! values of runs ──computed again──▶ numbers ──printed again──▶ texts ──▶ each at its place in the report
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use super::file::{AuditFile, AuditNumber, AuditOrigin, AuditQuantity, AuditValue};
use super::finding::Finding;
use super::page::page;
use crate::citation::{Citation, Format, ReferenceId};
use crate::measure::{Unread, averaged};
use crate::quantity::{Derivation, Origin, Quantity, RunValue, WrittenAt, count, difference, ratio, written};
use crate::statistics::Sample;
use crate::template::{CitedNumber, definitions, link};

/// The texts of a report's files.
#[derive(Clone, Copy, Debug)]
pub struct ReportTexts<'t> {
    /// The report.
    pub report: Option<&'t str>,
    /// The audit file's path and text.
    pub audit: (&'t str, &'t str),
    /// The page's path and text.
    pub page: (&'t str, Option<&'t str>),
}

/// Finds what does not agree in the files of a report.
pub fn agreement(audit: &AuditFile, texts: ReportTexts<'_>, findings: &mut Vec<Finding>) {
    let (path, text) = texts.audit;
    if audit.to_text() != text {
        findings.push(Finding::new(path, "it is not as `recount run` writes it"));
    }
    let mut citations: BTreeMap<ReferenceId, CitedNumber> = BTreeMap::new();
    for (reference, number) in &audit.numbers {
        match citation(reference, number) {
            Ok((reference, citation)) => {
                let places = number.places.clone();
                citations.insert(reference, CitedNumber { citation, places });
            }
            Err(what) => findings.push(Finding::new(line_of(path, text, reference), what)),
        }
    }
    let is_whole = citations.len() == audit.numbers.len();
    match texts.report {
        Some(report) => links(audit, report, &citations, is_whole, findings),
        None => findings.push(Finding::new(&audit.report, "it is not there")),
    }
    match texts.page {
        (_, Some(text)) if text == page(audit) => {}
        (path, Some(_)) => findings.push(Finding::new(path, "it does not say what the audit file says")),
        (path, None) => findings.push(Finding::new(path, "it is not there")),
    }
}

/// Gives the line of an audit file that a number begins at.
fn line_of(path: &str, text: &str, reference: &str) -> String {
    let start = format!("\"{reference}\": {{");
    match text.lines().position(|line| line.trim_start() == start) {
        Some(line) => format!("{path}:{}", line + 1),
        None => path.to_owned(),
    }
}

/// Computes a number again and prints it.
fn citation(reference: &str, number: &AuditNumber) -> Result<(ReferenceId, Citation), String> {
    let AuditNumber { text, format, quantity, .. } = number;
    let id = ReferenceId::of_written(reference, &quantity.address, format)
        .ok_or_else(|| format!("`{reference}` is not the reference of {} as {format}", quantity.address))?;
    let parsed = Format::parse(format).ok_or_else(|| format!("there is no format `{format}`"))?;
    let quantity = Arc::new(recompute(quantity)?);
    let citation = match parsed {
        Format::Spelled => Citation::spelled(quantity),
        parsed => Citation::new(quantity, parsed)?,
    };
    match citation.text == *text {
        true => Ok((id, citation)),
        false => Err(format!(
            "`{reference}` is printed as {text}, and its values are printed as {}",
            citation.text
        )),
    }
}

/// Computes a number again from the values of its runs.
fn recompute(quantity: &AuditQuantity) -> Result<Quantity, String> {
    let AuditQuantity { address, values, from, .. } = quantity;
    let computed = match from {
        AuditOrigin::Runs(runs) => {
            let mut repeats: BTreeMap<usize, Vec<Option<f64>>> = BTreeMap::new();
            for run in runs {
                if let Some(repeat) = run.repeat {
                    repeats.entry(repeat).or_default().push(run.value);
                }
            }
            let sample = Sample::new(repeats.into_values().map(|values| averaged(values.into_iter())));
            Quantity { sample, ..blank(quantity) }
        }
        AuditOrigin::Derived { how, parts } => derive(quantity, how, parts)?,
        AuditOrigin::Counted(_) => return Ok(Quantity { address: address.clone(), ..blank(quantity) }),
        AuditOrigin::Written { spelled, .. } => {
            let spelled = Some(spelled.clone());
            return Ok(Quantity { spelled, ..blank(quantity) });
        }
    };
    if computed.address != *address {
        return Err(format!("`{address}` is made of what is `{}`", computed.address));
    }
    if computed.unit != quantity.unit {
        return Err(format!("`{address}` is in another unit than what it is made of"));
    }
    if computed.sample.values() != values.as_slice() {
        return Err(format!("`{address}` has other values than what it is made of"));
    }
    let lacking = blank(quantity).lacking;
    Ok(Quantity { lacking, ..computed })
}

/// Computes a number from others.
fn derive(of: &AuditQuantity, how: &str, parts: &[AuditQuantity]) -> Result<Quantity, String> {
    let how = Derivation::named(how).ok_or_else(|| format!("`{}` is derived by `{how}`", of.address))?;
    // Repeats that belong together gave a value each.
    let is_paired = of.values.len() > 1;
    let parts: Vec<Arc<Quantity>> = parts
        .iter()
        .map(|part| Ok(Arc::new(Quantity { is_paired, ..recompute(part)? })))
        .collect::<Result<_, String>>()?;
    match (how, parts.as_slice()) {
        (Derivation::Statistic(statistic), [of]) => Ok(of.statistic(statistic)),
        (Derivation::Difference, [one, other]) => difference(one, other),
        (Derivation::Ratio, [one, other]) => ratio(one, other),
        (_, parts) => Err(format!("`{}` is made of {} parts", of.address, parts.len())),
    }
}

/// Gives a quantity as the file says it is.
fn blank(of: &AuditQuantity) -> Quantity {
    let unread =
        |what: &String| Unread { instance: String::new(), what: what.clone(), reason: String::new() };
    let base = match &of.from {
        AuditOrigin::Written { .. } => written(of.address.clone(), String::new(), None, WrittenAt::default()),
        AuditOrigin::Counted(instances) => count(String::new(), 0, instances.clone()),
        AuditOrigin::Runs(runs) => {
            let runs = runs.iter().map(|AuditValue { run, value, repeat }| RunValue {
                instance: run.clone(),
                key: None,
                value: *value,
                repeat: *repeat,
            });
            let (what, stage) = (String::new(), String::new());
            let origin = Origin::Measured { what, stage, runs: runs.collect() };
            Quantity { origin, ..count(String::new(), 0, Vec::new()) }
        }
        AuditOrigin::Derived { .. } => count(String::new(), 0, Vec::new()),
    };
    Quantity {
        address: of.address.clone(),
        unit: of.unit.clone(),
        sample: Sample::new(of.values.iter().copied()),
        repeats: (0..of.values.len()).map(|repeat| repeat.to_string()).collect(),
        lacking: of.lacking.iter().map(unread).collect(),
        ..base
    }
}

/// Holds the links of a report against the numbers of its audit file.
fn links(
    audit: &AuditFile,
    report: &str,
    citations: &BTreeMap<ReferenceId, CitedNumber>,
    is_whole: bool,
    findings: &mut Vec<Finding>,
) {
    let path = &audit.report;
    let lines: Vec<&str> = report.lines().collect();
    let (mut cited, mut linked) = (0, 0);
    for (reference, number) in citations {
        let link = link(&number.citation.text, reference);
        linked += report.matches(&format!("][{reference}]")).count();
        for &(line, column) in &number.places {
            cited += 1;
            let text = line.checked_sub(1).and_then(|line| lines.get(line)).copied().unwrap_or_default();
            let at = text.char_indices().nth(column.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
            if !text[at..].starts_with(&link) {
                let what =
                    format!("`{}` does not stand here, the number of {reference}", number.citation.text);
                findings.push(Finding::new(format!("{path}:{line}:{column}"), what));
            }
        }
    }
    if !is_whole {
        return;
    }
    if linked != cited {
        let what = format!("it has {linked} links to numbers, and its audit file has {cited}");
        findings.push(Finding::new(path, what));
    }
    if !report.ends_with(&definitions(citations, path)) {
        findings.push(Finding::new(path, "its links do not lead where its audit file says"));
    }
}
