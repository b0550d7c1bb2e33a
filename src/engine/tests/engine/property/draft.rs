//! A pipeline and the files it reads as plain data, for edits to change and the oracle to read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use recount_engine::spec::{Axis, Parameters, Pipeline, Settings, Stage, StageId, Value};

use crate::support::settings;

/// The coordinate that repeated stages are repeated over.
pub const WORD: &str = "word";

/// What a program writes into the second file of a folder.
pub const REST: &str = "rest";

/// Gives the second part of a folder that is an output: a file, a file in a folder, or an empty folder.
pub fn layout(number: usize) -> &'static str {
    ["sub", "sub/b", "sub/"][number % 3]
}

/// Gives the folder that a path stands in.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// A pipeline and its files.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Needs before those that need them.
    pub stages: Vec<Sketch>,
    /// The project's files.
    pub files: BTreeMap<String, FileDraft>,
    /// Folders that are there whether or not a file is in them.
    pub folders: BTreeSet<String>,
    /// What repeated stages are repeated over; never empty.
    pub words: Vec<String>,
    /// The version of every kind's code.
    pub code: u32,
}

/// A file of the project to be.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FileDraft {
    /// What it holds.
    pub text: String,
    /// Whether its owner may execute it.
    pub executable: bool,
    /// Whether it is a link to a file elsewhere in the project.
    pub linked: bool,
}

/// What is to be at a path of the project.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DiskEntry {
    Folder,
    File { text: String, executable: bool },
    Link { to: PathBuf },
}

/// A stage to be.
#[derive(Clone, Debug)]
pub struct Sketch {
    /// Identifies it whatever it is called.
    pub number: u32,
    pub name: String,
    /// Whether it is a `command` stage, and not a `blend`.
    pub program: bool,
    /// What it writes before what it reads; may hold the coordinate.
    pub salt: String,
    /// How many of the last bytes it keeps: few, and other inputs soon give equal outputs.
    pub keep: usize,
    /// Whether its output also belongs into the project; a program's always does.
    pub placed: bool,
    /// Whether its output is a folder of several files.
    pub folder: bool,
    /// The permissions of its first file.
    pub mode: u32,
    /// Whether it is repeated over the words.
    pub repeated: bool,
    /// Whether it reads only the first output of its needs.
    pub narrow: bool,
    pub fails: bool,
    /// The numbers of the stages that it needs.
    pub needs: Vec<u32>,
    /// The files and folders that it reads.
    pub reads: Vec<String>,
}

impl Sketch {
    /// Gives where its output belongs, with the coordinate in braces.
    pub fn place(&self) -> Option<String> {
        let coordinate = if self.repeated { ".{word}" } else { "" };
        (self.placed || self.program).then(|| format!("out/{}{coordinate}", self.number))
    }
}

impl Draft {
    /// Finds a stage by its number.
    pub fn stage(&self, number: u32) -> &Sketch {
        let found = self.stages.iter().find(|sketch| sketch.number == number);
        found.expect("needs name stages that there are")
    }

    /// Gives the coordinates at which a stage stands.
    pub fn words_of(&self, sketch: &Sketch) -> Vec<Option<String>> {
        if sketch.repeated { self.words.iter().cloned().map(Some).collect() } else { vec![None] }
    }

    /// Gives the names of the files that a path stands for, sorted.
    pub fn files_of(&self, path: &str) -> Vec<&str> {
        let inside = |name: &str| name.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        let names = self.files.keys().map(String::as_str);
        names.filter(|name| *name == path || inside(name)).collect()
    }

