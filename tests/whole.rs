//! The main job end to end, on a reduced sweep: the project's own pipeline, templates and variants, with one
//! short epoch each, through the real program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, OnceLock};

use walkdir::WalkDir;

/// A copy of the project whose trainings take a moment each.
struct Project {
    folder: tempfile::TempDir,
}

/// What one run of the program said.
struct Run {
    code: Option<i32>,
    said: String,
}

impl Project {
    fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().expect("a temporary folder can be made") };
        let home = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::copy(home.join("pipeline.yaml"), project.path("pipeline.yaml")).expect("the pipeline is there");
        for folder in ["stages", "report/template"] {
            copy(home, folder, &project.path(""));
        }
        fs::copy(home.join("report/source.yaml"), project.path("report/source.yaml")).expect("it is there");
        let short = project.read("stages/train.yaml");
        let short = short
            .replace("seeds: [1, 2, 3]", "seeds: [1, 2]")
            .replace("epochs: 16", "epochs: 2")
            .replace("epochs: 6", "epochs: 2")
            .replace("epochs: 3", "epochs: 1")
            .replace("hidden: 256", "hidden: 40")
            .replace("hidden: 128", "hidden: 24")
            .replace("hidden: 64", "hidden: 16")
            .replace("hidden: 32", "hidden: 8")
            .replace("layers: 7", "layers: 2");
        fs::write(project.path("stages/train.yaml"), short).expect("the copy can be written");
        project
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.run_with("", arguments)
    }

    /// Runs the program with nothing of the caller's environment but what is named here.
    fn run_with(&self, mirrors: &str, arguments: &[&str]) -> Run {
        let output: Output = Command::new(env!("CARGO_BIN_EXE_recount"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.path("home"))
            .env("RECOUNT_OFFLINE", "1")
            .env("RECOUNT_MIRRORS", mirrors)
            .output()
            .expect("the program can be started");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints UTF-8");
        Run { code: output.status.code(), said: text(output.stderr) + &text(output.stdout) }
    }
}

impl Run {
    fn done(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.said);
        self
    }

    /// The instances that ran, without seeds and sorted.
    fn ran(&self) -> Vec<String> {
        let names = self.said.lines().filter_map(|line| line.strip_prefix("ran "));
        let names = names.map(|line| line.trim_start().split(" ·").next().unwrap_or_default().trim().to_owned());
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

/// One project that several tests look at, built once.
fn built() -> std::sync::MutexGuard<'static, (Project, Run)> {
    static BUILT: OnceLock<Mutex<(Project, Run)>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let project = Project::new();
        let run = project.run(&[]).done();
        Mutex::new((project, run))
    });
    built.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[test]
fn without_the_archive_the_report_is_on_generated_data_and_says_so() {
    let built = built();
    let (project, run) = &*built;
    assert!(run.said.contains("generated data"), "{}", run.said);
    let report = project.read("report/week-3.synthetic.md");
    assert!(report.contains("## 2.8") || report.contains("# 2.8"), "section 2.8 is missing");
    assert!(project.path("report/plots.synthetic/accuracy.svg").is_file());
    assert!(!project.path("report/week-3.md").exists(), "generated data must not touch the real report");
}

#[test]
fn the_same_experiment_runs_once() {
    let built = built();
    let (_, run) = &*built;
    let trained = run.ran().into_iter().filter(|name| name.starts_with("train[")).count();
    let variants = 34;
    assert!(trained < variants * 2, "{trained} trainings for {variants} variants with two seeds");
    assert!(!run.ran().contains(&"train[2.3.2,seed=1]".to_owned()) || !run.ran().contains(&"train[2.3.3,seed=1]".to_owned()));
}

#[test]
fn a_second_run_does_nothing_and_one_changed_setting_runs_what_depends_on_it() {
    let built = built();
    let (project, _) = &*built;
    let report = project.read("report/week-3.synthetic.md");
    let again = project.run(&[]).done();
    assert!(again.ran().is_empty(), "{:?}", again.ran());
    assert_eq!(project.read("report/week-3.synthetic.md"), report);

    let changed = project.run(&["--set", "train[2.4.2].epochs=3"]).done();
    let expected = [
        "evaluate[2.4.2,seed=1]",
        "evaluate[2.4.2,seed=2]",
        "plot",
        "render",
        "train[2.4.2,seed=1]",
        "train[2.4.2,seed=2]",
    ];
    assert_eq!(changed.ran(), expected);

    let back = project.run(&[]).done();
    assert!(back.ran().is_empty(), "going back runs nothing: {:?}", back.ran());
    assert_eq!(project.read("report/week-3.synthetic.md"), report);
}

#[test]
fn a_mistake_is_shown_with_its_place_and_nothing_runs() {
    let project = Project::new();
    fs::write(project.path("stages/train.yaml"), "params: { hiden: 3 }\n").expect("the copy can be written");
    let run = project.run(&[]);
    assert_eq!(run.code, Some(2), "{}", run.said);
    assert!(run.said.contains("stages/train.yaml:1:11"), "{}", run.said);
    assert!(!project.path("report/week-3.synthetic.md").exists());
}

#[test]
fn with_the_archive_in_a_mirror_the_report_is_the_real_one() {
    #[expect(clippy::disallowed_methods, reason = "the archive is never committed: its folder is named from outside")]
    let mirrors = std::env::var("RECOUNT_MIRRORS").unwrap_or_default();
    let there = std::env::split_paths(&mirrors).any(|folder| folder.join("gestures-dataset.zip").is_file());
    if !there {
        eprintln_skip("RECOUNT_MIRRORS names no folder with the archive");
        return;
    }
    let project = Project::new();
    project.run_with(&mirrors, &[]).done();
    let report = project.read("report/week-3.md");
    assert!(report.contains("4a6c5ac1d408"), "the report names the archive's digest");
    assert!(!project.path("report/week-3.synthetic.md").exists());
    let again = project.run_with(&mirrors, &[]).done();
    assert!(again.ran().is_empty(), "{:?}", again.ran());
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn eprintln_skip(why: &str) {
    eprintln!("skipped: {why}");
}
