//! A small project of `command` stages in a temporary folder, the real program to run in it, and what must
//! always hold of its store.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use recount_engine::digest::{Digest, Key};
use recount_engine::store::{Lookup, Store};
use walkdir::WalkDir;

/// A project, and beside it `ran.log`, in which its commands count their runs.
pub struct Project {
    root: PathBuf,
    // Held for its folder, which goes when the project goes.
    _folder: Option<tempfile::TempDir>,
}

/// What one run of the program printed.
#[derive(Debug)]
pub struct Run {
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Standard error, then standard output.
    pub printed: String,
}

impl Run {
    /// Reads off what a program left.
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), printed: text(&output.stderr) + &text(&output.stdout) }
    }

    /// Asserts that it ended well.
    #[track_caller]
    pub fn done(self, when: &str) -> Self {
        assert_eq!(self.code, Some(0), "{when}: {}", self.printed);
        self
    }

    /// Counts the instances that ran.
    pub fn ran(&self) -> usize {
        self.printed.lines().filter(|line| line.starts_with("ran     ")).count()
    }
}

impl Project {
    /// Makes a project in memory, where syncing takes no time.
    pub fn new(pipeline: &str) -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let folder = folder.expect("a temporary folder can be made");
        let project = Self { root: folder.path().join("project"), _folder: Some(folder) };
        project.write("pipeline.yaml", pipeline);
        project
    }

    /// Makes a project in a folder that somebody else keeps.
    pub fn at(root: &Path, pipeline: &str) -> Self {
        let project = Self { root: root.to_owned(), _folder: None };
        project.write("pipeline.yaml", pipeline);
        project
    }

    /// Copies the project with its store.
    pub fn copy(&self) -> Self {
        let copy = Self::new("");
        let done = Command::new("cp").arg("-a").arg(self.root.join(".")).arg(&copy.root).status();
        assert!(done.expect("`cp` can be started").success());
        copy
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
        self
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Gives the lines of the file beside the project, sorted.
    pub fn ran_log(&self) -> Vec<String> {
        let text = fs::read_to_string(self.root.with_file_name("ran.log")).unwrap_or_default();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }

    /// Gives every file below a folder of the store, sorted.
    pub fn stored(&self, folder: &str) -> Vec<PathBuf> {
        // A session leaves blank notes for the next one to write to.
        let is_blank = |path: &PathBuf| {
            let is_note = folder == "scratch" && path.extension().is_some_and(|it| it == "running");
            is_note && fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"\n"))
        };
        let store = if folder == "edited" { "artifacts" } else { "artifacts/v2" };
        let walk = WalkDir::new(self.root.join(store).join(folder)).sort_by_file_name();
        let files = walk.into_iter().flatten().filter(|entry| !entry.file_type().is_dir());
        files.map(walkdir::DirEntry::into_path).filter(|path| !is_blank(path)).collect()
    }

    /// Gives what was kept of the places, with its place.
    pub fn kept(&self) -> Vec<(String, String)> {
        let folder = self.root.join("artifacts/edited");
        let kept = |path: PathBuf| {
            let below =
                path.strip_prefix(&folder).expect("it was found there").to_string_lossy().into_owned();
            let (_, place) = below.split_once('/').expect("it stands below its digest");
            (place.to_owned(), fs::read_to_string(&path).expect("it is kept"))
        };
        self.stored("edited").into_iter().map(kept).collect()
    }

    /// Counts the records that a killed run has written whole, and not named.
    pub fn unnamed_records(&self) -> usize {
        let texts = self.stored("temporary").into_iter().filter_map(|file| fs::read_to_string(file).ok());
        texts.filter(|text| text.starts_with("{\"seal\"") && text.ends_with("}\n")).count()
    }

    /// The program and its words, ready to be started in the project.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_recount"));
        self.settle(command.args(words));
        command
    }

    /// Has a command work in the project, with nothing of the test's environment.
    pub fn settle(&self, command: &mut Command) {
        command
            .arg("--project")
            .arg(&self.root)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", "/nowhere");
    }

    pub fn recount(&self, words: &[&str]) -> Run {
        Run::of(&self.command(words).output().expect("the program can be started"))
    }

    /// Asserts that no object is torn and no record without its objects.
    #[track_caller]
    pub fn assert_whole(&self, when: &str) {
        for object in self.stored("objects") {
            let name = object.file_name().expect("an object has a name").to_string_lossy().into_owned();
            let bytes = fs::read(&object).expect("an object can be read");
            assert_eq!(name, Digest::of(&bytes).to_hex(), "{when}: a torn object");
        }
        let store = Store::open(&self.root).expect("the store opens");
        for record in self.stored("records") {
            let hex = record.file_stem().expect("a record has a name").to_string_lossy().into_owned();
            let key = Key(Digest::from_hex(&hex).expect("a record is named by its key"));
            let found = store.check_record(key).expect("the store can be read");
            assert!(matches!(found, Lookup::Found(_)), "{when}: a record without its objects: {found:?}");
        }
    }
}
