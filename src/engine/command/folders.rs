//! What the braces in a `run` stand for: coordinates, parameters, the file of all of them, and folders.

use std::collections::BTreeMap;

use super::params_file;
use crate::project_path::ProjectPath;
use crate::spec::{PARAMS, Value, fill, in_braces, substitute, substitute_partly, template_names};
use crate::value::{list, texts};
use crate::{Context, Failure, Job};

/// Gives the texts that names in braces stand for, whatever a run finds: coordinates, and parameters of the stage and of
/// those that it needs.
pub(super) fn texts_of(context: &Context<'_>) -> Vec<(String, String)> {
    let mut known = context.point.coordinates();
    let own = context.settings.parameters();
    known.extend(own.iter().filter_map(|(name, value)| Some((name.clone(), in_braces(value)?))));
    for need in &context.stage.needs {
        let need = &context.pipeline.stages[need.0];
        if !need.fields.is_empty() {
            let settings = need.settings(context.point.variant.as_deref()).parameters();
            let text = |(name, value)| Some((format!("{}.{name}", need.name), in_braces(value)?));
            known.extend(settings.iter().filter_map(text));
        }
    }
    known
}

/// Puts what is known into a text of `run`. One that names folders or the file of parameters stays a template: they enter
/// the recipe by these names, and not by where they are.
pub(super) fn keep_folders(text: &str, known: &[(String, String)]) -> String {
    let filled = substitute(text, known);
    // No text that is filled whole looks like one that is not.
    if filled.contains("out}") || filled.contains("params}") {
        substitute_partly(text, known)
    } else {
        filled
    }
}

/// Says whether what is run names the file of parameters.
pub(super) fn names_params(run: &Value) -> bool {
    texts(Some(run)).iter().any(|text| template_names(text).contains(&PARAMS))
}

/// Gives what a job runs, with the folders and the file of parameters put in that it names; a word becomes several where
/// there are several folders.
pub(super) fn fill_folders(job: &Job<'_>) -> Result<Value, Failure> {
    let Job { context, effective, .. } = job;
    let known = texts_of(context);
    let params = match effective.parameters.get(PARAMS) {
        Some(Value::Map(parameters)) => Some(params_file::write(context.root, parameters)?),
        _ => None,
    };
    let folders = |name: &str| -> Vec<ProjectPath> {
        if name == "out" {
            let own = effective.places.iter().filter(|place| place.name.is_empty());
            return own.map(|place| place.path.clone()).collect();
        }
        let stage = name.strip_suffix(".out").and_then(|stage| context.pipeline.stage(stage));
        stage.map_or_else(Vec::new, |stage| (job.need_folders)(stage))
    };
    let words = |text: &str| -> Vec<String> {
        let mut several: Option<(&str, Vec<ProjectPath>)> = None;
        let mut single: BTreeMap<&str, String> = params.iter().map(|path| (PARAMS, path.clone())).collect();
        for name in template_names(text) {
            match <[ProjectPath; 1]>::try_from(folders(name)) {
                Ok([folder]) => drop(single.insert(name, folder.to_string())),
                Err(folders) if name == "out" || name.ends_with(".out") => several = Some((name, folders)),
                Err(_) => {}
            }
        }
        let filled = |one: Option<(&str, &str)>| {
            fill(text, |name| {
                let known = || known.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
                let one = one.filter(|(own, _)| *own == name).map(|(_, folder)| folder);
                one.or_else(|| single.get(name).map(String::as_str)).or_else(known)
            })
        };
        match several {
            None => vec![filled(None)],
            Some((name, folders)) => {
                folders.iter().map(|folder| filled(Some((name, folder.as_str())))).collect()
            }
        }
    };
    match context.stage.fields.get("run") {
        Some(Value::Text(line)) => match words(line).as_slice() {
            [line] => Ok(Value::Text(line.clone())),
            several => Err(Failure::new(format!("a folder in its `run` is {} folders here", several.len()))
                .with_help("write what it runs as a list, where each is an argument of its own")),
        },
        run => Ok(list(texts(run).iter().flat_map(|word| words(word)).collect())),
    }
}
