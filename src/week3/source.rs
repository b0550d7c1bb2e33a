//! `source.yaml` → the sections of the source document, as data, or every mistake in it with its place and what to do;
//! what the document claims is `claims`' to say.
//!
//! Invariants
//! - A figure keeps the spelling of the document, so that quoting it rounds nothing.
//! - Section numbers are unique.

use std::sync::Arc;

use serde::Deserialize;

use recount_engine::diagnostic::{Diagnostic, Diagnostics, Place, Source};
use recount_engine::yaml::{Entry, Node, entries, entry, is_missing, items, read, refuse_unknown, text};

/// The source document, section by section.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceDocument {
    /// What the document is called.
    pub document: String,
    /// Its sections, in its order.
    pub sections: Vec<Section>,
}

/// A section of the source document.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Its number, such as `2.4.1`.
    pub number: String,
    /// Its heading.
    pub heading: String,
    /// The variant that does what the document describes; none for a section of sections.
    pub described: Option<String>,
    /// The variant that does what the experiment's code executed, where that differs.
    pub as_run: Option<String>,
}

/// A number between 0 and 1 as the document prints it: an accuracy, or a difference of losses.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct Figure {
    text: String,
    value: f64,
}

impl Figure {
    /// Gives the figure as the document prints it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Gives its value.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Gives half a unit of the last decimal that the document prints.
    pub fn tolerance(&self) -> f64 {
        let decimals = self.text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        (0..decimals).fold(0.5, |unit, _| unit / 10.0)
    }
}

impl TryFrom<String> for Figure {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        match text.parse::<f64>() {
            Ok(value) if plain && (0.0..=1.0).contains(&value) => Ok(Self { text, value }),
            _ => Err(format!("`{text}` is no figure between 0 and 1; write it in quotes, such as \"0.91\"")),
        }
    }
}

const DOCUMENT_FIELDS: [&str; 2] = ["document", "sections"];
const SECTION_FIELDS: [&str; 4] = ["number", "heading", "described", "as_run"];

impl SourceDocument {
    /// Reads a source document.
    ///
    /// # Errors
    /// Every mistake that was found, sorted by place.
    pub fn read(source: &Arc<Source>) -> Result<Self, Diagnostics> {
        let mut diagnostics = Diagnostics::default();
        let document = document(source, &mut diagnostics);
        document.filter(|_| diagnostics.is_empty()).ok_or(diagnostics)
    }
}

fn document(source: &Arc<Source>, diagnostics: &mut Diagnostics) -> Option<SourceDocument> {
    let root = read(source, 0..source.text().len(), diagnostics)?;
    let fields = entries(&root, "the source document", diagnostics)?;
    refuse_unknown(fields, &DOCUMENT_FIELDS, "the source document", |_| None, diagnostics);
    let whole = Place::whole(source);
    let name = needed(fields, "document", &DOCUMENT_FIELDS, &whole, diagnostics);
    let listed = needed(fields, "sections", &DOCUMENT_FIELDS, &whole, diagnostics)?;
    let mut sections: Vec<Section> = Vec::new();
    for node in items(&listed.value, "`sections`", diagnostics)? {
        let Some(section) = section(node, diagnostics) else { continue };
        if sections.iter().any(|other| other.number == section.number) {
            let mistake = Diagnostic::error(format!("the section `{}` stands here twice", section.number));
            diagnostics
                .add(mistake.at(&node.place).help("keep one of the two, or give it a number of its own"));
            continue;
        }
        sections.push(section);
    }
    let document = text(&name?.value, "`document`", diagnostics)?.to_owned();
    Some(SourceDocument { document, sections })
}

fn section(node: &Node, diagnostics: &mut Diagnostics) -> Option<Section> {
    let fields = entries(node, "a section", diagnostics)?;
    refuse_unknown(fields, &SECTION_FIELDS, "a section", |_| None, diagnostics);
    let [number, heading] =
        ["number", "heading"].map(|name| needed(fields, name, &SECTION_FIELDS, &node.place, diagnostics));
    let [described, as_run] = ["described", "as_run"].map(|name| entry(fields, name));
    if let (None, Some(as_run)) = (described, as_run) {
        let mistake = Diagnostic::error("it has an `as_run` but no `described` variant");
        diagnostics
            .add(mistake.at(&as_run.key_place).help("name the variant that the text describes: `described`"));
    }
    let mut told = |field: Option<&Entry>| {
        let field = field?;
        Some(text(&field.value, &format!("`{}`", field.key), diagnostics)?.to_owned())
    };
    let [number, heading, described, as_run] = [number, heading, described, as_run].map(&mut told);
    Some(Section { number: number?, heading: heading?, described, as_run })
}

/// Finds a field that has to be there.
fn needed<'n>(
    fields: &'n [Entry],
    name: &str,
    known: &[&str],
    place: &Place,
    diagnostics: &mut Diagnostics,
) -> Option<&'n Entry> {
    if is_missing(fields, name, known) {
        let needed = known.iter().take(2).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        let mistake = Diagnostic::error(format!("`{name}` is missing")).at(place);
        diagnostics.add(mistake.help(format!("{needed} are needed here")));
    }
    entry(fields, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "document: Week\nsections:\n  - number: \"1\"\n    heading: One\n";

    fn mistakes(lines: &str) -> String {
        let source = Source::file("source.yaml", format!("{DOCUMENT}{lines}"));
        SourceDocument::read(&source).expect_err("there is a mistake").render(false)
    }

    #[test]
    fn a_figure_keeps_its_spelling() {
        let [long, short] =
            ["0.50", "0.9656"].map(|text| Figure::try_from(text.to_owned()).expect("a figure"));
        assert_eq!(long.text(), "0.50");
        assert!((long.tolerance() - 0.005).abs() < 1e-12);
        assert!((short.tolerance() - 0.00005).abs() < 1e-12);
        assert!(
            ["91", "NaN", "1.1", "-0.5", "9e-1"]
                .map(str::to_owned)
                .map(Figure::try_from)
                .iter()
                .all(Result::is_err)
        );
    }

    #[test]
    fn every_mistake_is_told_with_its_place_and_what_to_do() {
        let told = mistakes(
            "    colour: red\n    as_run: a\n  - { number: \"1\", heading: Two }\n  - { heading: 3 }\n",
        );
        for expected in [
            "a section has no field `colour`\n --> source.yaml:5:5",
            "it has an `as_run` but no `described` variant\n --> source.yaml:6:5",
            "the section `1` stands here twice\n --> source.yaml:7:5",
            "`number` is missing\n --> source.yaml:8:5",
            "`heading` must be a text, not `3`\n --> source.yaml:8:16",
            "help: put it in quotes: `\"3\"`",
            "help: `number` and `heading` are needed here",
        ] {
            assert!(told.contains(expected), "{expected}\n{told}");
        }
        let source = Source::file("source.yaml", "sections: [");
        assert!(SourceDocument::read(&source).is_err());
        let source = Source::file("source.yaml", "sections: []\n");
        let told = SourceDocument::read(&source).expect_err("it has no name").render(false);
        assert!(told.contains("`document` is missing"), "{told}");
    }
}
