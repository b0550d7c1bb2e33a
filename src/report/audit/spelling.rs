//! A number as a person types it, held against one as it is printed.

use super::file::AuditNumber;
use crate::citation::Format;
use crate::statistics::Sample;

/// How a number fits what was asked for; the better ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// It is printed so.
    Whole,
    /// A bound of its range is.
    Bound,
    /// It, or a bound, is so with as many decimals.
    Rounded,
}

/// A number that is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Without spaces and commas, with the keyboard's minus.
    spelled: String,
    value: f64,
    decimals: u8,
    is_percent: bool,
}

impl Asked {
    /// Reads a number, which may have a unit behind it; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let spelled = spelling(text);
        let end = spelled.rfind(|letter: char| letter.is_ascii_digit())? + 1;
        let first = spelled.split(['(', '–']).next().unwrap_or(&spelled);
        let first = first.trim_end_matches(|letter: char| !letter.is_ascii_digit());
        let number = if first.is_empty() { &spelled[..end] } else { first };
        let value: f64 = number.parse().ok()?;
        let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let decimals = u8::try_from(decimals).ok()?;
        let is_percent = spelled.ends_with('%');
        value.is_finite().then_some(Self { spelled, value, decimals, is_percent })
    }

    /// Says how a number fits.
    pub fn matches(&self, number: &AuditNumber) -> Option<Match> {
        let (mean, range) = number.text.split_once(" (").unwrap_or((&number.text, ""));
        if self.spelled == spelling(&number.text) || self.is(mean) {
            return Some(Match::Whole);
        }
        let bounds = range.trim_end_matches(')').split("; ").next().unwrap_or_default();
        let bounds = bounds.split_once('–').or_else(|| bounds.split_once(" to "));
        if bounds.is_some_and(|(min, max)| self.is(min) || self.is(max)) {
            return Some(Match::Bound);
        }
        let is_percentage = self.is_percent || number.format.starts_with("percent");
        let digits = self.spelled.chars().filter(char::is_ascii_digit).count();
        let rounds_to = |value: f64| {
            let value = if is_percentage { value * 100.0 } else { value };
            let text = spelling(&Format::Fixed(self.decimals).number(value, None));
            self.spelled.strip_suffix('%').unwrap_or(&self.spelled) == text
        };
        let summary = Sample::new(number.quantity.values.iter().copied()).summary()?;
        // One digit fits half of all numbers.
        (digits > 1 && [summary.mean, summary.min, summary.max].into_iter().any(rounds_to))
            .then_some(Match::Rounded)
    }

    /// Gives how far a number is from this one, as it is printed; `None` of a text.
    pub fn distance(&self, number: &AuditNumber) -> Option<f64> {
        let mean = Sample::new(number.quantity.values.iter().copied()).summary()?.mean;
        let is_percentage = number.format.starts_with("percent");
        let mean = if is_percentage { mean * 100.0 } else { mean };
        let own = if self.is_percent && !is_percentage { self.value / 100.0 } else { self.value };
        Some((mean - own).abs())
    }

    /// Says whether a text is this number, with its unit or without it.
    fn is(&self, text: &str) -> bool {
        let spelled = spelling(text);
        let bare = spelled.trim_end_matches(|letter: char| !letter.is_ascii_digit());
        self.spelled == spelled || self.spelled == bare
    }
}

/// Writes a number as one types it: without groups and spaces, and with the keyboard's minus.
fn spelling(text: &str) -> String {
    let letters = text.chars().filter(|letter| *letter != ',' && !letter.is_whitespace());
    let spelled: String = letters.map(|letter| if letter == '−' { '-' } else { letter }).collect();
    spelled.strip_prefix('+').map_or(spelled.clone(), str::to_owned)
}
