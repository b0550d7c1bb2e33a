//! In which paths two listings of a folder differ.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::decide::reason::Reason;
use crate::decide::tree::Tree;
use crate::digest::{Digest, ObjectId};
use crate::store::Store;

/// Names the first path that two listings do not have in common.
pub(super) fn first_difference(old: &str, new: &str) -> Option<String> {
    differences(old, new).into_iter().next().map(|(path, ..)| path)
}

/// Names the files of a folder that changed, where the listing of what it held is at hand.
pub(crate) fn name_files(store: &Store, reasons: Vec<Reason>, trees: &[Arc<Tree>]) -> Vec<Reason> {
    let mut named = Vec::with_capacity(reasons.len());
    for reason in reasons {
        let listings = match &reason {
            Reason::File { name, old: Some(old), new: Some(_) } => {
                let tree = trees.iter().find(|tree| tree.name == *name);
                tree.and_then(|tree| {
                    Some((String::from_utf8(store.read_object(*old).ok()?).ok()?, &tree.listing))
                })
            }
            _ => None,
        };
        match listings {
            Some((old, new)) => {
                let changes = differences(&old, new).into_iter();
                named.extend(changes.map(|(name, old, new)| Reason::File { name, old, new }));
            }
            None => named.push(reason),
        }
    }
    named
}

/// A path in which two listings differ, with its digest in each.
type ListingChange = (String, Option<ObjectId>, Option<ObjectId>);

/// Names the paths in which two listings differ, with the digest that each has in either.
fn differences(old: &str, new: &str) -> Vec<ListingChange> {
    let lines = |text: &str| -> BTreeMap<String, (String, Option<ObjectId>)> {
        let line = |line: &str| {
            let (sort, rest) = line.split_once(' ')?;
            let (hex, path) = rest.split_once(' ')?;
            Some((path.to_owned(), (sort.to_owned(), Digest::from_hex(hex).map(ObjectId))))
        };
        text.lines().filter_map(line).collect()
    };
    let (old, new) = (lines(old), lines(new));
    let paths: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let changed = paths.into_iter().filter(|path| old.get(*path) != new.get(*path));
    let object =
        |of: &BTreeMap<String, (String, Option<ObjectId>)>, path: &String| of.get(path).and_then(|it| it.1);
    changed.map(|path| (path.clone(), object(&old, path), object(&new, path))).collect()
}
