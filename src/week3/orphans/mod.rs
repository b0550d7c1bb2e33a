//! Numerals that nothing answers for: in templates, where they are typed, and in the finished text.
//!
//! template ──without expressions, code, link targets, terms──▶ no numeral, and none in words
//! report   ──without links, code, link targets, names──▶ no numeral, and none in words
//!
//! What may hold digits without stating a quantity: code, a link's target, the number of a section that exists, the
//! name of a variant, the titles, and the terms of the field (see `names`).
//!
//! Invariants
//! - A section or a variant that looks like a number stands in the finished text only where a template has marked it as
//!   a name (see `named`), and a whole number only behind `#`, `section` or `§`: a `2.2` without a mark may be a quantity.

mod code;
mod names;
mod numeral;
mod words;

use super::citation::{Citation, NamePlace, reference_name};
use super::error::{Fault, RenderError};
use super::fence::{Fences, Line};
use super::prose;

use code::{blank_spans, blank_targets};
use names::blank_place;
use numeral::{blank, numeral};
use words::in_words;

pub(super) use names::Names;

/// How much of a line an error shows, in characters.
const SHOWN: usize = 90;

/// How an error names the finished text.
const REPORT: &str = "the report";

/// Refuses a template that states a quantity itself.
///
/// # Errors
/// [`RenderError::Typed`] for the first one, with its place.
pub(super) fn check_template(template: &str, text: &str, names: &Names) -> Result<(), RenderError> {
    let mut reader = Reader::new(template);
    for (index, line) in without_expressions(text).lines().enumerate() {
        let mut left: Vec<char> = line.chars().collect();
        reader.blank(line, &mut left)?;
        names.blank_plain(&mut left);
        if let Some((column, numeral)) = numeral(&left).or_else(|| in_words(&left)) {
            return Err(RenderError::Typed {
                template: template.to_owned(),
                line: index + 1,
                column,
                numeral,
            });
        }
    }
    reader.end()
}

/// Reads a text's lines without its code and link targets.
struct Reader<'a> {
    place: &'a str,
    fences: Fences,
    line: usize,
}

impl<'a> Reader<'a> {
    fn new(place: &'a str) -> Self {
        Self { place, fences: Fences::default(), line: 0 }
    }

    /// Blanks in `left`, which is the next line or what is left of it, what states no quantity.
    fn blank(&mut self, line: &str, left: &mut [char]) -> Result<(), RenderError> {
        self.line += 1;
        match self.fences.read(line) {
            Line::Indented => {
                return Err(self.fault(self.line, 1, Fault::Indented(line.trim().to_owned())));
            }
            Line::Code => {
                code::check(left).map_err(|(column, fault)| self.fault(self.line, column, fault))?;
                blank(left, 0, usize::MAX);
            }
            Line::Text => {
                blank_spans(left).map_err(|(column, fault)| self.fault(self.line, column, fault))?;
                blank_targets(left);
            }
        }
        Ok(())
    }

    fn end(&self) -> Result<(), RenderError> {
        match self.fences.open_since() {
            Some(line) => Err(self.fault(line, 1, Fault::Unclosed("the fence".to_owned()))),
            None => Ok(()),
        }
    }

    fn fault(&self, line: usize, column: usize, fault: Fault) -> RenderError {
        RenderError::Fault { place: self.place.to_owned(), line, column, fault }
    }
}

/// Refuses a finished text with a numeral that is no link and no name; `marked` are the names that templates marked.
///
/// # Errors
/// [`RenderError::Orphan`] for the first one, with its place.
pub(super) fn check_text(
    text: &str,
    citations: &[Citation],
    names: &Names,
    marked: &[NamePlace],
) -> Result<(), RenderError> {
    let mut reader = Reader::new(REPORT);
    let mut citations = citations.iter().peekable();
    let mut marked = marked.iter().peekable();
    for (index, line) in text.lines().enumerate() {
        let mut left: Vec<char> = line.chars().collect();
        while let Some(citation) = citations.next_if(|citation| citation.line == index + 1) {
            let link = format!("{}][{}", citation.text, reference_name(citation.reference));
            blank(&mut left, citation.column - 1, link.chars().count());
        }
        code::blank_captions(&mut left);
        while let Some(place) = marked.next_if(|place| place.line == index + 1) {
            blank_place(&mut left, *place, names);
        }
        reader.blank(line, &mut left)?;
        if let Some((column, fault)) = code::html(&left) {
            return Err(reader.fault(index + 1, column, fault));
        }
        names.blank_plain(&mut left);
        if let Some((column, numeral)) = numeral(&left).or_else(|| in_words(&left)) {
            let text = prose::shortened(line.trim(), SHOWN);
            return Err(RenderError::Orphan { line: index + 1, column, numeral, text });
        }
    }
    reader.end()
}

