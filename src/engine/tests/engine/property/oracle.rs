//! Predicts what every instance makes, and what decides it: the engine's promises in other words,
//! with no store, no digest and no file.
//!
//! Draft ──predict──▶ [`Expected`], one for each instance, in the engine's order

use std::collections::{BTreeMap, BTreeSet};

use super::blend::{end_of, rest_of};
use super::draft::{Draft, FileDraft, REST, Sketch, layout};

/// Everything that may decide an instance's outputs: two with equal ones must share a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recipe {
    program: bool,
    code: u32,
    settings: Vec<String>,
    inputs: BTreeMap<String, Vec<u8>>,
    files: BTreeMap<String, FileDraft>,
    folders: BTreeSet<String>,
}

/// One output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub name: String,
    /// Where it also belongs.
    pub place: Option<String>,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// The permissions of its file.
    pub mode: u32,
}

impl Made {
    /// Says whether it is an empty folder.
    pub fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }

    /// Says whether it may be executed.
    pub fn is_executable(&self) -> bool {
        self.mode & 0o100 != 0
    }
}

/// What must become of an instance.
#[derive(Clone, Debug)]
pub enum Fate {
    /// It has these outputs.
    Makes(Vec<Made>),
    Fails,
    /// Something that it needs, or that has its recipe, fails.
    Blocked,
}

/// An instance.
#[derive(Clone, Debug)]
pub struct Expected {
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

/// Predicts every instance.
pub fn predict(draft: &Draft) -> Vec<Expected> {
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
                let is_out = output.name == "out" || output.name.starts_with("out/");
                if sketch.program || !sketch.narrow || is_out || need.program {
                    let manner = if output.is_executable() { " (executable)" } else { "" };
                    inputs.insert(format!("{prefix}/{}{manner}", output.name), output.bytes.clone());
                }
                if output.place.is_some() {
                    placed.push(output.bytes.clone());
                }
            }
        }
    }
    let (mut files, mut folders) = (BTreeMap::new(), BTreeSet::new());
    for path in &sketch.reads {
        folders.extend(draft.folders_of(path));
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
            bytes.extend(draft.files[name].text.as_bytes());
        }
        bytes.extend(placed.concat());
    } else {
        bytes.extend(inputs.values().flatten());
        bytes.extend(files.values().flat_map(|file: &FileDraft| file.text.as_bytes()));
    }
    let mut settings = if sketch.program {
        vec![filled(&draft.line(sketch)), format!("{place:?}")]
    } else {
        let numbers = format!("{} {} {} {}", sketch.keep, sketch.mode, sketch.folder, sketch.fails);
        vec![filled(&sketch.salt), format!("{place:?}"), numbers]
    };
    // A file counts as itself, and in each folder that is read.
    let reads: BTreeSet<&String> = sketch.reads.iter().collect();
    settings.extend(reads.into_iter().cloned());
    let recipe = Recipe { program: sketch.program, code: draft.code, settings, inputs, files, folders };
    if sketch.fails {
        return (Some(recipe), Fate::Fails);
    }
    let name = sketch.place().filter(|_| sketch.program).unwrap_or_else(|| "out".to_owned());
    let made = |below: &str, bytes: Vec<u8>, mode: u32| {
        let place = place.as_ref().map(|place| format!("{place}{}", below.trim_end_matches('/')));
        Made { name: format!("{name}{below}"), place, bytes, mode }
    };
    let rest = rest_of(&bytes);
    let first = end_of(&bytes, sketch.keep);
    let mut all = Vec::new();
    if sketch.folder {
        let second = layout(if sketch.program { sketch.keep } else { bytes.len() });
        let held = match second {
            "sub/" => Vec::new(),
            _ if sketch.program => REST.as_bytes().to_vec(),
            _ => rest.clone(),
        };
        all.push(made("/a", first, sketch.mode));
        all.push(made(&format!("/{second}"), held, 0o644));
    } else {
        all.push(made("", first, sketch.mode));
    }
    if !sketch.program {
        all.push(Made { name: "rest".to_owned(), place: None, bytes: rest, mode: 0o644 });
    }
    (Some(recipe), Fate::Makes(all))
}
