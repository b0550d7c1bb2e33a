//! What a kind lets its settings be, as data: `spec` checks against it and knows no kind.

use super::measures::Measure;
use super::pipeline::{Pipeline, StageId};
use super::project_texts::ProjectTexts;
use crate::diagnostic::{Diagnostics, Place};
use crate::value::{Parameters, Value};
use crate::yaml::Entry;

/// The settings that one kind takes.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// The kind's name.
    pub kind: &'static str,
    /// Its parameters; they are set in `stages/NAME.yaml`, or for `inline` kinds in `pipeline.yaml`.
    pub fields: Vec<Field>,
    /// The numbers of its outputs that have a name.
    pub measures: Vec<Measure>,
    /// Whether variants and seeds make sense for it.
    pub repeats: bool,
    /// Whether the stage is written whole in `pipeline.yaml`, as `command` does.
    pub inline: bool,
    /// For a kind whose fields name other stages: how they are read.
    pub references: Option<References>,
}

/// A stage's name, and where it is written.
pub type NamedStage = (String, Place);

/// A stage of the pipeline, before anything else is known of it.
#[derive(Clone, Copy, Debug)]
pub struct KnownStage<'s> {
    /// Its name.
    pub name: &'s str,
    /// Its kind's name; empty where that can't be read.
    pub kind: &'s str,
}

/// How the fields of a stage are read that name other stages: a figure's measure, for example, or a template.
#[derive(Clone, Copy, Debug)]
pub struct References {
    /// Gives the stages that fields name, or texts that these name, with where; the stage needs them.
    pub stages: fn(&[Entry], &ProjectTexts<'_>, &[KnownStage<'_>]) -> Vec<NamedStage>,
    /// Reports what the fields and those texts name that the pipeline does not have.
    pub check: fn(&[Entry], &ProjectTexts<'_>, &Pipeline, StageId, &mut Diagnostics),
}

impl Schema {
    /// Gives what its parameters hold where they are not set.
    pub fn defaults(&self) -> Parameters {
        let default = |field: &Field| Some((field.name.to_owned(), field.default.clone()?));
        self.fields.iter().filter_map(default).collect()
    }
}

/// One parameter of a kind.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in the YAML.
    pub name: &'static str,
    /// What it may hold.
    pub shape: Shape,
    /// What it holds when it is not set; `None` makes it required.
    pub default: Option<Value>,
    /// What it means, in one sentence, for help texts and schemas.
    pub about: &'static str,
}

/// What a parameter may hold.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A whole number in `least..=most`.
    Integer {
        /// The least allowed.
        least: i64,
        /// The most allowed.
        most: i64,
    },
    /// A finite number between two bounds.
    Number {
        /// The lower bound.
        least: f64,
        /// The upper bound.
        most: f64,
        /// Whether the lower bound itself is refused.
        above_least: bool,
        /// Whether the upper bound itself is refused.
        below_most: bool,
    },
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// `true` or `false`.
    Bool,
    /// Any text that is not empty.
    Text,
    /// A text of a certain form.
    Form {
        /// What it is, for a sentence: `a SHA-256, which is 64 hexadecimal digits`.
        what: &'static str,
        /// The form as a regular expression, for JSON schemas.
        pattern: &'static str,
        /// Says whether a text has the form.
        accepts: fn(&str) -> bool,
    },
    /// A text in which braces may name folders of its own stage and of needed ones, besides coordinates.
    Template,
    /// A pattern of paths.
    Pattern,
    /// A file or folder of the project, relative to its root, that must exist.
    ExistingPath,
    /// As `ExistingPath`, or a pattern that fits one, or a value inside a file: `settings.toml#/optimiser`.
    Input,
    /// A path of the project that a run writes.
    OutputPath,
    /// Anything that YAML can say, which the kind's [`References`] check.
    Tree,
    /// A list of values of one shape.
    List(Box<Shape>),
    /// A map with these names; one without a default must be there. It is set and inherited whole.
    Map(Vec<Field>),
    /// Either a value of the first shape or of the second (`run`: a text or a list).
    Either(Box<Shape>, Box<Shape>),
}
