//! `recount why`: every reason why a target would run, back to where the change began.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use recount_engine::instance_name::InstanceName;
use recount_engine::spec::{Origin, Pipeline};
use recount_engine::{self as engine, Cause, Explanation, Options, Outcome, Reason};

use super::arguments::WhyArguments;
use super::environment::Environment;
use super::project::Project;
use super::reasons::ReasonEntry;
use super::{CliError, json, print, status};

/// How many instances of one cause are named.
const MAX_NAMED_CAUSES: usize = 3;

/// Carries `recount why` out.
///
/// # Errors
/// A [`CliError`] for bad input, or a store that can't be read.
pub fn why(args: &WhyArguments, environment: &Environment) -> Result<(), CliError> {
    let project = Project::open(&args.settings, environment)?;
    status::print_unfinished(&project.store);
    let options = Options { targets: args.targets.clone(), ..project.options(&args.settings, environment) };
    let explanations =
        engine::why(&project.root, &project.pipeline, &project.kinds, &project.store, &options)?;
    if args.settings.project.json {
        json::result("why", &json!({ "instances": explanations.iter().map(as_json).collect::<Vec<_>>() }));
        return Ok(());
    }
    for explanation in &explanations {
        print_explanation(&project.pipeline, explanation);
    }
    Ok(())
}

fn print_explanation(pipeline: &Pipeline, explanation: &Explanation) {
    let name = &explanation.name;
    let verdict = match &explanation.outcome {
        Outcome::Fresh => "fresh: the store has its outputs".to_owned(),
        Outcome::Depends { .. } => "stale: what it needs has to run first".to_owned(),
        Outcome::Failed(failure) => format!("can't run: {failure}"),
        _ => "stale".to_owned(),
    };
    print::result(&format!("{name} · {verdict}"));
    let line = |indent: &str, reason: &Reason, of: &str| {
        let place = place(pipeline, of, reason).map(|place| format!(" · {place}")).unwrap_or_default();
        print::result(&format!("{indent}{reason}{place}"));
    };
    for reason in &explanation.reasons {
        line("  ", reason, name);
    }
    for causes in alike(&explanation.causes) {
        let names: Vec<&str> = causes.iter().map(|cause| cause.name.as_str()).collect();
        let names = print::first_names(&names, MAX_NAMED_CAUSES);
        let through = match causes[0].through.as_slice() {
            [] => String::new(),
            through => format!(" · needed through {}", through.join(", ")),
        };
        print::result(&format!("  because of {names}{through}"));
        for reason in &causes[0].reasons {
            line("    ", reason, &causes[0].name);
        }
        if let Some(failure) = &causes[0].failure {
            print::result(&format!("    it can't run: {failure}"));
        }
    }
}

/// Puts causes together that have the same reasons, in the order in which they come.
fn alike(causes: &[Cause]) -> Vec<Vec<&Cause>> {
    let mut groups: Vec<Vec<&Cause>> = Vec::new();
    let mut places: BTreeMap<(String, String), usize> = BTreeMap::new();
    for cause in causes {
        let stage = InstanceName::of(&cause.name).stage.to_owned();
        let texts: Vec<String> = cause.reasons.iter().map(Reason::to_string).collect();
        let failure = cause.failure.as_ref().map(ToString::to_string).unwrap_or_default();
        let place = *places.entry((stage, texts.join("\n") + &failure)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(cause),
            None => groups.push(vec![cause]),
        }
    }
    groups
}

/// Says where a parameter that changed is written.
fn place(pipeline: &Pipeline, instance: &str, reason: &Reason) -> Option<String> {
    let (Reason::Parameter { name, .. } | Reason::Items { name, .. }) = reason else { return None };
    let instance = InstanceName::of(instance);
    let id = pipeline.stage(instance.stage)?;
    let (stage, settings) = (&pipeline.stages[id.0], pipeline.settings(id, instance.variant()));
    let origin = match name.strip_prefix("params.").filter(|_| !stage.fields.is_empty()) {
        Some(parameter) => settings.origin(parameter.split('[').next()?),
        None => {
            let field = name.split(['.', '[']).next()?;
            settings.origin(field).or_else(|| stage.fields.origin(field))
        }
    };
    match origin? {
        Origin::File { path, line, .. } => Some(format!("{path}:{line}")),
        Origin::Override(argument) => Some(format!("--set {argument}")),
        Origin::Default => None,
    }
}

fn as_json(explanation: &Explanation) -> Value {
    let (verdict, message) = match &explanation.outcome {
        Outcome::Fresh => ("fresh", None),
        Outcome::Depends { .. } => ("waits", None),
        Outcome::Failed(failure) => ("failed", Some(failure.to_string())),
        _ => ("stale", None),
    };
    let reasons = |reasons: &[Reason]| reasons.iter().map(ReasonEntry::of).collect::<Vec<_>>();
    let causes = explanation.causes.iter().map(|cause| {
        json!({
            "instance": cause.name,
            "through": cause.through,
            "reasons": reasons(&cause.reasons),
            "message": cause.failure.as_ref().map(ToString::to_string),
        })
    });
    json!({
        "instance": explanation.name,
        "verdict": verdict,
        "key": explanation.key,
        "message": message,
        "reasons": reasons(&explanation.reasons),
        "causes": causes.collect::<Vec<_>>(),
    })
}
