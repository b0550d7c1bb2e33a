//! What was only observed of the runs behind a report, in a file of its own: no two honest runs agree in it.

use std::collections::BTreeMap;

use recount_engine::spec::{Measure, Pipeline};
use recount_engine::{CitedRun, Job};

use crate::measure::{Left, Objects, Run, read_measures};
use crate::results::format_number;

/// Writes the observed measures of the cited runs, by stage and run; nothing where no stage has any.
pub(super) fn times(job: &Job<'_>, pipeline: &Pipeline) -> Option<String> {
    let cited: BTreeMap<&str, &CitedRun> = job.cited.iter().map(|run| (run.instance.as_str(), run)).collect();
    let mut text = String::from(
        "# What was only observed\n\n\
         Times and the like say something of the machine: another run has others, and nothing in the report goes by them.\n",
    );
    let empty = text.len();
    for stage in &pipeline.stages {
        let observed: Vec<&Measure> = stage.measures.iter().filter(|measure| measure.observed).collect();
        let names = recount_engine::instance_name::InstanceName::of;
        let runs = cited.values().filter(|run| names(&run.instance).stage == stage.name);
        let mut rows = String::new();
        for run in runs {
            let outputs = run.outputs.iter().map(|output| (output.name.clone(), output.object));
            let left = Some(Left { key: run.key, outputs: outputs.collect() });
            let of = Run { instance: run.instance.clone(), coordinates: Vec::new(), left };
            let read = read_measures(&of, &observed, &stage.measures, &Cited(job));
            let cells =
                read.into_iter().map(|(value, _)| value.map_or_else(|_| "–".to_owned(), format_number));
            let cells: Vec<String> = cells.collect();
            rows.push_str(&format!("| `{}` | {} |\n", run.instance, cells.join(" | ")));
        }
        if observed.is_empty() || rows.is_empty() {
            continue;
        }
        let names = observed.iter().map(|measure| match &measure.unit {
            Some(unit) => format!("{} ({unit})", measure.name),
            None => measure.name.clone(),
        });
        let names: Vec<String> = names.collect();
        text.push_str(&format!("\n## {}\n\n| run | {} |\n|---|", stage.name, names.join(" | ")));
        text.push_str(&"---|".repeat(names.len()));
        text.push('\n');
        text.push_str(&rows);
    }
    (text.len() > empty).then_some(text)
}

/// The outputs of the cited runs.
struct Cited<'j>(&'j Job<'j>);

impl Objects for Cited<'_> {
    fn read(&self, object: recount_engine::digest::ObjectId) -> Result<Vec<u8>, String> {
        (self.0.cited_bytes)(object).ok_or_else(|| "nothing has it any more".to_owned())
    }
}
