//! Numbers and texts that somebody wrote: settings, values of the project's own files, numbers that an author states.
//!
//! Invariants
//! - What is written is printed as it is spelled, and has no noise.

use recount_engine::spec::{Origin as SettingOrigin, Value};

use super::{Origin, Quantity};
use crate::selection::Selection;
use crate::statistics::Sample;

/// Where something is written, and by whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenAt {
    /// The file, relative to the project; `None` of a default, and of what is set on the command line.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<usize>,
    /// Of a setting, the variant that sets it: another one where it is inherited.
    pub variant: Option<String>,
    /// Of a stated number, who states it.
    pub by: Option<String>,
}

/// Makes a quantity of something that is written; `number` is what it says, where that is a number.
pub fn written(address: String, spelled: String, number: Option<f64>, at: WrittenAt) -> Quantity {
    Quantity {
        sample: Sample::new(number.map(Some)).exact(),
        spelled: Some(spelled),
        repeats: number.map(|_| String::new()).into_iter().collect(),
        ..Quantity::new(address, Origin::Written(at))
    }
}

/// Makes a quantity of what an author states; `number` is what the text says, where that is a number.
pub fn stated(text: &str, number: Option<f64>, at: WrittenAt) -> Quantity {
    let by = at.by.clone().unwrap_or_default();
    written(format!("stated by {by}: {text}"), text.to_owned(), number, at)
}

/// Reads a setting of a selection's runs, below maps with dots: `optimiser.rate`.
///
/// # Returns
/// The setting; `None` where it is not set, or is a map.
///
/// # Errors
/// Where variants of the selection differ in it.
pub fn setting(selection: &Selection, name: &str) -> Result<Option<Quantity>, String> {
    let pipeline = selection.evidence().pipeline();
    let variants = match selection.stage().each.iter().any(|axis| axis.name() == "variant") {
        true => selection
            .over("variant")?
            .iter()
            .map(|one| one.coordinate("variant").map(str::to_owned))
            .collect(),
        false => vec![None],
    };
    let mut found: Option<(Option<Value>, Option<SettingOrigin>)> = None;
    for variant in &variants {
        let settings = pipeline.settings_of_runs(selection.stage_id(), variant.as_deref());
        let value = settings.find(name);
        match &found {
            Some((known, _)) if *known != value => {
                return Err(format!(
                    "`{selection}.params.{name}` differs between variants: name one, `(variant=\"{}\")`",
                    variants[0].as_deref().unwrap_or_default()
                ));
            }
            Some(_) => {}
            None => found = Some((value, settings.origin(name).cloned())),
        }
    }
    let Some((Some(value), origin)) = found else { return Ok(None) };
    if matches!(value, Value::Map(_)) {
        return Ok(None);
    }
    let at = match origin {
        Some(SettingOrigin::File { path, line, variant, .. }) => WrittenAt {
            file: Some(path.to_string()),
            line: Some(line),
            variant: variant.map(|variant| variant.to_string()),
            by: None,
        },
        Some(SettingOrigin::Override(argument)) => {
            WrittenAt { by: Some(format!("--set {argument}")), ..WrittenAt::default() }
        }
        Some(SettingOrigin::Default) | None => WrittenAt::default(),
    };
    let setting = written(format!("{selection}.params.{name}"), value.to_string(), value.as_number(), at);
    Ok(Some(Quantity { label: selection.label(), ..setting }))
}
