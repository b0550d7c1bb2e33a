//! What a person points at → numbers, runs and figures of reports.
//!
//! ```text
//! a link, a reference, a line, an address, a number, a run, a figure ──[`find`]──▶ [`Found`], or what is nearest
//! ```
//!
//! Invariants
//! - A line is looked up in the report as it is, so that an edited report answers for what it says now.
//! - A number is first looked for as it is printed, then with the digits that were asked for.

use recount_engine::instance_name::InstanceName;
use recount_engine::suggestion;

use super::file::{AuditFigure, AuditFile, AuditNumber, AuditOrigin};
use super::spelling::{Asked, Match};

/// How many numbers are named where none fits.
const MAX_NEAREST: usize = 5;

/// A report with what its numbers are from.
#[derive(Clone, Debug)]
pub struct AuditedReport {
    /// What its numbers are from.
    pub audit: AuditFile,
    /// The report itself, where it can be read.
    pub text: Option<String>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found<'r> {
    /// Numbers, the nearest to what was asked first.
    pub numbers: Vec<FoundNumber<'r>>,
    /// Runs of a report, where these were asked for.
    pub runs: Vec<FoundRuns<'r>>,
    /// Figures of a report.
    pub figures: Vec<FoundFigure<'r>>,
}

/// A number of a report.
#[derive(Clone, Copy, Debug)]
pub struct FoundNumber<'r> {
    /// The report.
    pub audit: &'r AuditFile,
    /// What it is cited by.
    pub reference: &'r str,
    /// The number.
    pub number: &'r AuditNumber,
    /// How it fits.
    pub matched: Match,
}

/// Runs of a report.
#[derive(Debug)]
pub struct FoundRuns<'r> {
    /// The report.
    pub audit: &'r AuditFile,
    /// What names them: `svm`, `fit[svm]`.
    pub named: String,
    /// The runs.
    pub instances: Vec<&'r str>,
}

/// A figure of a report.
#[derive(Debug)]
pub struct FoundFigure<'r> {
    /// The report.
    pub audit: &'r AuditFile,
    /// The figure.
    pub figure: &'r AuditFigure,
}

/// Why nothing was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFound {
    /// What is not there.
    pub message: String,
    /// What is, or how to ask.
    pub help: String,
}

/// Finds what a person points at in reports.
///
/// # Errors
/// [`NotFound`] with what is nearest.
pub fn find<'r>(reports: &'r [AuditedReport], query: &str) -> Result<Found<'r>, NotFound> {
    let query = query.trim();
    if let Some((file, fragment)) = query.rsplit_once('#') {
        let cited = by_reference(reports, fragment);
        if !cited.is_empty() {
            return Ok(numbers(cited));
        }
        if let Some(lines) = permalink_lines(fragment) {
            let file = file.split('?').next().unwrap_or(file);
            return at_lines(reports, query, file, lines, None);
        }
    }
    let cited = by_reference(reports, query.trim_matches(['[', ']']));
    if !cited.is_empty() {
        return Ok(numbers(cited));
    }
    if let Some((file, line, column)) = file_and_line(query) {
        return at_lines(reports, query, file, (line, line), column);
    }
    let addressed = by_address(reports, query);
    if !addressed.is_empty() {
        return Ok(numbers(addressed));
    }
    let runs = by_run(reports, query);
    if let Some(asked) = Asked::parse(query) {
        let printed = by_number(reports, &asked);
        if !printed.is_empty() {
            return Ok(Found { numbers: printed, runs, figures: Vec::new() });
        }
        if runs.is_empty() {
            return Err(nearest(reports, query, &asked));
        }
    }
    let figures = by_figure(reports, query);
    if runs.is_empty() && figures.is_empty() {
        return Err(nothing_named(reports, query));
    }
    Ok(Found { numbers: Vec::new(), runs, figures })
}

fn numbers(numbers: Vec<FoundNumber<'_>>) -> Found<'_> {
    Found { numbers, ..Found::default() }
}

/// Gives every number of every report.
fn all(reports: &[AuditedReport]) -> impl Iterator<Item = FoundNumber<'_>> {
    reports.iter().flat_map(|report| {
        report.audit.numbers.iter().map(|(reference, number)| FoundNumber {
            audit: &report.audit,
            reference,
            number,
            matched: Match::Whole,
        })
    })
}

fn by_reference<'r>(reports: &'r [AuditedReport], reference: &str) -> Vec<FoundNumber<'r>> {
    all(reports).filter(|found| found.reference == reference).collect()
}

