//! What a sentence speaks of (accuracy, loss or time), held against what a measure is of.

use super::measure::{Measure, Source};
use super::prose;
use super::spread::Spread;

/// The words for what is measured: a sentence that has one of them has the right one.
const QUANTITIES: [&str; 3] = ["accuracy", "loss", "time"];

/// Gives the place in an output that a quantity over seeds is read from, such as `/best/accuracy`.
pub(super) fn quantity(spread: &Spread) -> Option<&str> {
    spread.parts.first().and_then(pointer_of)
}

fn pointer_of(measure: &Measure) -> Option<&str> {
    match &measure.source {
        Source::Output { pointer, .. } => Some(pointer),
        Source::Made { by, parts } if !by.counts() => parts.first().and_then(pointer_of),
        _ => None,
    }
}

/// Gives the word for what a measure is of that a sentence does not speak of, and that of what it speaks of.
pub(super) fn unspoken(measure: &Measure, sentence: &str) -> Option<(&'static str, &'static str)> {
    let quantity = pointer_of(measure).and_then(word_of)?;
    Some((quantity, instead_of(quantity, &[sentence])?))
}

fn plural(word: &str) -> String {
    match word.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if word.ends_with('s') => format!("{word}es"),
        None => format!("{word}s"),
    }
}

/// Gives another word that a sentence, in its parts, has where it lacks that for a quantity.
pub(super) fn instead_of(quantity: &str, sentence: &[&str]) -> Option<&'static str> {
    let said: Vec<prose::Said> = sentence.iter().map(|part| prose::Said::of(part, &[])).collect();
    let has = |word: &str| {
        said.iter().any(|said| said.line_of(word).is_some() || said.line_of(&plural(word)).is_some())
    };
    if has(quantity) { None } else { QUANTITIES.into_iter().find(|word| has(word)) }
}

/// Gives the word for what is read from such a place.
pub(super) fn word_of(pointer: &str) -> Option<&'static str> {
    let last = pointer.rsplit('/').next().unwrap_or_default();
    match last {
        "seconds" => Some("time"),
        _ => QUANTITIES.into_iter().find(|word| last.contains(word)),
    }
}
