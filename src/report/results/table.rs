//! Measures in a table: a row for each group of runs, a column for each measure or parameter.

use std::borrow::Cow;
use std::num::NonZeroU64;

use recount_engine::digest::Key;
use recount_engine::spec::{Better, Measure, Settings, Value};

use super::rows::{Group, group};
use crate::measure::{
    Coordinates, FRACTION, Objects, Reading, Run, Unread, averaged, cases, read_measures, units,
};
use crate::statistics::Sample;

/// Gives the settings that hold at a variant.
pub type SettingsOf<'p> = Box<dyn Fn(Option<&str>) -> Cow<'p, Settings> + 'p>;

/// A stage whose runs are shown.
pub struct StageRuns<'p> {
    /// Its name.
    pub stage: &'p str,
    /// Its runs, in the plan's order.
    pub runs: Vec<Run>,
    /// The coordinates that are aggregated over.
    pub repeats: Vec<String>,
    /// Those of them over which two results are compared pair by pair.
    pub paired: Vec<String>,
    /// Its measures.
    pub measures: &'p [Measure],
    /// The settings that hold at a variant.
    pub settings: SettingsOf<'p>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The place, in the list of stages, of the stage that it is of.
    pub stage: usize,
    /// What it shows.
    pub shows: Shown,
}

/// What a column shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// A measure.
    Measure(Box<Measure>),
    /// A parameter by its name; below maps with dots, such as `optimiser.rate`.
    Parameter(String),
}

/// Measures of stages whose rows are the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The stages' names.
    pub stages: Vec<String>,
    /// Whether the repeats of each stage are pairs, with another table's.
    pub paired: Vec<bool>,
    /// The names of the coordinates, a column each at the left.
    pub coordinates: Vec<String>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
    /// What has to be said of the runs.
    pub notes: Vec<String>,
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The values of the coordinates.
    pub coordinates: Vec<String>,
    /// The coordinates of an earlier row that is the same experiment: the first stage's runs have equal keys.
    pub same_as: Option<Vec<String>>,
    /// A cell for each column.
    pub cells: Vec<Cell>,
    /// The names of its runs.
    pub runs: Vec<String>,
}

/// What is in a row and a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A measure over the repeats.
    Measured {
        /// Its values.
        sample: Sample,
        /// Why repeats lack one.
        unread: Vec<Unread>,
    },
    /// A parameter; `None` where it is not set.
    Parameter(Option<Value>),
    /// The stage has no run in this row.
    Absent,
}

impl Column {
    /// Makes a column that shows a measure.
    pub fn of_measure(stage: usize, measure: Measure) -> Self {
        Self { stage, shows: Shown::Measure(Box::new(measure)) }
    }

    /// Makes a column that shows a parameter.
    pub fn of_parameter(stage: usize, name: impl Into<String>) -> Self {
        Self { stage, shows: Shown::Parameter(name.into()) }
    }

    /// Gives its name in a table of several stages: `fit.accuracy`; of one stage, `accuracy`.
    pub fn name(&self, stages: &[String]) -> String {
        let name = match &self.shows {
            Shown::Measure(measure) => measure.name.clone(),
            Shown::Parameter(name) => format!("params.{name}"),
        };
        if stages.len() > 1 { format!("{}.{name}", stages[self.stage]) } else { name }
    }

    /// Gives the unit of its measure, in brackets with a space before them; nothing of a fraction, and where it has none.
    pub(super) fn unit(&self) -> String {
        let unit = self.measure().and_then(|measure| measure.unit.as_deref());
        unit.filter(|unit| *unit != FRACTION).map(|unit| format!(" ({unit})")).unwrap_or_default()
    }

    /// Gives the measure that it shows.
    pub fn measure(&self) -> Option<&Measure> {
        match &self.shows {
            Shown::Measure(measure) => Some(measure),
            Shown::Parameter(_) => None,
        }
    }
}

