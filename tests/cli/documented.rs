//! The console blocks of `docs/commands.md`, run one after the other in one project.

use std::fs;
use std::path::Path;

use snapbox::assert_data_eq;

use crate::project::{Project, said};

#[test]
fn what_the_page_shows_is_what_the_program_prints() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md");
    let page = fs::read_to_string(page).expect("the page can be read");
    let project = Project::empty();
    fs::create_dir(project.path("bin")).expect("a folder can be made");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_recount"), project.path("bin/recount"))
        .expect("it can be linked");
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", project.path("bin").display());
    let mut tried = 0;
    for block in page.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        for shown in format!("\n{block}").split("\n$ ").skip(1) {
            // A command that prints nothing stands right above the next one.
            let (line, prints) = shown.split_once('\n').unwrap_or((shown, ""));
            let mut shell = std::process::Command::new("sh");
            let together = format!("exec 2>&1; {line}");
            let shell = shell.args(["-c", &together]).current_dir(project.path("")).env_clear();
            let said = said(shell.env("PATH", &path).env("HOME", project.path("home")));
            let prints = prints.trim_end_matches('\n');
            let end = if prints.is_empty() { "" } else { "\n" };
            assert_data_eq!(said.out, format!("{prints}{end}"));
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried} commands were tried");
}
