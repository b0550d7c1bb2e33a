//! Text → HTML in which it reads as it is.
//!
//! Invariants
//! - The result fits between tags and between quotes alike, and holds no control character.

use std::fmt;

use minijinja::{Error, Output, State, Value};

/// Writes a text as HTML.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    write_escaped(text, &mut escaped).expect("a String takes any text");
    escaped
}

/// Replaces what no page can hold, and marks that would turn other text around.
pub(super) fn printable(letter: char) -> char {
    match letter {
        '\n' | '\t' => letter,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        letter if letter.is_control() => '\u{fffd}',
        letter => letter,
    }
}

/// Writes what a template prints; minijinja's own way spells every slash with six letters.
pub(super) fn format_value(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let written = match value.as_str() {
        Some(text) if value.is_safe() => fmt::Write::write_str(out, text),
        Some(text) => write_escaped(text, out),
        None => write_escaped(&value.to_string(), out),
    };
    Ok(written?)
}

fn write_escaped(text: &str, out: &mut dyn fmt::Write) -> fmt::Result {
    for letter in text.chars().map(printable) {
        match letter {
            '&' => out.write_str("&amp;")?,
            '<' => out.write_str("&lt;")?,
            '>' => out.write_str("&gt;")?,
            '"' => out.write_str("&quot;")?,
            '\'' => out.write_str("&#39;")?,
            letter => out.write_char(letter)?,
        }
    }
    Ok(())
}
