//! Random pipelines, and random changes of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::random::Random;

use super::draft::{Draft, FileDraft, Sketch, parent};

const NAMES: [&str; 12] =
    ["ash", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak", "pine", "rowan", "yew"];
const WORDS: [&str; 4] = ["a", "b", "c", "d"];
const SALTS: [&str; 5] = ["", "x", "y", "{word}", "salt {word} "];
const TEXTS: [&str; 6] = ["", "1", "2", "12", "a line\n", "another line\n"];
const FILES: [&str; 7] =
    ["data/0", "data/1", "data/2", "data/2/inner", "data/folder/a", "data/folder/b", "data/folder/c"];
const FOLDERS: [&str; 2] = ["data/folder/empty", "data/folder/deep/empty"];
const MODES: [u32; 4] = [0o644, 0o644, 0o755, 0o600];
const READS: [&str; 5] = ["data/0", "data/1", "data/2", "data/folder", "data/folder/a"];
const KEPT: [usize; 4] = [1, 2, 9, 30];

/// Never removed, so that the folder stays.
const KEEPER: &str = "data/folder/keeper";

/// Draws one of several.
pub fn pick<'a, T>(random: &mut Random, all: &'a [T]) -> &'a T {
    &all[random.below(u32::try_from(all.len()).expect("few are drawn from")) as usize]
}

/// Says yes once in so many times.
pub fn once_in(random: &mut Random, times: u32) -> bool {
    random.below(times) == 0
}

/// Draws a pipeline of one to six stages; with `programs`, of real programs too.
pub fn draft(random: &mut Random, programs: bool) -> Draft {
    let words = WORDS[..1 + random.below(3) as usize].iter().map(|word| (*word).to_owned()).collect();
    let (files, folders) = (BTreeMap::new(), BTreeSet::new());
    let mut draft = Draft { stages: Vec::new(), files, folders, words, code: 0 };
    for name in FILES.iter().chain([&KEEPER]) {
        let text = pick(random, &TEXTS);
        put_file(&mut draft, name, text, random);
    }
    for _ in 0..1 + random.below(6) {
        add_stage(&mut draft, random, programs);
    }
    draft
}

/// Changes a draft, and says how; `past` is what it was before.
pub fn change(draft: &mut Draft, random: &mut Random, programs: bool, past: &[Draft]) -> String {
    let last = draft.stages.len().saturating_sub(1);
    let index = random.below(u32::try_from(last + 1).expect("it is small")) as usize;
    let file = (*pick(random, &FILES)).to_owned();
    match random.below(22) {
        0..=4 => {
            let text = pick(random, &TEXTS);
            put_file(draft, &file, text, random)
        }
        5 => {
            draft.files.remove(&file);
            format!("`{file}` is removed")
        }
        6 => {
            let to = (*pick(random, &FILES)).to_owned();
            if let Some(moved) = draft.files.remove(&file) {
                make_room(draft, &to);
                draft.files.insert(to.clone(), moved);
            }
            format!("`{file}` is renamed `{to}`")
        }
        7 | 8 if !past.is_empty() => {
            *draft = pick(random, past).clone();
            "everything is as it was before".to_owned()
        }
        9 => {
            draft.code = random.below(2);
            format!("the code has version {}", draft.code)
        }
        10 => change_words(draft, random),
        11 | 12 => add_stage(draft, random, programs),
        13 if last > 0 => {
            let gone = draft.stages.remove(index);
            for sketch in &mut draft.stages {
                sketch.needs.retain(|need| *need != gone.number);
            }
            format!("stage `{}` is removed", gone.name)
        }
        14 => {
            let folder = (*pick(random, &FOLDERS)).to_owned();
            let is_new = !draft.folders.remove(&folder) && draft.folders.insert(folder.clone());
            format!("folder `{folder}` is {}", if is_new { "made" } else { "removed" })
        }
        15 => match draft.files.get_mut(&file) {
            Some(file) => {
                file.executable = !file.executable;
                format!("{file:?} may be executed, or no longer")
            }
            None => "nothing".to_owned(),
        },
        _ => change_stage(draft, index, random),
    }
}

