//! A project in a temporary folder, and the real program to run on it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use walkdir::WalkDir;

/// Three words counted in a text, and a sum of the counts.
pub const WORDS: &str = "\
recount: 1
title: words
stages:
  - name: count
    kind: command
    each: { word: [alpha, beta, gamma] }
    run: printf '{{\"count\":%s}}' \"$(grep -c {word} text.txt)\" > counts/{word}.json
    inputs: [text.txt]
    outputs: [\"counts/{word}.json\"]
  - name: sum
    kind: command
    needs: [count]
    run: cat counts/*.json > sum.txt
    outputs: [sum.txt]
";

/// A project.
pub struct Project {
    folder: tempfile::TempDir,
}

/// What one run of the program printed.
pub struct CommandResult {
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Project {
    /// An empty folder.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder can be made") }
    }

    /// The project of [`WORDS`], with a text, brought up to date.
    pub fn words() -> Self {
        let project = Self::empty();
        project.write("pipeline.yaml", WORDS).write("text.txt", "alpha beta\nbeta gamma\ngamma\ngamma\n");
        project.run(&["run"]).done();
        project
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    pub fn write(&self, file: &str, text: &str) -> &Self {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
        fs::write(&path, text).unwrap_or_else(|error| panic!("{file}: {error}"));
        self
    }

    /// Replaces one text by another in a file.
    pub fn edit(&self, file: &str, old: &str, new: &str) -> &Self {
        let text = self.read(file);
        assert!(text.contains(old), "{file} does not say `{old}`");
        self.write(file, &text.replace(old, new))
    }

    /// The files below a folder of the store.
    pub fn stored(&self, folder: &str) -> Vec<PathBuf> {
        let walk = WalkDir::new(self.path("artifacts/v2").join(folder)).sort_by_file_name();
        let files = walk.into_iter().flatten().filter(|entry| entry.file_type().is_file());
        files.map(|entry| entry.into_path()).collect()
    }

    pub fn run(&self, words: &[&str]) -> CommandResult {
        self.run_in("", words)
    }

    /// Runs the program in a folder of the project, with nothing of the caller's environment.
    pub fn run_in(&self, folder: &str, words: &[&str]) -> CommandResult {
        run_to_end(self.command(words).current_dir(self.path(folder)))
    }

    /// The program, ready to be started in the project.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_recount"));
        command
            .args(words)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.path("home"))
            .env("RECOUNT_OFFLINE", "1");
        command
    }
}

/// Runs a command to its end.
pub fn run_to_end(command: &mut Command) -> CommandResult {
    let output = command.output().expect("the program can be started");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints UTF-8");
    CommandResult { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

impl CommandResult {
    #[track_caller]
    pub fn done(self) -> Self {
        self.ended(0)
    }

    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.err, self.out);
        self
    }

    /// What was printed with `--json`.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// The instances that ran, sorted.
    pub fn ran(&self) -> Vec<&str> {
        let lines = self.err.lines().filter_map(|line| line.strip_prefix("ran     "));
        let mut names: Vec<&str> = lines.map(|line| line.split(" · ").next().unwrap_or(line)).collect();
        names.sort_unstable();
        names
    }
}

/// Replaces a read-only file's bytes, as a failing disk would.
pub fn damage(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("the file can be read");
    change(&mut bytes);
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("the file is ours");
    fs::write(path, bytes).expect("the file is ours");
}
