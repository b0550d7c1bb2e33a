//! Random histories of edits: a run that remembers does whatever one that looks anew does, and leaves what
//! a run in a fresh folder leaves.

use std::fs;

use walkdir::WalkDir;

use crate::project::{CommandResult, Project};

/// How many histories are tried, and of how many edits each.
const HISTORIES: u64 = 24;
const EDITS: usize = 10;

const PIPELINE: &str = "\
recount: 1
title: histories
stages:
  - name: first # of all
    kind: command
    run: cat data/*.txt > out/first.txt
    inputs: [data]
    outputs: [out/first.txt]
  - { name: second, kind: command, run: cp text.txt out/second.txt, inputs: [text.txt], outputs: [out/second.txt] }

  - name: each
    kind: command
    each: { i: [one, two] }
    needs: [first]
    run: |-
      tr a-z A-Z < out/first.txt > out/each-{i}.txt
      echo {i} >> out/each-{i}.txt
    outputs: [\"out/each-{i}.txt\"]
  - name: last
    kind: command
    needs: [each, second]
    run: cat out/each-one.txt out/each-two.txt out/second.txt > all.txt
    outputs: [all.txt]
";

/// A generator of small numbers, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // A step of PCG's generator; its upper bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.roll(texts.len())]
    }
}

/// One edit, made alike in several projects.
enum Edit {
    Write(&'static str, String),
    Replace(&'static str, &'static str, String),
    Remove(&'static str),
}

impl Edit {
    fn draw(dice: &mut Dice) -> Self {
        let word = dice.pick(&["alpha", "beta", "gamma", "delta"]).to_owned();
        match dice.roll(14) {
            0 => Self::Write("text.txt", word),
            1 => Self::Write("data/a.txt", word),
            2 => Self::Write("data/new.txt", word),
            3 => Self::Remove("data/new.txt"),
            4 => Self::Remove(dice.pick(&["out/first.txt", "out/second.txt", "out/each-one.txt", "all.txt"])),
            5 => Self::Write(dice.pick(&["out/second.txt", "out/each-two.txt", "all.txt"]), word),
            6 => Self::Replace("pipeline.yaml", "tr a-z A-Z", format!("sed s/a/{word}/")),
            7 => Self::Replace("pipeline.yaml", "cp text.txt", format!("echo {word}; cp text.txt")),
            8 => Self::Replace(
                "pipeline.yaml",
                "cat out/each-one.txt",
                format!("echo {word}; cat out/each-one.txt"),
            ),
            9 => Self::Replace("pipeline.yaml", "# of all", format!("# {word}\n    # and more")),
            10 => Self::Write("pipeline.yaml", PIPELINE.to_owned()),
            11 => Self::Replace("pipeline.yaml", "[one, two]", format!("[one, two, {word}]")),
            12 => Self::Replace("pipeline.yaml", "name: second", "name: \"second".to_owned()),
            _ => Self::Remove(dice.pick(&["text.txt", "pipeline.lock", "data/a.txt"])),
        }
    }

    fn make(&self, project: &Project) {
        match self {
            Self::Write(file, text) => drop(project.write(file, text)),
            Self::Replace(file, old, new) => {
                let text = project.read(file).replacen(old, new, 1);
                project.write(file, &text);
            }
            Self::Remove(file) => drop(fs::remove_file(project.path(file))),
        }
    }
}

fn project() -> Project {
    let project = Project::empty();
    project.write("pipeline.yaml", PIPELINE).write("text.txt", "text").write("data/a.txt", "a");
    fs::create_dir(project.path("out")).expect("it can be made");
    project
}

/// Every file of a project but those of its store.
fn files(project: &Project) -> Vec<(String, String)> {
    let root = project.path("");
    let walk = WalkDir::new(&root).sort_by_file_name().into_iter();
    let walk = walk.filter_entry(|entry| entry.file_name() != "artifacts").flatten();
    let files = walk.filter(|entry| entry.file_type().is_file());
    let name = |path: &std::path::Path| path.strip_prefix(&root).unwrap_or(path).display().to_string();
    files
        .map(|entry| (name(entry.path()), fs::read_to_string(entry.path()).expect("it can be read")))
        .collect()
}

/// What a run says, without how long it took.
fn without_times(result: &CommandResult) -> (Option<i32>, Vec<String>, String, String) {
    let ran = result.ran().into_iter().map(str::to_owned).collect();
    let out = result.out.lines().map(|line| line.rsplit_once(" · ").map_or(line, |(before, _)| before));
    let mistakes: Vec<&str> = result.err.lines().skip_while(|line| !line.starts_with("error")).collect();
    (result.code, ran, out.collect::<Vec<_>>().join("\n"), mistakes.join("\n"))
}

#[test]
fn a_run_that_remembers_does_what_one_that_looks_anew_does() {
    for seed in 0..HISTORIES {
        let mut dice = Dice(seed);
        let [remembers, forgets] = [project(), project()];
        for step in 0..EDITS {
            let edits: Vec<Edit> = (0..=dice.roll(2)).map(|_| Edit::draw(&mut dice)).collect();
            for edit in &edits {
                edit.make(&remembers);
                edit.make(&forgets);
            }
            let at = format!("history {seed}, step {step}");
            let forget = || drop(fs::remove_file(forgets.path("artifacts/v2/snapshot")));
            let mut code = None;
            for words in [&["status"][..], &["run", "-j1"], &["status"], &["why", "last"]] {
                forget();
                let [one, other] = [remembers.run(words), forgets.run(words)];
                assert_eq!(
                    without_times(&one),
                    without_times(&other),
                    "{at}, {words:?}: {}",
                    remembers.read("pipeline.yaml")
                );
                if words[0] == "run" {
                    code = one.code;
                }
            }
            assert_eq!(files(&remembers), files(&forgets), "{at}");
            if code == Some(0) {
                let fresh = project();
                for name in ["pipeline.yaml", "text.txt", "data/a.txt", "data/new.txt"] {
                    match fs::read_to_string(remembers.path(name)) {
                        Ok(text) => drop(fresh.write(name, &text)),
                        Err(_) => drop(fs::remove_file(fresh.path(name))),
                    }
                }
                fresh.run(&["run"]).done();
                let all = |project: &Project| project.read("all.txt");
                assert_eq!(all(&remembers), all(&fresh), "{at}");
            }
        }
    }
}
