//! What changed between two locks, as text.
//!
//! Invariants
//! - The numbers of a row have equal decimals, so that they can be compared by eye.

use std::collections::BTreeSet;

use crate::print;

use super::{Cause, DiffResult, Moved};

/// How many causes of one change are printed.
const MAX_LISTED_CAUSES: usize = 8;

/// How many values that can't be had are named of one change.
const MAX_UNREAD: usize = 3;

/// How many decimals a number is written with at most.
const DECIMALS: usize = 6;

/// Prints a block for each change, and the counts; `all` leaves nothing out.
pub(super) fn print_body(body: &DiffResult, all: bool) {
    for (word, rows) in ["added", "removed"].into_iter().zip(&body.rows) {
        for name in rows {
            print::result(&format!("{word:<7} {name}"));
        }
    }
    for changed in &body.changed {
        let name = &changed.name;
        let runs = match changed.instances.len() {
            1 => String::new(),
            count => format!(" · {count} repeats"),
        };
        print::result(&format!("changed {name}{runs}{}", counts(&changed.measures)));
        let causes = changed.causes.len();
        if causes == 0 {
            print::result("  no record says what it is because of");
        }
        let printed = if all || causes <= MAX_LISTED_CAUSES + 1 { causes } else { MAX_LISTED_CAUSES };
        for Cause { instance, reason } in &changed.causes[..printed] {
            let whose = if instance == name { String::new() } else { format!("{instance} · ") };
            print::result(&format!("  because of {whose}{}", reason.text));
        }
        if printed < causes {
            print::result(&format!("  and of {} more changes: --all lists them", causes - printed));
        }
        let (shown, hidden): (Vec<&Moved>, Vec<&Moved>) =
            changed.measures.iter().partition(|moved| all || !moved.listed);
        table(&shown);
        for unread in changed.unread.iter().take(MAX_UNREAD) {
            print::result(&format!("  lacks {unread}"));
        }
        if changed.unread.len() > MAX_UNREAD {
            print::result(&format!(
                "  and {} more values that can't be had",
                changed.unread.len() - MAX_UNREAD
            ));
        }
        if !hidden.is_empty() {
            print::result(&format!("  and {} numbers in lists: --all lists them", hidden.len()));
        }
    }
    if !body.lacking.is_empty() {
        let sides: BTreeSet<&str> = body.lacking.iter().map(|lacking| lacking.side.as_str()).collect();
        let names: Vec<&str> = body.lacking.iter().take(3).map(|lacking| lacking.instance.as_str()).collect();
        print::result(&format!(
            "lacking {} of {}, such as {}: neither the store nor git has their outputs, so nothing is known of their measures",
            body.lacking.len(),
            sides.into_iter().collect::<Vec<_>>().join(" and "),
            names.join(", ")
        ));
    }
    print::result(&format!(
        "{} → {} · changed {} · added {} · removed {}",
        body.from,
        body.to,
        body.changed.len(),
        body.added.len(),
        body.removed.len()
    ));
}

/// Counts the measures that moved, but for those in lists.
fn counts(measures: &[Moved]) -> String {
    let plain: Vec<&Moved> = measures.iter().filter(|moved| !moved.listed).collect();
    let clearly = plain.iter().filter(|moved| ["higher", "lower"].contains(&moved.relation.as_str())).count();
    let moved = match plain.len() {
        0 => return String::new(),
        1 => " · 1 measure moved".to_owned(),
        count => format!(" · {count} measures moved"),
    };
    if clearly > 0 { format!("{moved}, {clearly} clearly") } else { moved }
}

fn table(measures: &[&Moved]) {
    let rows: Vec<[String; 5]> = measures
        .iter()
        .map(|moved| {
            let values = [moved.old, moved.new, moved.difference];
            let places = values.iter().flatten().filter_map(|value| decimals(*value)).max().unwrap_or(0);
            let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |it| written(it, places));
            let difference = moved.difference.map_or_else(String::new, |difference| {
                format!("{}{}", if difference > 0.0 { "+" } else { "" }, written(difference, places))
            });
            let relation = match &moved.reason {
                Some(reason) => format!("{}: {reason}", moved.relation),
                None => moved.relation.clone(),
            };
            [moved.name.clone(), number(moved.old), number(moved.new), difference, relation]
        })
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    for [place, old, new, difference, relation] in &rows {
        let line = format!(
            "  {place:<0$}  {old:>1$} → {new:>2$}  {difference:>3$}  {relation}",
            widths[0], widths[1], widths[2], widths[3]
        );
        print::result(line.trim_end());
    }
}

/// Gives the decimals that a number needs, so that a row has them alike; `None` for one that wants an exponent.
fn decimals(value: f64) -> Option<usize> {
    if value == value.trunc() && value.abs() < 1e15 {
        return Some(0);
    }
    if !(1e-4..1e6).contains(&value.abs()) {
        return None;
    }
    let text = format!("{value:.DECIMALS$}");
    let (_, fraction) = text.trim_end_matches('0').split_once('.')?;
    Some(fraction.len())
}

/// Writes a number with `least` decimals or as many as it needs.
fn written(value: f64, least: usize) -> String {
    match decimals(value) {
        Some(own) => format!("{value:.*}", own.max(least)),
        None => format!("{value:.4e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_decimals_of_the_number_that_needs_most() {
        assert_eq!(
            [15.0, 0.35, 14.999_999_9, -0.000_25, 1e-9].map(decimals),
            [Some(0), Some(2), Some(0), Some(5), None]
        );
        assert_eq!(written(0.35, 6), "0.350000");
        assert_eq!(written(14.999_999_9, 0), "15");
        assert_eq!(written(1.5e-9, 6), "1.5000e-9");
    }
}
