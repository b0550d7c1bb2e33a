//! What a figure, a claim or a report names of a pipeline: `fit[svm].accuracy`, `fit/history.csv#last/loss`.
//!
//! text ──[`Reference::parse`]──▶ [`Reference`] ──[`Reference::check`]──▶ every name in it exists, or a mistake

use std::fmt;

use recount_engine::address::Format;
use recount_engine::diagnostic::{Diagnostic, Place};
use recount_engine::spec::{Axis, Measure, Pipeline, Stage, StageId};
use recount_engine::suggestion;

/// Something of a stage's runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The stage's name.
    pub stage: String,
    /// Coordinates that the runs have, by name; a value without a name is that of the first coordinate that has it.
    pub coordinates: Vec<(Option<String>, String)>,
    /// What of the runs.
    pub what: What,
}

/// What of runs is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A declared measure.
    Measure(String),
    /// An output, by how its name ends, or a value in it.
    Output {
        /// How the output's name ends, by whole components.
        file: String,
        /// What comes after the `#`, if something does.
        at: Option<String>,
    },
}

impl Reference {
    /// Reads `STAGE[COORDINATES].MEASURE` or `STAGE[COORDINATES]/FILE`, with `#…` behind a file for a value in it.
    ///
    /// # Errors
    /// What is wrong with the text, lower-case.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = "expected `STAGE.MEASURE` or `STAGE/FILE`, such as `fit.accuracy` or `fit/history.csv`";
        let end =
            text.find(['[', '.', '/']).ok_or_else(|| format!("`{text}` names nothing of a stage: {form}"))?;
        let (stage, rest) = text.split_at(end);
        let (coordinates, rest) = match rest.strip_prefix('[') {
            None => (Vec::new(), rest),
            Some(inner) => {
                let (inner, rest) = inner.split_once(']').ok_or_else(|| format!("`{text}` lacks a `]`"))?;
                let part = |part: &str| match part.split_once('=') {
                    Some((name, value)) => (Some(name.trim().to_owned()), value.trim().to_owned()),
                    None => (None, part.trim().to_owned()),
                };
                (inner.split(',').map(part).collect(), rest)
            }
        };
        let what = match rest.split_at_checked(1) {
            Some((".", measure)) if !measure.is_empty() => What::Measure(measure.to_owned()),
            Some(("/", file)) if !file.is_empty() => match file.split_once('#') {
                Some((file, at)) => What::Output { file: file.to_owned(), at: Some(at.to_owned()) },
                None => What::Output { file: file.to_owned(), at: None },
            },
            _ => return Err(format!("`{text}` names nothing of the stage `{stage}`: {form}")),
        };
        if stage.is_empty() {
            return Err(format!("`{text}` names no stage: {form}"));
        }
        Ok(Self { stage: stage.to_owned(), coordinates, what })
    }

    /// Reads the name of an image that a run makes: `draw/tree.png`, `fit[svm,seed=1]/curve.png`; `None` for anything else.
    pub fn image(text: &str) -> Option<Self> {
        const ENDINGS: [&str; 6] = [".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp"];
        let reference = Self::parse(text).ok()?;
        let What::Output { file, at: None } = &reference.what else { return None };
        let is_image = ENDINGS.iter().any(|ending| file.to_ascii_lowercase().ends_with(ending));
        is_image.then_some(reference)
    }

    /// Names the runs: `fit`, `fit[svm,fold=1]`.
    pub fn runs(&self) -> String {
        let part = |(name, value): &(Option<String>, String)| match name {
            Some(name) => format!("{name}={value}"),
            None => value.clone(),
        };
        match self.coordinates.as_slice() {
            [] => self.stage.clone(),
            parts => format!("{}[{}]", self.stage, parts.iter().map(part).collect::<Vec<_>>().join(",")),
        }
    }

    /// Finds the stage.
    pub fn stage_of<'p>(&self, pipeline: &'p Pipeline) -> Option<(StageId, &'p Stage)> {
        let id = pipeline.stage(&self.stage)?;
        Some((id, &pipeline.stages[id.0]))
    }

    /// Finds the declared measure.
    pub fn measure_of<'p>(&self, pipeline: &'p Pipeline) -> Option<&'p Measure> {
        let What::Measure(name) = &self.what else { return None };
        self.stage_of(pipeline)?.1.measures.iter().find(|measure| measure.name == *name)
    }

    /// Checks that the stage has what is named. That there is such a stage is for whoever gathers needs to check.
    ///
    /// # Errors
    /// A [`Diagnostic`] at `place` for the first name that does not exist.
    pub fn check(&self, pipeline: &Pipeline, place: &Place) -> Result<(), Diagnostic> {
        let Some((id, stage)) = self.stage_of(pipeline) else { return Ok(()) };
        self.resolved(pipeline, id).map_err(|mistake| mistake.at(place))?;
        match &self.what {
            What::Measure(name) if self.measure_of(pipeline).is_none() => {
                let known = stage.measures.iter().map(|measure| measure.name.as_str());
                let help = suggestion::help(name, known, "a measure named", "its measures are");
                let declare = match name.contains(['#', '/']) {
                    true => format!("a value in a file is named behind a slash: `{}/FILE#…`", stage.name),
                    false => format!("declare it: `measures: {{ {name}: \"metrics.json#/{name}\" }}`"),
                };
                let mistake = Diagnostic::error(format!("stage `{}` has no measure `{name}`", stage.name));
                Err(mistake.help(help.unwrap_or(declare)).at(place))
            }
            What::Output { file, .. } if Format::of(file).is_none() => {
                let message = format!("`{file}` has no values that can be read");
                let help = "values are read from `.json`, `.jsonl`, `.csv`, `.tsv`, `.yaml` and `.toml`";
                Err(Diagnostic::error(message).help(help).at(place))
            }
            What::Measure(_) | What::Output { .. } => Ok(()),
        }
    }

    /// Gives the coordinates with their names.
    ///
    /// # Errors
    /// A [`Diagnostic`] without a place for a coordinate or a value that the stage does not have.
    pub fn resolved(&self, pipeline: &Pipeline, id: StageId) -> Result<Vec<(String, String)>, Diagnostic> {
        let stage = &pipeline.stages[id.0];
        let mut resolved = Vec::with_capacity(self.coordinates.len());
        for (name, value) in &self.coordinates {
            let axes =
                stage.each.iter().filter(|axis| name.as_deref().is_none_or(|name| axis.name() == name));
            let axes: Vec<&Axis> = axes.collect();
            if let (Some(name), true) = (name, axes.is_empty()) {
                let known = stage.each.iter().map(Axis::name);
                let help = suggestion::help(name, known, "a coordinate named", "its coordinates are");
                let message = format!("stage `{}` has no coordinate `{name}`", stage.name);
                return Err(Diagnostic::error(message).maybe_help(help));
            }
            let Some(axis) = axes.iter().find(|axis| pipeline.values(id, axis).contains(value)) else {
                let known: Vec<String> = axes.iter().flat_map(|axis| pipeline.values(id, axis)).collect();
                let known = known.iter().map(String::as_str);
                let help = suggestion::help(value, known, "one named", "there are");
                let message = format!("stage `{}` has no run at `{value}`", stage.name);
                return Err(Diagnostic::error(message).maybe_help(help));
            };
            resolved.push((axis.name().to_owned(), value.clone()));
        }
        Ok(resolved)
    }
}

