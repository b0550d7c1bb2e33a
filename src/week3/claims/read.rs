//! `claims.yaml` → claims, or every mistake in it, each with its place and what to do.
//!
//! Invariants
//! - A claim has what its relation needs and nothing else, and names sections and variants of the source document.
//! - A mistake in one claim hides none in another.

use std::sync::Arc;

use super::claim::{Claim, Relation, Repeats, Runs, Statistic, Word};
use crate::week3::source::{Figure, SourceDocument};
use recount_engine::diagnostic::{Diagnostic, Diagnostics, Place, Source};
use recount_engine::suggestion::help;
use recount_engine::yaml::{
    Content, Entry, Node, Scalar, entries, entry, is_missing, items, read, refuse_unknown, text,
};

const FIELDS: [&str; 8] =
    ["section", "relation", "variant", "statistic", "than", "runs", "values", "repeats"];
const NEEDED: [&str; 4] = ["section", "relation", "variant", "statistic"];

/// Reads the claims about `document`.
///
/// # Errors
/// Every mistake that was found, sorted by place.
pub fn read_claims(source: &Arc<Source>, document: &SourceDocument) -> Result<Vec<Claim>, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    let claims = list(source, document, &mut diagnostics);
    if diagnostics.is_empty() { Ok(claims) } else { Err(diagnostics) }
}

fn list(source: &Arc<Source>, document: &SourceDocument, diagnostics: &mut Diagnostics) -> Vec<Claim> {
    let Some(root) = read(source, 0..source.text().len(), diagnostics) else { return Vec::new() };
    let Some(fields) = entries(&root, "the file of claims", diagnostics) else { return Vec::new() };
    refuse_unknown(fields, &["claims"], "the file of claims", |_| None, diagnostics);
    let Some(list) = entry(fields, "claims") else {
        if is_missing(fields, "claims", &["claims"]) {
            let mistake = Diagnostic::error("`claims` is missing").at(&Place::whole(source));
            diagnostics.add(mistake.help("begin the file with `claims:` and list them under it"));
        }
        return Vec::new();
    };
    let known = Known::of(document);
    let mut claims: Vec<Claim> = Vec::new();
    for node in items(&list.value, "`claims`", diagnostics).unwrap_or_default() {
        let Some(claim) = entries(node, "a claim", diagnostics)
            .and_then(|fields| Reader { node, fields, known: &known, diagnostics }.claim())
        else {
            continue;
        };
        let same = |other: &&Claim| Claim { line: claim.line, ..(*other).clone() } == claim;
        if let Some(other) = claims.iter().find(same) {
            let help = format!("line {} has it already; keep one of the two", other.line);
            diagnostics.add(Diagnostic::error("this claim stands here twice").at(&node.place).help(help));
            continue;
        }
        claims.push(claim);
    }
    claims
}

/// What the source document has.
struct Known<'d> {
    sections: Vec<&'d str>,
    variants: Vec<&'d str>,
}

impl<'d> Known<'d> {
    fn of(document: &'d SourceDocument) -> Self {
        Self {
            sections: document.sections.iter().map(|section| section.number.as_str()).collect(),
            variants: document.sections.iter().filter_map(|section| section.described.as_deref()).collect(),
        }
    }
}

/// Reads one claim.
struct Reader<'r> {
    node: &'r Node,
    fields: &'r [Entry],
    known: &'r Known<'r>,
    diagnostics: &'r mut Diagnostics,
}

