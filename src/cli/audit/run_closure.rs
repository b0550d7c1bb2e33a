//! What a number rests on, for `recount verify`: the runs that it cites, and those that they read from.
//!
//! a number, a reference, a place or a variant ──query, chain──▶ instances, each with the key that is cited

use recount_engine::digest::Key;
use recount_engine::instance_name::InstanceName;

use super::super::CliError;
use super::super::project::Project;
use super::chain::{self, Step};
use super::rendered_report::RenderedReport;

/// What was pointed at, and what it rests on.
pub struct RunClosure {
    /// The words that were given.
    pub words: String,
    /// The references that are selection, such as `n42`.
    pub references: Vec<String>,
    /// The instances whose outputs they are, or are made of.
    pub cited: Vec<String>,
    /// Those and all that they read from, with the keys that the audit file has.
    pub instances: Vec<(String, Key)>,
}

impl RunClosure {
    /// Finds what `words` rest on in the report that was rendered last.
    ///
    /// # Errors
    /// A [`CliError`] without an audit file, for words that mean nothing in it, and for numbers that no run left.
    pub fn of(project: &Project, words: &str) -> Result<Self, CliError> {
        let printed = RenderedReport::read(&project.root, &project.pipeline)?;
        let selection = printed.find(&project.root, words)?;
        let RenderedReport { report, audit, .. } = printed;
        let chain = chain::follow(&audit, &project.store, &report, &selection);
        let mut cited: Vec<String> = Vec::new();
        chain.references.iter().for_each(|reference| collect(&reference.number, &mut cited));
        if let Some(variant) = &selection.variant {
            let runs = chain.runs.iter().map(|run| &run.instance);
            cited.extend(runs.filter(|it| InstanceName::of(it).variant() == Some(variant)).cloned());
        }
        let references: Vec<String> = chain.references.into_iter().map(|cited| cited.name).collect();
        let mut instances: Vec<(String, Key)> =
            chain.runs.into_iter().map(|run| (run.instance, run.entry.key)).collect();
        // A chain has each run once; under another name it may be another one by now.
        for name in &cited {
            if let Some((_, run)) = audit.run_of(name).filter(|_| instances.iter().all(|(it, _)| it != name))
            {
                instances.push((name.clone(), run.key));
            }
        }
        if instances.is_empty() {
            return Err(CliError::input(format!(
                "no run lies behind `{words}`: it rests on settings, constants, or figures of the source document alone\n\
                 help: `recount audit {words}` says where they stand"
            )));
        }
        Ok(Self { words: words.to_owned(), references, cited, instances })
    }
}

/// Collects the instances that a number, or a part of it, is an output of.
fn collect(step: &Step, cited: &mut Vec<String>) {
    cited.extend(step.instance.iter().filter(|it| !cited.contains(it)).cloned().collect::<Vec<_>>());
    step.parts.iter().for_each(|part| collect(part, cited));
}