/// As it is written.
impl fmt::Display for Reference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.runs(), self.what)
    }
}

/// As it is written behind the runs: `.accuracy`, `/metrics.json#/accuracy`.
impl fmt::Display for What {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Measure(name) => write!(out, ".{name}"),
            Self::Output { file, at: None } => write!(out, "/{file}"),
            Self::Output { file, at: Some(at) } => write!(out, "/{file}#{at}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_a_measure_or_a_value_of_an_output_at_coordinates() {
        let parsed = |text| {
            Reference::parse(text).map(|it| format!("{} {:?} {:?}", it.stage, it.coordinates, it.what))
        };
        assert_eq!(parsed("fit.accuracy"), Ok("fit [] Measure(\"accuracy\")".to_owned()));
        assert_eq!(
            parsed("fit[2.4, seed=1]/eval/m.json#/a/b"),
            Ok("fit [(None, \"2.4\"), (Some(\"seed\"), \"1\")] Output { file: \"eval/m.json\", at: Some(\"/a/b\") }".to_owned())
        );
        let form = "expected `STAGE.MEASURE` or `STAGE/FILE`, such as `fit.accuracy` or `fit/history.csv`";
        assert_eq!(parsed("fit"), Err(format!("`fit` names nothing of a stage: {form}")));
        assert_eq!(parsed("fit[a"), Err("`fit[a` lacks a `]`".to_owned()));
        assert_eq!(parsed("fit[a]"), Err(format!("`fit[a]` names nothing of the stage `fit`: {form}")));
        assert_eq!(parsed(".a"), Err(format!("`.a` names no stage: {form}")));
    }
}
