//! Prints: results on standard output, everything else on standard error.
//!
//! Invariants
//! - A reader that is gone, or a full disk behind a redirection, never stops a run: what can't be printed is lost.
//! - A line goes out in one piece, so that lines of two processes on one terminal do not mix.
//! - Names, logs and messages may come from a stranger: what would drive a terminal is printed as text.

use std::io::{self, Write as _};

use anstyle::{AnsiColor, Style};

/// Prints a line of a command's result.
pub fn result(line: &str) {
    drop(io::stdout().lock().write_all(format!("{}\n", visible(line)).as_bytes()));
}

/// Prints a line about what goes on, or went wrong.
pub fn note(line: &str) {
    coloured(&visible(line));
}

/// Prints, as [`note`] does, a text that has its own colours, and nothing else that drives a terminal.
pub fn coloured(text: &str) {
    drop(io::stderr().lock().write_all(format!("{text}\n").as_bytes()));
}

/// Prints in one word the state of something or what became of it, and the rest; the word in its colour, if it may have one.
pub fn verb(word: &str, rest: &str, coloured: bool) -> String {
    let colour = match word {
        "ran" | "adopted" => Some(AnsiColor::Green),
        "failed" => Some(AnsiColor::Red),
        "fresh" | "same" => None,
        _ => Some(AnsiColor::Yellow),
    };
    let style = colour.filter(|_| coloured).map_or_else(Style::new, AnsiColor::on_default);
    format!("{style}{word:<7}{style:#} {}", visible(rest))
}

/// Prints a line of a command's result that [`verb`] made.
pub fn result_verb(word: &str, rest: &str, coloured: bool) {
    drop(io::stdout().lock().write_all(format!("{}\n", verb(word, rest, coloured)).as_bytes()));
}

/// Says what the data are that stages make do with, where that is so.
pub fn stand_in(what: Option<&String>, is_coloured: bool) {
    if let Some(what) = what {
        coloured(&verb("note", what, is_coloured));
    }
}

/// Joins the first names, and says how many more there are: `a, b and 3 more`.
pub fn first_names(names: &[impl AsRef<str>], most: usize) -> String {
    let first: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    match names.len() - first.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// Escapes control characters, and those that turn the direction of a text, as JSON does: JSON stays the same JSON.
pub fn visible(text: &str) -> String {
    let drives = |letter: char| {
        letter.is_control() && !matches!(letter, '\n' | '\t')
            || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut printed = String::with_capacity(text.len());
    for letter in text.chars() {
        if drives(letter) {
            printed.push_str(&format!("\\u{:04x}", u32::from(letter)));
        } else {
            printed.push(letter);
        }
    }
    printed
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_would_drive_a_terminal_is_printed_as_text() {
        assert_eq!(
            visible("a\u{1b}[31m\r\u{9b}1m\u{7f}\u{202e}b"),
            r"a\u001b[31m\u000d\u009b1m\u007f\u202eb"
        );
        assert_eq!(visible("größe\t1 → 2\nnext"), "größe\t1 → 2\nnext");
    }
}
