//! `measures`: the numbers of a stage's outputs that have a name, and what is known of them.
//!
//! Invariants
//! - A measure's name is one that a template can write behind a dot.
//! - It enters no key: to name a number runs nothing.

use crate::address::Address;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::suggestion;
use crate::yaml::{Content, Entry, Node, Scalar, entries, entry, items, refuse_unknown, text};

/// A number of each of a stage's instances, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Its name, unique in its stage.
    pub name: String,
    /// Where it is from.
    pub from: MeasureSource,
    /// What it is in, such as `s`; `fraction` for a share of one.
    pub unit: Option<String>,
    /// Which of two is better, if one is.
    pub better: Option<Better>,
    /// Of how many cases it is the share.
    pub out_of: Option<OutOf>,
    /// Whether it says something of the machine alone, such as a time: no comparison takes it.
    pub observed: bool,
    /// Whether it has no noise, so that any difference is one.
    pub exact: bool,
}

/// Where a measure is from.
#[derive(Clone, Debug, PartialEq)]
pub enum MeasureSource {
    /// A value of an output.
    Address(Address),
    /// The first measure of the stage minus the second.
    Difference([String; 2]),
    /// The first measure of the stage divided by the second.
    Ratio([String; 2]),
}

/// Which of two values is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The higher one.
    Higher,
    /// The lower one.
    Lower,
}

/// A number of cases.
#[derive(Clone, Debug, PartialEq)]
pub enum OutOf {
    /// This many.
    Count(u64),
    /// As many as a value of an output says.
    Address(Address),
}

impl Measure {
    /// Makes a measure of which only the address is known.
    ///
    /// # Panics
    /// Where `address` is none: a kind's own measures are part of the program.
    pub fn at(name: &str, address: &str) -> Self {
        let parsed = Address::parse(address).ok().flatten();
        let from = MeasureSource::Address(parsed.expect("a kind declares measures at addresses"));
        Self::from_source(name, from)
    }

    /// Makes a measure that is called as its address is.
    pub fn of_address(address: Address) -> Self {
        Self::from_source(&address.to_string(), MeasureSource::Address(address))
    }

    fn from_source(name: &str, from: MeasureSource) -> Self {
        Self {
            name: name.to_owned(),
            from,
            unit: None,
            better: None,
            out_of: None,
            observed: false,
            exact: false,
        }
    }

    /// Says what it is in.
    #[must_use]
    pub fn in_unit(self, unit: &str) -> Self {
        Self { unit: Some(unit.to_owned()), ..self }
    }

    /// Says which of two is better.
    #[must_use]
    pub fn with_better(self, better: Better) -> Self {
        Self { better: Some(better), ..self }
    }

    /// Says that it is observed.
    #[must_use]
    pub fn as_observed(self) -> Self {
        Self { observed: true, ..self }
    }

    /// Says that it is exact.
    #[must_use]
    pub fn as_exact(self) -> Self {
        Self { exact: true, ..self }
    }

    /// Says where the number of cases is of which it is a share.
    ///
    /// # Panics
    /// As [`Measure::at`].
    #[must_use]
    pub fn out_of(self, address: &str) -> Self {
        let parsed = Address::parse(address).ok().flatten();
        let address = parsed.expect("a kind declares measures at addresses");
        Self { out_of: Some(OutOf::Address(address)), ..self }
    }
}

const FIELDS: [&str; 8] = ["from", "difference", "ratio", "unit", "better", "out_of", "observed", "exact"];

/// What a selection of runs in a template can be asked besides its measures.
const METHODS: [&str; 13] =
    ["at", "each", "max", "mean", "median", "min", "n", "of", "over", "params", "sd", "distinct", "relation"];