/// Finds numbers that are at an address, else those that are made from it.
fn by_address<'r>(reports: &'r [AuditedReport], address: &str) -> Vec<FoundNumber<'r>> {
    let own: Vec<FoundNumber<'_>> =
        all(reports).filter(|found| found.number.quantity.address == address).collect();
    if !own.is_empty() || !address.contains(['#', '.']) {
        return own;
    }
    let is_part = |found: &FoundNumber<'_>| {
        let mut is_part = false;
        found.number.quantity.visit(&mut |part| is_part |= part.address == address);
        is_part
    };
    all(reports).filter(is_part).collect()
}

fn by_number<'r>(reports: &'r [AuditedReport], asked: &Asked) -> Vec<FoundNumber<'r>> {
    let mut found: Vec<FoundNumber<'r>> = all(reports)
        .filter_map(|found| Some(FoundNumber { matched: asked.matches(found.number)?, ..found }))
        .collect();
    // What stands first in a report says most.
    found.sort_by_key(|found| (found.matched, found.number.places.first()));
    if found.first().is_some_and(|first| first.matched != Match::Rounded) {
        found.retain(|found| found.matched != Match::Rounded);
    }
    found
}

/// Finds runs by their instance, by their stage and some of their coordinates, by a variant or a coordinate alone.
fn by_run<'r>(reports: &'r [AuditedReport], query: &str) -> Vec<FoundRuns<'r>> {
    let asked = InstanceName::of(query);
    let is_named = |instance: &str| {
        let name = InstanceName::of(instance);
        if name.stage == asked.stage {
            return asked.parts.iter().all(|part| name.parts.contains(part));
        }
        asked.parts.is_empty() && name.parts.contains(&query)
    };
    let found = reports.iter().map(|report| FoundRuns {
        audit: &report.audit,
        named: query.to_owned(),
        instances: report.audit.runs.keys().map(String::as_str).filter(|it| is_named(it)).collect(),
    });
    found.filter(|found| !found.instances.is_empty()).collect()
}

fn by_figure<'r>(reports: &'r [AuditedReport], query: &str) -> Vec<FoundFigure<'r>> {
    let figures = reports.iter().flat_map(|report| {
        report.audit.figures.iter().map(|figure| FoundFigure { audit: &report.audit, figure })
    });
    let is_named = |found: &FoundFigure<'_>| is_file(query, &found.figure.path) || found.figure.name == query;
    figures.filter(is_named).collect()
}

/// Says whether a path or a link that a person gives is a file of the project.
fn is_file(given: &str, file: &str) -> bool {
    let given = given.trim_start_matches("./").replace("%20", " ");
    let name = file.rsplit('/').next().unwrap_or(file);
    given == file || given == name || given.ends_with(&format!("/{file}"))
}

/// Reads `FILE:LINE` or `FILE:LINE:COLUMN`.
fn file_and_line(query: &str) -> Option<(&str, usize, Option<usize>)> {
    let (rest, last) = query.rsplit_once(':')?;
    let last: usize = last.parse().ok()?;
    match rest.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?))) {
        Some((file, line)) => Some((file, line, Some(last))),
        None => Some((rest, last, None)),
    }
}

/// Reads `L57` or `L57-L60`.
fn permalink_lines(fragment: &str) -> Option<(usize, usize)> {
    let line = |text: &str| text.strip_prefix('L')?.split('C').next()?.parse::<usize>().ok();
    match fragment.split_once('-') {
        Some((from, to)) => Some((line(from)?, line(to)?)),
        None => line(fragment).map(|line| (line, line)),
    }
}

/// Finds what lines of a file print, or what they set.
fn at_lines<'r>(
    reports: &'r [AuditedReport],
    query: &str,
    file: &str,
    (from, to): (usize, usize),
    column: Option<usize>,
) -> Result<Found<'r>, NotFound> {
    let nothing = |help: String| Err(NotFound { message: format!("no number stands at `{query}`"), help });
    if let Some(report) = reports.iter().find(|report| is_file(file, &report.audit.report)) {
        let found = of_report(report, from, to, column);
        if found.is_empty() {
            let lines = report.text.as_deref().map_or(0, |text| text.lines().count());
            return nothing(match column {
                _ if lines > 0 && from > lines => format!("`{}` has {lines} lines", report.audit.report),
                Some(_) => "without the column it is all that the line prints".to_owned(),
                None => "a line with a number has a link at it".to_owned(),
            });
        }
        return Ok(numbers(found));
    }
    let figures = by_figure(reports, file);
    if !figures.is_empty() {
        return Ok(Found { figures, ..Found::default() });
    }
    let is_place = |place: &str| {
        place.rsplit_once(':').is_some_and(|(of, line)| {
            is_file(file, of) && line.parse().is_ok_and(|line: usize| (from..=to).contains(&line))
        })
    };
    let written = all(reports).filter(|found| {
        let mut is_written = false;
        found.number.quantity.visit(&mut |part| {
            if let AuditOrigin::Written { place: Some(place), .. } = &part.from {
                is_written |= is_place(place);
            }
        });
        is_written
    });
    let written: Vec<FoundNumber<'_>> = written.collect();
    let sets = |audit: &'r AuditFile| -> Vec<&'r str> {
        let runs = audit.runs.iter().filter(|(_, run)| {
            let mut settings = audit.settings.get(&run.settings).into_iter().flatten();
            settings.any(|(_, setting)| setting.place.as_deref().is_some_and(is_place))
        });
        runs.map(|(instance, _)| instance.as_str()).collect()
    };
    let runs = reports.iter().map(|report| FoundRuns {
        audit: &report.audit,
        named: query.to_owned(),
        instances: sets(&report.audit),
    });
    let runs: Vec<FoundRuns<'_>> = runs.filter(|found| !found.instances.is_empty()).collect();
    if written.is_empty() && runs.is_empty() {
        let names: Vec<String> = reports.iter().map(|report| format!("`{}`", report.audit.report)).collect();
        return nothing(format!("a line is one of {}, of a figure, or of a setting", names.join(", ")));
    }
    Ok(Found { numbers: written, runs, figures: Vec::new() })
}

