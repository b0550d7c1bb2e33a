//! A table as CSV, for programs: every number with all of its digits.

use super::table::{Cell, Table};
use crate::statistics::Sample;

/// Formats a table: of each measure its value where every row is one run, else its mean, deviation, least, most, number
/// of values and number of repeats. Its unit is in brackets behind its name.
pub fn csv(table: &Table) -> String {
    let mut samples = table.rows.iter().flat_map(|row| &row.cells).filter_map(Cell::sample);
    let is_single = samples.all(|sample| sample.values().len() == 1);
    let mut header: Vec<String> = table.coordinates.clone();
    for column in &table.columns {
        let (name, unit) = (column.name(&table.stages), column.unit());
        match column.measure() {
            Some(_) if !is_single => {
                header.extend(["mean", "sd", "min", "max"].map(|part| format!("{name}.{part}{unit}")));
                header.extend(["n", "repeats"].map(|part| format!("{name}.{part}")));
            }
            _ => header.push(name + &unit),
        }
    }
    let mut rows = vec![header];
    for row in &table.rows {
        let mut texts = row.coordinates.clone();
        for (cell, column) in row.cells.iter().zip(&table.columns) {
            match cell {
                Cell::Measured { sample, .. } if is_single => {
                    let value = sample.values().first().copied().flatten();
                    texts.push(value.map_or_else(String::new, |value| value.to_string()));
                }
                Cell::Measured { sample, .. } => texts.extend(summary(sample)),
                Cell::Parameter(value) => {
                    texts.push(value.as_ref().map_or_else(String::new, ToString::to_string))
                }
                Cell::Absent => {
                    texts.extend(vec![
                        String::new();
                        if column.measure().is_some() && !is_single { 6 } else { 1 }
                    ])
                }
            }
        }
        rows.push(texts);
    }
    written(&rows)
}

fn summary(sample: &Sample) -> [String; 6] {
    let repeats = sample.values().len().to_string();
    let Some(summary) = sample.summary() else {
        return [String::new(), String::new(), String::new(), String::new(), "0".to_owned(), repeats];
    };
    let sd = summary.sd.map_or_else(String::new, |sd| sd.to_string());
    let [mean, min, max] = [summary.mean, summary.min, summary.max].map(|it| it.to_string());
    [mean, sd, min, max, summary.n.to_string(), repeats]
}

fn written(rows: &[Vec<String>]) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("rows are as long as their header, and memory takes any text");
    }
    String::from_utf8(writer.into_inner().expect("memory takes any text")).expect("it was made of texts")
}
