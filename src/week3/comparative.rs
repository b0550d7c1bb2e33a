//! Words of comparison: a sentence that prints a measure may use one only if what was compared bears it out.
//!
//! `"higher" | borne_by(compared)` ──▶ a mark (see `marks`), or an error with its place in the template
//! marked text ──settle──▶ text, unless a block with a result has such a word without a mark, denies a marked one, or
//! names others than those that were compared (see `compared`)
//!
//! Whatever can be said of measures is a value with `words`, the [`Borne`] words that it bears out: what `compare` gives, a
//! reading of a claim, a claim (its words are the source's), a fall from known to new users. Of a list of them, each must
//! bear the word out.
//!
//! Invariants
//! - No block of the report that prints a result or names a variant (a paragraph, a heading, an item of a list, a row of a
//!   table) has a word of [`WORDS`] that nothing bears out, and no block at all one of [`JUDGEMENTS`]; code apart, where
//!   such words are names. A setting, and a constant of the program, are no results.
//! - A clause that denies a word does not print it as borne out.
//! - What is printed for a mark is the word that was entered, whatever a template does with the mark.
//! - Only this program says what a comparison bears out: a template can make no [`Borne`].

use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Value};

use super::citation::{Ledger, Reference};
use super::compared::{self, Compared};
use super::error::RenderError;
use super::marks::{Marks, WORD};
use super::vocabulary::{DENIALS, JUDGEMENTS, TERMS, WORDS};
use super::{prose, sentence};