    /// Gives the names of the folders that reading a path comes by, that itself among them.
    pub fn folders_of(&self, path: &str) -> BTreeSet<String> {
        let mut folders = BTreeSet::new();
        for name in self.files.keys().map(|name| parent(name)).chain(self.folders.iter().map(String::as_str))
        {
            let mut at = name;
            while at == path || at.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')) {
                folders.insert(at.to_owned());
                at = parent(at);
            }
        }
        folders
    }

    /// Gives all that is to be on the disk, folders before what is in them.
    pub fn disk(&self) -> BTreeMap<String, DiskEntry> {
        let mut disk = BTreeMap::new();
        let mut put = |path: &str, entry: DiskEntry| {
            let mut folder = parent(path);
            while !folder.is_empty() {
                disk.insert(folder.to_owned(), DiskEntry::Folder);
                folder = parent(folder);
            }
            disk.insert(path.to_owned(), entry);
        };
        for folder in &self.folders {
            put(folder, DiskEntry::Folder);
        }
        for (name, file) in &self.files {
            let FileDraft { text, executable, linked } = file.clone();
            let bytes = DiskEntry::File { text, executable };
            if linked {
                let behind = format!("behind/{}", name.replace('/', "_"));
                let to = PathBuf::from("../".repeat(name.matches('/').count()) + &behind);
                put(name, DiskEntry::Link { to });
                put(&behind, bytes);
            } else {
                put(name, bytes);
            }
        }
        disk
    }

    /// Gives the shell line of a program, with the coordinate in braces.
    pub fn line(&self, sketch: &Sketch) -> String {
        let places = sketch.needs.iter().flat_map(|&need| {
            let need = self.stage(need);
            let Some(place) = need.place() else { return Vec::new() };
            if need.repeated && !sketch.repeated {
                self.words.iter().map(|word| place.replace("{word}", word)).collect()
            } else {
                vec![place]
            }
        });
        let read: String =
            sketch.reads.iter().cloned().chain(places).map(|path| format!(" {path}")).collect();
        let (salt, keep, place) = (&sketch.salt, sketch.keep, sketch.place().unwrap_or_default());
        let (make, first, rest) = match (sketch.folder, layout(keep)) {
            (false, _) => (String::new(), place, String::new()),
            (true, "sub/b") => {
                let rest = format!("; mkdir {place}/sub; printf {REST} > {place}/sub/b");
                (format!("mkdir {place}; "), format!("{place}/a"), rest)
            }
            (true, "sub/") => {
                (format!("mkdir {place}; "), format!("{place}/a"), format!("; mkdir {place}/sub"))
            }
            (true, _) => {
                let rest = format!("; printf {REST} > {place}/sub");
                (format!("mkdir {place}; "), format!("{place}/a"), rest)
            }
        };
        let (mode, end) = (sketch.mode, if sketch.fails { "; exit 3" } else { "" });
        format!(
            "echo >> ran.log; {make}(printf %s '{salt}'; for path in /dev/null{read}; do \
             find -L $path -type f | LC_ALL=C sort | xargs -r cat; done) | tail -c {keep} > {first}; \
             chmod {mode:o} {first}{rest}{end}"
        )
    }

    /// Gives the pipeline as the engine takes it.
    pub fn pipeline(&self) -> Pipeline {
        let position = |number: u32| {
            let found = self.stages.iter().position(|sketch| sketch.number == number);
            StageId(found.expect("needs name stages that there are"))
        };
        let listed = || Axis::Listed { name: WORD.to_owned(), values: self.words.clone() };
        let stage = |sketch: &Sketch| Stage {
            name: sketch.name.clone(),
            kind: if sketch.program { "command" } else { "blend" }.to_owned(),
            each: if sketch.repeated { vec![listed()] } else { Vec::new() },
            needs: sketch.needs.iter().map(|&need| position(need)).collect(),
            fields: if sketch.program { settings(self.parameters(sketch)) } else { Settings::default() },
            base: if sketch.program { Settings::default() } else { settings(self.parameters(sketch)) },
            variants: Vec::new(),
            seeds: Vec::new(),
            ..Stage::default()
        };
        Pipeline::new("a case", self.stages.iter().map(stage).collect())
    }

    fn parameters(&self, sketch: &Sketch) -> Parameters {
        let texts = |texts: &[String]| Value::List(texts.iter().cloned().map(Value::Text).collect());
        let place = sketch.place();
        let mut parameters = Parameters::new();
        let mut set = |name: &str, value: Value| parameters.insert(name.to_owned(), value);
        if sketch.program {
            set("run", self.line(sketch).into());
            set("inputs", texts(&sketch.reads));
            set("outputs", texts(&place.into_iter().collect::<Vec<_>>()));
            return parameters;
        }
        set("salt", sketch.salt.clone().into());
        set("keep", i64::try_from(sketch.keep).expect("it is small").into());
        set("files", texts(&sketch.reads));
        if let Some(place) = place {
            set("place", place.into());
        }
        set("mode", i64::from(sketch.mode).into());
        for (name, flag) in [("fails", sketch.fails), ("narrow", sketch.narrow), ("folder", sketch.folder)] {
            if flag {
                set(name, Value::Bool(true));
            }
        }
        parameters
    }
}
