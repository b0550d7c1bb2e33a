//! What a program printed, made safe for a terminal and for a message: control characters are shown, never sent.
//!
//! Invariant: what comes out has no control character, no line break and no mark that turns the direction of writing.

use std::fmt::Write as _;

/// Gives a line as text of at most `width` characters, and says how much more there is.
///
/// Of a line that was overwritten, as progress bars do, it gives the last state.
pub fn printable(line: &[u8], width: usize) -> String {
    let line = line.trim_ascii_end();
    let states = line.split(|byte| *byte == b'\r');
    let last = states.rev().find(|state| !state.trim_ascii().is_empty()).unwrap_or_default();
    let mut text = String::with_capacity(last.len().min(width.saturating_mul(4)));
    let mut letters = last.utf8_chunks().flat_map(|chunk| {
        let invalid = chunk.invalid().iter().map(|byte| Err(*byte));
        chunk.valid().chars().map(Ok).chain(invalid)
    });
    for letter in letters.by_ref().take(width) {
        match letter {
            Ok(letter) => push_letter(&mut text, letter),
            Err(byte) => push_byte(&mut text, byte),
        }
    }
    let more = letters.count();
    if more > 0 {
        let noun = if more == 1 { "character" } else { "characters" };
        write!(text, " … ({more} {noun} more)").expect("a text takes any text");
    }
    text
}

fn push_letter(text: &mut String, letter: char) {
    match letter {
        '\t' => text.push_str("    "),
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => push_byte(text, letter as u8),
        // Line breaks to some, and what turns the direction or hides.
        '\u{2028}'
        | '\u{2029}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => {
            text.extend(letter.escape_unicode());
        }
        other => text.push(other),
    }
}

fn push_byte(text: &mut String, byte: u8) {
    write!(text, "\\x{byte:02x}").expect("a text takes any text");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_and_never_sent() {
        let shown = |line: &[u8]| printable(line, 80);
        assert_eq!(shown(b"\x1b]0;owned\x07\x1b[2J\x1b[31mred"), r"\x1b]0;owned\x07\x1b[2J\x1b[31mred");
        assert_eq!(shown("a\u{9b}31m \u{202e}b".as_bytes()), r"a\x9b31m \u{202e}b");
        assert_eq!(shown(b"\xff\xfe\x00 caf\xc3\xa9\tx"), r"\xff\xfe\x00 café    x");
    }

    #[test]
    fn an_overwritten_line_is_its_last_state() {
        assert_eq!(printable(b" 10%\r 20%\r100%\r\n", 80), "100%");
        assert_eq!(printable(b"50%\r   ", 80), "50%");
        assert_eq!(printable(b"\r\n", 80), "");
    }

    #[test]
    fn a_long_line_is_cut_and_says_so() {
        assert_eq!(printable(b"abcdef", 4), "abcd … (2 characters more)");
        assert_eq!(printable("äöü".as_bytes(), 2), "äö … (1 character more)");
        assert_eq!(printable(b"\x1b\x1b\x1b", 2), r"\x1b\x1b … (1 character more)");
    }
}