/// Reads a stage's `measures`; those that its kind declares are not among them.
pub(super) fn read(node: &Node, kinds: &[Measure], diagnostics: &mut Diagnostics) -> Vec<Measure> {
    let Some(list) = entries(node, "`measures`", diagnostics) else { return Vec::new() };
    let mut measures = Vec::with_capacity(list.len());
    for Entry { key, key_place, value } in list {
        check_name(key, key_place, kinds, diagnostics);
        measures.extend(measure(key, key_place, value, diagnostics));
    }
    let names: Vec<&str> = list.iter().map(|entry| entry.key.as_str()).collect();
    let names: Vec<&str> = names.into_iter().chain(kinds.iter().map(|it| it.name.as_str())).collect();
    for Entry { key, value, .. } in list {
        check_parts(key, value, &names, list, diagnostics);
    }
    // What is derived from something observed says as much of the machine.
    let all = kinds.iter().chain(&measures);
    let observed: Vec<String> =
        all.filter(|measure| measure.observed).map(|measure| measure.name.clone()).collect();
    for measure in &mut measures {
        if let MeasureSource::Difference(parts) | MeasureSource::Ratio(parts) = &measure.from {
            measure.observed |= parts.iter().any(|part| observed.contains(part));
        }
    }
    measures
}

fn check_name(name: &str, place: &Place, kinds: &[Measure], diagnostics: &mut Diagnostics) {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mistake = if !(name.starts_with(char::is_alphabetic) && name.chars().all(is_part)) {
        Diagnostic::error(format!("`{name}` can't name a measure"))
            .help("use letters, digits and `_`, with a letter first")
    } else if METHODS.contains(&name) {
        Diagnostic::error(format!("a measure can't be named `{name}`"))
            .help(format!("a report says `.{name}` of any measure; choose a name such as `{name}_value`"))
    } else if kinds.iter().any(|measure| measure.name == name) {
        Diagnostic::error(format!("this kind has a measure `{name}` already")).help("give it another name")
    } else {
        return;
    };
    diagnostics.add(mistake.at(place));
}

fn measure(name: &str, place: &Place, node: &Node, diagnostics: &mut Diagnostics) -> Option<Measure> {
    if let Content::Scalar(Scalar::Text(_)) = &node.content {
        let address = address(node, "a measure", diagnostics)?;
        return Some(Measure::from_source(name, MeasureSource::Address(address)));
    }
    let fields = entries(node, &format!("measure `{name}`"), diagnostics)?;
    refuse_unknown(fields, &FIELDS, format_args!("measure `{name}`"), |_| None, diagnostics);
    let mut sources = fields.iter().filter(|field| FIELDS[..3].contains(&field.key.as_str()));
    let source = sources.next();
    if let Some(second) = sources.next() {
        let message = format!("measure `{name}` has two sources");
        let mistake = Diagnostic::error(message).at(&second.key_place);
        diagnostics.add(mistake.help("keep one of `from`, `difference` and `ratio`"));
    }
    let Some(source) = source else {
        let mistake = Diagnostic::error(format!("measure `{name}` doesn't say where it is from")).at(place);
        diagnostics.add(mistake.help("write `from: \"metrics.json#/accuracy\"`"));
        return None;
    };
    let from = match source.key.as_str() {
        "from" => MeasureSource::Address(address(&source.value, "`from`", diagnostics)?),
        "difference" => MeasureSource::Difference(two_names(source, diagnostics)?),
        _ => MeasureSource::Ratio(two_names(source, diagnostics)?),
    };
    let mut measure = Measure::from_source(name, from);
    for field in fields {
        let value = &field.value;
        match field.key.as_str() {
            "unit" => measure.unit = text(value, "`unit`", diagnostics).map(str::to_owned),
            "better" => measure.better = better(value, diagnostics),
            "out_of" => measure.out_of = out_of(value, diagnostics),
            "observed" => measure.observed = truth("observed", value, diagnostics),
            "exact" => measure.exact = truth("exact", value, diagnostics),
            _ => {}
        }
    }
    Some(measure)
}

