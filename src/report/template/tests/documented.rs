//! `docs/templates.md`: each of its blocks with what it prints, or why it is refused.

use std::path::Path;

use snapbox::{Data, assert_data_eq};

use super::*;
use crate::test_project::PIPELINE;

/// Gives a block's report without references, or every mistake in it.
fn outcome(template: &str) -> String {
    let inputs = inputs(template);
    let found = mistakes(&inputs);
    if found.is_empty() { words(template) } else { found.render(false) }
}

/// Gives what is wrong with a template: what the check finds, and else what rendering does.
fn mistakes(inputs: &ReportInputs) -> Diagnostics {
    let found = checked(inputs);
    if !found.is_empty() {
        return found;
    }
    render(inputs).map_or_else(|refused| refused.diagnostics, |_| Diagnostics::default())
}

/// Gives a file of the project, as the page shows it.
fn file(path: &str) -> Option<&'static str> {
    let files = [
        ("pipeline.yaml", PIPELINE),
        ("claims.yaml", CLAIMS),
        ("notes/source.yaml", DATA),
        ("birds.csv", MEASURED),
    ];
    files.into_iter().find(|(name, _)| *name == path).map(|(_, text)| text)
}

#[test]
fn the_reference_of_the_language_shows_what_its_examples_print() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/templates.md");
    let page = std::fs::read_to_string(&path).expect("the page is there");
    let (mut made, mut example, mut tried) = (String::new(), None, 0);
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        made.push_str(&format!("{line}\n"));
        let Some(info) = line.strip_prefix("```") else { continue };
        let written: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let mut block = written.join("\n");
        if info == "jinja" {
            example = Some(block.clone());
        } else if let (Some(template), "text") = (example.take(), info) {
            block = outcome(&template);
            tried += 1;
        } else if let Some(text) = info.split_once(' ').and_then(|(_, path)| file(path)) {
            block = text.to_owned();
        }
        made.push_str(&format!("{}\n```\n", block.trim_matches('\n')));
    }
    assert!(tried > 10, "{tried} examples were tried");
    assert_data_eq!(made, Data::read_from(&path, None).raw());
}
