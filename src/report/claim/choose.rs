//! Claims by the keys of the project's own: `claims(section="2.4")`.

use recount_engine::suggestion;

use super::written::Claim;
use crate::selection::with_help;

/// Finds the claims that have each of the keys with its value, in the order of the file; without keys, all.
///
/// # Errors
/// What is wrong, lower-case, where no claim has a key, or none has it with that value.
pub(super) fn choose(claims: &[Claim], keys: &[(&str, &str)]) -> Result<Vec<usize>, String> {
    for (key, value) in keys {
        let named: Vec<&Vec<String>> = claims.iter().filter_map(|claim| values(claim, key)).collect();
        if named.is_empty() {
            let known = claims.iter().flat_map(|claim| &claim.keys).map(|(key, _)| key.as_str());
            let help = suggestion::help(key, unique(known), "a key named", "there are");
            return Err(with_help(format!("no claim has the key `{key}`"), help));
        }
        if !named.iter().any(|values| values.iter().any(|known| known == value)) {
            let known = named.iter().flat_map(|values| values.iter().map(String::as_str));
            let help = suggestion::help(value, unique(known), "a value named", "there are");
            return Err(with_help(format!("no claim has `{key}: {value}`"), help));
        }
    }
    let has = |claim: &Claim, (key, value): &(&str, &str)| {
        values(claim, key).is_some_and(|values| values.iter().any(|known| known == value))
    };
    let chosen: Vec<usize> = claims
        .iter()
        .enumerate()
        .filter(|(_, claim)| keys.iter().all(|key| has(claim, key)))
        .map(|(at, _)| at)
        .collect();
    if chosen.is_empty() && !keys.is_empty() {
        let all: Vec<String> = keys.iter().map(|(key, value)| format!("`{key}: {value}`")).collect();
        return Err(format!("no claim has {} at once", all.join(" and ")));
    }
    Ok(chosen)
}

fn values<'c>(claim: &'c Claim, key: &str) -> Option<&'c Vec<String>> {
    claim.keys.iter().find(|(known, _)| known == key).map(|(_, values)| values)
}

fn unique<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let mut unique: Vec<&str> = Vec::new();
    for text in texts {
        if !unique.contains(&text) {
            unique.push(text);
        }
    }
    unique
}
