//! A program's outputs at their places: cleared before it runs, collected after.
//!
//! Invariants
//! - What is collected is a regular file at its place; a symbolic link to a file is replaced by what it leads to.
//! - Files come in the order of their names; a folder with nothing in it is an output of its own.
//! - Nothing behind a link is ever removed or written to.

use std::io;

use crate::folder::{FileKind, Folder, open_through_links};
use crate::kind::{Failure, Job, Output, OutputContent};
use crate::project_path::ProjectPath;
use crate::store::OutputPlace;

/// Removes what is at the outputs' places, and makes the folders they go to.
pub(super) fn clear(project: &Folder, places: &[OutputPlace]) -> Result<(), Failure> {
    for OutputPlace { name, path } in places {
        let cleared = remove(project, path).and_then(|()| project.create_parent(path.as_str()));
        // Its own folder is there when a program begins.
        let cleared = cleared
            .and_then(|()| if name.is_empty() { project.create_folder(path.as_str()) } else { Ok(()) });
        cleared.map_err(|error| Failure::new(format!("`{path}` can't be made ready: {error}")))?;
    }
    Ok(())
}

/// Removes what is at a place; a folder in a read-only one is emptied.
fn remove(project: &Folder, path: &ProjectPath) -> io::Result<()> {
    match project.remove(path.as_str()) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let is_folder = project.entry(path.as_str())?.is_some_and(|entry| entry.kind == FileKind::Folder);
            if is_folder { project.clear(path.as_str()) } else { Err(error) }
        }
        other => other,
    }
}

/// Says whether the program left something at its outputs' places, besides folders.
pub(super) fn has_some(job: &Job<'_>) -> bool {
    let is_there = |path: &ProjectPath| match job.project.entry(path.as_str()).ok()??.kind {
        FileKind::Folder => {
            let inside = job.project.walk(path.as_str()).ok()?;
            inside.iter().find(|inner| inner.entry.kind != FileKind::Folder).map(drop)
        }
        _ => Some(()),
    };
    job.effective.places.iter().any(|place| is_there(&place.path).is_some())
}

/// Finds what the program wrote.
pub(super) fn collect(job: &Job<'_>) -> Result<Vec<Output>, Failure> {
    let project = job.project;
    let mut outputs = Vec::new();
    for place in &job.effective.places {
        let path = &place.path;
        let entry = project.entry(path.as_str()).map_err(|error| unreadable(path, &error))?;
        match entry.map(|entry| entry.kind) {
            None => {
                return Err(Failure::new(format!("it did not write its output `{path}`")).with_help(
                    match place.name.is_empty() {
                        true => "have the program write into it, or take `out` away",
                        false => "have the program write it, or take it out of `outputs`",
                    },
                ));
            }
            Some(FileKind::Folder) => collect_folder(job, place, &mut outputs)?,
            Some(_) if place.name.is_empty() => {
                return Err(Failure::new(format!("its `out`, `{path}`, is no folder"))
                    .with_help("have the program write into that folder, or name the file under `outputs`"));
            }
            Some(kind) => outputs.push(output(project, place.name.clone(), path.clone(), kind)?),
        }
    }
    refuse_ambiguous(&job.effective.places, &outputs)?;
    Ok(outputs)
}

/// Refuses an output in the stage's own folder that has the name of one of its `outputs`.
fn refuse_ambiguous(places: &[OutputPlace], outputs: &[Output]) -> Result<(), Failure> {
    let elsewhere = |output: &&Output| match &output.content {
        OutputContent::InPlace(path) => {
            OutputPlace::find(places, &output.name).is_some_and(|place| place != *path)
        }
        _ => false,
    };
    match outputs.iter().find(elsewhere) {
        None => Ok(()),
        Some(output) => Err(Failure::new(format!(
            "its own folder has `{}`, which is also the name of one of its `outputs`",
            output.name
        ))
        .with_help("give one of the two another name")),
    }
}

fn collect_folder(job: &Job<'_>, place: &OutputPlace, outputs: &mut Vec<Output>) -> Result<(), Failure> {
    let path = &place.path;
    let found = job.project.walk(path.as_str()).map_err(|error| unreadable(path, &error))?;
    let before = outputs.len();
    let name = |below: &str| {
        if place.name.is_empty() { below.to_owned() } else { [&place.name, "/", below].concat() }
    };
    for (index, inner) in found.iter().enumerate() {
        let whole = path.join(&inner.path).map_err(|fault| {
            Failure::new(format!("its output `{path}/{}` {fault}", inner.path)).with_help(fault.help)
        })?;
        if inner.entry.kind != FileKind::Folder {
            outputs.push(output(job.project, name(&inner.path), whole, inner.entry.kind)?);
            continue;
        }
        let is_empty =
            found.get(index + 1).is_none_or(|next| !next.path.starts_with(&format!("{}/", inner.path)));
        if is_empty {
            outputs.push(Output { name: name(&inner.path) + "/", content: OutputContent::Bytes(Vec::new()) });
        }
    }
    if outputs.len() == before {
        return Err(Failure::new(format!("it wrote no file into its output folder `{path}`")).with_help(
            match place.name.is_empty() {
                true => "have the program write a file there, or take `out` away",
                false => "have the program write a file there, or take the folder out of `outputs`",
            },
        ));
    }
    Ok(())
}

fn output(project: &Folder, name: String, path: ProjectPath, kind: FileKind) -> Result<Output, Failure> {
    match kind {
        FileKind::File => {}
        FileKind::Link => {
            replace_link(project, &path).map_err(|error| {
                Failure::new(format!(
                    "its output `{path}` is a link that can't be replaced by what it leads to: {error}"
                ))
                .with_help("have the program write a regular file there")
            })?;
        }
        FileKind::Folder | FileKind::Other => {
            return Err(Failure::new(format!("its output `{path}` is neither a file nor a folder"))
                .with_help("have the program write a regular file there"));
        }
    }
    Ok(Output { name, content: OutputContent::InPlace(path) })
}

/// Puts what a link leads to in its place.
fn replace_link(project: &Folder, path: &ProjectPath) -> io::Result<()> {
    let mut source = open_through_links(&project.path_of(path.as_str()))?;
    let mode = std::os::unix::fs::PermissionsExt::mode(&source.metadata()?.permissions()) & 0o777;
    let (beside, mut copy) = project.create_beside(path.as_str(), mode)?;
    let copied = io::copy(&mut source, &mut copy);
    let replaced = copied.and_then(|_| project.rename(&beside, project, path.as_str()));
    replaced.or_else(|error| project.remove_file(&beside).and(Err(error)))
}

fn unreadable(path: &ProjectPath, error: &io::Error) -> Failure {
    Failure::new(format!("its output `{path}` can't be read: {error}"))
}
