//! A declared figure and the runs → the data that is drawn.

use std::cell::RefCell;

use recount_engine::address::{Address, Pointer};
use recount_engine::spec::{Measure, Pipeline};
use recount_engine::yaml::{Content, Node, Scalar};

use super::selection::{Group, Runs, parameter};
use super::spec::{FigureSpec, Labels, Named, Shows};
use super::tables::{add, cells, rows};
use crate::figure::{
    self, Axis, Bars, Figure, Lines, Matrix, Panel, Points, Scatter, ScatterPoint, Series, Sort,
};
use crate::measure::{RunFiles, averaged, read_measures, short, units};
use crate::reference::{Reference, What};

/// Why a figure can't be drawn at all; what a single run lacks is marked in it instead.
pub(super) type Refused = String;

/// Gathers what a figure is drawn from.
///
/// # Returns
/// The data, and the values that runs lack, with why.
///
/// # Errors
/// What is wrong with a file that it needs, with where.
pub(super) fn gather(
    figure: &FigureSpec,
    pipeline: &Pipeline,
    runs: &Runs<'_>,
) -> Result<(Figure, Vec<String>), Refused> {
    let gatherer = Gatherer { lacking: RefCell::default(), figure, pipeline, runs };
    let (sort, shown) = match &figure.shows {
        Shows::Points(measure) => {
            let (axis, groups) = gatherer.values(measure)?;
            let shown = axis.label.clone();
            (Sort::Points(Points { axis, groups }), shown)
        }
        Shows::Bars(measure) => {
            let (axis, groups) = gatherer.values(measure)?;
            let shown = axis.label.clone();
            (Sort::Bars(Bars { axis, groups }), shown)
        }
        Shows::Scatter { y, x } => gatherer.scatter(y, x)?,
        Shows::Lines { rows, x, y } => (gatherer.lines(&rows.0, x, y)?, y.join(", ")),
        Shows::Matrix { cells, labels, rows, columns } => {
            let matrix = gatherer.matrix(&cells.0, labels, [rows, columns])?;
            (Sort::Matrix(matrix), last_name(&cells.0))
        }
    };
    let over = figure.over.as_ref().map(|(over, _)| over.as_str());
    let of = figure.shows.references()[0].0.runs();
    let title = figure.title.clone().unwrap_or_else(|| match over {
        Some(over) => format!("{shown} of {of} by {over}"),
        None => format!("{shown} of {of}"),
    });
    let description =
        over.map_or_else(|| format!("{shown} of {of}"), |over| format!("{shown} of {of} for each {over}"));
    let drawn = Figure { title, description, repeat: gatherer.repeat(), sort };
    Ok((drawn, gatherer.lacking.into_inner()))
}

struct Gatherer<'g> {
    /// The values that runs lack, with why.
    lacking: RefCell<Vec<String>>,
    figure: &'g FigureSpec,
    pipeline: &'g Pipeline,
    runs: &'g Runs<'g>,
}

