//! `figures` of a plot stage: what each shows, as it is written.
//!
//! entry ──[`read`]──▶ [`FigureSpec`], or mistakes with their places

use recount_engine::diagnostic::{Diagnostic, Diagnostics, Place};
use recount_engine::yaml::{Content, Entry, Node, Scalar, entries, entry, items, refuse_unknown, text};

use crate::reference::{Reference, What};

/// A figure as it is declared.
#[derive(Clone, Debug)]
pub(super) struct FigureSpec {
    /// Its name, the file's without the ending.
    pub name: String,
    /// What is written above it; without it, what it shows.
    pub title: Option<String>,
    pub shows: Shows,
    /// The coordinate that has a row, a line or a panel for each of its values.
    pub over: Option<(String, Place)>,
    /// The values of `over` that are shown, in this order; without it all. A `*` stands for any letters.
    pub only: Option<Vec<(String, Place)>>,
    /// The values of `over` that are not shown, likewise.
    pub except: Vec<(String, Place)>,
    /// The parameter by which rows are put into sections, and points have their looks.
    pub section: Option<(String, Place)>,
}

/// Says whether a value is one that `only` or `except` means.
pub(super) fn fits(wanted: &str, value: &str) -> bool {
    let Some((start, rest)) = wanted.split_once('*') else { return wanted == value };
    let Some(mut left) = value.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, after)) = left.split_once(part) else { return false };
        left = after;
    }
    left.ends_with(end)
}

/// Something that a figure names, and where.
pub(super) type Named = (Reference, Place);

/// What a figure shows.
#[derive(Clone, Debug)]
pub(super) enum Shows {
    /// A measure of each run.
    Points(Named),
    /// A bar for the mean of a measure.
    Bars(Named),
    /// A measure of each run, above another one.
    Scatter {
        /// Upwards.
        y: Named,
        /// To the right.
        x: Named,
    },
    /// Series along a file's rows.
    Lines {
        /// The file with a row for each point.
        rows: Named,
        /// The column of what goes to the right.
        x: String,
        /// The columns that are drawn.
        y: Vec<String>,
    },
    /// A matrix of numbers, summed over repeats.
    Matrix {
        /// Where it is.
        cells: Named,
        /// Where the names of its rows and columns are, or these names.
        labels: Labels,
        rows: String,
        columns: String,
    },
}

/// The names of a matrix's rows and columns.
#[derive(Clone, Debug)]
pub(super) enum Labels {
    /// Numbers from 1.
    Numbers,
    /// As they are listed.
    Listed(Vec<String>),
    /// A list in an output.
    At(Named),
}

impl Shows {
    /// Gives everything that is named of other stages.
    pub fn references(&self) -> Vec<&Named> {
        match self {
            Self::Points(measure) | Self::Bars(measure) => vec![measure],
            Self::Scatter { y, x } => vec![y, x],
            Self::Lines { rows, .. } => vec![rows],
            Self::Matrix { cells, labels: Labels::At(labels), .. } => vec![cells, labels],
            Self::Matrix { cells, .. } => vec![cells],
        }
    }
}

const SORTS: [&str; 5] = ["points", "bars", "scatter", "lines", "matrix"];
const COMMON: [&str; 5] = ["title", "over", "only", "except", "section"];

/// Reads every figure that is declared without a mistake.
pub(super) fn read(figures: &Node, diagnostics: &mut Diagnostics) -> Vec<FigureSpec> {
    let Some(figures) = entries(figures, "`figures`", diagnostics) else { return Vec::new() };
    figures.iter().filter_map(|figure| read_figure(figure, diagnostics)).collect()
}

