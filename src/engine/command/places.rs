//! A program's outputs at their places: cleared before it runs, collected after.
//!
//! Invariants
//! - What is collected is a regular file at its place; a symbolic link is replaced by what it leads to.
//! - Files come in the order of their names.

use std::fs;
use std::io;
use std::path::Path;

use walkdir::WalkDir;

use crate::{Content, Failure, Job, Output};

/// Removes what stands at the outputs' places, and makes the folders they go to.
pub(super) fn clear(root: &Path, places: &[String]) -> Result<(), Failure> {
    for place in places {
        let path = root.join(place);
        let removed = match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(&path),
            Ok(_) => fs::remove_file(&path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        };
        removed
            .and_then(|()| path.parent().map_or(Ok(()), fs::create_dir_all))
            .map_err(|error| Failure::new(format!("`{place}` can't be made ready: {error}")))?;
    }
    Ok(())
}

/// Finds what the program wrote.
pub(super) fn collect(job: &Job<'_>, places: &[String]) -> Result<Vec<Output>, Failure> {
    let root = job.context.root;
    let mut outputs = Vec::new();
    for place in places {
        let path = root.join(place);
        let metadata = fs::metadata(&path).map_err(|_| {
            Failure::new(format!("it did not write its output `{place}`"))
                .with_help("have the program write it, or take it out of `outputs`")
        })?;
        if metadata.is_file() {
            outputs.push(output(job, &path, place.clone())?);
            continue;
        }
        let before = outputs.len();
        for entry in WalkDir::new(&path).sort_by_file_name() {
            let entry = entry.map_err(|error| Failure::new(format!("`{place}` can't be read: {error}")))?;
            if !entry.file_type().is_dir() {
                let name = entry.path().strip_prefix(root).unwrap_or(entry.path());
                outputs.push(output(job, entry.path(), name.to_string_lossy().into_owned())?);
            }
        }
        if outputs.len() == before {
            return Err(Failure::new(format!("it wrote no file into its output folder `{place}`"))
                .with_help("have the program write a file there, or take the folder out of `outputs`"));
        }
    }
    Ok(outputs)
}

fn output(job: &Job<'_>, path: &Path, name: String) -> Result<Output, Failure> {
    if path.is_symlink() {
        let followed = job.scratch.join("followed");
        fs::create_dir_all(job.scratch)
            .and_then(|()| fs::copy(path, &followed))
            .and_then(|_| fs::remove_file(path))
            .and_then(|()| fs::copy(&followed, path))
            .map_err(|error| Failure::new(format!("`{name}` can't be stored: {error}")))?;
    }
    Ok(Output { place: Some(name.clone()), name, content: Content::InPlace(path.to_owned()) })
}
