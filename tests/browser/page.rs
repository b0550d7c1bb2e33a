//! A page from a file.

use std::path::Path;
use std::process::Command;

use snapbox::{assert_data_eq, str};

use crate::browser::Browser;
use crate::project::Project;

/// Clicks every number of the report; gives how many there are, how many did not answer, and the slowest click.
const CLICK_ALL: &str = r##"(() => {
    const links = [...document.querySelectorAll('#report a[href^="#n-"]')];
    const silent = [];
    let slowest = 0;
    for (const link of links) {
        const began = performance.now();
        link.click();
        const answer = document.getElementById("answer");
        document.getElementById("panel").getBoundingClientRect();
        slowest = Math.max(slowest, performance.now() - began);
        const asked = answer.querySelector(".asked");
        if (document.getElementById("panel").hidden || !asked || !answer.textContent.includes("is")) {
            silent.push(link.getAttribute("href"));
        }
    }
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    return { numbers: links.length, silent, slowest, closed: document.getElementById("panel").hidden };
})()"##;

/// Gives the least contrast of texts with what is behind them, by the formula of WCAG 2.
const LEAST_CONTRAST: &str = r##"(() => {
    const light = (colour) => {
        const parts = colour.match(/[\d.]+/g).map((it) => it / 255);
        const [r, g, b] = parts.map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = light(getComputedStyle(document.body).backgroundColor);
    const names = ["#report p", "#report a", ".note", "header p", ".stage span"];
    const texts = names.map((it) => document.querySelector(it)).filter(Boolean);
    const contrast = (it) => (Math.max(it, behind) + 0.05) / (Math.min(it, behind) + 0.05);
    return Math.min(...texts.map((it) => contrast(light(getComputedStyle(it).color))));
})()"##;

/// Makes the page of a project's one report and opens it.
pub fn open(browser: &mut Browser, project: &Path, page: &str) {
    let mut recount = Command::new(env!("CARGO_BIN_EXE_recount"));
    let made = recount.args(["--project".as_ref(), project.as_os_str(), "page".as_ref()]).output();
    assert!(made.is_ok_and(|made| made.status.success()), "there is a report");
    browser.open(&format!("file://{}", project.join(page).display()));
}

fn assert_quiet(browser: &mut Browser) {
    assert_eq!(browser.errors, [""; 0]);
    let outside = browser.requests.iter().filter(|it| !it.starts_with("file://") && !it.starts_with("data:"));
    let outside: Vec<&String> =
        outside.filter(|it| !it.starts_with("blob:") && *it != "about:blank").collect();
    assert!(outside.is_empty(), "{outside:?}");
}

/// The project that `init` writes, run.
pub fn bandit() -> Project {
    let project = Project::empty();
    project.run(&["init"]).done();
    project.run(&[]).done();
    project
}

