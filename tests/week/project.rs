//! The project's own pipeline, templates and variants in a temporary folder, with short trainings, and the real
//! program to run on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use walkdir::WalkDir;

/// A copy of the project whose trainings take a moment each.
pub struct Project {
    folder: tempfile::TempDir,
}

/// What one run of the program printed.
pub struct Run {
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Standard error, then standard output.
    pub printed: String,
}

impl Project {
    pub fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().expect("a temporary folder can be made") };
        let home = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::copy(home.join("pipeline.yaml"), project.path("pipeline.yaml")).expect("the pipeline is there");
        for folder in ["stages", "report/sections"] {
            copy(home, folder, &project.path(""));
        }
        for file in ["report/week-3.md.j2", "report/source.yaml", "report/claims.yaml"] {
            fs::copy(home.join(file), project.path(file)).expect("it is there");
        }
        let short = project.read("stages/train.yaml");
        // What differs stays different, so that there are as many experiments as in the whole sweep.
        let short = short
            .replace("seeds: [1, 2, 3]", "seeds: [1, 2]")
            .replace("epochs: 3", "epochs: 1")
            .replace("epochs: 6", "epochs: 2")
            .replace("epochs: 16", "epochs: 3")
            .replace("hidden: 256", "hidden: 40")
            .replace("hidden: 128", "hidden: 24")
            .replace("hidden: 64", "hidden: 20")
            .replace("hidden: 32", "hidden: 8")
            .replace("layers: 7", "layers: 2");
        fs::write(project.path("stages/train.yaml"), short).expect("the copy can be written");
        project
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// Every file of the project and of its store, with its bytes' length and its time.
    pub fn files(&self) -> Vec<(PathBuf, u64, std::time::SystemTime)> {
        let entries = WalkDir::new(self.folder.path()).sort_by_file_name().into_iter();
        let files = entries.map(|entry| entry.expect("the project can be walked"));
        let files = files.filter(|entry| entry.file_type().is_file());
        let states = files.map(|entry| {
            let metadata = entry.metadata().expect("a file has metadata");
            (entry.path().to_owned(), metadata.len(), metadata.modified().expect("files have times"))
        });
        states.collect()
    }

    /// Replaces a text that a file has once.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {file}");
        fs::write(self.path(file), text.replace(from, to)).expect("the copy can be written");
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_with("", arguments)
    }

    /// Runs the program with nothing of the caller's environment but what is named here.
    pub fn run_with(&self, mirrors: &str, arguments: &[&str]) -> Run {
        let output: Output =
            self.command(mirrors).args(arguments).output().expect("the program can be started");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints UTF-8");
        Run { code: output.status.code(), printed: text(output.stderr) + &text(output.stdout) }
    }

    /// The program, ready to be started in the project.
    pub fn command(&self, mirrors: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_recount"));
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.path("home"))
            .env("RECOUNT_OFFLINE", "1")
            .env("RECOUNT_MIRRORS", mirrors);
        command
    }
}

impl Run {
    pub fn done(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.printed);
        self
    }

    /// The instances that ran, sorted.
    pub fn ran(&self) -> Vec<String> {
        let names = self.printed.lines().filter_map(|line| line.strip_prefix("ran     "));
        let names =
            names.map(|line| line.trim_start().split(" ·").next().unwrap_or_default().trim().to_owned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

fn copy(home: &Path, folder: &str, target: &Path) {
    for entry in WalkDir::new(home.join(folder)) {
        let entry = entry.expect("the project can be walked");
        let place = target.join(entry.path().strip_prefix(home).expect("walked below it"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(place).expect("a folder can be made");
        } else {
            fs::copy(entry.path(), place).expect("a file can be copied");
        }
    }
}
