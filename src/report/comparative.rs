//! Words of comparison: a paragraph that prints a measure may use one only if what was compared bears it out.
//!
//! `"higher" | borne_by(compared)` ──▶ a marked word, or an error with its place in the template
//! marked text ──settle──▶ text, unless beside a measure such a word has no mark, or is denied
//!
//! Whatever can be said of measures is a value with `words`, [`Borne`] by it: what `compare` gives, a reading of a
//! claim, a claim (its words are the source's), a fall from known to new users.
//!
//! Invariants
//! - No paragraph of the report that prints a measure has a word of [`WORDS`] that nothing bears out; a row of a table
//!   is a paragraph. Code and headings are left out: such words are names there.
//! - What is borne out is said as it is: the sentence does not deny it.
//! - Only our own values bear words out: a map that a template makes up bears none.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Environment, Error, ErrorKind, Value};

use super::citation::OPEN as MEASURE;

/// The words, as they are written in lower case.
const WORDS: [&str; 31] = [
    "higher",
    "lower",
    "highest",
    "lowest",
    "better",
    "worse",
    "worst",
    "beats",
    "outperforms",
    "exceeds",
    "improves",
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
    "rises",
];

/// Words that turn what follows them into its opposite.
const DENIALS: [&str; 5] = ["not", "never", "no", "nor", "neither"];

/// The words that a value bears out.
#[derive(Debug)]
pub(super) struct Borne(Vec<&'static str>);

impl Borne {
    /// Hands the words to a template, as a list.
    pub fn words(words: impl IntoIterator<Item = &'static str>) -> Value {
        Value::from_object(Self(words.into_iter().collect()))
    }
}

impl Object for Borne {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.0.get(key.as_usize()?).map(|word| Value::from(*word))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.len())
    }
}

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
        let words = by.get_attr("words").ok().and_then(|words| words.downcast_object::<Borne>());
        let words = words.ok_or_else(|| {
            refuse("`borne_by` takes what was compared, such as `compare(…)` or a reading".to_owned())
        })?;
        if words.0.contains(&word) {
            return Ok(format!("{OPEN}{word}{CLOSE}"));
        }
        let borne = words.0.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
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
/// [`Loose`] for the first word of a paragraph with a measure that has none, or that is denied.
pub(super) fn settle(marked: &str) -> Result<String, Loose> {
    let lines: Vec<&str> = marked.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        let end = end_of_paragraph(&lines, at);
        if lines[at..end].iter().any(|line| line.contains(MEASURE)) && !lines[at].starts_with('#') {
            check(&lines[at..end], at)?;
        }
        at = end;
    }
    Ok(marked.replace([OPEN, CLOSE], ""))
}

/// Finds the line behind the paragraph that begins at `at`; a heading, a row and an empty line stand alone.
fn end_of_paragraph(lines: &[&str], at: usize) -> usize {
    let alone = |line: &str| line.is_empty() || line.starts_with(['#', '|']);
    if alone(lines[at]) {
        return at + 1;
    }
    let next = lines[at + 1..].iter().position(|line| alone(line) || line.starts_with("- "));
    next.map_or(lines.len(), |length| at + 1 + length)
}

fn check(paragraph: &[&str], first: usize) -> Result<(), Loose> {
    for (index, line) in paragraph.iter().enumerate() {
        let loose = unmarked(line).to_lowercase();
        if let Some(word) = WORDS.into_iter().find(|word| has_word(&loose, word)) {
            return Err(Loose { line: first + index + 1, word });
        }
        for (at, _) in line.match_indices(OPEN) {
            let before = line[..at].rsplit(['.', ';', ':', ',']).next().unwrap_or("").to_lowercase();
            let denied =
                before.split_whitespace().any(|word| DENIALS.contains(&word) || word.ends_with("n't"));
            let said = line[at..].trim_start_matches(OPEN);
            if let Some(word) = WORDS.into_iter().find(|word| denied && said.starts_with(word)) {
                return Err(Loose { line: first + index + 1, word });
            }
        }
    }
    Ok(())
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
        let text = |words: &str| format!("One line.\n{MEASURE}1 is {words} than that\n");
        assert_eq!(settle(&text("Higher")), loose("higher"));
        assert_eq!(settle(&text("more accurate")), loose("more accurate"));
        assert_eq!(settle(&text(&format!("{OPEN}higher{CLOSE}"))), Ok(text("higher")));
        assert_eq!(settle(&text("`higher`")), Ok(text("`higher`")));
        assert_eq!(
            settle(&format!("## Far lower ({MEASURE}1)\n")),
            Ok(format!("## Far lower ({MEASURE}1)\n"))
        );
        assert_eq!(settle(&text("a shareholder's")), Ok(text("a shareholder's")));
        let both = text(&format!("{OPEN}higher{CLOSE} but lower"));
        assert_eq!(settle(&both), loose("lower"));
    }

    #[test]
    fn a_word_on_another_line_of_the_paragraph_needs_it_too() {
        let apart = format!("It reaches {MEASURE}1,\nwhich is higher\nthan before.\n");
        assert_eq!(settle(&apart), Err(Loose { line: 2, word: "higher" }));
        for text in [
            format!("It reaches {MEASURE}1.\n\nA higher number may be lower.\n"),
            format!("- It reaches {MEASURE}1.\n- A higher number may be lower.\n"),
            format!("| {MEASURE}1 |\n| higher |\n"),
        ] {
            assert_eq!(settle(&text), Ok(text.clone()), "{text}");
        }
    }

    #[test]
    fn what_is_borne_out_is_not_denied() {
        let said = |words: &str| settle(&format!("{MEASURE}1 {words}\n"));
        let denied = Err(Loose { line: 1, word: "higher" });
        assert_eq!(said(&format!("is not {OPEN}higher{CLOSE}")), denied);
        assert_eq!(said(&format!("isn't much {OPEN}higher{CLOSE}")), denied);
        assert!(said(&format!("does not stop, it is {OPEN}higher{CLOSE}")).is_ok());
    }
}