#[test]
fn every_number_answers_on_a_click_and_nothing_leaves_the_machine() {
    let Some(mut browser) = Browser::start() else { return };
    let project = bandit();
    open(&mut browser, &project.path(""), "report.html");
    let clicked = browser.run(CLICK_ALL);
    assert_eq!(
        (&clicked["numbers"], clicked["silent"].as_array().map(Vec::len)),
        (&14.into(), Some(0)),
        "{clicked}"
    );
    assert_eq!(clicked["closed"], true, "{clicked}");
    browser.run("document.querySelector('#report a[href=\"#n-s2nji4\"]').click()");
    assert_data_eq!(
        browser
            .run("document.getElementById('answer').innerText.split('\\n').slice(0, 8).join('\\n')")
            .as_str()
            .unwrap_or_default(),
        str![[r#"
is
play[curious]/metrics.json#/best_share: mean and range over 3 repeats, fraction
printed
0.871 (0.812–0.905) · fixed(3)
printed
87 % (81–91 %) · percent(0)
exactly
0.8713333333333333
"#]]
    );
    assert_quiet(&mut browser);
}

#[test]
fn runs_are_sorted_filtered_and_taken_along() {
    let Some(mut browser) = Browser::start() else { return };
    let project = bandit();
    open(&mut browser, &project.path(""), "report.html");
    let rows = |browser: &mut Browser| {
        browser
            .run("[...document.querySelectorAll('.mode:not([hidden]) tbody tr:not([hidden])')].map((row) => row.cells[0].textContent + ' ' + row.cells[1].textContent).join(', ')")
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    browser.run("[...document.querySelectorAll('.controls button')].find((it) => it.textContent.includes('run'))?.click()");
    let before = rows(&mut browser);
    browser.run("document.querySelector('.mode:not([hidden]) thead th:nth-child(2) button').click()");
    browser.run("document.querySelector('.mode:not([hidden]) thead th:nth-child(2) button').click()");
    let sorted = rows(&mut browser);
    browser.run("(() => { const words = document.querySelector('.controls input'); words.value = 'curious'; words.dispatchEvent(new Event('input')); })()");
    let filtered = rows(&mut browser);
    assert_data_eq!(
        format!("{before}\n{sorted}\n{filtered}\n"),
        str![[r#"
greedy 1, greedy 2, greedy 3, curious 1, curious 2, curious 3
greedy 3, curious 3, greedy 2, curious 2, greedy 1, curious 1
curious 3, curious 2, curious 1

"#]]
    );
    assert_eq!(
        browser.run("document.querySelector('thead th[aria-sort]').getAttribute('aria-sort')"),
        "descending"
    );
    assert_quiet(&mut browser);
}

#[test]
fn a_page_is_read_on_a_phone_in_the_dark_and_on_paper() {
    let Some(mut browser) = Browser::start() else { return };
    let project = bandit();
    open(&mut browser, &project.path(""), "report.html");
    for (width, dark) in [(400, false), (400, true), (1400, false), (1400, true)] {
        browser.set_screen(width, dark);
        let wide = browser.run("document.documentElement.scrollWidth");
        assert!(wide.as_u64().is_some_and(|wide| wide <= u64::from(width)), "{wide} pixels on {width}");
        let least = browser.run(LEAST_CONTRAST).as_f64().unwrap_or(0.0);
        assert!(least >= 4.5, "a contrast of {least} on {width}, dark: {dark}");
    }
    let printed = browser.call("Page.printToPDF", serde_json::json!({}));
    assert!(printed["data"].as_str().is_some_and(|data| data.len() > 10_000), "there is a PDF");
    assert_quiet(&mut browser);
}

#[test]
fn without_its_script_a_number_leads_to_the_same_answer() {
    let Some(mut browser) = Browser::start() else { return };
    let project = bandit();
    browser.call("Emulation.setScriptExecutionDisabled", serde_json::json!({ "value": true }));
    open(&mut browser, &project.path(""), "report.html");
    assert_eq!(
        browser.run("[...document.querySelectorAll('#report a[href^=\"#n-\"]')].every((it) => document.getElementById(it.hash.slice(1)))"),
        true
    );
    assert_quiet(&mut browser);
}

/// Copies files of the repository into a folder.
fn copy(from: &str, to: &Path, names: &[&str]) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(from);
    for name in names {
        let copied = Command::new("cp").arg("-r").arg(from.join(name)).arg(to).status();
        assert!(copied.is_ok_and(|copied| copied.success()), "{name} can be copied");
    }
}

/// Asserts that all numbers of a page answer; gives how many there are.
#[expect(clippy::print_stderr, reason = "how long a click took is for whoever measures, and decides nothing")]
fn assert_all_answer(browser: &mut Browser, project: &Path, page: &str) -> u64 {
    open(browser, project, page);
    let clicked = browser.run(CLICK_ALL);
    assert_eq!(clicked["silent"].as_array().map(Vec::len), Some(0), "{clicked}");
    // A browser without a window paints when it is asked for a picture.
    browser.call("Page.captureScreenshot", serde_json::json!({}));
    let paint = browser.run("performance.getEntriesByName('first-paint')[0]?.startTime");
    let size = std::fs::metadata(project.join(page)).map_or(0, |file| file.len());
    eprintln!("{page}: {size} bytes, first paint after {paint} ms, slowest click {} ms", clicked["slowest"]);
    assert_quiet(browser);
    clicked["numbers"].as_u64().unwrap_or(0)
}

#[test]
#[ignore = "all examples are run first; .ci/long does it"]
fn all_numbers_of_the_examples_answer() {
    let Some(mut browser) = Browser::start() else { return };
    for (example, page) in
        [("licences", "report.html"), ("nile", "out/report.html"), ("penguins", "report.html")]
    {
        let project = Project::empty();
        copy("examples", &project.path(""), &[example]);
        let folder = project.path(example);
        let run = Command::new(env!("CARGO_BIN_EXE_recount")).arg("--project").arg(&folder).output();
        assert!(run.is_ok_and(|run| run.status.success()), "{example} runs");
        assert!(assert_all_answer(&mut browser, &folder, page) >= 20, "{example}");
    }
}

#[cfg(feature = "lab")]
#[test]
#[ignore = "its page has some hundred numbers; .ci/long clicks them all"]
fn all_numbers_of_week_3_answer_in_a_clone_without_its_runs() {
    let Some(mut browser) = Browser::start() else { return };
    let project = Project::empty();
    copy("", &project.path(""), &["report", "stages", "pipeline.yaml", "pipeline.lock"]);
    assert!(assert_all_answer(&mut browser, &project.path(""), "report/week-3.html") > 700);
}
