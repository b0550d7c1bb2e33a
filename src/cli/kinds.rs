//! What a program adds to the command line: kinds besides `command`, `plot` and `render`, and what their stages ask for from outside
//! a project.
//!
//! pipeline ──[`Kinds::sources`]──▶ texts, which a snapshot keeps ──[`Kinds::find`]──▶ [`FoundSources`]: the kinds, ready to run
//!
//! Invariants
//! - The command line knows none of them by name.

use std::path::Path;

use recount_engine::command::Command;
use recount_engine::command::surroundings::Variables;
use recount_engine::spec::{Pipeline, Schema};
use recount_engine::{Cancel, Registry, command};
use recount_report::{plot, render};

use super::CliError;

/// Makes what a program adds, from the variables of its environment.
///
/// # Errors
/// A text for the user when a variable has a value that can't be used.
pub type OpenKinds = fn(&Variables) -> Result<Box<dyn Kinds>, String>;

/// Whether a command may use the network for what is not here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// It may download it.
    Allowed,
    /// It only looks.
    Untouched,
}

/// The kinds that a program adds.
pub trait Kinds: Send + Sync {
    /// Describes their settings.
    fn schemas(&self) -> Vec<Schema> {
        Vec::new()
    }

    /// Gives what of the machine they depend on, for records to keep as observed.
    fn facts(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Names what a pipeline's stages ask for from outside the project, such as archives: a text each.
    fn sources(&self, _pipeline: &Pipeline) -> Vec<String> {
        Vec::new()
    }

    /// Looks for what [`Kinds::sources`] named.
    ///
    /// # Errors
    /// A [`CliError`] for what is there and can't be used.
    fn find(&self, _search: &Search<'_>) -> Result<Box<dyn FoundSources>, CliError> {
        Ok(Box::new(General))
    }
}

/// Where to look, and for what.
pub struct Search<'s> {
    /// The project's folder.
    pub root: &'s Path,
    /// What to look for, as [`Kinds::sources`] names it.
    pub sources: &'s [String],
    /// Whether the network may be used.
    pub network: Network,
    /// Whether progress may be drawn on the standard error.
    pub terminal: bool,
    /// What Ctrl-C sets.
    pub cancel: &'s Cancel,
}

/// Kinds that know where the things are that their stages ask for.
pub trait FoundSources {
    /// Makes the kinds, ready to run.
    fn kinds(&self) -> Registry {
        Vec::new()
    }

    /// Gives where everything is; another answer may have other results.
    fn places(&self) -> Vec<String> {
        Vec::new()
    }

    /// Says whether something is not here.
    fn is_lacking(&self) -> bool {
        false
    }

    /// Says whether a run would ask the network for it.
    fn would_download(&self) -> bool {
        false
    }

    /// Says what the data are that stages of the pipeline make do with, and why; nothing where all is what was asked for.
    fn stand_in(&self, _pipeline: &Pipeline) -> Option<String> {
        None
    }
}

/// Adds no kinds: the program has `command`, `plot` and `render` alone.
///
/// # Errors
/// None.
pub fn no_kinds(_: &Variables) -> Result<Box<dyn Kinds>, String> {
    Ok(Box::new(General))
}

/// A program without kinds of its own.
struct General;

impl Kinds for General {}
impl FoundSources for General {}

/// Lists the settings of every kind, for a pipeline to be checked against.
pub fn schemas(added: &dyn Kinds) -> Vec<Schema> {
    let mut schemas = added.schemas();
    schemas.extend([plot::schema(), render::schema(), command::schema()]);
    schemas
}

/// Makes every kind, ready to run.
pub fn registry(found: &dyn FoundSources, variables: &Variables) -> Registry {
    let mut kinds = found.kinds();
    kinds.push(Box::new(plot::Plot));
    kinds.push(Box::new(render::Render));
    kinds.push(Box::new(Command::new(variables.clone())));
    kinds
}
