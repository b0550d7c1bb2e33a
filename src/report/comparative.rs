//! Words of comparison: a sentence that prints a measure may use one only if what was compared bears it out.
//!
//! `"higher" | borne_by(compared)` ──▶ a marked word, or an error with its place in the template
//! marked text ──settle──▶ text, unless a block with a result has such a word without a mark, denies a marked one, or
//! names others than those that were compared (see `compared`)
//!
//! Whatever can be said of measures is a value with `words`, the [`Borne`] words that it bears out: what `compare` gives, a
//! reading of a claim, a claim (its words are the source's), a fall from known to new users. Of a list of them, each must
//! bear the word out.
//!
//! Invariants
//! - No block of the report that prints a result (a paragraph, a heading, an item of a list, a row of a table) has a
//!   word of [`WORDS`] that nothing bears out, and no block at all one of [`JUDGEMENTS`]; code apart, where such words are
//!   names. A setting, and a constant of the program, are no results.
//! - A clause that denies a word does not print it as borne out.
//! - Only this program says what a comparison bears out: a template can make no [`Borne`].

use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Value};

use super::citation;
use super::compared::{self, Compared};

/// The words, as they are written in lower case.
const WORDS: [&str; 41] = [
    "higher",
    "lower",
    "highest",
    "lowest",
    "larger",
    "smaller",
    "largest",
    "smallest",
    "as accurate",
    "identical",
    "the same on average",
    "takes longer",
    "takes less time",
    "faster",
    "slower",
    "fastest",
    "slowest",
    "holds",
    "contradicted",
    "within noise",
    "beyond noise",
    "falls",
    "rises",
    "exceeds",
    "best",
    "greater",
    "greatest",
    "fewer",
    "above",
    "below",
    "more than",
    "less than",
    "further apart",
    "ahead of",
    "nearly zero",
    "stronger",
    "weaker",
    "doubles",
    "halves",
    "gains",
    "loses",
];

/// Words that say what came out, wherever they stand.
const JUDGEMENTS: [&str; 16] = [
    "more accurate",
    "less accurate",
    "most accurate",
    "least accurate",
    "better",
    "worse",
    "worst",
    "beats",
    "outperforms",
    "surpasses",
    "improves",
    "improved",
    "superior",
    "inferior",
    "overfits",
    "underfits",
];

/// Terms of the field that hold a word and compare nothing.
const TERMS: [&str; 2] = ["best epoch", "best accuracy"];

/// What turns a word of comparison into its contrary, before it in its clause.
const DENIALS: [&str; 11] =
    ["not", "no", "never", "neither", "nor", "none", "nothing", "hardly", "without", "cannot", "false"];

/// Private-use characters around a word that is borne out, and before each part of what was compared.
const OPEN: char = '\u{E010}';
const CLOSE: char = '\u{E011}';
const PART: char = '\u{E012}';

/// A word of comparison that says what the measures do not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Loose {
    /// The line of the text, from 1.
    pub line: usize,
    /// The word.
    pub word: String,
    /// What is wrong with it.
    pub fault: LooseFault,
}

/// What is wrong with a word of comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LooseFault {
    /// Nothing bears it out.
    Unborne,
    /// It is borne out, and its clause denies it.
    Denied(&'static str),
    /// It is borne out of others than its sentence names.
    Misnamed(String),
}

/// The words that a comparison bears out, and what it compares.
#[derive(Debug)]
pub(super) struct Borne {
    words: Vec<&'static str>,
    compared: Compared,
}

impl Borne {
    /// Hands `words` to a template as the `words` of what was compared.
    pub fn to_template(words: &[&'static str], compared: Compared) -> Value {
        Value::from_object(Self { words: words.to_vec(), compared })
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
        if !matches!(by.kind(), ValueKind::Seq | ValueKind::Iterable) {
            let borne = borne(word, by)?;
            let compared: String = borne.compared.names().map(|name| format!("{PART}{name}")).collect();
            return Ok(format!("{OPEN}{word}{compared}{CLOSE}"));
        }
        let all: Vec<Value> = by.try_iter()?.collect();
        if all.is_empty() {
            return Err(refuse(format!("nothing was compared that could bear out `{word}`")));
        }
        all.iter().try_for_each(|by| borne(word, by).map(drop))?;
        Ok(format!("{OPEN}{word}{CLOSE}"))
    });
}

