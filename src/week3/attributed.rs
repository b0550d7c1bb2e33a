//! The numbers in a sentence: each is of a variant that is named there, or of the section's own, and is what it speaks of.
//!
//! marked text ──check──▶ nothing, or the first number under another variant's name, or a loss that is called an accuracy
//!
//! Invariants
//! - What a sentence, or a row of a table, names no variant for is not looked at; nor are settings, quoted figures and
//!   constants.
//! - A variant and one whose name goes on behind its own, such as `1.3` and `1.3-as-run`, stand for one another.

use std::collections::BTreeSet;

use super::citation::{Ledger, Reference};
use super::compared::{are_akin, variants_of};
use super::error::RenderError;
use super::spoken::unspoken;
use super::{prose, sentence};

/// A number under another name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misattributed {
    /// The line of the text, from 1.
    pub line: usize,
    /// The number, as it is printed.
    pub number: String,
    /// What it is: of which variants, or a sort of number.
    pub is: String,
    /// What its sentence says instead.
    pub said: String,
    /// The line itself, or its beginning.
    pub text: String,
}

/// Looks for a number that is of other variants than its sentence, or row, names.
///
/// # Errors
/// [`Misattributed`] for the first one.
pub(super) fn check(marked: &str, ledger: &Ledger, variants: &BTreeSet<String>) -> Result<(), Misattributed> {
    let names = |text: &str| sentence::names_in(&prose::without_marks(text, &ledger.names), variants);
    let mut own: Vec<String> = Vec::new();
    for (first, block) in prose::blocks(marked) {
        if block.starts_with('#') {
            own = names(&block);
            continue;
        }
        let row = sentence::is_row(&block);
        let mut ends: Vec<usize> = if row { Vec::new() } else { sentence::ends(&block, false).collect() };
        ends.push(block.len());
        let mut begin = 0;
        for end in ends {
            let told = &block[begin..end];
            let named = names(told);
            for (at, Reference { text, measure, .. }) in ledger.results(told) {
                let of = variants_of(&measure);
                let is_named = named.iter().chain(&own).any(|name| of.iter().any(|of| are_akin(name, of)));
                let (is, said) = if !named.is_empty() && !of.is_empty() && !is_named {
                    (format!("of {}", joined(of)), format!("names {}", joined(named.clone())))
                } else if let Some((is, said)) = unspoken(&measure, told).filter(|_| !row) {
                    (format!("of the {is}"), format!("speaks of the {said}"))
                } else {
                    continue;
                };
                let line = block[..begin + at].matches('\n').count();
                let told = block.lines().nth(line).unwrap_or_default();
                let shown = prose::seen(told, &ledger.names);
                return Err(Misattributed { line: first + line, number: text, is, said, text: shown });
            }
            begin = end;
        }
    }
    Ok(())
}

fn joined(names: impl IntoIterator<Item = String>) -> String {
    names.into_iter().collect::<BTreeSet<String>>().into_iter().collect::<Vec<_>>().join(", ")
}

impl From<Misattributed> for RenderError {
    fn from(found: Misattributed) -> Self {
        let Misattributed { line, number, is, said, text } = found;
        Self::Misattributed { line, number, is, said, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::week3::format::Format;
    use crate::week3::measure::Measure;

    /// Checks a text in which `@` is an accuracy of 2.4.2.
    fn found(text: &str) -> Option<(usize, String)> {
        let ledger = Ledger::default();
        let measure = Measure::real("evaluate[2.4.2,seed=1]/metrics.json", "/best/accuracy", 0.5);
        let number = ledger.enter("0.5".to_owned(), Format::Fixed(1), &measure);
        let variants = ["2.4.1", "2.4.2", "2.4.2-as-run"].map(str::to_owned).into();
        let found = check(&text.replace('@', &number), &ledger, &variants);
        found.err().map(|found| (found.line, found.said))
    }

    #[test]
    fn a_number_stands_under_its_own_variants_name() {
        for text in [
            "2.4.2 has @.\n",
            "It has @. 2.4.1 has not.\n",
            "| 2.4.2-as-run | @ |\n",
            "from 7 (2.4.1) to @ (2.4.2)\n",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
        assert_eq!(found("## 2.4.2 A\n\nIt has @ where 2.4.1 has less.\n"), None);
        assert_eq!(found("a\n2.4.1 has\n@.\n"), Some((3, "names 2.4.1".to_owned())));
        assert_eq!(found("Its loss is @.\n"), Some((1, "speaks of the loss".to_owned())));
        assert_eq!(found("Its accuracies are @, whatever the loss.\n"), None);
        assert_eq!(found("| 2.4.1 | @ |\n"), Some((1, "names 2.4.1".to_owned())));
        assert_eq!(found("## 2.4.2 A\n\n## B\n\n2.4.1 has @.\n"), Some((5, "names 2.4.1".to_owned())));
    }
}
