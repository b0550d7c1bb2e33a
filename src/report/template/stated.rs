//! `"90 %" | stated("the assignment")`, `{% filter stated("our laboratory") %}…{% endfilter %}`: numbers of the author's own.
//!
//! Invariants
//! - A text of one expression is cited as a whole; of a block each number is cited, where Markdown has words.

use std::ops::Range;
use std::sync::Arc;

use minijinja::{Environment, Error, Value};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use recount_engine::diagnostic::{Place, Source};

use super::ReportInputs;
use super::failure::{failure, refused};
use super::markdown::MARKDOWN;
use super::numbers::NumberValue;
use super::placeholders::Part;
use super::state::ReportState;
use super::texts::described;
use crate::citation::Format;
use crate::claim::ReportedValue;
use crate::quantity::{Quantity, WrittenAt, stated};

/// Puts the filter `stated` into an environment.
pub(super) fn install(environment: &mut Environment<'_>, state: &Arc<ReportState>, inputs: &ReportInputs) {
    let (state, sources): (_, Vec<Arc<Source>>) =
        (Arc::clone(state), inputs.templates.values().cloned().collect());
    environment.add_filter("stated", move |text: &Value, by: Option<&str>| -> Result<Value, Error> {
        let by = by.ok_or_else(|| {
            failure("`stated` doesn't say by whom", "name who states it: `| stated(\"the assignment\")`")
        })?;
        let Some(words) = text.as_str() else {
            let message = format!("`stated` takes a text, and this is {}", described(text));
            return Err(failure(
                message,
                "write the number in quotes: `\"90 %\" | stated(\"the assignment\")`",
            ));
        };
        if text.is_safe() {
            return state_block(&state, &sources, words, by).map(Value::from_safe_string).map_err(refused);
        }
        Ok(NumberValue::of(&state, quantity(&sources, words, by)))
    });
}

fn quantity(sources: &[Arc<Source>], text: &str, by: &str) -> Quantity {
    let place = find(sources, text);
    let at = WrittenAt {
        file: place.as_ref().map(|place| place.source().name().to_owned()),
        line: place.as_ref().map(Place::line),
        variant: None,
        by: Some(by.to_owned()),
    };
    let nowhere = || Place::whole(&Source::file("", ""));
    let number = ReportedValue::parse(text, &place.unwrap_or_else(nowhere)).map(|reported| reported.value);
    stated(text, number, at)
}

/// Finds where templates have a text first: in quotes, or among literal text.
fn find(sources: &[Arc<Source>], text: &str) -> Option<Place> {
    let quoted = [format!("\"{text}\""), format!("'{text}'"), text.to_owned()];
    quoted.iter().find_map(|written| {
        sources.iter().find_map(|source| {
            let at = source.text().find(written.as_str())?;
            Some(Place::new(source, at..at + written.len()))
        })
    })
}

/// Cites each number of a block.
fn state_block(state: &ReportState, sources: &[Arc<Source>], text: &str, by: &str) -> Result<String, String> {
    let mut numerals: Vec<Range<usize>> = Vec::new();
    let mut links = 0_usize;
    for (event, at) in Parser::new_ext(text, MARKDOWN).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_)) => links += 1,
            Event::End(TagEnd::Link | TagEnd::Image | TagEnd::CodeBlock) => links -= 1,
            Event::Text(_) if links == 0 => {
                let parts = state
                    .collected()
                    .placeholders
                    .split(&text[at.clone()])
                    .into_iter()
                    .filter_map(|(start, part)| match part {
                        Part::Plain(plain) => Some((at.start + start, plain)),
                        Part::Placeholder(..) | Part::Broken(_) => None,
                    })
                    .collect::<Vec<_>>();
                for (start, plain) in parts {
                    numerals.extend(numbers(plain).into_iter().map(|it| start + it.start..start + it.end));
                }
            }
            _ => {}
        }
    }
    let (mut cited, mut at) = (String::with_capacity(text.len()), 0);
    for numeral in numerals {
        cited.push_str(&text[at..numeral.start]);
        let quantity = Arc::new(quantity(sources, &text[numeral.clone()], by));
        cited.push_str(&state.cite(&quantity, Format::Spelled)?);
        at = numeral.end;
    }
    Ok(cited + &text[at..])
}

/// Finds the numbers of a text: digits with points and commas between, a sign before, `%` behind. Digits within a word that
/// begins with a letter are part of a name.
fn numbers(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut letters = text.char_indices().peekable();
    let mut before: Option<char> = None;
    while let Some((start, letter)) = letters.next() {
        let is_of_word = before.is_some_and(|before| before.is_alphanumeric() || "_-".contains(before));
        if letter.is_ascii_digit() && !is_of_word {
            let rest = &text[start..];
            let length = rest
                .char_indices()
                .find(|(at, letter)| {
                    let next_is_digit =
                        rest[at + letter.len_utf8()..].starts_with(|next: char| next.is_ascii_digit());
                    !(letter.is_ascii_digit() || ".,".contains(*letter) && next_is_digit)
                })
                .map_or(rest.len(), |(at, _)| at);
            let tail = &rest[length..];
            let unit =
                ["%", " %", "\u{a0}%"].into_iter().find(|unit| tail.starts_with(unit)).map_or(0, str::len);
            let sign = text[..start]
                .chars()
                .next_back()
                .filter(|sign| "−+".contains(*sign))
                .map_or(0, char::len_utf8);
            let end = start + length + unit;
            found.push(start - sign..end);
            while letters.peek().is_some_and(|(at, _)| *at < end) {
                letters.next();
            }
            before = text[..end].chars().next_back();
            continue;
        }
        // A name goes on until its word ends.
        if letter.is_alphabetic() {
            while letters.peek().is_some_and(|(_, next)| next.is_alphanumeric() || "_-.".contains(*next)) {
                letters.next();
            }
            before = None;
            continue;
        }
        before = Some(letter);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn numbers_of_a_text_are_found_and_those_of_names_are_not() {
        let text = "CIFAR-10 has 60,000 images; 3.5 % of −12 and float32, (7). A.1 2nd 5-fold";
        let found: Vec<&str> = numbers(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["60,000", "3.5 %", "−12", "7", "2", "5"]);
    }
}
