//! Results as JSON.

use serde_json::{Map, Value as Json, json};

use recount_report::results::{Before, Cell, Table};

/// Gives tables for `--json`, each with what it was before if that is asked for.
pub(super) fn results<'t>(tables: &[Table], before: &dyn Fn(usize) -> Option<Before<'t>>) -> Json {
    let all = tables.iter().enumerate().map(|(at, now)| {
        let mut json = table(now);
        if let Some(before) = before(at) {
            json["before"] = table(before.table);
            json["before"]["revision"] = before.name.into();
        }
        json
    });
    json!({ "tables": all.collect::<Vec<_>>() })
}

fn table(table: &Table) -> Json {
    let columns = table.columns.iter().map(|column| {
        let measure = column.measure();
        let better = measure.and_then(|measure| measure.better);
        json!({
            "name": column.name(&table.stages),
            "unit": measure.and_then(|measure| measure.unit.clone()),
            "better": better.map(|better| format!("{better:?}").to_lowercase()),
            "observed": measure.is_some_and(|measure| measure.observed),
        })
    });
    let rows = table.rows.iter().map(|row| {
        let coordinates = table.coordinates.iter().zip(&row.coordinates);
        let coordinates: Map<String, Json> =
            coordinates.map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        json!({
            "coordinates": coordinates,
            "runs": row.runs,
            "same_as": row.same_as,
            "cells": row.cells.iter().map(cell).collect::<Vec<_>>(),
        })
    });
    json!({ "stages": table.stages, "columns": columns.collect::<Vec<_>>(), "rows": rows.collect::<Vec<_>>() })
}

fn cell(cell: &Cell) -> Json {
    match cell {
        Cell::Absent => Json::Null,
        Cell::Parameter(value) => json!({ "value": value }),
        Cell::Measured { sample, unread } => {
            let summary = sample.summary();
            json!({
                "values": sample.values(),
                "mean": summary.map(|it| it.mean),
                "sd": summary.and_then(|it| it.sd),
                "min": summary.map(|it| it.min),
                "max": summary.map(|it| it.max),
                "median": summary.map(|it| it.median),
                "n": summary.map_or(0, |it| it.n),
                "cases": sample.cases(),
                "lacking": unread.iter().map(ToString::to_string).collect::<Vec<_>>(),
            })
        }
    }
}
