//! What the braces in a `run` stand for: coordinates, and the folders of the instance and of those that it needs.

use std::collections::BTreeMap;

use crate::Job;
use crate::project_path::ProjectPath;
use crate::spec::{Value, fill, substitute, substitute_partly, template_names};
use crate::value::{list, texts};

/// Puts coordinates into a text of `run`. One that names folders stays a template: they enter the recipe by these names,
/// and not by where they are.
pub(super) fn keep_folders(text: &str, coordinates: &[(String, String)]) -> String {
    let filled = substitute(text, coordinates);
    // No text that is filled whole looks like one that is not.
    if filled.contains("out}") { substitute_partly(text, coordinates) } else { filled }
}

/// Gives what a job runs, with the folders put in that it names; a word becomes several where there are several folders.
pub(super) fn fill_folders(job: &Job<'_>) -> Value {
    let Job { context, effective, .. } = job;
    let coordinates = context.point.coordinates();
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
        let mut single: BTreeMap<&str, String> = BTreeMap::new();
        for name in template_names(text) {
            match <[ProjectPath; 1]>::try_from(folders(name)) {
                Ok([folder]) => drop(single.insert(name, folder.to_string())),
                Err(folders) if name == "out" || name.ends_with(".out") => several = Some((name, folders)),
                Err(_) => {}
            }
        }
        let filled = |one: Option<(&str, &str)>| {
            fill(text, |name| {
                let coordinate =
                    || coordinates.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
                let one = one.filter(|(own, _)| *own == name).map(|(_, folder)| folder);
                one.or_else(|| single.get(name).map(String::as_str)).or_else(coordinate)
            })
        };
        match several {
            None => vec![filled(None)],
            Some((name, folders)) => {
                folders.iter().map(|folder| filled(Some((name, folder.as_str())))).collect()
            }
        }
    };
    match context.settings.get("run") {
        Some(Value::Text(line)) => Value::Text(words(line).concat()),
        run => list(texts(run).iter().flat_map(|word| words(word)).collect()),
    }
}
