//! Text → what it is written as in Markdown, wherever it is.

use pulldown_cmark::Options;

/// What GitHub reads beside CommonMark.
pub(crate) const MARKDOWN: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_GFM)
    .union(Options::ENABLE_MATH);

/// Where a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// Among words.
    Text,
    /// In code, where nothing is read.
    Code,
    /// In a tag of HTML, or between such.
    Html,
}

/// Letters that Markdown reads wherever they are.
const READ: &str = "\\`*[]<>|~&$";

/// Letters that Markdown reads where they begin a line.
const READ_FIRST: &str = "#+-=:";

/// Says whether a text is written the same wherever it is.
pub(super) fn is_plain(text: &str) -> bool {
    [Context::Text, Context::Code, Context::Html].into_iter().all(|context| write(text, context) == text)
        && !text.starts_with(char::is_whitespace)
}

/// Writes a text on one line so that it reads as it is.
pub(super) fn write(text: &str, context: Context) -> String {
    let line: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    match context {
        // In a table's cell a bar ends the cell even within code.
        Context::Code => line.replace('|', "\\|"),
        Context::Html => {
            line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
        }
        Context::Text => escape(&line),
    }
}

fn escape(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    let mut before: Option<char> = None;
    let mut letters = line.chars().peekable();
    // `1.` and `1)` begin a list, where they begin a line.
    let mut is_number = true;
    while let Some(letter) = letters.next() {
        let is_within_word = |other: Option<char>| other.is_some_and(char::is_alphanumeric);
        let is_read = match letter {
            '_' => !(is_within_word(before) && is_within_word(letters.peek().copied())),
            '.' | ')' => {
                is_number && before.is_some() && letters.peek().is_none_or(|next| next.is_whitespace())
            }
            _ if before.is_none() && READ_FIRST.contains(letter) => true,
            _ => READ.contains(letter),
        };
        is_number &= letter.is_ascii_digit();
        if is_read {
            escaped.push('\\');
        }
        escaped.push(letter);
        before = Some(letter);
    }
    escaped
}

/// Writes a path, relative to a report's folder, as a link's target.
pub(crate) fn link_target(path: &str) -> String {
    let mut target = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                target.push(char::from(byte))
            }
            byte => target.push_str(&format!("%{byte:02X}")),
        }
    }
    target
}

/// Gives the way from a report to another file of the project.
pub(crate) fn relative_path(report: &str, path: &str) -> String {
    let folders: Vec<&str> = report.split('/').collect();
    let own = &folders[..folders.len() - 1];
    let other: Vec<&str> = path.split('/').collect();
    let shared = own.iter().zip(&other).take_while(|(one, other)| one == other).count().min(other.len() - 1);
    let up = std::iter::repeat_n("..", own.len() - shared);
    up.chain(other[shared..].iter().copied()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser};

    use super::*;

    #[test]
    fn a_text_reads_as_it_is() {
        for text in [
            "a_b*", "`x` <b>", "[a](b)", "a|b", "# no", "- no", "1. no", "12) no", "_a_ b_c", "a & b", "$x$",
            "~~a~~", "C:\\d",
        ] {
            let written = write(text, Context::Text);
            let read: String = Parser::new_ext(&written, Options::all())
                .filter_map(|event| match event {
                    Event::Text(text) => Some(text.to_string()),
                    Event::Start(_) | Event::End(_) => None,
                    other => Some(format!("<{other:?}>")),
                })
                .collect();
            assert_eq!(read, text, "{written}");
        }
        assert_eq!(write("learning_rate", Context::Text), "learning_rate");
    }

    #[test]
    fn a_link_leads_from_the_report_to_the_file() {
        assert_eq!(relative_path("report/week.md", "report/plots/a.svg"), "plots/a.svg");
        assert_eq!(relative_path("report/week.md", "plots/a.svg"), "../plots/a.svg");
        assert_eq!(relative_path("week.md", "plots/a.svg"), "plots/a.svg");
        assert_eq!(relative_path("a/b/week.md", "a/c/b.svg"), "../c/b.svg");
        assert_eq!(link_target("plots/a b(é).svg"), "plots/a%20b%28%C3%A9%29.svg");
    }
}
