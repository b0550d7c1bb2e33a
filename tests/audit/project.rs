//! A small sweep on generated data, trained once by the real program and shared by every test here.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use recount::cli::audit::{ExpectedState, Finding, check};
use recount::cli::{Network, Search, registry, schemas};
use recount_engine::spec::{self, Pipeline};
use recount_engine::store::Store;
use recount_engine::{Cancel, Options, Registry, Subject};
use walkdir::WalkDir;

/// Two experiments under three names, two seeds each.
const TRAIN: &str = "\
seeds: [1, 2]
params: { hidden: 8, epochs: 2, batch: 64 }
variants:
  - { name: \"2.1\" }
  - { name: \"2.2\", from: \"2.1\", epochs: 3 }
  - { name: \"2.3.1\", from: \"2.2\", dropout: 0.5 }
";

/// A project whose report is rendered.
pub struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// The project that all tests share; each leaves it as it was.
    pub fn shared() -> MutexGuard<'static, Self> {
        static SHARED: OnceLock<Mutex<Project>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| {
            let project = Self { folder: tempfile::tempdir().expect("a temporary folder can be made") };
            project.lay_out();
            let (code, said) = project.recount(&["run"]);
            assert_eq!(code, Some(0), "{said}");
            Mutex::new(project)
        });
        shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy of what is committed, as a fresh clone has it: without the store.
    pub fn clone_of_it(&self) -> Self {
        let clone = Self { folder: tempfile::tempdir().expect("a temporary folder can be made") };
        for file in self.files("") {
            let within = file.strip_prefix(self.path("")).expect("it lies in the project");
            if !within.starts_with("artifacts") && !within.starts_with("home") {
                let target = clone.path("").join(within);
                fs::create_dir_all(target.parent().expect("it has a folder")).expect("a folder can be made");
                fs::copy(&file, target).expect("a file can be copied");
            }
        }
        clone
    }

    fn lay_out(&self) {
        let home = Path::new(env!("CARGO_MANIFEST_DIR"));
        let files = [
            "pipeline.yaml",
            "stages/prepare.yaml",
            "stages/render.yaml",
            "report/source.yaml",
            "report/claims.yaml",
        ];
        let templates = WalkDir::new(home.join("report/template")).into_iter().flatten();
        let templates = templates.filter(|entry| entry.file_type().is_file());
        let files = files.map(|file| home.join(file)).into_iter();
        for file in files.chain(templates.map(walkdir::DirEntry::into_path)) {
            let target = self.path("").join(file.strip_prefix(home).expect("it lies in the project"));
            fs::create_dir_all(target.parent().expect("it has a folder")).expect("a folder can be made");
            fs::copy(&file, target).expect("a file can be copied");
        }
        // The best variant is none of this project's.
        let pipeline = self.read("pipeline.yaml").replace("evaluate[2.7.1]", "evaluate[2.1]");
        fs::write(self.path("pipeline.yaml"), pipeline).expect("the copy can be written");
        // Asked for, not fallen back to: such a run keeps its lock.
        fs::write(self.path("stages/prepare.yaml"), "params: { source: synthetic }\n")
            .expect("it can be written");
        fs::write(self.path("stages/train.yaml"), TRAIN).expect("the copy can be written");
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// Runs the program with nothing of the caller's environment; gives the exit code and what it printed.
    pub fn recount(&self, words: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_recount"))
            .args(words)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.path("home"))
            .env("RECOUNT_OFFLINE", "1")
            .output()
            .expect("the program can be started");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints UTF-8");
        (output.status.code(), text(output.stdout) + &text(output.stderr))
    }

    /// Surveys the project in this process.
    pub fn survey(&self) -> ExpectedState {
        let pipeline = self.pipeline();
        let program = recount::program::open(&BTreeMap::new()).expect("nothing is set");
        let (sources, cancel) = (program.sources(&pipeline), Cancel::default());
        let (root, network) = (self.folder.path(), Network::Untouched);
        let search = Search { root, sources: &sources, network, terminal: false, cancel: &cancel };
        let found = program.find(&search).unwrap_or_else(|_| panic!("an absent archive is no error"));
        let kinds: Registry = registry(&*found, &BTreeMap::new());
        let store = Store::open(&self.path("")).expect("the store is there");
        let options = Options { jobs: 1, ..Options::default() };
        let root = self.folder.path();
        let subject = Subject { root, pipeline: &pipeline, registry: &kinds, store: &store };
        ExpectedState::of(&subject, &options).expect("the pipeline fits together")
    }

    fn pipeline(&self) -> Pipeline {
        let loaded = spec::load(
            self.folder.path(),
            &schemas(&*recount::program::open(&BTreeMap::new()).expect("nothing is set")),
            &[],
        );
        loaded.unwrap_or_else(|mistakes| panic!("{mistakes}"))
    }

    /// Checks the files against a survey.
    pub fn check(&self, survey: &ExpectedState) -> Vec<Finding> {
        check(self.folder.path(), survey, true)
    }

    /// Every file below a folder of the project, sorted.
    pub fn files(&self, folder: &str) -> Vec<PathBuf> {
        let files = WalkDir::new(self.path(folder)).sort_by_file_name().into_iter().flatten();
        files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
    }
}

/// One changed file, as it was.
pub struct Changed {
    path: PathBuf,
    was: Vec<u8>,
    mode: u32,
}

impl Changed {
    /// Changes a file.
    pub fn write(path: &Path, change: impl FnOnce(&mut Vec<u8>)) -> Self {
        let was = fs::read(path).expect("the file is there");
        let mode = fs::metadata(path).expect("the file is there").permissions().mode();
        let mut bytes = was.clone();
        change(&mut bytes);
        assert_ne!(bytes, was, "{} was to be changed", path.display());
        put(path, &bytes, 0o644);
        Self { path: path.to_owned(), was, mode }
    }

    /// Writes it back.
    pub fn undo(self) {
        put(&self.path, &self.was, self.mode);
    }
}

fn put(path: &Path, bytes: &[u8], mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(0o644)).expect("the file is ours");
    fs::write(path, bytes).expect("the file is ours");
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("the file is ours");
}
