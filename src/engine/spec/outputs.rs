//! The paths that stages write and read: those that leave the project, and those that no stage may write.

use std::collections::BTreeSet;
use std::path::Path;
use std::ptr;

use super::inputs::{self, Graph};
use super::outline::StageDraft;
use super::path_uses::{Use, literals, path_shape, templates};
use super::project_path::ProjectRoot;
use super::schema::Shape;
use super::writers::Writers;
use super::{unlisted, unread};
use crate::address::Address;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::project_path::{PathFault, ProjectPath};

/// Folders and files that a run must not write: `recount`'s own, and git's.
const RESERVED: [&str; 5] = ["artifacts", "stages", ".git", "pipeline.yaml", "pipeline.lock"];

/// Says whether no stage may write a path.
pub(crate) fn is_reserved(path: &str) -> bool {
    RESERVED.contains(&path.split('/').next().unwrap_or_default())
}

/// Checks the paths of every stage; `order` has needs before those that need them, without stages on circles.
///
/// With `nameless`, a stage whose name can't be read may write what others read.
pub(super) fn check(
    root: &Path,
    drafts: &[StageDraft<'_>],
    needs: &[Vec<usize>],
    order: &[usize],
    nameless: bool,
    diagnostics: &mut Diagnostics,
) {
    let mut project = ProjectRoot::new(root);
    let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
    let mut uncertain = nameless || drafts.iter().any(|draft| draft.schema.is_none());
    let (mut refused, mistaken) = (BTreeSet::new(), !diagnostics.is_empty());
    for (stage, draft) in drafts.iter().enumerate() {
        let Some(schema) = draft.schema else { continue };
        for field in &schema.fields {
            let mistakes = diagnostics.len();
            let shape = path_shape(&field.shape);
            let is_output = matches!(shape, Some(Shape::OutputPath));
            let uses = if is_output { &mut outputs } else { &mut inputs };
            let first = uses.len();
            match shape {
                _ if schema.inline => templates((stage, drafts, needs), field, uses, diagnostics),
                Some(_) => literals(stage, draft, field, uses),
                None => continue,
            }
            accept(uses, first, shape, &mut project, diagnostics);
            // Where something is refused already, inputs may be what is.
            let may_lack = mistaken && matches!(shape, Some(Shape::Input)) && uses.len() == first;
            if may_lack || draft.each_refused || diagnostics.len() > mistakes {
                refused.insert(stage);
            }
            uncertain |= is_output && (diagnostics.len() > mistakes || draft.each_refused);
        }
        unread::check(draft, diagnostics);
    }
    let writers = Writers::of(&outputs, drafts, diagnostics);
    let graph = Graph { drafts, needs, order };
    inputs::check(&inputs, &writers, &graph, &mut project, !uncertain, diagnostics);
    if !uncertain {
        unlisted::check(drafts, &inputs, &writers, &refused, &mut project, diagnostics);
    }
}

/// Takes in the paths from `first` on, which have a shape; reports those that can't be taken, once for each place.
fn accept<'a>(
    uses: &mut Vec<Use<'a>>,
    first: usize,
    shape: Option<&Shape>,
    project: &mut ProjectRoot<'_>,
    diagnostics: &mut Diagnostics,
) {
    let mut reported: Option<&Place> = None;
    let mut written = uses.split_off(first);
    written.retain_mut(|one| match resolve(one, shape, project) {
        Ok(()) => true,
        Err(mistake) => {
            if reported.is_none_or(|place| !ptr::eq(place, one.place)) {
                diagnostics.add(mistake.at(one.place));
            }
            reported = Some(one.place);
            false
        }
    });
    uses.append(&mut written);
}

/// Reads an address, and brings the path to its one spelling.
fn resolve(
    one: &mut Use<'_>,
    shape: Option<&Shape>,
    project: &mut ProjectRoot<'_>,
) -> Result<(), Diagnostic> {
    if matches!(shape, Some(Shape::Input)) {
        let help = "an address is `FILE#/NAME/NAME` or, in a table or JSON lines, `FILE#ROW/COLUMN`";
        let address = Address::parse(&one.path);
        let address = address.map_err(|error| Diagnostic::error(error.to_string()).help(help))?;
        if let Some(address) = address {
            one.path = address.file.clone();
            one.address = Some(address);
        }
    }
    let is_output = matches!(shape, Some(Shape::OutputPath));
    let path = ProjectPath::parse(&one.path).and_then(|path| {
        let folder = path.as_str().rsplit_once('/').map_or("", |(folder, _)| folder);
        // What an output replaces decides nothing: a link there is no way for a run.
        project.check(if is_output { folder } else { path.as_str() })?;
        Ok(path)
    });
    let path = path.map_err(|PathFault { what, help }| {
        Diagnostic::error(format!("the path `{}` {what}", one.path)).help(help)
    })?;
    // Who reads through a link reads what is behind it.
    one.behind_links = project.behind_links(path.as_str()).filter(|_| !is_output);
    one.path = path.to_string();
    let top = one.path.split('/').next().unwrap_or_default();
    let help = "`artifacts`, `stages`, `.git` and the pipeline's own files belong to no stage";
    if is_output && path.is_root() {
        return Err(Diagnostic::error("an output can't be the project's folder itself").help(help));
    }
    if is_output && is_reserved(&one.path) {
        return Err(Diagnostic::error(format!("an output can't be written to `{top}`")).help(help));
    }
    Ok(())
}