/// Changes what a trial may change: settings, and no file.
pub fn change_settings(draft: &mut Draft, random: &mut Random) -> String {
    let index = random.below(u32::try_from(draft.stages.len()).expect("it is small")) as usize;
    if once_in(random, 3) { change_words(draft, random) } else { change_stage(draft, index, random) }
}

fn change_words(draft: &mut Draft, random: &mut Random) -> String {
    draft.words = WORDS[..1 + random.below(4) as usize].iter().map(|word| (*word).to_owned()).collect();
    format!("the words are {:?}", draft.words)
}

fn put_file(draft: &mut Draft, name: &str, text: &str, random: &mut Random) -> String {
    make_room(draft, name);
    let file = FileDraft {
        text: text.to_owned(),
        executable: once_in(random, 5),
        linked: once_in(random, 6) && name != KEEPER,
    };
    let done = format!("`{name}` is {file:?}");
    draft.files.insert(name.to_owned(), file);
    done
}

/// Removes what a file can't be beside: a file where it needs a folder, and files that take it for one.
fn make_room(draft: &mut Draft, name: &str) {
    let inside = format!("{name}/");
    draft.files.retain(|other, _| !other.starts_with(&inside) && other != parent(name));
}

fn add_stage(draft: &mut Draft, random: &mut Random, programs: bool) -> String {
    let Some(name) = free_name(draft, random) else { return "nothing".to_owned() };
    let number = draft.stages.iter().map(|sketch| sketch.number + 1).max().unwrap_or(0);
    let mut sketch = Sketch {
        number,
        name: name.clone(),
        program: programs && once_in(random, 2),
        salt: (*pick(random, &SALTS)).to_owned(),
        keep: *pick(random, &KEPT),
        placed: once_in(random, 2),
        folder: once_in(random, 3),
        mode: *pick(random, &MODES),
        repeated: once_in(random, 3),
        narrow: once_in(random, 3),
        fails: once_in(random, 12),
        needs: Vec::new(),
        reads: Vec::new(),
    };
    for _ in 0..random.below(3) {
        sketch.reads.push((*pick(random, &READS)).to_owned());
        if !draft.stages.is_empty() {
            sketch.needs.push(pick(random, &draft.stages).number);
        }
    }
    sketch.needs.sort_unstable();
    sketch.needs.dedup();
    sketch.reads.sort_unstable();
    sketch.reads.dedup();
    let done = format!("stage `{name}` is added: {sketch:?}");
    draft.stages.push(sketch);
    done
}

fn change_stage(draft: &mut Draft, index: usize, random: &mut Random) -> String {
    let free = free_name(draft, random);
    let before: Vec<u32> = draft.stages[..index].iter().map(|sketch| sketch.number).collect();
    let sketch = &mut draft.stages[index];
    match random.below(11) {
        0 => sketch.salt = (*pick(random, &SALTS)).to_owned(),
        1 => sketch.keep = *pick(random, &KEPT),
        2 => sketch.placed = !sketch.placed,
        3 => sketch.repeated = !sketch.repeated,
        4 => sketch.narrow = !sketch.narrow,
        5 => sketch.fails = !sketch.fails && once_in(random, 3),
        6 => sketch.name = free.unwrap_or_else(|| sketch.name.clone()),
        7 => sketch.folder = !sketch.folder,
        8 => sketch.mode = *pick(random, &MODES),
        9 if !before.is_empty() => toggle(&mut sketch.needs, *pick(random, &before)),
        _ => toggle(&mut sketch.reads, (*pick(random, &READS)).to_owned()),
    }
    format!("a stage becomes {sketch:?}")
}

/// Takes an item out of a list, or puts it in.
fn toggle<T: PartialEq>(list: &mut Vec<T>, item: T) {
    match list.iter().position(|other| *other == item) {
        Some(at) => drop(list.remove(at)),
        None => list.push(item),
    }
}

fn free_name(draft: &Draft, random: &mut Random) -> Option<String> {
    let taken = |name: &&&str| draft.stages.iter().any(|sketch| sketch.name == **name);
    let free: Vec<&&str> = NAMES.iter().filter(|name| !taken(name)).collect();
    (!free.is_empty()).then(|| (**pick(random, &free)).to_owned())
}
