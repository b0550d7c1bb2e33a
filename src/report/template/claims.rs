//! `claims(section="2.4")`, `verdict(section="2.4")` and `tally()`: what became of the claims.
//!
//! Invariants
//! - Each number of a claim is cited: what was measured at its address, what the source says at the claims file's line.

use std::sync::Arc;

use minijinja::value::{Kwargs, Rest};
use minijinja::{Environment, Error, Value};
use recount_engine::diagnostic::Place;

use super::failure::{failure, refused};
use super::state::ReportState;
use super::texts::described;
use crate::citation::{Format, MAX_DECIMALS, usual_format};
use crate::claim::{JudgedClaims, JudgedReading, Operand, Piece, Row, Words};
use crate::quantity::{FRACTION, Quantity, WrittenAt, count, measure_referenced, stated, written};
use crate::reference::Reference;

/// Puts the functions of claims into an environment.
pub(super) fn install(environment: &mut Environment<'_>, state: &Arc<ReportState>) {
    let shared = Arc::clone(state);
    environment.add_function("claims", move |args: Rest<Value>, named: Kwargs| -> Result<Value, Error> {
        let keys = keys(&args, &named)?;
        let rows = judged(&shared)?.rows(&borrowed(&keys)).map_err(refused)?;
        table(&shared, &rows).map(Value::from_safe_string).map_err(refused)
    });
    let shared = Arc::clone(state);
    environment.add_function("verdict", move |args: Rest<Value>, named: Kwargs| -> Result<Value, Error> {
        let mut keys = keys(&args, &named)?;
        let judged = judged(&shared)?;
        // A project may have a key of its own that is called so.
        let is_key = judged.iter().any(|(claim, _)| claim.keys.iter().any(|(key, _)| key == READING));
        let reading = keys.iter().position(|(key, _)| key == READING && !is_key).map(|at| keys.remove(at).1);
        let verdicts = judged.verdicts(&borrowed(&keys), reading.as_deref()).map_err(refused)?;
        let marks: Vec<String> =
            verdicts.iter().map(|judgement| judgement.verdict.mark().to_string()).collect();
        Ok(Value::from_safe_string(marks.join(" ")))
    });
    let shared = Arc::clone(state);
    environment.add_function("tally", move || -> Result<Value, Error> {
        tally(&shared, judged(&shared)?).map(Value::from_safe_string).map_err(refused)
    });
    let shared = Arc::clone(state);
    environment
        .add_function("comparisons", move || Value::from_safe_string(super::tables::comparisons(&shared)));
}

/// The argument of `verdict` that names a reading.
const READING: &str = "reading";

/// Counts the comparisons that were made to judge the claims; one that a template makes, too, is the same one.
pub(super) fn note_comparisons(state: &ReportState) {
    let Some(judged) = &state.claims else { return };
    let address = |reference: &Reference| match measure_referenced(&state.evidence, reference) {
        Ok(quantity) => quantity.address,
        Err(_) => reference.to_string(),
    };
    for (claim, judgements) in judged.iter() {
        for (reading, judgement) in claim.readings.iter().zip(judgements) {
            let of: Vec<String> = reading.of.iter().map(|named| address(&named.reference)).collect();
            let than: Vec<String> = reading
                .than
                .iter()
                .map(|than| match than {
                    Operand::Measured(named) => address(&named.reference),
                    Operand::Stated(it) => format!("stated by {}: {}", it.by, it.value.text),
                    Operand::Zero => "zero".to_owned(),
                })
                .collect();
            let values: Vec<&str> = claim.values.iter().map(|value| value.text.as_str()).collect();
            let is_pairs = judgement.comparisons.len() == than.len();
            for (at, comparison) in judgement.comparisons.iter().enumerate() {
                let other = match (is_pairs, values.as_slice()) {
                    (true, _) => than[at].clone(),
                    (false, []) => format!("{} (bound {})", than.join(", "), at + 1),
                    (false, values) => format!("{} (bound {})", values.join(", "), at + 1),
                };
                state.note_comparison(&of.join(", "), &other, *comparison);
            }
        }
    }
}

fn judged(state: &ReportState) -> Result<&JudgedClaims, Error> {
    state.claims.as_ref().ok_or_else(|| {
        failure("this report has no claims", "name their file in the stage: `claims: claims.yaml`")
    })
}

/// Reads the keys by which claims are chosen.
fn keys(values: &[Value], named: &Kwargs) -> Result<Vec<(String, String)>, Error> {
    if let Some(value) = values.first() {
        let message = format!("claims are chosen by their keys, and this is {}", described(value));
        return Err(failure(message, "write one with its value: `claims(section=\"2.4\")`"));
    }
    let mut keys = Vec::new();
    for name in named.args() {
        let value: Value = named.get(name)?;
        keys.push((name.to_owned(), value.to_string()));
    }
    Ok(keys)
}