impl Gatherer<'_> {
    fn repeats(&self, reference: &Reference) -> Vec<String> {
        let stage = reference.stage_of(self.pipeline);
        stage.map(|(_, stage)| stage.repeats().into_iter().map(str::to_owned).collect()).unwrap_or_default()
    }

    fn repeat(&self) -> String {
        let repeats = self.repeats(&self.figure.shows.references()[0].0);
        match (repeats.as_slice(), &self.figure.shows) {
            // Of several, each run is drawn, or summed.
            ([_, _, ..], Shows::Lines { .. } | Shows::Matrix { .. }) | ([], _) => "run".to_owned(),
            ([unit, ..], _) => unit.clone(),
        }
    }

    /// Gives the measure that is named: a declared one, or a number at an address.
    fn measure(&self, reference: &Reference) -> Result<Measure, Refused> {
        if let Some(measure) = reference.measure_of(self.pipeline) {
            return Ok(measure.clone());
        }
        let address = address(reference)?;
        Ok(Measure::of_address(address))
    }

    /// Reads a measure of a group's runs, a value for each repeat.
    fn read(&self, reference: &Reference, measure: &Measure, group: &Group) -> Vec<Option<f64>> {
        let declared = reference.stage_of(self.pipeline).map_or(&[][..], |(_, stage)| &stage.measures);
        let read = |run| match read_measures(run, &[measure], declared, self.runs).pop()?.0 {
            Ok(number) => Some(number),
            Err(unread) => {
                self.lacking.borrow_mut().push(unread.to_string());
                None
            }
        };
        let values: Vec<Option<f64>> = group.runs.iter().map(read).collect();
        let units = units(&group.runs, &self.repeats(reference));
        units.iter().map(|unit| averaged(unit.iter().map(|at| values[*at]))).collect()
    }

    fn section(&self, reference: &Reference, group: &Group) -> Option<String> {
        let (name, _) = self.figure.section.as_ref()?;
        let (id, _) = reference.stage_of(self.pipeline)?;
        parameter(self.pipeline, id, group, name)
    }

    fn values(&self, (reference, _): &Named) -> Result<(Axis, Vec<figure::Group>), Refused> {
        let measure = self.measure(reference)?;
        let groups = self.runs.groups(self.figure, reference).into_iter().map(|group| figure::Group {
            values: self.read(reference, &measure, &group),
            section: self.section(reference, &group),
            names: group.names,
        });
        let mut groups: Vec<figure::Group> = groups.collect();
        // The rows of a section are together, sections in the order in which they begin.
        let mut sections: Vec<Option<String>> = Vec::new();
        for group in &groups {
            if !sections.contains(&group.section) {
                sections.push(group.section.clone());
            }
        }
        groups.sort_by_key(|group| sections.iter().position(|section| *section == group.section));
        Ok((axis(&measure), groups))
    }

    fn scatter(&self, (y, _): &Named, (x, _): &Named) -> Result<(Sort, String), Refused> {
        let (above, across) = (self.measure(y)?, self.measure(x)?);
        let beside = self.runs.groups(self.figure, x);
        let points = self.runs.groups(self.figure, y).into_iter().map(|group| {
            let other = beside.iter().find(|other| other.names.contains(&group.names[0]));
            ScatterPoint {
                x: other.map(|other| self.read(x, &across, other)).unwrap_or_default(),
                y: self.read(y, &above, &group),
                section: self.section(y, &group),
                names: group.names,
            }
        });
        let shown = format!("{} and {}", above.name, across.name);
        let points = points.collect();
        let (mut across, mut above) = (axis(&across), axis(&above));
        if across.label == above.label {
            across.label = format!("{} of {}", across.label, x.stage);
            above.label = format!("{} of {}", above.label, y.stage);
        }
        Ok((Sort::Scatter(Scatter { x: across, y: above, points }), shown))
    }

    fn lines(&self, reference: &Reference, x: &str, y: &[String]) -> Result<Sort, Refused> {
        let What::Output { file, at } = &reference.what else {
            return Err("lines go through a file's rows".to_owned());
        };
        let pointer = match at {
            None => Pointer::of([]),
            Some(at) => Pointer::parse(at).ok_or_else(|| format!("`{at}` is no JSON pointer"))?,
        };
        let mut panels = Vec::new();
        for group in self.runs.groups(self.figure, reference) {
            let mut series: Vec<Series> = (0..y.len())
                .map(|column| Series { names: group.names.clone(), column, repeats: Vec::new() })
                .collect();
            for run in &group.runs {
                let mut files = RunFiles::of(run, self.runs);
                if !files.has(file) {
                    series.iter_mut().for_each(|series| series.repeats.push(Vec::new()));
                    self.lacking
                        .borrow_mut()
                        .push(format!("{}/{file}: there is no such output", run.instance));
                    continue;
                }
                let rows = files.file(file).and_then(|file| rows(&file, &pointer, x, y));
                let refused = |reason| format!("{}/{file}: {reason}", run.instance);
                for (series, points) in series.iter_mut().zip(rows.map_err(refused)?) {
                    series.repeats.push(points);
                }
            }
            let title = group.names.join(" = ");
            // Several columns are named in the legend.
            let label = if let [only] = y { only.replace('_', " ") } else { String::new() };
            panels.push(Panel { title, y: Axis { label, unit: String::new() }, series });
        }
        let x = Axis { label: x.to_owned(), unit: String::new() };
        Ok(Sort::Lines(Lines { x, columns: y.to_vec(), panels }))
    }

    fn matrix(&self, reference: &Reference, labels: &Labels, axes: [&str; 2]) -> Result<Matrix, Refused> {
        let address = address(reference)?;
        let mut sum: Vec<Vec<Option<f64>>> = Vec::new();
        let mut count = 0;
        for run in self.runs.groups(self.figure, reference).iter().flat_map(|group| &group.runs) {
            let mut files = RunFiles::of(run, self.runs);
            let refused = |reason: String| format!("{}/{address}: {reason}", run.instance);
            let file = files.file(&address.file).map_err(refused)?;
            let node = file.find(&address).map_err(|mistake| refused(short(&mistake)))?;
            let cells =
                cells(&node).ok_or_else(|| refused("expected a list of lists of numbers".to_owned()))?;
            add(&mut sum, cells).map_err(refused)?;
            count += 1;
        }
        let size = (sum.len(), sum.iter().map(Vec::len).max().unwrap_or(0));
        let names = |count: usize| (1..=count).map(|number| number.to_string()).collect::<Vec<_>>();
        let (row_names, column_names) = match labels {
            Labels::Numbers => (names(size.0), names(size.1)),
            Labels::Listed(listed) => (listed.clone(), listed.clone()),
            Labels::At((labels, _)) => {
                let found = self.labels(labels)?;
                (found.clone(), found)
            }
        };
        if (row_names.len(), column_names.len()) != size {
            return Err(format!(
                "there are {} labels for {} rows and {} columns",
                row_names.len(),
                size.0,
                size.1
            ));
        }
        let repeat = self.repeat();
        let note = if count > 1 { format!("summed over {count} {repeat}s") } else { String::new() };
        let cell = Axis { label: last_name(reference), unit: String::new() };
        let [rows, columns] = axes.map(str::to_owned);
        Ok(Matrix { rows, columns, row_names, column_names, cells: sum, cell, note })
    }

    /// Reads names from the first run that a reference names.
    fn labels(&self, reference: &Reference) -> Result<Vec<String>, Refused> {
        let address = address(reference)?;
        let groups = self.runs.groups(self.figure, reference);
        let run = groups.iter().flat_map(|group| &group.runs).next();
        let run = run.ok_or_else(|| format!("stage `{}` has no run with labels", reference.stage))?;
        let refused = |reason: String| format!("{}/{address}: {reason}", run.instance);
        let file = RunFiles::of(run, self.runs).file(&address.file).map_err(refused)?;
        let node = file.find(&address).map_err(|mistake| refused(short(&mistake)))?;
        let Content::List(items) = &node.content else {
            return Err(refused("expected a list of names".to_owned()));
        };
        let name = |item: &Node| match &item.content {
            Content::Scalar(Scalar::Text(text)) => text.clone(),
            _ => item.place.text().to_owned(),
        };
        Ok(items.iter().map(name).collect())
    }
}

fn axis(measure: &Measure) -> Axis {
    Axis { label: measure.name.replace('_', " "), unit: measure.unit.clone().unwrap_or_default() }
}

fn address(reference: &Reference) -> Result<Address, Refused> {
    let What::Output { file, at: Some(at) } = &reference.what else {
        return Err(format!("`{}` names no value", reference.stage));
    };
    let address = Address::parse(&format!("{file}#{at}")).map_err(|error| error.to_string())?;
    address.ok_or_else(|| format!("`{file}#{at}` is no address"))
}

/// The last name of an address: `confusion` of `metrics.json#/test/confusion`.
fn last_name(reference: &Reference) -> String {
    match &reference.what {
        What::Measure(name) => name.clone(),
        What::Output { file, at } => {
            let at = at.as_deref().unwrap_or(file);
            at.rsplit('/').next().unwrap_or(at).replace('_', " ")
        }
    }
}
