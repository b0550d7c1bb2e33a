//! Which variants are one experiment under several names, and why each of them is.

use serde::Serialize;

use crate::kinds::{self, Described};
use recount_engine::spec::{Pipeline, StageId};

use super::CliError;

/// A variant that is the same experiment as another one.
#[derive(Debug, Serialize)]
pub struct AliasVariant {
    /// Its name.
    pub name: String,
    /// Why it is the same, although it may be set otherwise.
    pub why: String,
}

/// Tells which variants are one experiment under several names, one line each, and why they are.
///
/// # Errors
/// A [`CliError`] for a variant that its kind refuses.
pub fn same_experiments(pipeline: &Pipeline) -> Result<Vec<String>, CliError> {
    let stages = pipeline.stages.iter().enumerate().filter(|(_, stage)| stage.kind == "train");
    let mut lines = Vec::new();
    for (index, stage) in stages {
        let described = kinds::describe(pipeline, StageId(index))
            .map_err(|failure| CliError::input(format!("{}: {failure}", stage.name)))?;
        let firsts = described.iter().filter(|it| it.first.is_none() && !it.same_as.is_empty());
        for first in firsts {
            let names = std::iter::once(first.variant.name.as_str()).chain(first.same_as.iter().copied());
            let names = names.collect::<Vec<_>>().join(", ");
            lines.push(format!(
                "same    {}[{names}] · one experiment: {}",
                stage.name,
                reasons(&twins(first, &described))
            ));
        }
    }
    Ok(lines)
}

/// Gives those that are the same as `first`, each with its reason.
fn twins(first: &Described<'_>, all: &[Described<'_>]) -> Vec<AliasVariant> {
    let twins = all.iter().filter(|it| first.same_as.contains(&it.variant.name.as_str()));
    let declared = |it: &Described<'_>, name: &str| it.variant.settings.get(name).cloned();
    let twin = |it: &Described<'_>| {
        let idle =
            first.without_effect.iter().filter(|(name, _)| declared(it, name) != declared(first, name));
        let idle = idle.map(|(name, why)| (name.as_str(), *why));
        AliasVariant { name: it.variant.name.clone(), why: why(idle) }
    };
    twins.map(twin).collect()
}

/// Says why two variants are one experiment; `idle` are the settings that differ, with why they have no effect.
pub fn why<'i>(idle: impl Iterator<Item = (&'i str, &'i str)>) -> String {
    let reasons: Vec<String> = idle.map(|(name, why)| format!("{why}, `{name}` has no effect")).collect();
    if reasons.is_empty() { "their settings are equal".to_owned() } else { reasons.join("; ") }
}

/// Groups twins by their reasons, in the order of the first of each.
pub fn grouped(twins: &[AliasVariant]) -> Vec<(Vec<&str>, &str)> {
    let mut groups: Vec<(Vec<&str>, &str)> = Vec::new();
    for AliasVariant { name, why } in twins {
        match groups.iter_mut().find(|(_, known)| known == why) {
            Some((names, _)) => names.push(name),
            None => groups.push((vec![name], why)),
        }
    }
    groups
}

/// Tells the reasons; where they are several, whose each one is.
fn reasons(twins: &[AliasVariant]) -> String {
    let groups = grouped(twins);
    if let [(_, why)] = groups.as_slice() {
        return (*why).to_owned();
    }
    let texts = groups.iter().map(|(names, why)| format!("{why} ({})", names.join(", ")));
    texts.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_its_own_reason() {
        let twin = |name: &str, idle: &[(&str, &str)]| AliasVariant {
            name: name.to_owned(),
            why: why(idle.iter().copied()),
        };
        let dropout = [("dropout", "with one layer")];
        let some = [twin("b", &dropout), twin("c", &[]), twin("d", &dropout)];
        assert_eq!(
            reasons(&some),
            "with one layer, `dropout` has no effect (b, d); their settings are equal (c)"
        );
        assert_eq!(reasons(&some[..1]), "with one layer, `dropout` has no effect");
        assert_eq!(reasons(&[]), "");
    }
}