fn read_figure(figure: &Entry, diagnostics: &mut Diagnostics) -> Option<FigureSpec> {
    let is_part = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    if !(figure.key.starts_with(char::is_alphanumeric) && figure.key.chars().all(is_part)) {
        let mistake =
            Diagnostic::error(format!("`{}` can't name a figure", figure.key)).at(&figure.key_place);
        diagnostics.add(mistake.help("use letters, digits, dots, `-` and `_`, with a letter or digit first"));
    }
    let whose = format!("figure `{}`", figure.key);
    let fields = entries(&figure.value, &whose, diagnostics)?;
    let sorts: Vec<&Entry> = fields.iter().filter(|field| SORTS.contains(&field.key.as_str())).collect();
    let [sort] = sorts.as_slice() else {
        let place = sorts.get(1).map_or(&figure.key_place, |sort| &sort.key_place);
        let message = match sorts.len() {
            0 => format!("{whose} doesn't say what it shows"),
            _ => format!("{whose} shows two things"),
        };
        let help = "write one of `points`, `bars`, `scatter`, `lines` and `matrix`: `points: fit.accuracy`";
        diagnostics.add(Diagnostic::error(message).at(place).help(help));
        return None;
    };
    let own: &[&str] = match sort.key.as_str() {
        "scatter" => &["x"],
        "lines" => &["x", "y"],
        "matrix" => &["labels", "rows", "columns"],
        _ => &[],
    };
    let known: Vec<&str> = [sort.key.as_str()].iter().chain(own).chain(&COMMON).copied().collect();
    refuse_unknown(fields, &known, &whose, |_| None, diagnostics);
    let field = |name: &str| entry(fields, name);
    let required = |name: &str, help: &str, diagnostics: &mut Diagnostics| {
        let found = entry(fields, name);
        if found.is_none() {
            let message = format!("{whose} has no `{name}`");
            diagnostics.add(Diagnostic::error(message).at(&figure.key_place).help(help));
        }
        found
    };
    let named = named(&sort.value, &sort.key, diagnostics);
    let shows = match sort.key.as_str() {
        "points" => Shows::Points(named?),
        "bars" => Shows::Bars(named?),
        "scatter" => {
            let x = required("x", "say what goes to the right: `x: fit.seconds`", diagnostics);
            Shows::Scatter { x: self::named(&x?.value, "x", diagnostics)?, y: named? }
        }
        "lines" => {
            let x = required("x", "name the column that goes to the right: `x: epoch`", diagnostics);
            let y = required("y", "name the columns to draw: `y: [loss]`", diagnostics);
            let x = x.and_then(|x| text(&x.value, "`x`", diagnostics)).map(str::to_owned);
            let y = y.and_then(|y| texts(&y.value, "`y`", diagnostics));
            let y: Option<Vec<String>> = y.map(|y| y.into_iter().map(|(name, _)| name).collect());
            if y.as_ref().is_some_and(Vec::is_empty) {
                let message = format!("{whose} draws no column");
                diagnostics
                    .add(Diagnostic::error(message).at(&figure.key_place).help("name some: `y: [loss]`"));
                return None;
            }
            Shows::Lines { rows: named?, x: x?, y: y? }
        }
        _ => {
            let [rows, columns] = ["rows", "columns"].map(|name| {
                let written =
                    field(name).and_then(|field| text(&field.value, &format!("`{name}`"), diagnostics));
                written.unwrap_or_default().to_owned()
            });
            Shows::Matrix { cells: named?, labels: labels(field("labels"), diagnostics)?, rows, columns }
        }
    };
    check_sort(&shows, diagnostics)?;
    let title = field("title").map(|title| text(&title.value, "`title`", diagnostics).map(str::to_owned));
    let section = field("section").and_then(|section| {
        Some((text(&section.value, "`section`", diagnostics)?.to_owned(), section.value.place.clone()))
    });
    let over = field("over").and_then(|over| {
        Some((text(&over.value, "`over`", diagnostics)?.to_owned(), over.value.place.clone()))
    });
    let chosen = |name: &str, diagnostics: &mut Diagnostics| {
        field(name).map(|field| texts(&field.value, &format!("`{name}`"), diagnostics).unwrap_or_default())
    };
    let (only, except) = (chosen("only", diagnostics), chosen("except", diagnostics).unwrap_or_default());
    if let (None, Some(field)) = (&over, field("only").or_else(|| field("except"))) {
        let message = format!("{whose} chooses among nothing: it has no `over`");
        let help = "name the coordinate whose values are chosen: `over: variant`";
        diagnostics.add(Diagnostic::error(message).at(&field.key_place).help(help));
    }
    Some(FigureSpec { name: figure.key.clone(), title: title.flatten(), shows, over, only, except, section })
}

