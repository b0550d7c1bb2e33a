//! What differs between two recipes: a reason for each difference.
//!
//! old and new parameters ──walk──▶ a [`Reason`] for each leaf: `variants[2.4.2].declared.epochs` 16 → 17
//!
//! Invariants
//! - Maps are walked by name, and so are lists of maps that each have a `name` of their own.
//! - Of any other list, the reason names what came and what went.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use crate::decide::reason::Reason;
use crate::digest::ObjectId;
use crate::recipe::{EXECUTABLE, LINK, Recipe};
use crate::spec::{Parameters, Value};

/// Gives a reason for everything in which two recipes differ.
pub fn differences(old: &Recipe, new: &Recipe) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if old.kind != new.kind {
        reasons.push(Reason::Kind { old: old.kind.clone(), new: new.kind.clone() });
    } else if old.code != new.code {
        reasons.push(Reason::Code { kind: new.kind.clone() });
    }
    reasons.extend(parameter_changes(&old.parameters, &new.parameters));
    if old.seed != new.seed {
        reasons.push(Reason::Seed { old: old.seed, new: new.seed });
    }
    reasons.extend(file_changes(&old.inputs, &new.inputs, |name, old, new| Reason::Input { name, old, new }));
    reasons.extend(file_changes(&old.files, &new.files, |name, old, new| Reason::File { name, old, new }));
    reasons.extend(parameter_changes(&old.values, &new.values));
    for (name, old, new) in changes(&old.cited, &new.cited) {
        reasons.push(Reason::Cited { name: name.clone(), old: old.copied(), new: new.copied() });
    }
    reasons
}

/// A name, with what it was and what it is.
pub(super) type Change<'m, K, V> = (&'m K, Option<&'m V>, Option<&'m V>);

/// Names what two maps do not have in common, what is gone last; both are walked once, side by side.
pub(super) fn changes<'m, K: Ord, V: PartialEq>(
    old: &'m BTreeMap<K, V>,
    new: &'m BTreeMap<K, V>,
) -> Vec<Change<'m, K, V>> {
    let (mut changes, mut gone) = (Vec::new(), Vec::new());
    let mut before = old.iter().peekable();
    for (name, value) in new {
        gone.extend(std::iter::from_fn(|| before.next_if(|(old, _)| *old < name)));
        let was = before.next_if(|(old, _)| *old == name).map(|(_, value)| value);
        if was != Some(value) {
            changes.push((name, was, Some(value)));
        }
    }
    gone.extend(before);
    changes.extend(gone.into_iter().map(|(name, value)| (name, Some(value), None)));
    changes
}

/// Gives a reason for each file in which they differ; one that only has another form now gets one reason.
fn file_changes(
    old: &BTreeMap<String, ObjectId>,
    new: &BTreeMap<String, ObjectId>,
    bytes: impl Fn(String, Option<ObjectId>, Option<ObjectId>) -> Reason,
) -> Vec<Reason> {
    let changes = changes(old, new);
    let one_sided = |is_new: bool| {
        let side =
            changes.iter().filter(move |(_, old, new)| if is_new { old.is_none() } else { new.is_none() });
        side.map(|(name, ..)| (path_in(name), *name)).collect::<BTreeMap<&str, &String>>()
    };
    let (gone, came) = (one_sided(false), one_sided(true));
    let reason = |(name, old, new): &Change<'_, String, ObjectId>| {
        let path = path_in(name);
        match (gone.get(path), came.get(path)) {
            (Some(old), Some(new)) if name == new => {
                Some(Reason::FileForm { old: (*old).clone(), new: (*new).clone() })
            }
            (Some(old), Some(_)) if name == old => None,
            _ => Some(bytes((*name).clone(), old.copied(), new.copied())),
        }
    };
    changes.iter().filter_map(reason).collect()
}

/// Gives a file's path in its name in a recipe, which may go on with ` → TARGET` and ` (executable)`.
fn path_in(name: &str) -> &str {
    let name = name.strip_suffix(EXECUTABLE).unwrap_or(name);
    name.split_once(LINK).map_or(name, |(path, _)| path)
}

/// Gives a reason for each leaf in which the parameters differ.
pub(crate) fn parameter_changes(old: &Parameters, new: &Parameters) -> Vec<Reason> {
    let mut reasons = Vec::new();
    walk_entries(old, new, &str::to_owned, &mut reasons);
    reasons
}

fn walk_entries<K: Ord + AsRef<str>, V: PartialEq + Borrow<Value>>(
    old: &BTreeMap<K, V>,
    new: &BTreeMap<K, V>,
    path: &dyn Fn(&str) -> String,
    reasons: &mut Vec<Reason>,
) {
    for (name, old, new) in changes(old, new) {
        let (name, old, new) = (path(name.as_ref()), old.map(V::borrow), new.map(V::borrow));
        match (old, new) {
            (Some(Value::Map(old)), Some(Value::Map(new))) => {
                walk_entries(old, new, &|inner| format!("{name}.{inner}"), reasons);
            }
            (Some(Value::List(old)), Some(Value::List(new))) => walk_lists(&name, old, new, reasons),
            _ => reasons.push(Reason::Parameter { name, old: old.cloned(), new: new.cloned() }),
        }
    }
}

