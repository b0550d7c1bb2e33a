//! Words of comparison: a sentence that prints a measure may use one only if what was compared bears it out.
//!
//! `"higher" | borne_by(compared)` ──▶ a mark, the index of an entry of [`Words`], or an error with its place in the template
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
//! - What is printed for a mark is the word that was entered, whatever a template does with the mark.
//! - Only this program says what a comparison bears out: a template can make no [`Borne`].

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minijinja::value::{Object, ObjectRepr, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Value};

use super::compared::{self, Compared};
use super::prose;

/// The words, as they are written in lower case.
const WORDS: [&str; 58] = [
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
    "bigger",
    "biggest",
    "increases",
    "increased",
    "decreases",
    "decreased",
    "drops",
    "dropped",
    "rose",
    "fell",
    "maximum",
    "minimum",
    "tops",
    "dwarfs",
    "leads",
    "trails",
    "equals",
];

/// Words that say what came out, wherever they stand.
const JUDGEMENTS: [&str; 20] = [
    "more accurate",
    "less accurate",
    "most accurate",
    "least accurate",
    "better",
    "worse",
    "worst",
    "beats",
    "beat",
    "wins",
    "won",
    "outperformed",
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

/// Private-use characters around the index of a word that is borne out.
pub(super) const OPEN: char = '\u{E010}';
pub(super) const CLOSE: char = '\u{E011}';

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

/// Every word that was borne out.
#[derive(Debug, Default)]
pub(super) struct Words(Mutex<Vec<Entry>>);

/// A word, and what it was borne out of, where that is one comparison.
#[derive(Clone, Debug)]
struct Entry {
    word: String,
    compared: Option<Compared>,
}

impl Words {
    /// Enters a word and gives the mark to print in its place.
    fn enter(&self, word: &str, compared: Option<Compared>) -> String {
        let mut entries = self.entries();
        entries.push(Entry { word: word.to_owned(), compared });
        format!("{OPEN}{}{CLOSE}", entries.len() - 1)
    }

    /// Finds what was entered for the mark that a text begins with, and gives the text behind it.
    fn read<'t>(&self, text: &'t str) -> Option<(Entry, &'t str)> {
        let (index, rest) = text.strip_prefix(OPEN)?.split_once(CLOSE)?;
        Some((self.entries().get(index.parse::<usize>().ok()?)?.clone(), rest))
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        // An entry is pushed whole, so what a panicking filter left behind is still sound.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives `environment` the filter `borne_by`.
pub(super) fn install(environment: &mut Environment<'_>, words: &Arc<Words>) {
    let words = Arc::clone(words);
    environment.add_filter("borne_by", move |word: &str, by: &Value| {
        if !matches!(by.kind(), ValueKind::Seq | ValueKind::Iterable) {
            let borne = borne(word, by)?;
            return Ok(words.enter(word, Some(borne.compared.clone())));
        }
        let all: Vec<Value> = by.try_iter()?.collect();
        if all.is_empty() {
            return Err(refuse(format!("nothing was compared that could bear out `{word}`")));
        }
        all.iter().try_for_each(|by| borne(word, by).map(drop))?;
        Ok(words.enter(word, None))
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

/// Prints the word of each mark; `has_result` says whether a measure in a text is more than a setting or a constant,
/// `names` are those of variants and sections.
///
/// # Errors
/// [`Loose`] for the first word that nothing bears out, that is denied, or that others are named with.
pub(super) fn settle(
    marked: &str,
    words: &Words,
    names: &BTreeSet<String>,
    has_result: impl Fn(&str) -> bool,
) -> Result<String, Loose> {
    for (first, block) in prose::blocks(marked) {
        for (at, _) in block.match_indices(OPEN) {
            let (before, mark) = block.split_at(at);
            let line = first + before.matches('\n').count();
            let Some((Entry { word, compared }, after)) = words.read(mark) else {
                return Err(Loose { line, word: String::new(), fault: LooseFault::Unborne });
            };
            let misnamed = || {
                let what = compared::misnamed(&word, &compared?, [before, after], names)?;
                Some(LooseFault::Misnamed(what))
            };
            if let Some(fault) = denied(before).map(LooseFault::Denied).or_else(misnamed) {
                return Err(Loose { line, word, fault });
            }
        }
        let said = prose::Said::of(&block, &TERMS);
        let guarded: &[&str] = if has_result(&block) { &WORDS } else { &[] };
        let found = guarded.iter().chain(&JUDGEMENTS);
        if let Some((line, word)) = found.filter_map(|word| Some((said.line_of(word)?, word))).min() {
            let (line, word) = (first + line, (*word).to_owned());
            return Err(Loose { line, word, fault: LooseFault::Unborne });
        }
    }
    let mut text = String::with_capacity(marked.len());
    let mut rest = marked;
    while let Some(at) = rest.find(OPEN) {
        let (before, mark) = rest.split_at(at);
        text.push_str(before);
        // A mark that is none was refused above.
        let (entry, after) =
            words.read(mark).map_or((None, &mark[OPEN.len_utf8()..]), |(it, after)| (Some(it), after));
        text.extend(entry.map(|entry| entry.word));
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

/// Finds what denies a marked word in the clause that ends with `before`.
fn denied(before: &str) -> Option<&'static str> {
    let clause = before.rsplit(['.', ':', ';', '|']).next().unwrap_or(before);
    let clause = prose::Said::of(clause, &[]).text.replace('’', "'");
    let mut words = clause.split(|symbol: char| !symbol.is_alphanumeric() && symbol != '\'');
    let short = clause.contains("n't").then_some("n't");
    short.or_else(|| words.find_map(|word| DENIALS.into_iter().find(|denial| *denial == word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEASURE: &str = "\u{E000}1\u{E001}";

    /// Settles a text in which a word that is borne out stands between angles: `‹higher›`, and `‹higher 2.4.2 2.4.1›`
    /// with what was compared.
    fn settle(text: &str) -> Result<String, Loose> {
        let words = Words::default();
        let mut marked = String::new();
        let mut rest = text;
        while let Some((before, mark)) = rest.split_once('‹') {
            let (mark, after) = mark.split_once('›').expect("it is closed");
            let mut parts = mark.split(' ');
            let word = parts.next().expect("there is a word");
            let compared = parts.next().map(|subject| Compared::of(subject, parts));
            marked.push_str(before);
            marked.push_str(&words.enter(word, compared));
            rest = after;
        }
        marked.push_str(rest);
        let names = ["2.4", "2.4.1", "2.4.2", "wide"].map(str::to_owned).into();
        super::settle(&marked, &words, &names, |text| text.contains(MEASURE))
    }

    fn loose(line: usize, word: &str) -> Result<String, Loose> {
        Err(Loose { line, word: word.to_owned(), fault: LooseFault::Unborne })
    }

    #[test]
    fn a_word_beside_a_measure_needs_something_to_bear_it_out() {
        let text = |words: &str| format!("\n{MEASURE} is {words} than that\n");
        assert_eq!(settle(&text("Higher")), loose(2, "higher"));
        assert_eq!(settle(&text("more accurate")), loose(2, "more accurate"));
        assert_eq!(settle(&text("‹higher›")), Ok(text("higher")));
        assert_eq!(settle(&text("`higher`")), Ok(text("`higher`")));
        assert_eq!(settle(&format!("\n## Far lower ({MEASURE})\n")), loose(2, "lower"));
        assert_eq!(settle(&format!("{MEASURE} is\nlower than\n")), loose(2, "lower"));
        assert_eq!(settle(&format!("{MEASURE} is far more\naccurate\n")), loose(1, "more accurate"));
        assert_eq!(settle(&format!("{MEASURE} is the best\n")), loose(1, "best"));
        assert!(settle(&format!("{MEASURE} at the best epoch\n")).is_ok());
        assert!(settle(&format!("One higher line.\n\n{MEASURE}\n| lower |\n")).is_ok());
        for split in ["high**er**", "more   _accurate_", "more\n> accurate", "hig\u{200B}her"] {
            assert!(settle(&text(split)).is_err(), "{split}");
        }
        assert_eq!(settle(&text("a shareholder's")), Ok(text("a shareholder's")));
        let both = text("‹higher› but lower");
        assert_eq!(settle(&both), loose(2, "lower"));
    }

    #[test]
    fn what_is_printed_is_what_was_entered() {
        let words = Words::default();
        let mark = words.enter("lower", None).to_uppercase();
        let settled = super::settle(&format!("it is {mark}\n"), &words, &BTreeSet::new(), |_| true);
        assert_eq!(settled, Ok("it is lower\n".to_owned()));
        let forged = format!("it is {OPEN}7{CLOSE}\n");
        assert!(super::settle(&forged, &words, &BTreeSet::new(), |_| false).is_err());
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
            assert_eq!(found, Err(Loose { line: 2, word: "higher".to_owned(), fault }), "{denial}");
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