impl Reader<'_> {
    fn claim(mut self) -> Option<Claim> {
        let before = self.diagnostics.len();
        refuse_unknown(self.fields, &FIELDS, "a claim", |_| None, self.diagnostics);
        for name in NEEDED {
            if is_missing(self.fields, name, &FIELDS) {
                let help =
                    format!("a claim has at least {}", NEEDED.map(|name| format!("`{name}`")).join(", "));
                self.refuse(&self.node.place, format!("this claim has no `{name}`"), help);
            }
        }
        let section = self.name("section", &self.known.sections, "a section numbered", "the sections are");
        let variant = self.name("variant", &self.known.variants, "a variant named", "the variants are");
        let relation: Option<Relation> = self.word("relation");
        let statistic: Option<Statistic> = self.word("statistic");
        let runs: Option<Runs> = self.word("runs");
        let than = self.than();
        let values = self.values();
        let repeats = self.repeats();
        let (section, variant, relation, statistic) = (section?, variant?, relation?, statistic?);
        self.check_words(relation, statistic, runs);
        self.check_lists(relation, runs, &values);
        if than.contains(&variant) {
            let place = self.place("than");
            self.refuse(&place, format!("`{variant}` is held against itself"), "take it out of `than`");
        }
        let line = self.node.place.line();
        (self.diagnostics.len() == before).then_some(Claim {
            section,
            relation,
            variant,
            statistic,
            than,
            values,
            runs,
            repeats,
            line,
        })
    }

    fn check_words(&mut self, relation: Relation, statistic: Statistic, runs: Option<Runs>) {
        if !relation.statistics().contains(&statistic) {
            let message = format!("`{}` says nothing about `{}`", relation.name(), statistic.name());
            let help = format!("its statistic is {}", alternatives(relation.statistics(), Statistic::name));
            self.refuse(&self.place("statistic"), message, help);
        }
        let possible = relation.runs();
        match runs {
            Some(runs) if !possible.contains(&runs) && !possible.is_empty() => {
                let message = format!("the figures of `{}` can't be of `{}`", relation.name(), runs.name());
                let help = format!("write {}", alternatives(possible, Runs::name));
                self.refuse(&self.place("runs"), message, help);
            }
            _ => self.presence(relation, "runs", !possible.is_empty()),
        }
    }

    fn check_lists(&mut self, relation: Relation, runs: Option<Runs>, values: &[Figure]) {
        self.presence(relation, "than", relation.compares());
        self.presence(relation, "values", relation.is_figure());
        self.presence(relation, "repeats", relation.counts_repeats());
        if !relation.is_figure() || values.is_empty() {
            return;
        }
        let (right, what) = match (relation, runs) {
            (Relation::Between | Relation::GapBetween, _) => (
                matches!(values, [low, high] if low.value() <= high.value()),
                "the lower and the higher figure",
            ),
            (_, Some(Runs::Each)) => (values.len() > 1, "a figure for each of several runs"),
            _ => (values.len() == 1, "one figure"),
        };
        if !right {
            let message = format!("`{}` needs {what} here", relation.name());
            self.refuse(&self.place("values"), message, "as in `values: [\"0.91\", \"0.94\"]`");
        }
    }

    /// Tells a field that the relation needs and lacks, or has without need.
    fn presence(&mut self, relation: Relation, field: &str, needed: bool) {
        let there = entry(self.fields, field).map(|entry| entry.key_place.clone());
        match (needed, there) {
            (true, None) if is_missing(self.fields, field, &FIELDS) => {
                let message = format!("`{}` needs `{field}`", relation.name());
                let help = match field {
                    "than" => "name the variants that it is held against: `than: [\"…\"]`",
                    "repeats" => "say in how many of its runs: `repeats: { some: 2, of: 3 }`",
                    "runs" => "say what runs are behind the figures: `single`, `each` or `range`",
                    _ => "quote the document's figures: `values: [\"0.91\"]`",
                };
                self.refuse(&self.node.place, message, help);
            }
            (false, Some(place)) => {
                let message = format!("`{}` takes no `{field}`", relation.name());
                self.refuse(&place, message, "take it away, or choose the relation that it belongs to");
            }
            _ => {}
        }
    }

    /// Reads one of the names that the document has.
    fn name(&mut self, field: &str, known: &[&str], one: &str, many: &str) -> Option<String> {
        let found = entry(self.fields, field)?;
        let name = text(&found.value, &format!("`{field}`"), self.diagnostics)?;
        self.known_name(name, &found.value.place, known, one, many)
    }

    fn known_name(
        &mut self,
        name: &str,
        place: &Place,
        known: &[&str],
        one: &str,
        many: &str,
    ) -> Option<String> {
        if known.contains(&name) {
            return Some(name.to_owned());
        }
        let advice = help(name, known.iter().copied(), one, many).unwrap_or_default();
        self.refuse(place, format!("the source document has nothing called `{name}`"), advice);
        None
    }

    fn word<W: Word>(&mut self, field: &str) -> Option<W> {
        let found = entry(self.fields, field)?;
        let name = text(&found.value, &format!("`{field}`"), self.diagnostics)?;
        let word = W::of(name);
        if word.is_none() {
            let all = W::ALL.iter().map(|(name, _)| *name);
            let advice = help(name, all, "the word", "the words are").unwrap_or_default();
            self.refuse(&found.value.place, format!("`{field}` can't be `{name}`"), advice);
        }
        word
    }

    fn than(&mut self) -> Vec<String> {
        let Some(found) = entry(self.fields, "than") else { return Vec::new() };
        let mut names: Vec<String> = Vec::new();
        for node in items(&found.value, "`than`", self.diagnostics).unwrap_or_default() {
            let Some(name) = text(node, "a variant's name", self.diagnostics) else { continue };
            if names.iter().any(|other| other == name) {
                self.refuse(&node.place, format!("`{name}` is named twice"), "keep one of the two");
                continue;
            }
            let known = &self.known.variants;
            names.extend(self.known_name(name, &node.place, known, "a variant named", "the variants are"));
        }
        self.refuse_empty(found);
        names
    }

    fn values(&mut self) -> Vec<Figure> {
        let Some(found) = entry(self.fields, "values") else { return Vec::new() };
        let mut figures = Vec::new();
        for node in items(&found.value, "`values`", self.diagnostics).unwrap_or_default() {
            let Some(spelled) = text(node, "a figure", self.diagnostics) else { continue };
            match Figure::try_from(spelled.to_owned()) {
                Ok(figure) => figures.push(figure),
                Err(message) => {
                    self.refuse(&node.place, message, "write it as the document prints it, such as \"0.91\"");
                }
            }
        }
        self.refuse_empty(found);
        figures
    }

    fn refuse_empty(&mut self, found: &Entry) {
        if matches!(&found.value.content, Content::List(items) if items.is_empty()) {
            let help = "list at least one, or take the field away";
            self.refuse(&found.value.place, format!("`{}` is empty", found.key), help);
        }
    }

    fn repeats(&mut self) -> Option<Repeats> {
        let found = entry(self.fields, "repeats")?;
        let fields = entries(&found.value, "`repeats`", self.diagnostics)?;
        refuse_unknown(fields, &["some", "of"], "`repeats`", |_| None, self.diagnostics);
        let count = |name| match entry(fields, name).map(|entry| &entry.value.content) {
            Some(Content::Scalar(Scalar::Integer(number))) => u32::try_from(*number).ok(),
            _ => None,
        };
        let repeats = count("some").zip(count("of")).map(|(some, of)| Repeats { some, of });
        let sound = repeats.filter(|repeats| (1..=repeats.of).contains(&repeats.some));
        if sound.is_none() {
            let message = "`repeats` needs `some`, at least 1, and `of`, at least as many";
            self.refuse(&found.value.place, message, "as in `repeats: { some: 2, of: 3 }`");
        }
        sound
    }

    fn place(&self, field: &str) -> Place {
        entry(self.fields, field).map_or(&self.node.place, |entry| &entry.value.place).clone()
    }

    fn refuse(&mut self, place: &Place, message: impl AsRef<str>, help: impl AsRef<str>) {
        self.diagnostics.add(Diagnostic::error(message).at(place).help(help));
    }
}

fn alternatives<W: Copy>(words: &[W], name: impl Fn(W) -> &'static str) -> String {
    words.iter().map(|word| format!("`{}`", name(*word))).collect::<Vec<_>>().join(" or ")
}
