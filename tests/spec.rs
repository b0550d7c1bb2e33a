//! Mistakes in YAML, as a person sees them.
//!
//! A case is `tests/spec/NAME.yaml` with the expected `NAME.stderr`. The first file of it holds several
//! files of a project where lines such as `#=== stages/train.yaml` separate them; it is `pipeline.yaml`
//! when no such line leads. `#=== --set train.hidden=3` is an argument. `SNAPSHOTS=overwrite` writes
//! the expected texts anew: read them.

use std::fs;
use std::path::{Path, PathBuf};

use recount::spec::{Pipeline, load};
use snapbox::{Assert, Data};

/// A project in a temporary folder, and the arguments it is loaded with.
struct Project {
    folder: tempfile::TempDir,
    overrides: Vec<String>,
}

impl Project {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder can be made"), overrides: Vec::new() }
    }

    /// Takes a case apart.
    fn of(case: &str) -> Self {
        let mut project = Self::new();
        let (mut name, mut text) = ("pipeline.yaml", String::new());
        for line in case.split_inclusive('\n') {
            let Some(next) = line.strip_prefix("#=== ").map(str::trim_end) else {
                text.push_str(line);
                continue;
            };
            if let Some(argument) = next.strip_prefix("--set ") {
                project.overrides.push(argument.to_owned());
                continue;
            }
            if !text.is_empty() || name != "pipeline.yaml" {
                project.write(name, text.as_bytes());
            }
            (name, text) = (next, String::new());
        }
        project.write(name, text.as_bytes());
        project
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
        fs::write(path, bytes).expect("a file can be written");
    }

    fn load(&self) -> Result<Pipeline, String> {
        load(self.folder.path(), &recount::kinds::schemas(), &self.overrides)
            .map_err(|mistakes| mistakes.render(false))
    }

    /// Gives what a person sees of its mistakes.
    fn mistakes(&self) -> String {
        self.load().expect_err("this project has a mistake")
    }
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the cases are there")
        .map(|entry| entry.expect("a case can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    cases.sort();
    cases
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a case can be read")
}

#[test]
fn every_mistake_is_told_with_its_place_and_what_to_do() {
    let assert = Assert::new().action_env(snapbox::assert::DEFAULT_ACTION_ENV);
    let mut different = Vec::new();
    for case in cases() {
        let mistakes = match Project::of(&read(&case)).load() {
            Ok(_) => format!("{} has no mistake\n", case.display()),
            Err(mistakes) => mistakes,
        };
        let expected = Data::read_from(&case.with_extension("stderr"), None).raw();
        if let Err(error) = assert.try_eq(Some(&case.display()), mistakes.into(), expected) {
            different.push(error.to_string());
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}
