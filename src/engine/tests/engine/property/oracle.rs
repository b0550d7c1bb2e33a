//! Foretells what every instance makes, and what decides it: the engine's promises said over again,
//! with no store, no digest and no file.
//!
//! Draft ──foretell──▶ [`Expected`], one for each instance, in the engine's order

use std::collections::BTreeMap;

use super::blend::{end_of, rest_of};
use super::draft::{Draft, Sketch};

/// Everything that may decide an instance's outputs: two with equal ones must share a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recipe {
    program: bool,
    code: u32,
    settings: Vec<String>,
    inputs: BTreeMap<String, Vec<u8>>,
    files: BTreeMap<String, String>,
}

/// One output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its name.
    pub name: String,
    /// Where it also belongs.
    pub place: Option<String>,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What must become of an instance.
#[derive(Clone, Debug)]
pub enum Fate {
    /// It has these outputs.
    Makes(Vec<Made>),
    /// It fails.
    Fails,
    /// Something that it needs, or that has its recipe, fails.
    Blocked,
}

/// An instance.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Its name.
    pub name: String,
    /// The number of its stage.
    pub stage: u32,
    /// Its coordinate.
    pub word: Option<String>,
    /// What decides its outputs; `None` where that can't be known.
    pub recipe: Option<Recipe>,
    /// What must become of it.
    pub fate: Fate,
}

/// Foretells every instance.
pub fn foretell(draft: &Draft) -> Vec<Expected> {
    let mut all = Vec::new();
    for sketch in &draft.stages {
        for word in draft.words_of(sketch) {
            let (recipe, fate) = fate_of(draft, sketch, word.as_deref(), &all);
            let coordinate = word.as_ref().map(|word| format!("[word={word}]")).unwrap_or_default();
            let name = format!("{}{coordinate}", sketch.name);
            all.push(Expected { name, stage: sketch.number, word, recipe, fate });
        }
    }
    all
}

fn fate_of(
    draft: &Draft,
    sketch: &Sketch,
    word: Option<&str>,
    before: &[Expected],
) -> (Option<Recipe>, Fate) {
    let mut inputs = BTreeMap::new();
    let mut placed = Vec::new();
    for &number in &sketch.needs {
        let need = draft.stage(number);
        let matches = |one: &&Expected| {
            one.stage == number && (word.is_none() || !need.repeated || one.word.as_deref() == word)
        };
        for member in before.iter().filter(matches) {
            let Fate::Makes(outputs) = &member.fate else { return (None, Fate::Blocked) };
            let all_meet = !need.repeated || sketch.repeated;
            let prefix = if all_meet { &need.name } else { &member.name };
            for output in outputs {
                if sketch.program || !sketch.narrow || output.name == "out" || need.program {
                    inputs.insert(format!("{prefix}/{}", output.name), output.bytes.clone());
                }
                if output.place.is_some() {
                    placed.push(output.bytes.clone());
                }
            }
        }
    }
    let mut files = BTreeMap::new();
    for path in &sketch.reads {
        let names = draft.files_of(path);
        if names.is_empty() {
            return (None, Fate::Fails);
        }
        files.extend(names.into_iter().map(|name| (name.to_owned(), draft.files[name].clone())));
    }
    let filled = |text: &str| word.map_or(text.to_owned(), |word| text.replace("{word}", word));
    let place = sketch.place().map(|place| filled(&place));
    let mut bytes = filled(&sketch.salt).into_bytes();
    if sketch.program {
        for name in sketch.reads.iter().flat_map(|path| draft.files_of(path)) {
            bytes.extend(draft.files[name].as_bytes());
        }
        bytes.extend(placed.concat());
    } else {
        bytes.extend(inputs.values().flatten());
        bytes.extend(files.values().flat_map(|text| text.as_bytes()));
    }
    let mut settings = if sketch.program {
        vec![filled(&draft.line(sketch)), format!("{place:?}")]
    } else {
        vec![filled(&sketch.salt), sketch.keep.to_string(), format!("{place:?}"), sketch.fails.to_string()]
    };
    // A file counts as itself, and in each folder that is read.
    settings.extend(sketch.reads.iter().cloned());
    let recipe = Recipe { program: sketch.program, code: draft.code, settings, inputs, files };
    if sketch.fails {
        return (Some(recipe), Fate::Fails);
    }
    let name = sketch.place().filter(|_| sketch.program).unwrap_or_else(|| "out".to_owned());
    let mut made = vec![Made { name, place, bytes: end_of(&bytes, sketch.keep) }];
    if !sketch.program {
        made.push(Made { name: "rest".to_owned(), place: None, bytes: rest_of(&bytes) });
    }
    (Some(recipe), Fate::Makes(made))
}
