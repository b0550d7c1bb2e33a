//! The variants that an audit calls one experiment under several names, and why each of them is.

use serde::Serialize;

/// A variant that is the same experiment as another one.
#[derive(Debug, Serialize)]
pub struct AliasVariant {
    /// Its name.
    pub name: String,
    /// Why it is the same, although it may be set otherwise.
    pub why: String,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_one_reason_come_together() {
        let alias = |name: &str, unused: &[(&str, &str)]| AliasVariant {
            name: name.to_owned(),
            why: why(unused.iter().copied()),
        };
        let dropout = [("dropout", "with one layer")];
        let some = [alias("b", &dropout), alias("c", &[]), alias("d", &dropout)];
        let groups = grouped(&some);
        let expected = [
            (vec!["b", "d"], "with one layer, `dropout` has no effect"),
            (vec!["c"], "their settings are equal"),
        ];
        assert_eq!(groups, expected);
    }
}
