//! Words of comparison: a sentence that prints a measure may use one only if what was compared bears it out.
//!
//! `"higher" | borne_by(compared)` ──▶ a marked word, or an error with its place in the template
//! marked text ──settle──▶ text, unless a block with a measure has such a word without a mark, or denies a marked one
//!
//! Whatever can be said of measures is a value with `words`, the [`Borne`] words that it bears out: what `compare` gives, a
//! reading of a claim, a claim (its words are the source's), a fall from known to new users.
//!
//! Invariants
//! - No block of the report that prints a measure (a paragraph, a heading, an item of a list, a row of a table) has a
//!   word of [`WORDS`] that nothing bears out; code apart, where such words are names.
//! - A clause that denies a word does not print it as borne out.
//! - Only this program says what a comparison bears out: a template can make no [`Borne`].

use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Environment, Error, ErrorKind, Value};

use super::citation::OPEN as MEASURE;

/// The words, as they are written in lower case.
const WORDS: [&str; 35] = [
    "higher",
    "lower",
    "highest",
    "lowest",
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
    "beats",
    "outperforms",
    "exceeds",
    "better",
    "worse",
    "worst",
    "greater",
    "fewer",
    "improved",
    "improves",
    "surpasses",
];

/// What turns a word of comparison into its contrary, before it in its clause.
const DENIALS: [&str; 11] =
    ["not", "no", "never", "neither", "nor", "none", "nothing", "hardly", "without", "cannot", "false"];

/// Private-use characters around a word that is borne out.
const OPEN: char = '\u{E010}';
const CLOSE: char = '\u{E011}';

/// A word of comparison that nothing bears out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Loose {
    /// The line of the text, from 1.
    pub line: usize,
    /// The word.
    pub word: String,
    /// What denies it in its clause, where it is borne out.
    pub denied_by: Option<&'static str>,
}

