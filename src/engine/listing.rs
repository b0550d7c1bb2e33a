//! The names in a folder that count as its content, and their digest; the name of a folder in it ends in a slash.

use std::io;

use crate::digest::{Canonical, Digest};
use crate::folder::{BESIDE, Folder};

/// Says whether a name in a folder counts as its content: what editors, Python and a killed run of
/// ours leave behind does not.
pub(crate) fn counts(name: &str) -> bool {
    const NAMES: [&str; 7] =
        [".git", "__pycache__", ".DS_Store", "Thumbs.db", ".ipynb_checkpoints", "4913", ".directory"];
    const ENDINGS: [&str; 4] = ["~", ".swp", ".swo", ".swx"];
    let locks = name.starts_with(".#")
        || name.starts_with(".~lock.")
        || name.starts_with(BESIDE)
        || name.len() > 1 && name.starts_with('#') && name.ends_with('#');
    !NAMES.contains(&name) && !locks && !ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Digests the names of a folder that count; they come sorted.
pub(crate) fn listing_of<'n>(names: impl Iterator<Item = &'n str>) -> Digest {
    let mut listing = Canonical::default();
    for name in names.filter(|name| counts(name.trim_end_matches('/'))) {
        listing.field(name.as_bytes());
    }
    listing.finish()
}

/// Lists the names of a folder of the project, through links, and digests them.
pub(crate) fn list_names(project: &Folder, path: &str) -> io::Result<Digest> {
    let entries = std::fs::read_dir(project.path_of(path.trim_end_matches('/')))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        names.push(if entry.file_type()?.is_dir() { name + "/" } else { name });
    }
    names.sort_unstable();
    Ok(listing_of(names.iter().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_leave_behind_does_not_count() {
        for name in ["__pycache__", ".a.py.swp", "a.py~", ".#a.py", "#a.py#", ".DS_Store"] {
            assert!(!counts(name), "{name}");
        }
        for name in ["a.py", ".env", "#", "swp"] {
            assert!(counts(name), "{name}");
        }
    }
}