/// A word of comparison that says what the measures do not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Loose {
    /// The line of the text, from 1.
    pub line: usize,
    /// The word.
    pub word: String,
    /// What is wrong with it.
    pub fault: LooseFault,
    /// The line itself, or its beginning.
    pub text: String,
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
pub(super) struct Borne(Vec<(&'static str, Compared)>);

impl Borne {
    /// Hands `words` to a template as the `words` of what was compared.
    pub fn to_template(words: &[&'static str], compared: &Compared) -> Value {
        Self::each_to_template(words.iter().map(|word| (*word, compared.clone())))
    }

    /// Hands words of which each has its own comparison to a template.
    pub fn each_to_template(words: impl IntoIterator<Item = (&'static str, Compared)>) -> Value {
        Value::from_object(Self(words.into_iter().collect()))
    }
}

impl Object for Borne {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }
}

/// A word that was borne out, and what it was borne out of.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    word: String,
    compared: Compared,
}

/// Begins with no word entered.
pub(super) fn words() -> Marks<Entry> {
    Marks::new(WORD)
}

/// Gives `environment` the filter `borne_by`.
pub(super) fn install(environment: &mut Environment<'_>, words: &Arc<Marks<Entry>>) {
    let words = Arc::clone(words);
    environment.add_filter("borne_by", move |word: &str, by: &Value| {
        let compared = if matches!(by.kind(), ValueKind::Seq | ValueKind::Iterable) {
            let each = by.try_iter()?.map(|by| borne(word, &by)).collect::<Result<Vec<_>, Error>>()?;
            if each.is_empty() {
                return Err(refuse(format!("nothing was compared that could bear out `{word}`")));
            }
            Compared::of_each(&each)
        } else {
            borne(word, by)?
        };
        Ok(words.enter(Entry { word: word.to_owned(), compared }))
    });
}

/// Gives the comparison that bears `word` out.
fn borne(word: &str, by: &Value) -> Result<Compared, Error> {
    let found = by.get_attr("words").ok().and_then(|words| words.downcast_object::<Borne>());
    let Some(Borne(found)) = found.as_deref() else {
        return Err(refuse(
            "`borne_by` takes what was compared, such as `compare(…)` or a reading".to_owned(),
        ));
    };
    if let Some((_, compared)) = found.iter().find(|(borne, _)| *borne == word) {
        return Ok(compared.clone());
    }
    let words = found.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let words = if words.is_empty() { "none of these words".to_owned() } else { words };
    Err(refuse(format!("the measures do not bear out `{word}`; they bear out {words}")))
}

fn refuse(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// Prints the word of each mark; `variants` are the names of the variants.
///
/// # Errors
/// [`Loose`] for the first word that nothing bears out, that is denied, or that others are named with.
pub(super) fn settle(
    marked: &str,
    words: &Marks<Entry>,
    ledger: &Ledger,
    variants: &BTreeSet<String>,
) -> Result<String, Loose> {
    for (first, block) in prose::blocks(marked) {
        let loose = |line: usize, word: &str, fault: LooseFault| {
            let text =
                block.lines().nth(line).map(|text| prose::seen(text, &ledger.names)).unwrap_or_default();
            Loose { line: first + line, word: word.to_owned(), fault, text }
        };
        for (at, _) in block.match_indices(WORD.open) {
            let (before, mark) = block.split_at(at);
            let line = before.matches('\n').count();
            let Some((Entry { word, compared }, after)) = words.read(mark) else {
                return Err(loose(line, "·", LooseFault::Unborne));
            };
            let around = [before, after].map(|text| prose::without_marks(text, &ledger.names));
            let row = sentence::is_row(before);
            let of_sentence = [sentence::last(before, row), sentence::first(after, row)];
            let results: Vec<Reference> = of_sentence
                .iter()
                .flat_map(|text| ledger.results(text))
                .map(|(_, reference)| reference)
                .collect();
            let misnamed = || {
                let names = compared::misnamed(&word, &compared, [&around[0], &around[1]], variants);
                names.or_else(|| compared.foreign(&results))
            };
            let fault = denied(&around[0]).map(LooseFault::Denied);
            if let Some(fault) = fault.or_else(|| misnamed().map(LooseFault::Misnamed)) {
                return Err(loose(line, &word, fault));
            }
        }
        let said = prose::Said::of(&block, &TERMS);
        let told = prose::without_marks(&block, &ledger.names);
        let is_about_results = !ledger.results(&block).is_empty()
            || !block.starts_with('#') && !sentence::names_in(&told, variants).is_empty();
        let guarded: &[&str] = if is_about_results { &WORDS } else { &[] };
        let found = guarded.iter().chain(&JUDGEMENTS);
        if let Some((line, word)) = found.filter_map(|word| Some((said.line_of(word)?, word))).min() {
            return Err(loose(line, word, LooseFault::Unborne));
        }
    }
    let mut text = String::with_capacity(marked.len());
    let mut rest = marked;
    while let Some((before, (entry, after))) =
        rest.find(WORD.open).and_then(|at| Some((&rest[..at], words.read(&rest[at..])?)))
    {
        text.push_str(before);
        text.push_str(&entry.word);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

/// Finds what denies a marked word in the clause that ends with `before`.
fn denied(before: &str) -> Option<&'static str> {
    let sentence = sentence::last(before, sentence::is_row(before));
    let clause = sentence.rsplit([':', ';', '|']).next().unwrap_or(sentence);
    let clause = prose::Said::of(clause, &[]).text.replace('’', "'");
    let short = clause.contains("n't").then_some("n't");
    let clause = prose::Said::of(&clause, &[]);
    short.or_else(|| DENIALS.into_iter().find(|denial| clause.line_of(denial).is_some()))
}

impl From<Loose> for RenderError {
    fn from(loose: Loose) -> Self {
        let Loose { line, word, fault, text } = loose;
        match fault {
            LooseFault::Unborne => Self::Unborne { line, word, text },
            LooseFault::Denied(denial) => Self::Denied { line, denial, word, text },
            LooseFault::Misnamed(what) => Self::Misnamed { line, word, what, text },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::week3::format::Format;
    use crate::week3::measure::Measure;

    /// Settles a text in which `@` is a measure, and a word that is borne out stands between angles: `‹higher›`, and
    /// `‹higher 2.4.2 2.4.1›` with what was compared.
    fn settle(text: &str) -> Result<String, Loose> {
        let (words, ledger) = (words(), Ledger::default());
        let mut marked = String::new();
        let mut rest = text;
        while let Some((before, mark)) = rest.split_once('‹') {
            let (mark, after) = mark.split_once('›').expect("it is closed");
            let mut parts = mark.split(' ');
            let word = parts.next().expect("there is a word").to_owned();
            let compared = parts.next().map(|subject| Compared::of(subject, parts)).unwrap_or_default();
            marked.push_str(before);
            marked.push_str(&words.enter(Entry { word, compared }));
            rest = after;
        }
        marked.push_str(rest);
        let measure = Measure::real("evaluate[2.4.2,seed=1]/metrics.json", "/best/accuracy", 0.5);
        let number = ledger.enter("0.5".to_owned(), Format::Fixed(1), &measure);
        let names = ["2.4", "2.4.1", "2.4.2", "wide"].map(str::to_owned).into();
        let settled = super::settle(&marked.replace('@', &number), &words, &ledger, &names);
        settled.map(|text| text.replace(&number, "@")).map_err(|loose| Loose { text: String::new(), ..loose })
    }

    fn loose(line: usize, word: &str) -> Result<String, Loose> {
        Err(Loose { line, word: word.to_owned(), fault: LooseFault::Unborne, text: String::new() })
    }

    #[test]
    fn a_word_beside_a_measure_needs_something_to_bear_it_out() {
        let text = |words: &str| format!("\n@ is {words} than that\n");
        assert_eq!(settle(&text("Higher")), loose(2, "higher"));
        assert_eq!(settle(&text("more accurate")), loose(2, "more accurate"));
        assert_eq!(settle(&text("‹higher›")), Ok(text("higher")));
        assert_eq!(settle(&text("`higher`")), Ok(text("`higher`")));
        assert_eq!(settle("\n## Far lower (@)\n"), loose(2, "lower"));
        assert_eq!(settle("@ is\nlower than\n"), loose(2, "lower"));
        assert_eq!(settle("@ is far more\naccurate\n"), loose(1, "more accurate"));
        assert_eq!(settle("@ is the best\n"), loose(1, "best"));
        assert!(settle("@ at the best epoch\n").is_ok());
        assert!(settle("One higher line.\n\n@\n| lower |\n").is_ok());
        for split in ["high**er**", "more   _accurate_", "more\n> accurate", "hig\u{200B}her"] {
            assert!(settle(&text(split)).is_err(), "{split}");
        }
        assert_eq!(settle(&text("a shareholder's")), Ok(text("a shareholder's")));
        let both = text("‹higher› but lower");
        assert_eq!(settle(&both), loose(2, "lower"));
    }

    #[test]
    fn what_is_printed_is_what_was_entered() {
        let (words, ledger) = (words(), Ledger::default());
        let mark = words.enter(Entry { word: "lower".to_owned(), compared: Compared::default() });
        let settle = |text: &str| super::settle(text, &words, &ledger, &BTreeSet::new());
        assert_eq!(settle(&format!("it is {}\n", mark.to_uppercase())), Ok("it is lower\n".to_owned()));
        assert!(settle(&format!("it is {}7{}\n", WORD.open, WORD.close)).is_err());
    }

    #[test]
    fn a_judgement_needs_something_to_bear_it_out_wherever_it_stands() {
        assert_eq!(settle("\nIt does worse.\n"), loose(2, "worse"));
        assert!(settle("It does ‹worse›, at a higher rate.\n").is_ok());
    }

    #[test]
    fn what_is_borne_out_is_not_denied() {
        for denial in ["not", "**not**", "never", "neither"] {
            let found = settle(&format!("a\nit is {denial} ‹higher› than\n"));
            let by = DENIALS.into_iter().find(|word| denial.contains(word) && *word != "no");
            let fault = LooseFault::Denied(by.expect("it is one of them"));
            assert_eq!(
                found,
                Err(Loose { line: 2, word: "higher".to_owned(), fault, text: String::new() }),
                "{denial}"
            );
        }
        assert!(settle("it isn't ‹higher›\n").is_err());
        assert!(settle("It does not help: it is ‹lower›\n").is_ok());
    }

    #[test]
    fn a_sentence_names_those_that_were_compared() {
        let higher = "‹higher 2.4.2 2.4.1›";
        let text = format!("Of 2.4: x. 2.4.2 is {higher} than 2.4.1. 2.4 is not.\n");
        assert_eq!(settle(&text), Ok("Of 2.4: x. 2.4.2 is higher than 2.4.1. 2.4 is not.\n".to_owned()));
        let swapped = settle(&format!("a\n2.4.1 is {higher} than 2.4.2.\n")).expect_err("it is lower");
        assert!(matches!(swapped, Loose { line: 2, fault: LooseFault::Misnamed(_), .. }), "{swapped:?}");
    }
}