/// Finds the numbers on lines of a report, in order.
fn of_report(report: &AuditedReport, from: usize, to: usize, column: Option<usize>) -> Vec<FoundNumber<'_>> {
    let mut found: Vec<((usize, usize), FoundNumber<'_>)> = Vec::new();
    for (reference, number) in &report.audit.numbers {
        let cited = FoundNumber { audit: &report.audit, reference, number, matched: Match::Whole };
        let places = match &report.text {
            Some(text) => links(text, reference, from, to),
            None => number.places.iter().filter(|(line, _)| (from..=to).contains(line)).copied().collect(),
        };
        let is_meant = |(_, start): &(usize, usize)| {
            // A link is `[TEXT][REFERENCE]`.
            let length = number.text.chars().count() + reference.len() + 4;
            column.is_none_or(|column| (*start..*start + length).contains(&column))
        };
        found.extend(places.into_iter().find(is_meant).map(|place| (place, cited)));
    }
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, cited)| cited).collect()
}

/// Gives the lines and columns at which a report has links of a reference.
fn links(text: &str, reference: &str, from: usize, to: usize) -> Vec<(usize, usize)> {
    let end = format!("][{reference}]");
    let lines = text.lines().enumerate().skip(from.saturating_sub(1)).take((to + 1).saturating_sub(from));
    let places = lines.flat_map(|(index, line)| {
        line.match_indices(&end).map(move |(at, _)| {
            let start = line[..at].rfind('[').unwrap_or(at);
            (index + 1, line[..start].chars().count() + 1)
        })
    });
    places.collect()
}

/// Names the numbers that are nearest to one that no report prints.
fn nearest(reports: &[AuditedReport], query: &str, asked: &Asked) -> NotFound {
    let mut near: Vec<(f64, FoundNumber<'_>)> =
        all(reports).filter_map(|found| Some((asked.distance(found.number)?, found))).collect();
    near.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let mut texts: Vec<String> = Vec::new();
    for (_, found) in near {
        let text =
            format!("  {} · {} · {}", found.number.text, found.reference, found.number.quantity.address);
        if texts.len() < MAX_NEAREST && !texts.contains(&text) {
            texts.push(text);
        }
    }
    let help = match texts.is_empty() {
        true => "there is no number in it".to_owned(),
        false => format!("the nearest are\n{}", texts.join("\n")),
    };
    NotFound { message: format!("no number is printed as `{query}` in {}", names(reports)), help }
}

/// Refuses what is neither a number nor a name.
fn nothing_named(reports: &[AuditedReport], query: &str) -> NotFound {
    let mut known: Vec<&str> = Vec::new();
    for report in reports {
        known.extend(report.audit.settings.keys().map(String::as_str));
        known.extend(report.audit.runs.keys().flat_map(|it| InstanceName::of(it).variant()));
        known.extend(report.audit.numbers.keys().map(String::as_str));
        known.extend(report.audit.numbers.values().map(|number| number.quantity.address.as_str()));
    }
    let help = suggestion::nearest(query, known).map_or_else(
        || {
            "ask for a number as it is printed, a reference, a line of a report (`report.md:12`), an address, \
             a variant or a run"
                .to_owned()
        },
        |near| format!("`{near}` is in it"),
    );
    NotFound { message: format!("nothing in {} is `{query}`", names(reports)), help }
}

fn names(reports: &[AuditedReport]) -> String {
    let names: Vec<String> = reports.iter().map(|report| format!("`{}`", report.audit.report)).collect();
    names.join(" and ")
}