fn walk_lists(path: &str, old: &[Value], new: &[Value], reasons: &mut Vec<Reason>) {
    let before = reasons.len();
    let (removed, added) = match (named(old), named(new)) {
        (Some(old), Some(new)) => {
            walk_entries(&old, &new, &|name| format!("{path}[{name}]"), reasons);
            (Vec::new(), Vec::new())
        }
        _ => (without(old, new), without(new, old)),
    };
    // Lists that differ although nothing came, went or changed have another order.
    if reasons.len() == before {
        reasons.push(Reason::Items { name: path.to_owned(), removed, added });
    }
}

/// Gives a list's items by their `name`, if each is a map that has one of its own.
fn named<'v>(list: &'v [Value]) -> Option<BTreeMap<&'v str, &'v Value>> {
    let entry = |item: &'v Value| match item {
        Value::Map(map) => map.get("name").and_then(Value::as_text).map(|name| (name, item)),
        _ => None,
    };
    let entries = list.iter().map(entry).collect::<Option<BTreeMap<&str, &Value>>>()?;
    (entries.len() == list.len()).then_some(entries)
}

/// Gives the items that `list` has and `other` has not, or has fewer of.
fn without(list: &[Value], other: &[Value]) -> Vec<Value> {
    let mut other: Vec<&Value> = other.iter().collect();
    let mut left = Vec::new();
    for item in list {
        match other.iter().position(|same| *same == item) {
            Some(place) => {
                other.swap_remove(place);
            }
            None => left.push(item.clone()),
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

    fn map<const COUNT: usize>(entries: [(&str, Value); COUNT]) -> Value {
        Value::Map(entries.map(|(name, value)| (name.to_owned(), value)).into())
    }

    fn variant(name: &str, epochs: i64) -> Value {
        map([("name", name.into()), ("declared", map([("epochs", epochs.into()), ("hidden", 64.into())]))])
    }

    fn reason_text(old: Value, new: Value) -> String {
        let parameters = |value| Parameters::from([("p".to_owned(), value)]);
        let reasons = parameter_changes(&parameters(old), &parameters(new));
        reasons.iter().map(Reason::to_string).collect::<Vec<_>>().join("\n")
    }

    fn texts(texts: &[&str]) -> Value {
        Value::List(texts.iter().map(|&text| text.into()).collect())
    }

    #[test]
    fn a_change_deep_inside_is_named_by_its_path() {
        let old = Value::List(vec![variant("2.1", 3), variant("2.2", 16), variant("2.3", 16)]);
        let new = Value::List(vec![variant("2.1", 3), variant("2.4", 9), variant("2.2", 17)]);
        snapbox::assert_data_eq!(
            reason_text(old, new),
            snapbox::str![[r#"
`p[2.2].declared.epochs` 16 → 17
`p[2.4]` is new: { declared: { epochs: 9, hidden: 64 }, name: 2.4 }
`p[2.3]` { declared: { epochs: 16, hidden: 64 }, name: 2.3 } no longer applies
"#]]
        );
    }

    #[test]
    fn a_file_that_is_executable_or_a_link_in_another_way_is_reported_once() {
        let files =
            |names: [&str; 3]| names.map(|name| (name.to_owned(), ObjectId(Digest::of(b"bytes")))).into();
        let old = files(["fit.sh (executable)", "data → 1", "gone"]);
        let new = files(["fit.sh", "data → 2", "gone.txt"]);
        let reasons = file_changes(&old, &new, |name, old, new| Reason::File { name, old, new });
        snapbox::assert_data_eq!(
            reasons.iter().map(Reason::to_string).collect::<Vec<_>>().join("\n"),
            snapbox::str![[r#"
file `data → 1` is `data → 2` now
file `fit.sh (executable)` is `fit.sh` now
file `gone.txt` is new: 277089…
file `gone` 277089… no longer applies
"#]]
        );
    }

    #[test]
    fn of_a_list_only_what_came_and_went_is_reported() {
        assert_eq!(reason_text(texts(&["a", "b", "b"]), texts(&["b", "c", "a"])), "`p` loses b and gains c");
        assert_eq!(reason_text(texts(&["a"]), texts(&["a", "c", "d"])), "`p` gains c, d");
        assert_eq!(reason_text(texts(&["a", "c"]), texts(&["a"])), "`p` loses c");
        assert_eq!(reason_text(texts(&["a", "c"]), texts(&["c", "a"])), "`p` in another order");
        let (one, other) = (variant("2.1", 3), variant("2.2", 3));
        let forth = Value::List(vec![one.clone(), other.clone()]);
        assert_eq!(reason_text(forth, Value::List(vec![other, one])), "`p` in another order");
    }

    #[test]
    fn lists_of_maps_that_share_a_name_are_compared_whole() {
        let twice = Value::List(vec![variant("2.1", 3), variant("2.1", 4)]);
        assert_eq!(
            reason_text(twice, Value::List(vec![variant("2.1", 3)])),
            "`p` loses { declared: { epochs: 4, hidden: 64 }, name: 2.1 }"
        );
    }
}
