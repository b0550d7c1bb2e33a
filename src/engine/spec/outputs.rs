//! The paths that stages write and read: those that leave the project, and those that no stage may write.

use std::collections::BTreeSet;
use std::path::Path;
use std::ptr;

use super::inputs::{self, Graph};
use super::outline::StageDraft;
use super::path_uses::{Use, literals, path_shape, templates};
use super::project_path::{ProjectRoot, plain};
use super::schema::Shape;
use super::writers::Writers;
use crate::address::Address;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// Folders and files that a run must not write: `recount`'s own, and git's.
const RESERVED: [&str; 5] = ["artifacts", "stages", ".git", "pipeline.yaml", "pipeline.lock"];

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
            if matches!(shape, Some(Shape::Input)) {
                split_addresses(uses, first, diagnostics);
            }
            accept(uses, first, is_output, &mut project, diagnostics);
            uncertain |= is_output && (diagnostics.len() > mistakes || draft.each_refused);
        }
    }
    refuse_reserved(&outputs, diagnostics);
    let writers = Writers::of(&outputs, drafts, diagnostics);
    let graph = Graph { drafts, needs, order };
    inputs::check(&inputs, &writers, &graph, &mut project, !uncertain, diagnostics);
}

/// Splits what from `first` on are addresses into file and pointer.
fn split_addresses(uses: &mut Vec<Use<'_>>, first: usize, diagnostics: &mut Diagnostics) {
    let mut reported: Option<&Place> = None;
    let mut unread = uses.split_off(first);
    unread.retain_mut(|one| match Address::parse(&one.path) {
        Ok(None) => true,
        Ok(Some(address)) => {
            one.pointer = Some(address.pointer.to_string());
            one.path = address.file;
            true
        }
        Err(error) => {
            if reported.is_none_or(|place| !ptr::eq(place, one.place)) {
                let help = "an address is `FILE#/NAME/NAME`, in a JSON, YAML or TOML file";
                diagnostics.add(Diagnostic::error(error.to_string()).at(one.place).help(help));
            }
            reported = Some(one.place);
            false
        }
    });
    uses.append(&mut unread);
}

/// Brings the paths from `first` on to their one spelling, and reports those that leave the project, once for each
/// place.
fn accept<'a>(
    uses: &mut Vec<Use<'a>>,
    first: usize,
    are_outputs: bool,
    project: &mut ProjectRoot<'_>,
    diagnostics: &mut Diagnostics,
) {
    // What an output replaces decides nothing: a link there is no way for a run.
    let way = |path: &str| -> usize { if are_outputs { path.rfind('/').unwrap_or(0) } else { path.len() } };
    let mut reported: Option<&Place> = None;
    let mut accepted = first;
    for index in first..uses.len() {
        let one = &mut uses[index];
        match plain(&one.path).and_then(|path| project.check(&path[..way(&path)]).map(|()| path)) {
            Ok(path) => {
                // Who reads through a link reads what is behind it.
                one.path = project.behind_links(&path).filter(|_| !are_outputs).unwrap_or(path);
                uses.swap(accepted, index);
                accepted += 1;
            }
            Err((what, help)) => {
                if reported.is_none_or(|place| !ptr::eq(place, one.place)) {
                    let message = format!("the path `{}` {what}", one.path);
                    diagnostics.add(Diagnostic::error(message).at(one.place).help(help));
                }
                reported = Some(one.place);
            }
        }
    }
    uses.truncate(accepted);
}

fn refuse_reserved(outputs: &[Use<'_>], diagnostics: &mut Diagnostics) {
    let mut reported = BTreeSet::new();
    for output in outputs {
        let first = output.path.split('/').next().unwrap_or_default();
        let message = if output.path.is_empty() {
            "an output can't be the project's folder itself".to_owned()
        } else if RESERVED.contains(&first) {
            format!("an output can't be written to `{first}`")
        } else {
            continue;
        };
        if reported.insert((output.stage, output.place.span().start)) {
            let help = "`artifacts`, `stages`, `.git` and the pipeline's own files belong to no stage";
            diagnostics.add(Diagnostic::error(message).at(output.place).help(help));
        }
    }
}