/// The words that a comparison bears out.
#[derive(Debug)]
pub(super) struct Borne(Vec<&'static str>);

impl Borne {
    /// Hands `words` to a template as the `words` of what was compared.
    pub fn to_template(words: &[&'static str]) -> Value {
        Value::from_object(Self(words.to_vec()))
    }
}

impl Object for Borne {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}

/// Gives `environment` the filter `borne_by`.
pub(super) fn install(environment: &mut Environment<'_>) {
    environment.add_filter("borne_by", |word: &str, by: &Value| {
        let words = by.get_attr("words").ok().and_then(|words| words.downcast_object::<Borne>());
        let Some(Borne(words)) = words.as_deref() else {
            return Err(refuse(
                "`borne_by` takes what was compared, such as `compare(…)` or a reading".to_owned(),
            ));
        };
        if words.contains(&word) {
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

/// Takes the marks out; `has_result` says whether a measure in a text is more than a setting.
///
/// # Errors
/// [`Loose`] for the first word in a block with a measure that has none, or that is denied.
pub(super) fn settle(marked: &str, has_result: impl Fn(&str) -> bool) -> Result<String, Loose> {
    for (first, block) in blocks(marked) {
        let line_of = |before: &str| first + before.matches('\n').count();
        if let Some((before, word, denial)) = denied(&block) {
            return Err(Loose { line: line_of(before), word: word.to_owned(), denied_by: Some(denial) });
        }
        // A heading of the source may name a setting's value: `Lower learning rate (0.0001)`.
        let told = block.contains(MEASURE) && (!block.starts_with('#') || has_result(&block));
        if !told {
            continue;
        }
        let loose = unmarked(&block).to_lowercase();
        let spaced = loose.replace('\n', " ");
        let found = WORDS.into_iter().filter_map(|word| Some((word_at(&spaced, word)?, word))).min();
        if let Some((at, word)) = found {
            return Err(Loose { line: line_of(&loose[..at]), word: word.to_owned(), denied_by: None });
        }
    }
    Ok(marked.replace([OPEN, CLOSE], ""))
}

/// Parts a text into what is read in one breath, each with its first line, from 1.
fn blocks(text: &str) -> Vec<(usize, String)> {
    let mut blocks: Vec<(usize, String)> = Vec::new();
    let mut alone = true;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        let begins = trimmed.is_empty() || trimmed.starts_with(['|', '#']) || trimmed.starts_with("- ");
        match blocks.last_mut().filter(|_| !alone && !begins) {
            Some((_, block)) => {
                block.push('\n');
                block.push_str(line);
            }
            None => blocks.push((index + 1, line.to_owned())),
        }
        alone = trimmed.is_empty() || trimmed.starts_with(['|', '#']);
    }
    blocks
}

/// Finds a marked word that its clause denies, with what is before it in the block.
fn denied(block: &str) -> Option<(&str, &str, &'static str)> {
    block.match_indices(OPEN).find_map(|(at, _)| {
        let (before, rest) = block.split_at(at);
        let clause = before.rsplit(['.', ':', ';', '|']).next().unwrap_or(before);
        let clause = unmarked(clause).to_lowercase().replace('’', "'");
        let mut words = clause.split(|symbol: char| !symbol.is_alphanumeric() && symbol != '\'');
        let short = clause.contains("n't").then_some("n't");
        let denial =
            short.or_else(|| words.find_map(|word| DENIALS.into_iter().find(|denial| *denial == word)));
        let word = rest.trim_start_matches(OPEN).split(CLOSE).next().unwrap_or_default();
        Some((before, word, denial?))
    })
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

/// Finds a word that stands alone.
fn word_at(text: &str, word: &str) -> Option<usize> {
    let mut places = text.match_indices(word).map(|(at, _)| at);
    places.find(|at| {
        let before = text[..*at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settle(marked: &str) -> Result<String, Loose> {
        super::settle(marked, |_| true)
    }

    #[test]
    fn a_word_beside_a_measure_needs_something_to_bear_it_out() {
        let loose = |word: &str| Err(Loose { line: 2, word: word.to_owned(), denied_by: None });
        let text = |words: &str| format!("\n{MEASURE}1 is {words} than that\n");
        assert_eq!(settle(&text("Higher")), loose("higher"));
        assert_eq!(settle(&text("more accurate")), loose("more accurate"));
        assert_eq!(settle(&text(&format!("{OPEN}higher{CLOSE}"))), Ok(text("higher")));
        assert_eq!(settle(&text("`higher`")), Ok(text("`higher`")));
        assert_eq!(settle(&format!("\n## Far lower ({MEASURE}1)\n")), loose("lower"));
        assert_eq!(settle(&format!("{MEASURE}1 is\nlower than\n")), loose("lower"));
        assert_eq!(settle(&format!("{MEASURE}1 is far more\naccurate\n")).map_err(|it| it.line), Err(1));
        assert!(settle(&format!("One higher line.\n\n{MEASURE}1\n| lower |\n")).is_ok());
        assert_eq!(settle(&text("a shareholder's")), Ok(text("a shareholder's")));
        let both = text(&format!("{OPEN}higher{CLOSE} but lower"));
        assert_eq!(settle(&both), loose("lower"));
    }

    #[test]
    fn what_is_borne_out_is_not_denied() {
        for denial in ["not", "**not**", "never", "neither"] {
            let found = settle(&format!("a\nit is {denial} {OPEN}higher{CLOSE} than\n"));
            let denied_by = DENIALS.into_iter().find(|word| denial.contains(word) && *word != "no");
            let word = "higher".to_owned();
            assert!(denied_by.is_some());
            assert_eq!(found.map_err(|it| (it.line, it.word)), Err((2, word)), "{denial}");
        }
        assert!(settle(&format!("it isn't {OPEN}higher{CLOSE}\n")).is_err());
        assert!(settle(&format!("It does not help: it is {OPEN}lower{CLOSE}\n")).is_ok());
    }
}