/// Reports what a sort of figure can't show.
fn check_sort(shows: &Shows, diagnostics: &mut Diagnostics) -> Option<()> {
    let mistake = match shows {
        Shows::Lines { rows: (Reference { what: What::Measure(name), .. }, place), .. } => {
            let message = format!("`{name}` is one number, and lines go through the rows of a file");
            Diagnostic::error(message).help("name a file: `lines: \"fit/history.csv\"`").at(place)
        }
        Shows::Matrix { cells: (reference, place), .. }
            if !matches!(reference.what, What::Output { at: Some(_), .. }) =>
        {
            let message = "a matrix is a list of lists of numbers in a file";
            Diagnostic::error(message).help("say where: `matrix: \"fit/metrics.json#/confusion\"`").at(place)
        }
        Shows::Points((reference, place))
        | Shows::Bars((reference, place))
        | Shows::Scatter { y: (reference, place), .. }
            if matches!(reference.what, What::Output { at: None, .. }) =>
        {
            let message = "this names a file and no number in it";
            Diagnostic::error(message).help("say where it is: `fit/metrics.json#/accuracy`").at(place)
        }
        _ => return Some(()),
    };
    diagnostics.add(mistake);
    None
}

fn named(node: &Node, subject: &str, diagnostics: &mut Diagnostics) -> Option<Named> {
    let written = text(node, &format!("`{subject}`"), diagnostics)?;
    match Reference::parse(written) {
        Ok(reference) => Some((reference, node.place.clone())),
        Err(message) => {
            diagnostics.add(Diagnostic::error(message).at(&node.place));
            None
        }
    }
}

/// Reads a list of texts, or one alone; numbers are taken as they are written, since variants may be called so.
fn texts(node: &Node, subject: &str, diagnostics: &mut Diagnostics) -> Option<Vec<(String, Place)>> {
    let nodes = match &node.content {
        Content::Scalar(Scalar::Text(_)) => std::slice::from_ref(node),
        _ => items(node, subject, diagnostics)?,
    };
    let each = format!("each of {subject}");
    let read = |node: &Node, diagnostics: &mut Diagnostics| {
        // A number that is written otherwise than it reads, such as 0x1F, has to be in quotes.
        let whole = match node.content {
            Content::Scalar(Scalar::Integer(whole)) => whole.to_string() == node.place.text(),
            _ => false,
        };
        let written = if whole { Some(node.place.text()) } else { text(node, &each, diagnostics) };
        Some((written?.to_owned(), node.place.clone()))
    };
    nodes.iter().map(|node| read(node, diagnostics)).collect()
}

fn labels(field: Option<&Entry>, diagnostics: &mut Diagnostics) -> Option<Labels> {
    let Some(field) = field else { return Some(Labels::Numbers) };
    match &field.value.content {
        Content::Scalar(Scalar::Text(_)) => named(&field.value, "labels", diagnostics).map(Labels::At),
        _ => {
            let listed = texts(&field.value, "`labels`", diagnostics)?;
            Some(Labels::Listed(listed.into_iter().map(|(name, _)| name).collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_letters() {
        let fitting = |wanted: &str| ["2.4", "2.4.1", "12.4", "2.4-new"].map(|value| fits(wanted, value));
        assert_eq!(fitting("2.4"), [true, false, false, false]);
        assert_eq!(fitting("2.4*"), [true, true, false, true]);
        assert_eq!(fitting("*.4"), [true, false, true, false]);
        assert_eq!(fitting("2*-*w"), [false, false, false, true]);
        assert_eq!(fitting("*"), [true; 4]);
        assert!(!fits("a*a", "a"));
    }
}