/// Gives what bears `word` out.
fn borne(word: &str, by: &Value) -> Result<Arc<Borne>, Error> {
    let found = by.get_attr("words").ok().and_then(|words| words.downcast_object::<Borne>());
    let Some(found) = found else {
        return Err(refuse(
            "`borne_by` takes what was compared, such as `compare(…)` or a reading".to_owned(),
        ));
    };
    if found.words.contains(&word) {
        return Ok(found);
    }
    let words = found.words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let words = if words.is_empty() { "none of these words".to_owned() } else { words };
    Err(refuse(format!("the measures do not bear out `{word}`; they bear out {words}")))
}

fn refuse(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// Takes the marks out; `has_result` says whether a measure in a text is more than a setting or a constant, `names` are
/// those of variants and sections.
///
/// # Errors
/// [`Loose`] for the first word that nothing bears out, that is denied, or that others are named with.
pub(super) fn settle(
    marked: &str,
    names: &BTreeSet<String>,
    has_result: impl Fn(&str) -> bool,
) -> Result<String, Loose> {
    for (first, block) in blocks(marked) {
        let line_of = |before: &str| first + before.matches('\n').count();
        for (at, _) in block.match_indices(OPEN) {
            let mark = block[at..].trim_start_matches(OPEN).split(CLOSE).next().unwrap_or_default();
            let mut parts = mark.split(PART);
            let word = parts.next().unwrap_or_default().to_owned();
            let end = at + OPEN.len_utf8() + mark.len() + CLOSE.len_utf8();
            let [before, after] = [&block[..at], &block[end.min(block.len())..]];
            let misnamed = || {
                let [before, after] = [before, after].map(unmarked);
                compared::misnamed(&word, parts, [&before, &after], names).map(LooseFault::Misnamed)
            };
            if let Some(fault) = denied(before).map(LooseFault::Denied).or_else(misnamed) {
                return Err(Loose { line: line_of(before), word, fault });
            }
        }
        let lines = unmarked(&block).to_lowercase();
        let mut loose = lines.replace('\n', " ");
        for term in TERMS {
            loose = loose.replace(term, &" ".repeat(term.len()));
        }
        let guarded: &[&str] = if has_result(&block) { &WORDS } else { &[] };
        let found = guarded.iter().chain(&JUDGEMENTS);
        if let Some((at, word)) = found.filter_map(|word| Some((word_at(&loose, word)?, word))).min() {
            let (line, word) = (line_of(&lines[..at]), (*word).to_owned());
            return Err(Loose { line, word, fault: LooseFault::Unborne });
        }
    }
    Ok(unlabelled(marked))
}

/// Takes marks out and leaves the words.
fn unlabelled(marked: &str) -> String {
    let mut text = String::with_capacity(marked.len());
    let mut part = false;
    for letter in marked.chars() {
        match letter {
            OPEN => {}
            CLOSE => part = false,
            PART => part = true,
            _ if part => {}
            _ => text.push(letter),
        }
    }
    text
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

/// Finds what denies a marked word in the clause that ends with `before`.
fn denied(before: &str) -> Option<&'static str> {
    let clause = before.rsplit(['.', ':', ';', '|']).next().unwrap_or(before);
    let clause = unmarked(clause).to_lowercase().replace('’', "'");
    let mut words = clause.split(|symbol: char| !symbol.is_alphanumeric() && symbol != '\'');
    let short = clause.contains("n't").then_some("n't");
    short.or_else(|| words.find_map(|word| DENIALS.into_iter().find(|denial| *denial == word)))
}

/// Leaves out marked words, measures, and code.
fn unmarked(line: &str) -> String {
    let mut rest = String::with_capacity(line.len());
    let (mut marked, mut code) = (false, false);
    for letter in line.chars() {
        match letter {
            OPEN | citation::OPEN => marked = true,
            CLOSE | citation::CLOSE => marked = false,
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

    const MEASURE: &str = "\u{E000}1\u{E001}";

    fn settle(marked: &str) -> Result<String, Loose> {
        let names = ["2.4", "2.4.1", "2.4.2", "wide"].map(str::to_owned).into();
        super::settle(marked, &names, |text| text.contains(MEASURE))
    }

    fn loose(line: usize, word: &str) -> Result<String, Loose> {
        Err(Loose { line, word: word.to_owned(), fault: LooseFault::Unborne })
    }

    #[test]
    fn a_word_beside_a_measure_needs_something_to_bear_it_out() {
        let text = |words: &str| format!("\n{MEASURE} is {words} than that\n");
        assert_eq!(settle(&text("Higher")), loose(2, "higher"));
        assert_eq!(settle(&text("more accurate")), loose(2, "more accurate"));
        assert_eq!(settle(&text(&format!("{OPEN}higher{CLOSE}"))), Ok(text("higher")));
        assert_eq!(settle(&text("`higher`")), Ok(text("`higher`")));
        assert_eq!(settle(&format!("\n## Far lower ({MEASURE})\n")), loose(2, "lower"));
        assert_eq!(settle(&format!("{MEASURE} is\nlower than\n")), loose(2, "lower"));
        assert_eq!(settle(&format!("{MEASURE} is far more\naccurate\n")), loose(1, "more accurate"));
        assert_eq!(settle(&format!("{MEASURE} is the best\n")), loose(1, "best"));
        assert!(settle(&format!("{MEASURE} at the best epoch\n")).is_ok());
        assert!(settle(&format!("One higher line.\n\n{MEASURE}\n| lower |\n")).is_ok());
        assert_eq!(settle(&text("a shareholder's")), Ok(text("a shareholder's")));
        let both = text(&format!("{OPEN}higher{CLOSE} but lower"));
        assert_eq!(settle(&both), loose(2, "lower"));
    }

    #[test]
    fn a_judgement_needs_something_to_bear_it_out_wherever_it_stands() {
        assert_eq!(settle("\nIt does worse.\n"), loose(2, "worse"));
        assert!(settle(&format!("It does {OPEN}worse{CLOSE}, at a higher rate.\n")).is_ok());
    }

    #[test]
    fn what_is_borne_out_is_not_denied() {
        for denial in ["not", "**not**", "never", "neither"] {
            let found = settle(&format!("a\nit is {denial} {OPEN}higher{CLOSE} than\n"));
            let by = DENIALS.into_iter().find(|word| denial.contains(word) && *word != "no");
            let fault = LooseFault::Denied(by.expect("it is one of them"));
            assert_eq!(found, Err(Loose { line: 2, word: "higher".to_owned(), fault }), "{denial}");
        }
        assert!(settle(&format!("it isn't {OPEN}higher{CLOSE}\n")).is_err());
        assert!(settle(&format!("It does not help: it is {OPEN}lower{CLOSE}\n")).is_ok());
    }

    #[test]
    fn a_sentence_names_those_that_were_compared() {
        let higher = format!("{OPEN}higher{PART}2.4.2{PART}2.4.1{CLOSE}");
        let text = format!("Of 2.4: x. 2.4.2 is {higher} than 2.4.1. 2.4 is not.\n");
        assert_eq!(settle(&text), Ok("Of 2.4: x. 2.4.2 is higher than 2.4.1. 2.4 is not.\n".to_owned()));
        let swapped = settle(&format!("a\n2.4.1 is {higher} than 2.4.2.\n")).expect_err("it is lower");
        assert!(matches!(swapped, Loose { line: 2, fault: LooseFault::Misnamed(_), .. }), "{swapped:?}");
    }
}