impl Cell {
    /// Gives the values over the repeats.
    pub fn sample(&self) -> Option<&Sample> {
        match self {
            Self::Measured { sample, .. } => Some(sample),
            Self::Parameter(_) | Self::Absent => None,
        }
    }
}

/// Puts stages into one list for each set of rows: those with the same rows share a table.
pub fn join(stages: Vec<StageRuns<'_>>) -> Vec<Vec<StageRuns<'_>>> {
    let mut tables: Vec<(Vec<Coordinates>, Vec<StageRuns<'_>>)> = Vec::new();
    for stage in stages {
        let rows = group(stage.runs.clone(), &stage.repeats).into_iter().map(|group| group.coordinates);
        let rows: Vec<_> = rows.collect();
        match tables.iter_mut().find(|(known, _)| *known == rows) {
            Some((_, stages)) => stages.push(stage),
            None => tables.push((rows, vec![stage])),
        }
    }
    tables.into_iter().map(|(_, stages)| stages).collect()
}

/// Reads what the columns ask for; the rows are those of the first stage.
pub fn table(stages: &[StageRuns<'_>], columns: Vec<Column>, objects: &dyn Objects) -> Table {
    let groups: Vec<Vec<Group>> =
        stages.iter().map(|stage| group(stage.runs.clone(), &stage.repeats)).collect();
    let Some((first, others)) = groups.split_first() else {
        return Table {
            stages: Vec::new(),
            paired: Vec::new(),
            coordinates: Vec::new(),
            columns,
            rows: Vec::new(),
            notes: Vec::new(),
        };
    };
    let mut coordinates: Vec<String> = Vec::new();
    for (name, _) in first.iter().flat_map(|group| &group.coordinates) {
        if !coordinates.contains(name) {
            coordinates.push(name.clone());
        }
    }
    let mut rows: Vec<Row> = Vec::with_capacity(first.len());
    let mut known: Vec<Vec<Key>> = Vec::with_capacity(first.len());
    for (at, own) in first.iter().enumerate() {
        let same = |group: &&Group| group.coordinates == own.coordinates;
        // Stages that were joined have the same rows in the same order.
        let nearest = |groups: &'_ Vec<Group>| {
            groups.get(at).filter(same).or_else(|| groups.iter().find(same)).cloned()
        };
        let row: Vec<Option<Group>> =
            std::iter::once(Some(own.clone())).chain(others.iter().map(nearest)).collect();
        let cells = cells(&row, stages, &columns, objects);
        let keys: Vec<Key> = own.runs.iter().filter_map(Run::key).collect();
        let is_whole = keys.len() == own.runs.len();
        let same_as = known.iter().position(|keys_of| is_whole && *keys_of == keys);
        known.push(if is_whole { keys } else { Vec::new() });
        let value =
            |name: &String| own.coordinates.iter().find(|(own, _)| own == name).map(|(_, it)| it.clone());
        rows.push(Row {
            coordinates: coordinates.iter().map(|name| value(name).unwrap_or_default()).collect(),
            same_as: same_as.map(|at| rows[at].coordinates.clone()),
            cells,
            runs: row
                .iter()
                .flatten()
                .flat_map(|group| &group.runs)
                .map(|run| run.instance.clone())
                .collect(),
        });
    }
    let names = stages.iter().map(|stage| stage.stage.to_owned()).collect();
    let is_paired = |stage: &StageRuns<'_>| stage.repeats.first().is_some_and(|it| stage.paired.contains(it));
    let paired = stages.iter().map(is_paired).collect();
    let notes = stages.iter().zip(&groups).filter_map(|(stage, groups)| one_run(stage, groups)).collect();
    Table { stages: names, paired, coordinates, columns, rows, notes }
}

/// Says where the repeats of a stage share one run.
fn one_run(stage: &StageRuns<'_>, groups: &[Group]) -> Option<String> {
    let shares = |group: &&Group| group.runs.len() > 1 && units(&group.runs, &stage.repeats).len() == 1;
    let is_one_unit = |group: &Group| {
        let first = stage.repeats.first()?;
        let mut values = group.runs.iter().filter_map(|run| run.coordinate(first));
        let value = values.next()?;
        Some(values.all(|other| other == value))
    };
    let shared = groups.iter().filter(shares).filter(|group| is_one_unit(group) == Some(false)).count();
    let repeats = stage.repeats.join(" and ");
    (shared > 0).then(|| {
        format!(
            "{}: the repeats over {repeats} share one run, as its program is not given the {repeats}",
            stage.stage
        )
    })
}

fn cells(
    row: &[Option<Group>],
    stages: &[StageRuns<'_>],
    columns: &[Column],
    objects: &dyn Objects,
) -> Vec<Cell> {
    let mut cells = vec![Cell::Absent; columns.len()];
    for (stage, group) in row.iter().enumerate() {
        let Some(group) = group else { continue };
        let mut measured: Vec<(usize, &Measure)> = Vec::new();
        for (at, column) in columns.iter().enumerate() {
            match &column.shows {
                _ if column.stage != stage => {}
                Shown::Measure(measure) => measured.push((at, measure)),
                Shown::Parameter(name) => {
                    let variant = group.coordinates.iter().find(|(name, _)| name == "variant");
                    let settings = (stages[stage].settings)(variant.map(|(_, value)| value.as_str()));
                    cells[at] = Cell::Parameter(settings.find(name));
                }
            }
        }
        let measures: Vec<&Measure> = measured.iter().map(|(_, measure)| *measure).collect();
        // A run's files are read once, for all of its measures.
        let mut readings: Vec<Vec<Reading>> = vec![Vec::with_capacity(group.runs.len()); measures.len()];
        let mut sizes: Vec<Option<NonZeroU64>> = vec![None; measures.len()];
        for run in &group.runs {
            let found = read_measures(run, &measures, stages[stage].measures, objects);
            for (at, (reading, size)) in found.into_iter().enumerate() {
                readings[at].push(reading);
                sizes[at] = cases(sizes[at], size);
            }
        }
        for (((at, measure), readings), size) in measured.into_iter().zip(readings).zip(sizes) {
            cells[at] = cell(measure, readings, &units(&group.runs, &stages[stage].repeats), size);
        }
    }
    cells
}

fn cell(measure: &Measure, readings: Vec<Reading>, units: &[Vec<usize>], cases: Option<NonZeroU64>) -> Cell {
    let value = |at: &usize| readings[*at].as_ref().ok().copied();
    let sample = Sample::new(units.iter().map(|unit| averaged(unit.iter().map(value))));
    let sample = if measure.exact { sample.exact() } else { sample };
    let sample = cases.into_iter().fold(sample, Sample::out_of);
    Cell::Measured { sample, unread: readings.into_iter().filter_map(Result::err).collect() }
}

impl Table {
    /// Says whether the repeats of a column are compared pair by pair.
    pub(super) fn is_paired(&self, column: &Column) -> bool {
        self.paired[column.stage]
    }

    /// Sorts the rows by a column, the best first: by what its measure says is better, else the highest first. Rows
    /// without a value come last, and so do those of which a repeat lacks one.
    pub fn sort(&mut self, column: usize) {
        let is_lower = self.columns[column].measure().is_some_and(|it| it.better == Some(Better::Lower));
        let rank = |row: &Row| {
            if let Cell::Parameter(value) = &row.cells[column] {
                let number = value.as_ref().and_then(Value::as_number);
                return (number.is_some(), number.unwrap_or(f64::NEG_INFINITY));
            }
            let summary = row.cells[column].sample().and_then(Sample::summary);
            let is_whole = summary.is_some_and(|summary| summary.missing == 0);
            let value = summary.map_or(f64::NEG_INFINITY, |it| if is_lower { -it.mean } else { it.mean });
            (is_whole, value)
        };
        self.rows.sort_by(|one, other| {
            let (one, other) = (rank(one), rank(other));
            other.0.cmp(&one.0).then(other.1.total_cmp(&one.1))
        });
    }
}
