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
                reasons(&aliases(first, &described))
            ));
        }
    }
    Ok(lines)
}

/// Gives those that are the same as `first`, each with its reason.
fn aliases(first: &Described<'_>, all: &[Described<'_>]) -> Vec<AliasVariant> {
    let aliases = all.iter().filter(|it| first.same_as.contains(&it.variant.name.as_str()));
    let declared = |it: &Described<'_>, name: &str| it.variant.settings.get(name).cloned();
    let alias = |it: &Described<'_>| {
        let unused =
            first.without_effect.iter().filter(|(name, _)| declared(it, name) != declared(first, name));
        let unused = unused.map(|(name, why)| (name.as_str(), *why));
        AliasVariant { name: it.variant.name.clone(), why: why(unused) }
    };
    aliases.map(alias).collect()
}

/// Says why two variants are one experiment; `unused` are the settings that differ, with why they have no effect.
pub fn why<'i>(unused: impl Iterator<Item = (&'i str, &'i str)>) -> String {
    let reasons: Vec<String> = unused.map(|(name, why)| format!("{why}, `{name}` has no effect")).collect();
    if reasons.is_empty() { "their settings are equal".to_owned() } else { reasons.join("; ") }
}

/// Groups aliases by their reasons, in the order of the first of each.
pub fn grouped(aliases: &[AliasVariant]) -> Vec<(Vec<&str>, &str)> {
    let mut groups: Vec<(Vec<&str>, &str)> = Vec::new();
    for AliasVariant { name, why } in aliases {
        match groups.iter_mut().find(|(_, known)| known == why) {
            Some((names, _)) => names.push(name),
            None => groups.push((vec![name], why)),
        }
    }
    groups
}

/// Tells the reasons; where they are several, whose each one is.
fn reasons(aliases: &[AliasVariant]) -> String {
    let groups = grouped(aliases);
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
        let alias = |name: &str, unused: &[(&str, &str)]| AliasVariant {
            name: name.to_owned(),
            why: why(unused.iter().copied()),
        };
        let dropout = [("dropout", "with one layer")];
        let some = [alias("b", &dropout), alias("c", &[]), alias("d", &dropout)];
        assert_eq!(
            reasons(&some),
            "with one layer, `dropout` has no effect (b, d); their settings are equal (c)"
        );
        assert_eq!(reasons(&some[..1]), "with one layer, `dropout` has no effect");
        assert_eq!(reasons(&[]), "");
    }
}
