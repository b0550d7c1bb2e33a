//! The console blocks of the README and of the page of this pipeline, run as they are there.

use std::fs;
use std::path::Path;

use crate::project::Project;
use snapbox::assert_data_eq;

/// One command of a console block and what the block says it prints.
struct Shown {
    command: String,
    prints: String,
}

fn read(page: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).expect("the page can be read")
}

fn shown(page: &str) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            inside = line.trim() == "```console";
        } else if inside && let Some(command) = line.strip_prefix("$ ") {
            shown.push(Shown { command: command.to_owned(), prints: String::new() });
        } else if inside && let Some(last) = shown.last_mut() {
            last.prints.push_str(line);
            last.prints.push('\n');
        }
    }
    shown
}

#[test]
fn what_the_page_of_the_pipeline_shows_is_what_the_program_prints() {
    let project = Project::new();
    let mut tried = 0;
    for Shown { command, prints } in shown(&read("docs/week-3.md")) {
        let Some(words) = command.strip_prefix("recount ") else { continue };
        let words: Vec<&str> = words.split(' ').collect();
        assert_data_eq!(project.run(&words).printed, prints);
        tried += 1;
    }
    assert!(tried > 0, "no console block names recount");
}

#[test]
fn setting_up_takes_two_commands() {
    let readme = read("README.md");
    let commands = shown(&readme);
    let set_up =
        commands.iter().map(|shown| shown.command.as_str()).filter(|command| !command.contains("recount"));
    let set_up: Vec<&str> = set_up.filter(|command| !command.contains("--set")).collect();
    assert_eq!(set_up, ["cargo run --release", "cargo test --release"]);
}
