//! A rendered report and the runs that it rests on → the audit file.

use std::collections::{BTreeMap, BTreeSet};

use recount_engine::instance_name::InstanceName;
use recount_engine::observed_values::{has_observed_values, lasting_digest};
use recount_engine::spec::{Origin as SettingOrigin, Settings, Stage};
use recount_engine::{CitedRun, Job};

use super::file::{
    AuditComparison, AuditFigure, AuditFile, AuditNumber, AuditOrigin, AuditQuantity, AuditResult, AuditRun,
    AuditSetting, AuditValue, VERSION,
};
use crate::quantity::{Origin, Quantity, WrittenAt};
use crate::statistics::holm;
use crate::template::{MadeComparison, RenderedReport, ReportInputs};

impl AuditFile {
    /// Tells what a report is from.
    pub fn of(job: &Job<'_>, inputs: &ReportInputs, rendered: &RenderedReport) -> Self {
        let pipeline = job.context.pipeline;
        let numbers = rendered.citations.iter().map(|(reference, number)| {
            let number = AuditNumber {
                text: number.citation.text.clone(),
                format: number.citation.format.to_string(),
                places: number.places.clone(),
                quantity: quantity(&number.citation.quantity),
            };
            (reference.to_string(), number)
        });
        let figures = rendered.figures.iter().map(|figure| AuditFigure {
            stage: figure.stage.clone(),
            name: figure.name.clone(),
            path: figure.path.clone(),
            draws: figure.draws.clone(),
        });
        let (mut runs, mut results, mut settings) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for run in job.cited {
            let name = InstanceName::of(&run.instance);
            let Some(id) = pipeline.stage(name.stage) else { continue };
            let stage = &pipeline.stages[id.0];
            let coordinates = name.coordinates();
            let variant =
                coordinates.iter().find(|(axis, _)| axis == "variant").map(|(_, value)| value.as_str());
            let named = match variant {
                Some(variant) => format!("{}[{variant}]", stage.name),
                None => stage.name.clone(),
            };
            let key = run.key.0.to_hex();
            results.entry(key.clone()).or_insert_with(|| result(job, run, stage));
            settings
                .entry(named.clone())
                .or_insert_with(|| settings_of(&pipeline.settings_of_runs(id, variant), variant));
            runs.insert(run.instance.clone(), AuditRun { key, settings: named });
        }
        settings.retain(|_, settings: &mut BTreeMap<String, AuditSetting>| !settings.is_empty());
        Self {
            version: VERSION,
            report: inputs.output.clone(),
            title: inputs.title.clone(),
            stand_in: job.context.stand_in,
            numbers: numbers.collect(),
            comparisons: comparisons(&rendered.comparisons),
            figures: figures.collect(),
            runs,
            results,
            settings,
        }
    }
}

fn quantity(quantity: &Quantity) -> AuditQuantity {
    AuditQuantity {
        address: quantity.address.clone(),
        unit: quantity.unit.clone(),
        values: quantity.sample.values().to_vec(),
        lacking: quantity.lacking.iter().map(ToString::to_string).collect(),
        from: origin(quantity),
    }
}

fn origin(of: &Quantity) -> AuditOrigin {
    match &of.origin {
        Origin::Measured { runs, .. } => AuditOrigin::Runs(
            runs.iter()
                .map(|run| AuditValue { run: run.instance.clone(), value: run.value, repeat: run.repeat })
                .collect(),
        ),
        Origin::Derived { how, parts } => AuditOrigin::Derived {
            how: how.name().to_owned(),
            parts: parts.iter().map(|part| quantity(part)).collect(),
        },
        Origin::Counted { instances } => AuditOrigin::Counted(instances.clone()),
        Origin::Written(WrittenAt { file, line, variant, by }) => AuditOrigin::Written {
            spelled: of.spelled.clone().unwrap_or_default(),
            place: file.as_ref().map(|file| match line {
                Some(line) => format!("{file}:{line}"),
                None => file.clone(),
            }),
            variant: variant.clone(),
            by: by.clone(),
        },
    }
}

/// Tells comparisons, each pair once, with p values adjusted for all of them.
fn comparisons(made: &[MadeComparison]) -> Vec<AuditComparison> {
    let mut known = BTreeSet::new();
    let distinct: Vec<&MadeComparison> =
        made.iter().filter(|made| known.insert((made.one.clone(), made.other.clone()))).collect();
    let tested: Vec<f64> = distinct.iter().filter_map(|made| made.comparison.p).collect();
    let mut adjusted = holm(&tested).into_iter();
    let told = distinct.into_iter().map(|made| AuditComparison {
        one: made.one.clone(),
        other: made.other.clone(),
        relation: made.comparison.relation.to_string(),
        reason: made.comparison.reason().map(|reason| reason.to_string()),
        difference: made.comparison.difference,
        p: made.comparison.p,
        adjusted_p: made.comparison.p.and_then(|_| adjusted.next()),
    });
    told.collect()
}

fn result(job: &Job<'_>, run: &CitedRun, stage: &Stage) -> AuditResult {
    let CitedRun { recipe, outputs, .. } = run;
    let lasting = outputs.iter().filter(|output| !stage.is_observed(&output.name)).map(|output| {
        let bytes =
            has_observed_values(stage, &output.name).then(|| (job.cited_bytes)(output.object)).flatten();
        let object = bytes.map_or(output.object, |bytes| lasting_digest(stage, &output.name, &bytes));
        (output.name.clone(), object.0.to_hex())
    });
    let digests = |objects: &BTreeMap<String, recount_engine::digest::ObjectId>| {
        objects.iter().map(|(name, object)| (name.clone(), object.0.to_hex())).collect()
    };
    AuditResult {
        kind: recipe.kind.clone(),
        code: recipe.code.to_hex(),
        seed: recipe.seed,
        values: recipe.values.iter().map(|(address, value)| (address.clone(), value.to_string())).collect(),
        files: digests(&recipe.files),
        inputs: digests(&recipe.inputs),
        outputs: lasting.collect(),
    }
}

fn settings_of(settings: &Settings, own: Option<&str>) -> BTreeMap<String, AuditSetting> {
    let told = settings.parameters().into_iter().map(|(name, value)| {
        let (place, inherited) = match settings.origin(&name) {
            Some(SettingOrigin::File { path, line, variant, .. }) => {
                let variant = variant.as_deref().filter(|variant| Some(*variant) != own);
                (Some(format!("{path}:{line}")), variant.map(str::to_owned))
            }
            Some(SettingOrigin::Override(argument)) => (Some(format!("--set {argument}")), None),
            Some(SettingOrigin::Default) | None => (None, None),
        };
        (name, AuditSetting { value: value.to_string(), place, inherited })
    });
    told.collect()
}
