//! Text in pictures: how wide it is, what XML can hold, how long labels become shorter.
//!
//! Invariants
//! - No font is read: widths are those of DejaVu Sans, the widest of the usual sans-serif fonts, by classes of
//!   characters and rounded up. Where another font is used, there is more room than needed.

/// The size of ordinary text, in pixels.
pub(super) const TEXT: f64 = 12.5;
/// How much wider bold text is.
pub(super) const BOLD: f64 = 1.13;

/// Estimates the width of ordinary text of [`TEXT`] pixels, in pixels.
pub(super) fn text_width(text: &str) -> f64 {
    text.chars().map(em).sum::<f64>() * TEXT
}

/// The width of a character, in ems.
fn em(symbol: char) -> f64 {
    match symbol {
        'i' | 'j' | 'l' | 'I' | 'J' | '|' | '\'' | '.' | ',' | ':' | ';' | ' ' | '·' => 0.34,
        'f' | 't' | 'r' | '!' | '/' | '-' | '(' | ')' | '[' | ']' | '"' => 0.47,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 1.0,
        '=' | '+' | '<' | '>' | '~' | '^' | '#' | '&' => 0.84,
        'A'..='Z' => 0.79,
        ' '..='~' => 0.65,
        '⁰' | '¹' | '²' | '³' | '⁴'..='⁹' => 0.45,
        '⁻' => 0.54,
        '\u{a0}'..='\u{3ff}' => 0.86,
        // Cyrillic's widest letters, scripts of full width.
        _ => 1.1,
    }
}

/// Replaces what XML 1.0 can't hold in any spelling, and marks that would turn other text around.
pub(super) fn printable(text: &str) -> String {
    let replace = |symbol: char| match symbol {
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            '\u{fffd}'
        }
        '\u{2028}' | '\u{2029}' => '\u{fffd}',
        symbol if symbol.is_control() => '\u{fffd}',
        symbol => symbol,
    };
    text.chars().map(replace).collect()
}

/// Writes text as XML.
pub(super) fn escaped(text: &str) -> String {
    printable(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Shortens text in its middle to `width` pixels, for names often differ at their ends.
pub(super) fn shortened(text: &str, width: f64) -> String {
    if text_width(text) <= width {
        return text.to_owned();
    }
    let symbols: Vec<char> = text.chars().collect();
    let (mut head, mut tail) = (0, 0);
    let mut left = width / TEXT - em('…');
    while head + tail < symbols.len() {
        let is_head = head <= tail;
        let symbol = if is_head { symbols[head] } else { symbols[symbols.len() - 1 - tail] };
        left -= em(symbol);
        if left < 0.0 {
            break;
        }
        if is_head { head += 1 } else { tail += 1 }
    }
    symbols[..head].iter().chain(&['…']).chain(&symbols[symbols.len() - tail..]).collect()
}

/// Breaks text into lines of at most `width` pixels, between words where it can.
///
/// `size` is the text's size as a factor of [`TEXT`].
pub(super) fn wrapped(text: &str, width: f64, size: f64) -> Vec<String> {
    let width = width / size;
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut line = lines.pop().expect("there is always a last line");
        let gap = if line.is_empty() { "" } else { " " };
        if text_width(&line) + text_width(gap) + text_width(word) <= width {
            line.push_str(gap);
            line.push_str(word);
            lines.push(line);
            continue;
        }
        if !line.is_empty() {
            lines.push(line);
        }
        let mut rest = String::new();
        for symbol in word.chars() {
            if text_width(&rest) + em(symbol) * TEXT > width && !rest.is_empty() {
                lines.push(std::mem::take(&mut rest));
            }
            rest.push(symbol);
        }
        lines.push(rest);
    }
    lines
}

/// The label of what has several names, because they are one experiment: `a = b`.
///
/// Returns the label, at most `width` pixels, and where that does not say all a note with every name.
pub(super) fn label(names: &[String], width: f64) -> (String, Option<String>) {
    let all = names.join(" = ");
    if text_width(&all) <= width {
        return (all, None);
    }
    let (Some(first), more) = (names.first(), names.len().saturating_sub(1)) else { return (all, None) };
    let count = if more > 0 { format!(" (+{more})") } else { String::new() };
    let label = format!("{}{count}", shortened(first, width - text_width(&count)));
    let note = format!("{label}: {all}");
    (label, Some(note))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_its_beginning_and_its_end() {
        assert_eq!(shortened("short", 100.0), "short");
        assert_eq!(shortened("convolution-with-dropout-0.5", 100.0), "convol…ut-0.5");
    }

    #[test]
    fn names_of_one_experiment_are_one_label_and_a_note_where_they_are_many() {
        let names = ["base", "wide", "wide-again"].map(str::to_owned);
        assert_eq!(label(&names, 300.0), ("base = wide = wide-again".to_owned(), None));
        let note = Some("base (+2): base = wide = wide-again".to_owned());
        assert_eq!(label(&names, 100.0), ("base (+2)".to_owned(), note));
    }

    #[test]
    fn text_is_broken_between_words_and_a_long_word_within() {
        assert_eq!(wrapped("one two three", 60.0, 1.0), ["one two", "three"]);
        assert_eq!(wrapped("nnnnnnnnnnnn", 60.0, 1.0), ["nnnnnnn", "nnnnn"]);
        assert_eq!(wrapped("", 60.0, 1.0), [""]);
    }

    #[test]
    fn what_xml_cannot_hold_and_what_turns_text_around_is_replaced() {
        assert_eq!(escaped("a\u{0}<b>&\u{202e}c\n"), "a\u{fffd}&lt;b&gt;&amp;\u{fffd}c\u{fffd}");
    }
}
