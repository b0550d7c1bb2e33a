//! A page that is served live.

use snapbox::{assert_data_eq, str};

use crate::browser::{Browser, now};
use crate::project::Project;
use crate::served::Served;

/// Says whether the page in the frame has a text.
fn has(text: &str) -> String {
    format!("!!document.getElementById('page').contentDocument?.body?.innerText.includes({text:?})")
}

#[test]
#[expect(clippy::print_stderr, reason = "how long it took is for whoever measures, and decides nothing")]
fn a_template_that_is_saved_is_seen_and_a_broken_one_is_shown_with_its_place() {
    let Some(mut browser) = Browser::start() else { return };
    let project = Project::empty();
    project.run(&["init"]).done();
    let served = Served::start(&project, &[]);
    browser.open(&served.address);
    browser.wait_for(&has("Does exploring pay?"));
    let template = project.read("report.md.j2");
    let began = now();
    project.write("report.md.j2", &format!("{template}\nTwice as many would be better.\n"));
    browser.wait_for(&has("Twice as many would be better."));
    eprintln!("from the save of a template to its text: {} ms", began.elapsed().as_millis());
    project.write("report.md.j2", &format!("{template}\nIt won 42 times.\n"));
    browser.wait_for("!document.getElementById('problem').hidden");
    assert_data_eq!(
        browser.run("document.getElementById('problem').innerText").as_str().unwrap_or_default(),
        str![[r#"
error: `42` is a number without a source
  --> report.md.j2:21:8
   |
21 | It won 42 times.
   |        ^^
   |
help: cite it: `{{ STAGE.MEASURE | fixed(3) }}`; or say whose it is: `{{ "42" | stated("the assignment") }}`; or, if it is part of a name, list that under `terms:`
"#]]
    );
    browser.wait_for(&has("Twice as many would be better."));
    project.write("report.md.j2", &template);
    browser.wait_for("document.getElementById('problem').hidden");
    project.edit("pipeline.yaml", "explore: 0.1", "explore: 0.5");
    browser.wait_for(&has("50 %"));
    project.edit("src/play.py", "import sys", "import sys\nsys.exit('no luck')");
    browser.wait_for("document.getElementById('failures').innerText.includes('no luck')");
    assert_eq!(browser.errors, [""; 0]);
    let outside: Vec<&String> = browser
        .requests
        .iter()
        .filter(|it| !it.starts_with(&served.address) && *it != "about:blank")
        .collect();
    assert!(outside.is_empty(), "{outside:?}");
}

#[test]
fn without_runs_only_the_report_is_made_anew() {
    let Some(mut browser) = Browser::start() else { return };
    let project = Project::empty();
    project.run(&["init"]).done();
    project.run(&[]).done();
    let served = Served::start(&project, &["--no-run"]);
    browser.open(&served.address);
    browser.wait_for(&has("10 %"));
    let template = project.read("report.md.j2");
    project.write("report.md.j2", &format!("{template}\nSo much for that.\n"));
    browser.wait_for(&has("So much for that."));
    project.edit("pipeline.yaml", "explore: 0.1", "explore: 0.5");
    browser.wait_for(
        "document.getElementById('state').innerText.startsWith('stale 3, which `--no-run` leaves so')",
    );
    assert!(project.read("report.md").contains("10 %"));
}
