//! In which paths two listings of a folder differ.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::decide::changes::changes;
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

/// Names the paths in which two listings differ, sorted, with the digest that each has in either.
fn differences(old: &str, new: &str) -> Vec<(String, Option<ObjectId>, Option<ObjectId>)> {
    let (old, new) = (entries(old), entries(new));
    let mut changes = changes(&old, &new);
    changes.sort_unstable_by_key(|(path, ..)| *path);
    let object = |entry: Option<&(&str, Option<ObjectId>)>| entry.and_then(|(_, object)| *object);
    changes.into_iter().map(|(path, old, new)| ((*path).to_owned(), object(old), object(new))).collect()
}

/// Gives the sort and the digest of each path in a listing.
fn entries(listing: &str) -> BTreeMap<&str, (&str, Option<ObjectId>)> {
    let entry = |line| {
        let (sort, rest) = str::split_once(line, ' ')?;
        let (hex, path) = rest.split_once(' ')?;
        Some((path, (sort, Digest::from_hex(hex).map(ObjectId))))
    };
    listing.lines().filter_map(entry).collect()
}
