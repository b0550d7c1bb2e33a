//! What the braces in a `run` stand for: coordinates, parameters, the file of all of them, and folders.

use std::collections::BTreeMap;

use super::params_file;
use crate::project_path::ProjectPath;
use crate::spec::{
    PARAMS, QUOTED_ELSEWHERE, Quoting, UNQUOTED, Value, fill, fill_partly, in_braces, quotings,
    template_names,
};
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

/// A text of `run` with names in braces.
pub(super) struct RunText<'t> {
    text: &'t str,
    /// How values are put into a line; a word of a list takes any.
    quotings: Option<Vec<Quoting>>,
}

impl<'t> RunText<'t> {
    /// Takes a word of a list.
    pub(super) fn word(text: &'t str) -> Self {
        Self { text, quotings: None }
    }

    /// Takes a line that is put behind the words of a shell, or given to bash where there are none.
    pub(super) fn line(text: &'t str, shell: Option<&Value>) -> Self {
        Self { text, quotings: Some(quotings(text, &texts(shell))) }
    }

    /// Puts what is known into it. One that names folders or the file of parameters stays a template: they enter the recipe
    /// by these names, and not by where they are.
    ///
    /// # Errors
    /// A [`Failure`] for a value that the shell would read as something else than itself.
    pub(super) fn keep_folders(&self, known: &[(String, String)]) -> Result<Value, Failure> {
        let value = |name: &str| {
            let found = known.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone())
        };
        let values = self.values(&value)?;
        let mut each = values.iter();
        let filled = fill(self.text, |_| each.next().and_then(Option::as_ref));
        // No text that is filled whole looks like one that is not.
        if !filled.contains("out}") && !filled.contains("params}") {
            return Ok(Value::Text(filled));
        }
        let mut each = values.iter();
        Ok(Value::Text(fill_partly(self.text, |_| each.next().and_then(Option::as_ref))))
    }

    fn fill(&self, value: &dyn Fn(&str) -> Option<String>) -> Result<String, Failure> {
        let mut values = self.values(value)?.into_iter();
        Ok(fill(self.text, |_| values.next().flatten()))
    }

    /// Gives what each name in braces stands for, in their order, as it is written there.
    fn values(&self, value: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Option<String>>, Failure> {
        let written = |(at, name): (usize, &str)| match (value(name), &self.quotings) {
            (Some(value), Some(quotings)) => match quotings[at].write(&value) {
                Some(written) => Ok(Some(written)),
                None => {
                    Err(Failure::new(format!("`{{{name}}}` in its `run` is `{value}`, which {UNQUOTED}"))
                        .with_help(QUOTED_ELSEWHERE))
                }
            },
            (value, _) => Ok(value),
        };
        template_names(self.text).into_iter().enumerate().map(written).collect()
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
    let words = |run: &RunText<'_>| -> Result<Vec<String>, Failure> {
        let text = run.text;
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
            run.fill(&|name| {
                let known = || known.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
                let one = one.filter(|(own, _)| *own == name).map(|(_, folder)| folder);
                one.or_else(|| single.get(name).map(String::as_str)).or_else(known).map(str::to_owned)
            })
        };
        match several {
            None => Ok(vec![filled(None)?]),
            Some((name, folders)) => {
                folders.iter().map(|folder| filled(Some((name, folder.as_str())))).collect()
            }
        }
    };
    match context.stage.fields.get("run") {
        Some(Value::Text(line)) => {
            let line = RunText::line(line, effective.parameters.get("shell"));
            match words(&line)?.as_slice() {
                [line] => Ok(Value::Text(line.clone())),
                several => {
                    Err(Failure::new(format!("a folder in its `run` is {} folders here", several.len()))
                        .with_help("write what it runs as a list, where each is an argument of its own"))
                }
            }
        }
        run => {
            let filled =
                texts(run).iter().map(|word| words(&RunText::word(word))).collect::<Result<Vec<_>, _>>();
            Ok(list(filled?.into_iter().flatten().collect()))
        }
    }
}
