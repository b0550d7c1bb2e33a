//! The pages of `docs`: their blocks, one after the other in one project each.
//!
//! ```` ```console ```` are commands and what they print, ```` ```LANGUAGE PATH ```` is a file, and with ` +` behind it the end of one.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use snapbox::{IntoData as _, assert_data_eq, str};

use crate::gc::git;
use crate::project::{Project, run_to_end};

/// Where programs are found besides the project's own `bin`.
const SYSTEM_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Goes through a page; gives how many commands were tried.
fn follow(page: &str) -> usize {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let page = fs::read_to_string(page).expect("the page can be read");
    let project = Project::empty();
    fs::create_dir(project.path("bin")).expect("a folder can be made");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_recount"), project.path("bin/recount"))
        .expect("it can be linked");
    let mut tried = 0;
    let mut rest = page.as_str();
    while let Some((_, fence)) = rest.split_once("\n```") {
        let (info, fence) = fence.split_once('\n').expect("a fence has a line of its own");
        let (block, after) = fence.split_once("```").expect("a block ends");
        rest = after;
        match info.split(' ').collect::<Vec<_>>().as_slice() {
            ["console"] => tried += run(&project, block),
            [_, path] => write(&project.path(path), block, false),
            [_, path, "+"] => write(&project.path(path), block, true),
            _ => {}
        }
    }
    tried
}

fn write(path: &Path, text: &str, at_end: bool) {
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder can be made");
    let file = File::options().create(true).write(true).append(at_end).truncate(!at_end).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).expect("a file can be written");
}

/// Runs the commands of a block, and asserts that each prints what is shown; gives how many there are.
fn run(project: &Project, block: &str) -> usize {
    let path = format!("{}:{SYSTEM_PATH}", project.path("bin").display());
    let mut tried = 0;
    for shown in format!("\n{block}").split("\n$ ").skip(1) {
        // A command that prints nothing is right above the next one.
        let (line, prints) = shown.split_once('\n').unwrap_or((shown, ""));
        let mut shell = std::process::Command::new("sh");
        let together = format!("exec 2>&1; {line}");
        let shell = shell.args(["-c", &together]).current_dir(project.path("")).env_clear();
        let result = run_to_end(shell.env("PATH", &path).env("HOME", project.path("home")));
        let prints = prints.trim_end_matches('\n');
        let end = if prints.is_empty() { "" } else { "\n" };
        assert_data_eq!(result.out, format!("{prints}{end}"));
        tried += 1;
    }
    tried
}

#[test]
fn what_the_page_of_commands_shows_is_what_the_program_prints() {
    let tried = follow("docs/commands.md");
    assert!(tried > 10, "{tried} commands were tried");
}

/// Says whether there is a Python; where there is none, also that a test is skipped.
#[expect(clippy::print_stderr, reason = "a test that was skipped must not look like one that passed")]
fn has_python() -> bool {
    let found =
        std::process::Command::new("python3").arg("--version").env("PATH", SYSTEM_PATH).output().is_ok();
    if !found {
        eprintln!("skipped: there is no `python3`");
    }
    found
}

#[test]
fn who_follows_the_guide_gets_what_it_shows() {
    if has_python() {
        let tried = follow("docs/guide.md");
        assert!(tried > 10, "{tried} commands were tried");
    }
}

#[test]
fn the_first_run_of_what_init_writes_ends_in_a_report_whose_numbers_answer() {
    if !has_python() {
        return;
    }
    let project = Project::empty();
    project.run(&["init"]).done();
    let first = project.run(&[]).done();
    assert_eq!(first.ran().len(), 8);
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"));
    let readme = readme.expect("the page can be read");
    let results = first.out.split("ran 8").next().expect("it ends with the counts");
    assert!(readme.contains(results), "the README lacks:\n{results}");
    let answer = project.run(&["audit", "0.871"]).done().out;
    let head: Vec<&str> = answer.lines().take(9).collect();
    assert!(readme.contains(&head.join("\n")), "the README lacks:\n{}", head.join("\n"));
    let report = project.read("report.md");
    let (text, _) = report.split_once("\n[cdmbcs]: ").expect("its links are at its end");
    assert_data_eq!(text, str![[r#"
# Does exploring pay?

Ten slot machines pay differently, and a player does not know how. The greedy one keeps to what paid best so far; the curious one tries one at random in
[10 %][pyq2wg] of the [1000][wle66r] pulls. Each played [3][eelskl] times, with other machines.

So few games do not say whether exploring pays: curious wins [1.64 (1.24–2.01)][mjeirv] a pull, greedy [1.65 (1.24–2.27)][cdmbcs].

| variant | explore | payout | best share |
| --- | --: | --: | --: |
| greedy | [0][xburkk] | [1.65 (1.24–2.27)][cdmbcs] | [0.666 (0.000–1.000)][q7nsc4] |
| curious | [0.1][dp2ikn] | [1.64 (1.24–2.01)][mjeirv] | [0.871 (0.812–0.905)][s2nji4] |

![payout](plots/payout.svg)

The curious player pulls the best machine [87 % (81–91 %)][vlplws] of the time.

## What was expected

| Claim | Verdict | Measured |
| --- | --- | --- |
| whoever explores wins more | ? (not clearly different) | [1.64 (1.24–2.01)][mjeirv] against [1.65 (1.24–2.27)][cdmbcs] |

"#]].raw());
    assert_data_eq!(
        project.run(&["audit", "--check"]).done().out,
        str![[r#"
all agrees · 1 report · 10 numbers · 5 files made again, byte by byte

"#]]
    );
    git(&project, &["init", "--quiet"]);
    let mut status = std::process::Command::new("git");
    let untracked = run_to_end(status.args(["status", "--short"]).current_dir(project.path(""))).done().out;
    assert_data_eq!(
        untracked,
        str![[r#"
?? .gitignore
?? claims.yaml
?? pipeline.lock
?? pipeline.yaml
?? plots/
?? report.audit.json
?? report.audit.md
?? report.md
?? report.md.j2
?? schemas/
?? src/

"#]]
    );
}