fn address(node: &Node, subject: &str, diagnostics: &mut Diagnostics) -> Option<Address> {
    let written = text(node, subject, diagnostics)?;
    let message = match Address::parse(written) {
        Ok(Some(address)) => return Some(address),
        Ok(None) => format!("`{written}` says no place in a file"),
        Err(error) => error.to_string(),
    };
    let help = "write `FILE.json#/name/of/value` or `FILE.csv#ROW/COLUMN`, such as `history.csv#last/loss`";
    diagnostics.add(Diagnostic::error(message).at(&node.place).help(help));
    None
}

fn two_names(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<[String; 2]> {
    let subject = format!("`{}`", entry.key);
    let nodes = items(&entry.value, &subject, diagnostics)?;
    let each = format!("each of {subject}");
    let names: Vec<&str> = nodes.iter().filter_map(|node| text(node, &each, diagnostics)).collect();
    match (<[&str; 2]>::try_from(names), nodes.len()) {
        (Ok(names), 2) => Some(names.map(str::to_owned)),
        (_, 2) => None,
        (_, count) => {
            let message = format!("{subject} must name two measures, not {count}");
            diagnostics.add(Diagnostic::error(message).at(&entry.value.place));
            None
        }
    }
}

fn better(node: &Node, diagnostics: &mut Diagnostics) -> Option<Better> {
    match &node.content {
        Content::Scalar(Scalar::Text(word)) if word == "higher" => Some(Better::Higher),
        Content::Scalar(Scalar::Text(word)) if word == "lower" => Some(Better::Lower),
        _ => {
            let message = format!("`better` must be `higher` or `lower`, not {}", node.described());
            diagnostics.add(Diagnostic::error(message).at(&node.place));
            None
        }
    }
}

fn out_of(node: &Node, diagnostics: &mut Diagnostics) -> Option<OutOf> {
    match node.whole() {
        Some(count) if count > 0 => Some(OutOf::Count(count)),
        _ if matches!(node.content, Content::Scalar(Scalar::Text(_))) => {
            address(node, "`out_of`", diagnostics).map(OutOf::Address)
        }
        _ => {
            let message = format!("`out_of` must be how many cases there were, not {}", node.described());
            let help = "write a whole number, or where it is: `out_of: \"metrics.json#/examples\"`";
            diagnostics.add(Diagnostic::error(message).at(&node.place).help(help));
            None
        }
    }
}

fn truth(name: &str, node: &Node, diagnostics: &mut Diagnostics) -> bool {
    if let Content::Scalar(Scalar::Bool(value)) = node.content {
        return value;
    }
    let message = format!("`{name}` must be `true` or `false`, not {}", node.described());
    diagnostics.add(Diagnostic::error(message).at(&node.place));
    false
}

/// Checks that what a measure is derived from exists and is not derived itself.
fn check_parts(name: &str, node: &Node, names: &[&str], all: &[Entry], diagnostics: &mut Diagnostics) {
    let Content::Map(fields) = &node.content else { return };
    let is_derived = |entry: &Entry| match &entry.value.content {
        Content::Map(fields) => ["difference", "ratio"].iter().any(|key| self::entry(fields, key).is_some()),
        _ => false,
    };
    for field in fields.iter().filter(|field| ["difference", "ratio"].contains(&field.key.as_str())) {
        let Content::List(parts) = &field.value.content else { continue };
        for part in parts {
            let Content::Scalar(Scalar::Text(written)) = &part.content else { continue };
            let mistake = if !names.contains(&written.as_str()) {
                let known = names.iter().copied().filter(|known| *known != name);
                let help = suggestion::help(written, known, "a measure named", "the measures are");
                let mistake = Diagnostic::error(format!("this stage has no measure `{written}`"));
                mistake.maybe_help(help)
            } else if all.iter().any(|entry| entry.key == *written && is_derived(entry)) {
                Diagnostic::error(format!("`{written}` is derived itself"))
                    .help("derive it from measures that have an address")
            } else {
                continue;
            };
            diagnostics.add(mistake.at(&part.place));
        }
    }
}
