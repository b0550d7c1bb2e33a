//! Files of the project that the words of a `run` name and that are no inputs: an edit of one would run nothing.
//!
//! A shell line is not looked at: which of its words are files, only its shell knows.

use std::collections::{BTreeSet, HashMap};

use super::outline::StageDraft;
use super::path_uses::{Use, is_template};
use super::project_path::ProjectRoot;
use super::shape::get;
use super::writers::Writers;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::pattern;
use crate::project_path::ProjectPath;
use crate::value::Value;

/// Where no file is an input: recount writes and git writes there.
const NO_INPUTS: [&str; 2] = ["artifacts", ".git"];

/// Reports the words, of stages without a mistake in their paths, that name a file which is neither an input of the stage,
/// nor a tool, nor what a stage writes. Each distinct word is looked at once.
///
/// `inputs` come stage by stage; of the stages in `refused` some may be missing.
pub(super) fn check(
    drafts: &[StageDraft<'_>],
    inputs: &[Use<'_>],
    writers: &Writers<'_>,
    refused: &BTreeSet<usize>,
    project: &mut ProjectRoot<'_>,
    diagnostics: &mut Diagnostics,
) {
    let mut files: HashMap<&str, Option<ProjectPath>> = HashMap::new();
    let mut rest = inputs;
    for (stage, draft) in drafts.iter().enumerate() {
        let (own, others) = rest.split_at(rest.partition_point(|input| input.stage <= stage));
        rest = others;
        if refused.contains(&stage) {
            continue;
        }
        for (word, place) in words(draft) {
            let file = files.entry(word).or_insert_with(|| file_of(word, project));
            let Some(path) = file.as_ref().map(ProjectPath::as_str) else { continue };
            // Of what is misspelt among the inputs, this may be what is meant.
            let is_meant = |input: &Use<'_>, project: &mut ProjectRoot<'_>| {
                !pattern::is_pattern(&input.path) && !writers.has(input.file()) && !project.has(&input.path)
            };
            if writers.around(path).is_none()
                && !reads(own, path, project)
                && !is_tool(draft, path)
                && !own.iter().any(|input| is_meant(input, project))
            {
                diagnostics.add_with(|| unlisted(path, place));
            }
        }
    }
}

/// Gives the words of a `run` that is a list, but for those with braces, and for a program that the system finds.
fn words<'a>(draft: &'a StageDraft<'_>) -> impl Iterator<Item = (&'a str, &'a Place)> {
    let fields = draft.schema.map_or(&[][..], |schema| &schema.fields);
    let lists = fields.iter().filter(|field| is_template(&field.shape));
    let lists = lists.filter_map(|field| get(&draft.raw.params, field.name));
    let lists = lists.filter(|parsed| matches!(parsed.value, Value::List(_)));
    let words = lists.flat_map(|parsed| parsed.texts().enumerate());
    let is_literal = |(at, (word, _)): &(usize, (&str, &Place))| {
        !word.contains(['{', '}']) && (*at > 0 || word.contains('/'))
    };
    words.filter(is_literal).map(|(_, word)| word)
}

/// Gives the path of the regular file of the project that a word names.
fn file_of(word: &str, project: &mut ProjectRoot<'_>) -> Option<ProjectPath> {
    let path = ProjectPath::parse(word).ok()?;
    let top = path.as_str().split('/').next().unwrap_or_default();
    (!NO_INPUTS.contains(&top) && project.has(path.as_str()) && project.root().join(path.as_str()).is_file())
        .then_some(path)
}

/// Says whether a file is among inputs, in a folder of them, or fits one of their patterns.
fn reads(inputs: &[Use<'_>], path: &str, project: &ProjectRoot<'_>) -> bool {
    let behind = project.behind_links(path);
    let is_in = |folder: &str, path: &str| {
        let below = path.strip_prefix(folder);
        folder.is_empty() || below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
    };
    let is_read = |input: &Use<'_>, path: &str| is_in(&input.path, path) || is_in(input.file(), path);
    let fits = |pattern: &str| pattern::matcher(pattern).is_ok_and(|matcher| matcher.is_match(path));
    let patterns: BTreeSet<&str> =
        inputs.iter().map(|input| input.path.as_str()).filter(|path| pattern::is_pattern(path)).collect();
    inputs
        .iter()
        .any(|input| is_read(input, path) || behind.as_deref().is_some_and(|behind| is_read(input, behind)))
        || patterns.into_iter().any(fits)
}

/// Says whether a file is one of the stage's tools.
fn is_tool(draft: &StageDraft<'_>, path: &str) -> bool {
    let tools = get(&draft.raw.params, "tools");
    let mut tools = tools.iter().flat_map(|tools| tools.texts());
    tools.any(|(tool, _)| ProjectPath::parse(tool).is_ok_and(|tool| tool.as_str() == path))
}

fn unlisted(path: &str, place: &Place) -> Diagnostic {
    let message =
        format!("`{path}` is a file of the project and no input, so that an edit of it would run nothing");
    Diagnostic::error(message).at(place).help("add it to `inputs`")
}
