//! Which variants are one experiment under several names, and why they are.

use crate::kinds::{self, Described};
use crate::spec::{Pipeline, StageId};

use super::Refusal;

/// Tells which variants are one experiment under several names, one line each, and why they are.
///
/// # Errors
/// A [`Refusal`] for a variant that its kind refuses.
pub fn same_experiments(pipeline: &Pipeline) -> Result<Vec<String>, Refusal> {
    let stages = pipeline.stages.iter().enumerate().filter(|(_, stage)| stage.kind == "train");
    let mut lines = Vec::new();
    for (index, stage) in stages {
        let described = kinds::describe(pipeline, StageId(index))
            .map_err(|failure| Refusal::input(format!("{}: {failure}", stage.name)))?;
        let firsts = described.iter().filter(|it| it.first.is_none() && !it.same_as.is_empty());
        for first in firsts {
            let names = std::iter::once(first.variant.name.as_str()).chain(first.same_as.iter().copied());
            let names = names.collect::<Vec<_>>().join(", ");
            lines.push(format!(
                "same    {}[{names}] · one experiment: {}",
                stage.name,
                reason(first, &described)
            ));
        }
    }
    Ok(lines)
}

/// Says why `first` and those that are the same as it are one experiment.
fn reason(first: &Described<'_>, all: &[Described<'_>]) -> String {
    let is_twin = |it: &&Described<'_>| first.same_as.contains(&it.variant.name.as_str());
    let declared = |it: &Described<'_>, name: &str| it.variant.settings.parameters.get(name).cloned();
    let differs =
        |name: &str| all.iter().filter(is_twin).any(|it| declared(it, name) != declared(first, name));
    let idle = first.without_effect.iter().filter(|(name, _)| differs(name));
    let reasons: Vec<String> = idle.map(|(name, why)| format!("{why}, `{name}` has no effect")).collect();
    if reasons.is_empty() { "their settings are equal".to_owned() } else { reasons.join("; ") }
}
