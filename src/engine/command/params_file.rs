//! `{params}`: the file with a program's parameters, the same one for equal parameters.
//!
//! Invariant: its name is the digest of its bytes, so that what a program prints of it is the same in every run.

use std::io;
use std::path::Path;

use serde::Deserialize;

use crate::digest::Digest;
use crate::folder::Folder;
use crate::kind::Failure;
use crate::spec::{PARAMS, Parameters};
use crate::store::FOLDER;

/// Writes the parameters down, and gives the file's path in the project at `root`.
pub(super) fn write(root: &Path, parameters: &Parameters) -> Result<String, Failure> {
    let (name, text) = named(parameters);
    let path = format!("{FOLDER}/{name}");
    let written =
        Folder::open(&root.join(FOLDER)).and_then(|artifacts| put(&artifacts, &name, text.as_bytes()));
    written.map_err(|error| Failure::new(format!("the parameters can't be written to `{path}`: {error}")))?;
    Ok(path)
}

/// Names the file of parameters below `artifacts` that the run of a recipe was given, if it was given one.
pub fn params_file(recipe: &serde_json::Value) -> Option<String> {
    let parameters = Parameters::deserialize(recipe.get("parameters")?.get(PARAMS)?).ok()?;
    Some(named(&parameters).0)
}

/// Gives the file's name below `artifacts`, and its text.
fn named(parameters: &Parameters) -> (String, String) {
    let text = serde_json::to_string_pretty(parameters).expect("parameters are JSON") + "\n";
    (format!("{PARAMS}/{}.json", Digest::of(text.as_bytes()).to_hex()), text)
}

/// Makes a file whole or not at all: another instance may read it already.
fn put(artifacts: &Folder, name: &str, bytes: &[u8]) -> io::Result<()> {
    if artifacts.read(name, bytes.len() as u64).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    artifacts.create_parent(name)?;
    let (beside, mut file) = artifacts.create_beside(name, 0o644)?;
    io::Write::write_all(&mut file, bytes)?;
    artifacts.rename(&beside, artifacts, name)
}
