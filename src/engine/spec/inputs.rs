//! What stages read: files that are missing, values that are not in their files, and outputs that are read too early.
//!
//! Invariants
//! - An output is read only by stages that wait for the one that writes it.
//! - What a stage writes itself, and what is written by stages that wait for it, is left out of the folders and patterns
//!   that it reads; of the whole project everything that it does not wait for is.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::file::{self, File};
use super::outline::StageDraft;
use super::path_uses::Use;
use super::project_path::ProjectRoot;
use super::waits;
use super::writers::Writers;
use crate::address::{Address, DataFile};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::pattern;

/// The stages and what they need.
pub(super) struct Graph<'a, 's> {
    pub drafts: &'a [StageDraft<'s>],
    pub needs: &'a [Vec<usize>],
    /// Needs before those that need them, without stages on circles.
    pub order: &'a [usize],
}

/// Who writes what an input is.
struct Writing {
    /// The stages, sorted.
    stages: Vec<usize>,
    /// Whether it is an output, or in one; else it may be a folder that outputs are in.
    is_output: bool,
}

/// Checks what stages read; with `certain` also that it is there.
pub(super) fn check(
    inputs: &[Use<'_>],
    writers: &Writers<'_>,
    graph: &Graph<'_, '_>,
    project: &mut ProjectRoot<'_>,
    certain: bool,
    diagnostics: &mut Diagnostics,
) {
    let mut reported: BTreeSet<(&str, usize)> = BTreeSet::new();
    let mut written = Vec::new();
    let mut documents = Documents::default();
    for input in inputs {
        let is_pattern = pattern::is_pattern(&input.path) && !project.has(&input.path);
        let is_written = if is_pattern {
            !writing(input.file(), true, writers).stages.is_empty()
        } else {
            writers.has(input.file())
        };
        if is_written {
            written.push((input, is_pattern));
            continue;
        }
        let mut mistakes = Diagnostics::default();
        if is_pattern {
            check_pattern(input, project, certain, &mut mistakes);
        } else if !project.has(&input.path) {
            if certain {
                mistakes.add_with(|| missing(input, project).at(input.place));
            }
        } else if let Some(address) = &input.address {
            documents.check(project.root(), input.file(), address, &mut mistakes);
        }
        if !mistakes.is_empty() && reported.insert((input.place.source().name(), input.place.span().start)) {
            diagnostics.append(mistakes);
        }
    }
    if graph.order.len() < graph.drafts.len() {
        // On a circle nobody waits for anybody.
        return;
    }
    for (input, writer) in early(&written, writers, graph) {
        if reported.insert((input.place.source().name(), input.place.span().start)) {
            diagnostics.add_with(|| {
                let output = writers.output_in(writer, input.file());
                too_early(input, writer, output.map_or(&input.path, |output| &output.path), graph.drafts)
            });
        }
    }
}

fn check_pattern(input: &Use<'_>, project: &ProjectRoot<'_>, certain: bool, diagnostics: &mut Diagnostics) {
    let mistake = match pattern::matcher(&input.path) {
        Err(error) => Diagnostic::error(format!("`{}` can't be read as a pattern: {error}", input.path)),
        Ok(matcher) if certain && !project.fits(pattern::base_folder(&input.path), &matcher) => {
            Diagnostic::error(format!("no file fits `{}`{}", input.path, input.origin))
                .help("create one, or correct the pattern; it is relative to the project")
        }
        Ok(_) => return,
    };
    diagnostics.add(mistake.at(input.place));
}

/// The files that addresses are in, each read once.
#[derive(Default)]
struct Documents(HashMap<String, Option<DataFile>>);

impl Documents {
    /// Checks that a file has a value at an address.
    fn check(&mut self, root: &Path, path: &str, address: &Address, diagnostics: &mut Diagnostics) {
        let document = self.0.entry(path.to_owned()).or_insert_with(|| {
            let source = match file::read(root, path, diagnostics) {
                File::Text(source) => source,
                File::Absent | File::Unreadable => return None,
            };
            DataFile::read(&source, address.format).map_err(|mistakes| diagnostics.append(mistakes)).ok()
        });
        if let Some(Err(mistake)) = document.as_ref().map(|document| document.find(address)) {
            diagnostics.add(mistake);
        }
    }
}

fn writing(path: &str, is_pattern: bool, writers: &Writers<'_>) -> Writing {
    if is_pattern {
        let base = pattern::base_folder(path);
        let mut stages = writers.stages_in(base, |output| pattern::may_fit_in(path, output));
        stages.extend(writers.around(base));
        stages.sort_unstable();
        stages.dedup();
        return Writing { stages, is_output: false };
    }
    match writers.around(path) {
        Some(stage) => Writing { stages: vec![stage], is_output: true },
        None => Writing { stages: writers.stages_in(path, |_| true), is_output: false },
    }
}

/// Finds the inputs that are read before they are written, each with the first stage that writes too late.
fn early<'u, 'a>(
    inputs: &[(&'u Use<'a>, bool)],
    writers: &Writers<'_>,
    graph: &Graph<'_, '_>,
) -> Vec<(&'u Use<'a>, usize)> {
    let needs = graph.needs;
    let mut sets: Vec<Vec<usize>> = Vec::new();
    let mut are_outputs = Vec::new();
    let mut set_of: HashMap<&str, usize> = HashMap::new();
    let (mut found, mut asked, mut questions) = (Vec::new(), Vec::new(), Vec::new());
    // The last reader that needs each stage directly; inputs come stage by stage.
    let mut needed_by = vec![usize::MAX; needs.len()];
    let mut reader = usize::MAX;
    for &(input, is_pattern) in inputs.iter().filter(|(input, _)| !input.file().is_empty()) {
        let set = *set_of.entry(input.file()).or_insert_with(|| {
            let writing = writing(input.file(), is_pattern, writers);
            sets.push(writing.stages);
            are_outputs.push(writing.is_output);
            sets.len() - 1
        });
        if reader != input.stage {
            reader = input.stage;
            needs[reader].iter().for_each(|need| needed_by[*need] = reader);
        }
        if are_outputs[set] && sets[set].binary_search(&reader).is_ok() {
            found.push((input, reader));
        } else if sets[set].iter().any(|writer| needed_by[*writer] != reader && *writer != reader) {
            questions.push((reader, set));
            asked.push(input);
        }
    }
    let answers = waits::unmet(graph.order, needs, &sets, &questions);
    for ((input, (reader, set)), answer) in asked.into_iter().zip(questions).zip(answers) {
        let Some(writer) = answer else { continue };
        let unmet = if are_outputs[set] {
            Some(writer)
        } else {
            let related = waits::related(graph.order, needs, reader);
            sets[set].iter().copied().find(|writer| !related[*writer])
        };
        found.extend(unmet.map(|writer| (input, writer)));
    }
    found
}

fn too_early(input: &Use<'_>, writer: usize, path: &str, drafts: &[StageDraft<'_>]) -> Diagnostic {
    let reader = &drafts[input.stage].name;
    let mistake = if writer == input.stage {
        let mistake = Diagnostic::error(format!("stage `{reader}` reads `{path}`, which it writes itself"));
        mistake.help("split it into two stages, or take the path out of its inputs")
    } else {
        let writer = &drafts[writer].name;
        let message =
            format!("stage `{reader}` reads `{path}` but doesn't wait for `{writer}`, which writes it");
        Diagnostic::error(message).help(format!("add `{writer}` to its `needs`"))
    };
    mistake.at(input.place)
}

fn missing(input: &Use<'_>, project: &ProjectRoot<'_>) -> Diagnostic {
    let help = match project.nearest(&input.path) {
        Some(path) => format!("did you mean `{path}`?"),
        None => "create it, or correct the path; it is relative to the project".to_owned(),
    };
    let message = format!("there is no file or folder `{}`{}", input.path, input.origin);
    Diagnostic::error(message).help(help)
}
