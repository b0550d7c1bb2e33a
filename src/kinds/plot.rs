//! `plot`: histories and metrics as SVG figures.

use std::collections::BTreeMap;

use crate::lab::figures::{self, FigureInput, Numeral, Run, VariantRuns};
use crate::lab::history::History;
use crate::lab::metrics::Metrics;
use recount_engine::digest::Digest;
use recount_engine::spec::{Parameters, Schema, StageId, Value};
use recount_engine::{Context, Effective, Failure, Job, Kind, Output, Read};

use super::code_of;
use super::files::{HISTORY, METRICS, bytes_output, input_at, json_of, json_output, need_of};
use super::variants::{Described, describe};

/// Describes the settings of `plot`: it has none.
pub fn schema() -> Schema {
    Schema {
        kind: "plot",
        repeats: false,
        inline: false,
        fields: Vec::new(),
        measures: Vec::new(),
        references: None,
    }
}

/// What the numerals of the figures state, by the figure's file name.
pub(crate) const NUMERALS: &str = "numerals.json";

/// Draws every figure.
pub struct Plot;

impl Kind for Plot {
    fn name(&self) -> &'static str {
        "plot"
    }

    fn code(&self) -> Digest {
        code_of("plot")
    }

    fn effective(&self, context: &Context<'_>) -> Result<Effective, Failure> {
        let (train, evaluate) = (need_of(context, "train")?, need_of(context, "evaluate")?);
        // The figures name the variants in their order, and draw the same experiment once.
        let variants = drawn(context, train)?.into_iter().map(|described| {
            let mut entry = Parameters::from([("name".to_owned(), described.variant.name.as_str().into())]);
            if let Some(first) = described.first {
                entry.insert("same_as".to_owned(), first.into());
            }
            Value::Map(entry)
        });
        Ok(Effective {
            parameters: Parameters::from([("variants".to_owned(), Value::List(variants.collect()))]),
            seeded: false,
            reads: vec![
                Read { stage: train, outputs: vec![HISTORY.to_owned()] },
                Read { stage: evaluate, outputs: vec![METRICS.to_owned()] },
            ],
            ..Effective::default()
        })
    }

    fn runs_in_trials(&self) -> bool {
        false
    }

    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure> {
        let context = &job.context;
        let (train, evaluate) = (need_of(context, "train")?, need_of(context, "evaluate")?);
        let mut variants = Vec::new();
        for described in drawn(context, train)? {
            let name = described.variant.name.as_str();
            let mut runs = Vec::new();
            for &seed in context.pipeline.seeds_of(train) {
                let history: History = json_of(input_at(job, train, HISTORY, name, seed)?)?;
                let metrics: Metrics = json_of(input_at(job, evaluate, METRICS, name, seed)?)?;
                runs.push(Run { seed, history, metrics });
            }
            variants.push(VariantRuns {
                name: name.to_owned(),
                same_as: described.first.map(str::to_owned),
                runs,
            });
        }
        let labels = variants.iter().flat_map(|variant| &variant.runs).map(|run| run.metrics.confusion.len());
        let input = FigureInput { labels: labels.max().unwrap_or(0), variants };
        let figures = figures::draw(&input);
        let numerals: BTreeMap<String, &Vec<Numeral>> =
            figures.iter().map(|figure| (file_name(&figure.name), &figure.numerals)).collect();
        let numerals = json_output(NUMERALS, &numerals);
        let pictures =
            figures.into_iter().map(|figure| bytes_output(file_name(&figure.name), figure.svg.into_bytes()));
        Ok(pictures.chain([numerals]).collect())
    }
}

fn file_name(figure: &str) -> String {
    format!("{figure}.svg")
}

/// The variants that the figures compare: with users held out, an accuracy is about fewer people than the others.
fn drawn<'a>(context: &Context<'a>, train: StageId) -> Result<Vec<Described<'a>>, Failure> {
    let described = describe(context.pipeline, train)?;
    Ok(described.into_iter().filter(|variant| !variant.holds_users_out()).collect())
}