/// Blanks expressions, statements and comments, and keeps every line and column.
fn without_expressions(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{{").into_iter().chain(rest.find("{%")).chain(rest.find("{#")).min() {
        kept.push_str(&rest[..at]);
        let end = match &rest[at..at + 2] {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let length = rest[at..].find(end).map_or(rest.len() - at, |length| length + 2);
        kept.extend(rest[at..at + length].chars().map(|symbol| if symbol == '\n' { '\n' } else { ' ' }));
        rest = &rest[at + length..];
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let all = ["Summary week 3", "1.1-as-run", "SHA-256", "2.4.2", "2.4", "1.1", "F1", "2"];
        Names { all: all.map(str::to_owned).to_vec(), headings: vec!["Half the size".to_owned()] }
    }

    fn typed(text: &str) -> Option<(usize, usize, String)> {
        match check_template("main.md.j2", text, &names()) {
            Err(RenderError::Typed { line, column, numeral, .. }) => Some((line, column, numeral)),
            other => other.map(|()| None).expect("only this error can come"),
        }
    }

    /// What is found in a text in which `^` stands before each marked name.
    fn orphan(text: &str) -> Option<(usize, usize, String)> {
        let mut marked = Vec::new();
        for (index, line) in text.lines().enumerate() {
            for (count, (at, _)) in line.match_indices('^').enumerate() {
                let name: String = line[at + 1..].chars().take_while(|symbol| is_part(*symbol)).collect();
                let length = name.trim_end_matches('.').chars().count();
                let column = line[..at].chars().count() + 1 - count;
                marked.push(NamePlace { line: index + 1, column, length });
            }
        }
        match check_text(&text.replace('^', ""), &[], &names(), &marked) {
            Err(RenderError::Orphan { line, column, numeral, .. }) => Some((line, column, numeral)),
            other => other.map(|()| None).expect("only this error can come"),
        }
    }

    fn is_part(symbol: char) -> bool {
        symbol.is_alphanumeric() || symbol == '.' || symbol == '-'
    }

    #[test]
    fn a_typed_quantity_is_found_with_its_place() {
        for (text, expected) in [
            ("rows:\nabout 64,070.\n", (2, 7, "64,070")),
            ("a loss of 2.4\n", (1, 11, "2.4")),
            ("{{ a }} in {# 7 #} 8 of\n", (1, 20, "8")),
            ("1. first\n", (1, 1, "1")),
            ("Over three seeds it\n", (1, 6, "three")),
            ("Over one seed it\n", (1, 6, "one seed")),
            ("of Ninety-nine of\n", (1, 4, "Ninety")),
            ("by a third of\n", (1, 6, "third")),
            ("&half; of\n", (1, 2, "half")),
            ("two thirds\n", (1, 1, "two")),
            ("ten per cent\n", (1, 1, "ten")),
            ("a per cent\n", (1, 3, "per cent")),
            ("over thr**ee** seeds\n", (1, 6, "three")),
            ("a fifth of\n", (1, 3, "fifth")),
            ("a threefold gain\n", (1, 3, "threefold")),
            ("x²\n", (1, 2, "²")),
            ("0.2.4.2\n", (1, 1, "0.2.4.2")),
        ] {
            let (line, column, numeral) = expected;
            assert_eq!(typed(text), Some((line, column, numeral.to_owned())), "{text}");
        }
    }

    #[test]
    fn names_code_targets_and_expressions_state_nothing() {
        for text in [
            "as 2.4.2 and 1.1-as-run do\n",
            "SHA-256 `{{ digest }}` and `cargo run 3`\n",
            "as `4a6c5ac1` and `train[2.4.2,seed=1]`\n",
            "{{ x | fixed(3) }} {% set a = 5 %}{# 1 \n 2 #}\n",
            "[it](plots/curves-2.4.svg) both differ\n",
            "```\nrun 3\n```\nmacro-averaged F1\n",
        ] {
            assert_eq!(typed(text), None, "{text}");
        }
    }

    fn faults(text: &str) -> [Option<(usize, usize, Fault)>; 2] {
        let of = |checked| match checked {
            Err(RenderError::Fault { line, column, fault, .. }) => Some((line, column, fault)),
            other => other.map(|()| None).expect("only this error can come"),
        };
        [of(check_template("main.md.j2", text, &names())), of(check_text(text, &[], &names(), &[]))]
    }

    #[test]
    fn no_fence_hides_what_follows_it() {
        let hidden = "The accuracy is 0.999 over three seeds.\n";
        for lead in ["```x```\n", "````\n```\n````\n", "~~~\n```\n~~~\n", "    ```\n"] {
            let text = format!("{lead}\n{hidden}");
            let refused = check_text(&text, &[], &names(), &[]).and(check_template("a", &text, &names()));
            assert!(refused.is_err(), "{lead}");
        }
        let open = Some((2, 1, Fault::Unclosed("the fence".to_owned())));
        assert_eq!(faults("a\n```\nhidden\n"), [open.clone(), open]);
        let indented = Some((2, 1, Fault::Indented("```".to_owned())));
        assert_eq!(faults(&format!("- a\n  ```\n{hidden}```\n")), [indented.clone(), indented]);
    }

    #[test]
    fn code_and_links_hide_no_number() {
        for (text, column, number) in [
            ("is `0.999`", 5, "0.999"),
            ("of `99 %`", 5, "99"),
            ("so `accuracy 0.999` it", 14, "0.999"),
            ("``−1,300``", 3, "−1,300"),
            ("```\n0.999\n```", 1, "0.999"),
            ("`accuracy=0.999`", 2, "accuracy=0.999"),
        ] {
            for found in faults(text) {
                let (_, at, fault) = found.unwrap_or_else(|| panic!("{text} passes"));
                assert_eq!((at, fault), (column, Fault::InCode(number.to_owned())), "{text}");
            }
        }
        for text in ["a <b>\n", "a <!-- -->\n", "</i>\n", "a&percnt;\n", "a&shy;b\n", "<img src=\"a\">\n"] {
            let html = |found: &Option<(usize, usize, Fault)>| matches!(found, Some((1, _, Fault::Html(_))));
            assert!(html(&faults(text)[1]), "{text}");
        }
        assert_eq!(orphan("a < b & c; `<b>`\n"), None);
        for text in ["`a\n", "`a\n` 0.999 `b`\n", "| `a | 0.999 | b` |\n"] {
            let unclosed = |found: &Option<(usize, usize, Fault)>| matches!(found, Some((1, _, Fault::Unclosed(sign))) if sign == "`");
            assert!(faults(text).iter().all(unclosed), "{text}");
        }
        for text in ["[it](x.svg \"accuracy 0.999\")\n", "[it](x 0.999 \n", "it](0.999)\n", "\\`0.999\\`\n"] {
            assert_eq!(orphan(text).map(|(_, _, numeral)| numeral).as_deref(), Some("0.999"), "{text}");
        }
    }

    #[test]
    fn a_finished_text_may_name_what_exists_and_nothing_else() {
        for text in [
            "## ^2 Second\n",
            "# Summary week 3\n",
            "of section ^2: ^2.4, then ^1.1.\n",
            "| ^2.4 | 1.1-as-run |\n",
            "### ^2.4 Half the size\n",
            "as 2.4.2 did, in the first of its seconds\n",
        ] {
            assert_eq!(orphan(text), None, "{text}");
        }
        for (text, numeral) in [
            ("over 2 seeds\n", "2"),
            ("over ^2 seeds\n", "2"),
            ("is 2.4\n", "2.4"),
            ("### 2.4 First\n", "2.4"),
            ("is ^2.4 nats\n", "2.4"),
            ("-^1.1\n", "1.1"),
            ("is half of\n", "half"),
            ("over three seeds\n", "three"),
            ("is 2.5\n", "2.5"),
            ("week 3\n", "3"),
            ("2.4 % of\n", "2.4"),
            ("is 2.4.2 nats\n", "2.4.2"),
            ("is 2.4 nats.\n", "2.4"),
            ("over 1.1 epochs\n", "1.1"),
            ("-1.1\n", "1.1"),
        ] {
            assert_eq!(orphan(text).map(|(_, _, numeral)| numeral).as_deref(), Some(numeral), "{text}");
        }
    }
}
