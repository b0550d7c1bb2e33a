//! What a render stage says: its template, its report, and what else it is made from.

use recount_engine::spec::{Parameters, Stage, Value};

/// The settings of a render stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RenderSettings {
    /// The template that is the report.
    pub template: String,
    /// The report's file.
    pub output: String,
    /// The file of its claims.
    pub claims: Option<String>,
    /// The project's own files that it reads values of, by name.
    pub data: Vec<(String, String)>,
    /// Names with numbers in them that are legal in literal text.
    pub terms: Vec<String>,
    /// Its title, where that is not the pipeline's.
    pub title: Option<String>,
}

impl RenderSettings {
    /// Takes the settings of a stage that was checked.
    pub fn of(stage: &Stage) -> Self {
        Self::of_parameters(&stage.fields.parameters())
    }

    fn of_parameters(parameters: &Parameters) -> Self {
        let text = |name: &str| {
            let text = parameters.get(name).and_then(Value::as_text);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let data = match parameters.get("data") {
            Some(Value::Map(files)) => files
                .iter()
                .filter_map(|(name, file)| Some((name.clone(), file.as_text()?.to_owned())))
                .collect(),
            _ => Vec::new(),
        };
        let terms = match parameters.get("terms") {
            Some(Value::List(terms)) => terms.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        };
        Self {
            template: text("template").unwrap_or_default(),
            output: text("output").unwrap_or_default(),
            claims: text("claims"),
            data,
            terms,
            title: text("title"),
        }
    }
}
