//! Words of comparison: a sentence that prints a measure may use one only if what was compared bears it out.
//!
//! `"higher" | borne_by(compared)` ──▶ a marked word, or an error with its place in the template
//! marked text ──settle──▶ text, unless a line with a measure has such a word without a mark
//!
//! Whatever can be said of measures is a value with `words`, the words that it bears out: what `compare` gives, a
//! reading of a claim, a claim (its words are the source's), a fall from known to new users.
//!
//! Invariants
//! - No line of the report that prints a measure has a word of [`WORDS`] that nothing bears out; code and
//!   headings apart, where such words are names.

use minijinja::{Environment, Error, ErrorKind, Value};

use super::citation::OPEN as MEASURE;

/// The words, as they are written in lower case.
const WORDS: [&str; 22] = [
    "higher",
    "lower",
    "highest",
    "larger",
    "smaller",
    "more accurate",
    "less accurate",
    "most accurate",
    "as accurate",
    "identical",
    "the same on average",
    "takes longer",
    "takes less time",
    "faster",
    "slower",
    "overfits",
    "underfits",
    "holds",
    "contradicted",
    "within noise",
    "beyond noise",
    "falls",
];

/// Private-use characters around a word that is borne out.
const OPEN: char = '\u{E010}';
const CLOSE: char = '\u{E011}';

/// A word of comparison that nothing bears out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Loose {
    /// The line of the text, from 1.
    pub line: usize,
    /// The word.
    pub word: &'static str,
}

/// Gives `environment` the filter `borne_by`.
pub(super) fn install(environment: &mut Environment<'_>) {
    environment.add_filter("borne_by", |word: &str, by: &Value| {
        let words: Vec<String> = by
            .get_attr("words")
            .and_then(|words| words.try_iter().map(|words| words.map(|word| word.to_string()).collect()))
            .map_err(|_| {
                refuse("`borne_by` takes what was compared, such as `compare(…)` or a reading".to_owned())
            })?;
        if words.iter().any(|borne| borne == word) {
            return Ok(format!("{OPEN}{word}{CLOSE}"));
        }
        let borne = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        let borne = if borne.is_empty() { "none of these words".to_owned() } else { borne };
        Err(refuse(format!("the measures do not bear out `{word}`; they bear out {borne}")))
    });
}

fn refuse(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// Takes the marks out.
///
/// # Errors
/// [`Loose`] for the first word in a line with a measure that has none.
pub(super) fn settle(marked: &str) -> Result<String, Loose> {
    let told = |line: &str| line.contains(MEASURE) && !line.starts_with('#');
    for (index, line) in marked.lines().enumerate().filter(|(_, line)| told(line)) {
        let loose = unmarked(line).to_lowercase();
        if let Some(word) = WORDS.into_iter().find(|word| has_word(&loose, word)) {
            return Err(Loose { line: index + 1, word });
        }
    }
    Ok(marked.replace([OPEN, CLOSE], ""))
}

/// Leaves out what is marked, and code.
fn unmarked(line: &str) -> String {
    let mut rest = String::with_capacity(line.len());
    let (mut marked, mut code) = (false, false);
    for letter in line.chars() {
        match letter {
            OPEN => marked = true,
            CLOSE => marked = false,
            '`' => code = !code,
            // What was left out still parts its neighbours.
            _ => rest.push(if marked || code { '·' } else { letter }),
        }
    }
    rest
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_beside_a_measure_needs_something_to_bear_it_out() {
        let loose = |word| Err(Loose { line: 2, word });
        let text = |words: &str| format!("One higher line.\n{MEASURE}1 is {words} than that\n");
        assert_eq!(settle(&text("Higher")), loose("higher"));
        assert_eq!(settle(&text("more accurate")), loose("more accurate"));
        assert_eq!(settle(&text(&format!("{OPEN}higher{CLOSE}"))), Ok(text("higher")));
        assert_eq!(settle(&text("`higher`")), Ok(text("`higher`")));
        assert_eq!(
            settle(&format!("## Far lower ({MEASURE}1)\n")),
            Ok(format!("## Far lower ({MEASURE}1)\n"))
        );
        assert_eq!(settle(&text("a shareholder's")), Ok(text("a shareholder's")));
        let both = text(&format!("not {OPEN}higher{CLOSE} but lower"));
        assert_eq!(settle(&both), loose("lower"));
    }
}