fn borrowed(keys: &[(String, String)]) -> Vec<(&str, &str)> {
    keys.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

fn table(state: &ReportState, rows: &[Row<'_>]) -> Result<String, String> {
    let mut text = "| Claim | Verdict | Measured |\n| --- | --- | --- |\n".to_owned();
    for row in rows {
        let words = printed(state, &row.words)?;
        let verdicts: Vec<String> = row.readings.iter().map(|reading| verdict(state, reading)).collect();
        let measured: Vec<String> =
            row.readings.iter().map(|reading| printed(state, &reading.measured)).collect::<Result<_, _>>()?;
        // A reading without a number keeps its line beside the others.
        let lines = measured.iter().map(|line| if line.is_empty() { "–" } else { line.as_str() });
        let measured = lines.collect::<Vec<_>>().join("<br>");
        text.push_str(&format!("| {words} | {} | {measured} |\n", verdicts.join("<br>")));
    }
    Ok(text)
}

fn verdict(state: &ReportState, reading: &JudgedReading<'_>) -> String {
    let name = reading.name.map_or(String::new(), |name| format!(" {}", state.text(name)));
    let reason = reading.reason.map_or(String::new(), |reason| format!(" ({reason})"));
    format!("{}{name}{reason}", reading.mark)
}

fn printed(state: &ReportState, pieces: &[Piece<'_>]) -> Result<String, String> {
    let percent = pieces.iter().find_map(percentage);
    let piece = |piece: &Piece<'_>| match piece {
        Piece::Text(text) => Ok((*text).replace('<', "\\<")),
        Piece::Name(name) => Ok(state.text(name)),
        Piece::Measured(reference) => {
            let quantity = Arc::new(measure_referenced(&state.evidence, reference)?);
            let is_share = quantity.unit.as_deref() == Some(FRACTION);
            let format = percent.filter(|_| is_share).unwrap_or_else(|| usual_format(&quantity));
            state.cite(&quantity, format)
        }
        Piece::Quoted(words) => quoted(state, words),
        Piece::Stated(it) => {
            let value = &it.value;
            let at = WrittenAt { by: Some(it.by.clone()), ..written_at(&value.place) };
            state.cite(&Arc::new(stated(&value.text, Some(value.value), at)), Format::Spelled)
        }
    };
    pieces.iter().map(piece).collect()
}

/// Cites words of the claims file as a whole, where they have a digit.
fn quoted(state: &ReportState, words: &Words) -> Result<String, String> {
    if !words.text.contains(char::is_numeric) {
        return Ok(state.text(&words.text));
    }
    let file = words.place.source().name();
    let quantity =
        written(format!("{file}: {}", words.text), words.text.clone(), None, written_at(&words.place));
    state.cite(&Arc::new(quantity), Format::Spelled)
}

fn written_at(place: &Place) -> WrittenAt {
    let file = Some(place.source().name().to_owned());
    WrittenAt { file, line: Some(place.line()), ..WrittenAt::default() }
}

fn tally(state: &ReportState, judged: &JudgedClaims) -> Result<String, String> {
    let tally = judged.tally();
    let cited = |what: &str, number: usize| {
        let quantity: Quantity = count(what, number, Vec::new());
        state.cite(&Arc::new(quantity), Format::Whole)
    };
    let mut columns = vec![
        ("Claims", cited("claims", tally.counted())?),
        ("hold", cited("claims that hold", tally.holds)?),
        ("contradicted", cited("claims that are contradicted", tally.contradicted)?),
        ("not shown", cited("claims that are not shown", tally.not_shown)?),
        ("do not apply", cited("claims that do not apply", tally.not_applicable)?),
    ];
    if tally.not_judged > 0 {
        columns.insert(
            4,
            ("of these without a value", cited("claims that could not be judged", tally.not_judged)?),
        );
    }
    let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
    let header = line(columns.iter().map(|(name, _)| *name).collect());
    let ruler = line(columns.iter().map(|_| "--:").collect());
    Ok(format!("{header}{ruler}{}", line(columns.iter().map(|(_, number)| number.as_str()).collect())))
}

/// Gives how a share is printed beside a number that is written in per cent: in per cent, too.
fn percentage(piece: &Piece<'_>) -> Option<Format> {
    let text = match piece {
        Piece::Stated(it) => &it.value.text,
        Piece::Quoted(words) => &words.text,
        _ => return None,
    };
    let number = text.trim().strip_suffix('%')?.trim_end();
    let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    Some(Format::Percent(u8::try_from(decimals).unwrap_or(0).clamp(1, MAX_DECIMALS)))
}
