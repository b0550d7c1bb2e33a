//! Mistakes in YAML, as a person sees them.
//!
//! A case is `tests/spec/NAME.yaml` with the expected `NAME.stderr`. The first file of it holds several
//! files of a project where lines such as `#=== stages/train.yaml` separate them; it is `pipeline.yaml`
//! when no such line leads. `#=== --set train.hidden=3` is an argument. `SNAPSHOTS=overwrite` writes
//! the expected texts anew: read them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use recount_engine::spec::{Pipeline, load};
use snapbox::{Assert, Data, assert_data_eq, str};

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
        let kinds = recount::program::open(&BTreeMap::new()).expect("nothing is set");
        load(self.folder.path(), &recount_cli::schemas(&*kinds), &self.overrides)
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
fn every_mistake_is_reported_with_its_place_and_what_to_do() {
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

/// A project with one stage, whose file has the given bytes.
fn with_settings(bytes: &[u8]) -> Project {
    let project = Project::of("recount: 1\ntitle: Test\nstages:\n  - { name: prepare, kind: prepare }\n");
    project.write("stages/prepare.yaml", bytes);
    project
}

#[test]
fn a_folder_without_a_pipeline_says_where_it_was_looked_for() {
    let project = Project::new();
    let expected = format!(
        "error: there is no `pipeline.yaml`\n |\nhelp: looked in {}; `recount init` writes one, or go to the project's folder\n",
        project.folder.path().display()
    );
    assert_eq!(project.mistakes(), expected);
}

#[test]
fn a_binary_file_is_reported_without_its_content() {
    assert_data_eq!(
        with_settings(b"params: \0\x01\x02").mistakes(),
        str![[r#"
error: `stages/prepare.yaml` is not a text file
--> stages/prepare.yaml
 |
help: save it as text in UTF-8

"#]]
    );
}

#[test]
fn bytes_that_are_no_utf_8_are_shown_in_their_line() {
    assert_data_eq!(
        with_settings(b"params:\n  source: \xe9cole\n").mistakes(),
        str![[r#"
error: the byte 0xe9 is not UTF-8
 --> stages/prepare.yaml:2:11
  |
2 |   source: �cole
  |           ^
  |
help: save the file as UTF-8

"#]]
    );
}

#[test]
fn a_folder_in_the_place_of_a_file_is_reported() {
    let project = with_settings(b"");
    fs::remove_file(project.folder.path().join("stages/prepare.yaml")).expect("the file is there");
    fs::create_dir(project.folder.path().join("stages/prepare.yaml")).expect("a folder can be made");
    assert_data_eq!(
        project.mistakes(),
        str![[r#"
error: `stages/prepare.yaml` is a folder
--> stages/prepare.yaml
 |
help: a file with this name is read here

"#]]
    );
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for() {
    let project = with_settings(b"");
    let path = project.folder.path().join("stages/prepare.yaml");
    fs::remove_file(&path).expect("the file is there");
    let made = std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo is there");
    assert!(made.success());
    assert_data_eq!(
        project.mistakes(),
        str![[r#"
error: `stages/prepare.yaml` can't be read: it is no regular file
--> stages/prepare.yaml
 |
help: put a file there that can be read

"#]]
    );
}

#[test]
fn a_symbolic_link_out_of_the_project_is_refused() {
    let outside = tempfile::tempdir().expect("a temporary folder can be made");
    fs::write(outside.path().join("text.txt"), "alpha").expect("a file can be written");
    let project = Project::of(
        "recount: 1\ntitle: Test\nstages:\n  - name: count\n    kind: command\n    run: cat\n    \
         inputs: [link/text.txt, file.txt]\n    outputs: [link/new/out.txt]\n",
    );
    let link = |target: &Path, name: &str| {
        std::os::unix::fs::symlink(target, project.folder.path().join(name)).expect("a link can be made");
    };
    link(outside.path(), "link");
    link(&outside.path().join("text.txt"), "file.txt");
    assert_data_eq!(
        project.mistakes(),
        str![[r#"
error: the path `link/text.txt` leads out of the project through a symbolic link
 --> pipeline.yaml:7:14
  |
7 |     inputs: [link/text.txt, file.txt]
  |              ^^^^^^^^^^^^^
  |
help: name a path inside the project

error: the path `file.txt` leads out of the project through a symbolic link
 --> pipeline.yaml:7:29
  |
7 |     inputs: [link/text.txt, file.txt]
  |                             ^^^^^^^^
  |
help: name a path inside the project

error: the path `link/new/out.txt` leads out of the project through a symbolic link
 --> pipeline.yaml:8:15
  |
8 |     outputs: [link/new/out.txt]
  |               ^^^^^^^^^^^^^^^^
  |
help: name a path inside the project

"#]]
    );
}

#[test]
fn a_link_to_nothing_is_reported_as_such_and_a_link_by_the_name_that_the_person_wrote() {
    let project = Project::of(
        "recount: 1\ntitle: Test\nstages:\n  - name: make\n    run: cp a.txt made/a.txt\n    \
         inputs: [a.txt]\n    outputs: [made/a.txt]\n  - name: read\n    run: cat\n    \
         inputs: [later.txt, alias/a.txt]\n    outputs: [out.txt]\n",
    );
    project.write("a.txt", b"alpha");
    fs::create_dir(project.folder.path().join("made")).expect("a folder can be made");
    for (target, name) in [("made/a.txt", "later.txt"), ("made", "alias")] {
        std::os::unix::fs::symlink(target, project.folder.path().join(name)).expect("a link can be made");
    }
    assert_data_eq!(
        project.mistakes(),
        str![[r#"
error: the path `later.txt` is or goes through a symbolic link to nothing
  --> pipeline.yaml:10:14
   |
10 |     inputs: [later.txt, alias/a.txt]
   |              ^^^^^^^^^
   |
help: name the file that the link is meant to lead to

error: stage `read` reads `made/a.txt` but doesn't wait for `make`, which writes it
  --> pipeline.yaml:10:25
   |
10 |     inputs: [later.txt, alias/a.txt]
   |                         ^^^^^^^^^^^
   |
help: add `make` to its `needs`

"#]]
    );
}

#[test]
fn a_path_of_thousands_of_slashes_is_too_long() {
    let project = Project::of(&format!(
        "recount: 1\ntitle: Test\nstages:\n  - name: make\n    run: date\n    outputs: [\"{{x}}{}a\"]\n",
        "/".repeat(3_000)
    ));
    let mistakes = project.mistakes();
    assert!(mistakes.contains("is longer than 3,000 bytes"), "{mistakes}");
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_no_mistake() {
    let project = with_settings(b"\xef\xbb\xbfparams:\r\n  source: synthetic\r\n");
    let pipeline = project.load().expect("this project has no mistake");
    assert_eq!(pipeline.stages[0].base.get("source").and_then(|it| it.as_text()), Some("synthetic"));
}

#[test]
fn a_mistake_after_windows_line_ends_and_letters_of_two_bytes_has_its_column() {
    let project = with_settings("# één\r\nparams: { source: \"é\", split_seed: -1 }\r\n".as_bytes());
    assert_data_eq!(
        project.mistakes(),
        str![[r#"
error: `source` must be `auto`, `smartwatch` or `synthetic`, not the text `é`
 --> stages/prepare.yaml:2:19
  |
2 | params: { source: "é", split_seed: -1 }
  |                   ^^^
  |
help: `source`: where the sequences come from; `auto` takes `smartwatch` where it can be had, else `synthetic`; the default is `auto`

error: `split_seed` must be a whole number, 0 or more, not `-1`
 --> stages/prepare.yaml:2:36
  |
2 | params: { source: "é", split_seed: -1 }
  |                                    ^^
  |
help: `split_seed`: the seed of the split into training and validation; the default is `42`

"#]]
    );
}

/// Files that are right, for texts that are nearly so.
const GOOD: &str = "recount: 1\ntitle: \"Test: één\"\nstages:\n  - name: train\n    kind: train\n    \
    each: [variant, seed]\n  - name: count\n    kind: command\n    each: { word: [alpha, 2] }\n    \
    run: |\n      grep {word} | cat\n    outputs: ['{word}.txt']\n    needs: [train]\n#=== stages/train.yaml\n\
    seeds: [1, 2]\nparams:\n  hidden: 32 # few\n  learning_rate: 1e-2\nvariants:\n  - { name: \"2.1\" }\n  \
    - name: \"2.2\"\n    from: \"2.1\"\n    epochs: 16\n#=== --set train[2.1].cell=lstm\n";

#[test]
fn the_good_files_of_the_next_tests_are_good() {
    assert_eq!(Project::of(GOOD).load().map(|pipeline| pipeline.stages.len()), Ok(2));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(pipeline in ".{0,80}", settings in "[-a-z:,#&*!|>'\"{}\\[\\] \t\r\né0-9.]{0,80}") {
        let project = with_settings(settings.as_bytes());
        let _ = project.load();
        project.write("pipeline.yaml", pipeline.as_bytes());
        let _ = project.load();
        project.write("pipeline.yaml", settings.as_bytes());
        let _ = project.load();
    }

    #[test]
    fn no_change_to_a_good_file_makes_it_panic(
        at in 0..GOOD.len(),
        length in 0..12_usize,
        other in "[-a-z:,#&*!|>'\"{}\\[\\]=% \t\r\né0-9.\u{85}\u{2028}]{0,6}",
    ) {
        let boundary = |at: usize| (at..=GOOD.len()).find(|at| GOOD.is_char_boundary(*at));
        let start = boundary(at).unwrap_or(GOOD.len());
        let end = boundary((at + length).min(GOOD.len())).unwrap_or(GOOD.len());
        let case = format!("{}{other}{}", &GOOD[..start], &GOOD[end.max(start)..]);
        // A change to a line that names a file may name one that can't be written.
        let named = ["\n#=== stages/train.yaml\n", "\n#=== --set ", "#==="].map(|line| case.matches(line).count());
        prop_assume!(named == [1, 1, 2]);
        let _ = Project::of(&case).load();
    }

    #[test]
    fn no_argument_makes_it_panic(argument in "(train)?(\\[(2.1)?\\]?)?\\.?(hidden)?=?.{0,12}") {
        let mut project = Project::of(GOOD);
        project.overrides = vec![argument];
        let _ = project.load();
    }
}
