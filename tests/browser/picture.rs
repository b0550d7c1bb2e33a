//! The README's picture of a page.

use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest as _, Sha256};
use snapbox::{Data, assert_data_eq};

use crate::browser::Browser;
use crate::page::{bandit, open};

/// Gives what decides how a page of one report looks: its style, its script and the report.
fn looks(page: &str) -> String {
    let part = |from: &str, to: &str| {
        let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("the page has `{from}`"));
        rest.split_once(to).map_or("", |(part, _)| part).to_owned()
    };
    [part("<style>", "</style>"), part("<article", "</article>"), part("<script>", "</script>")].concat()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "snapshots of tests go by this variable")]
fn the_picture_in_the_readme_is_of_the_present_page() {
    let Some(mut browser) = Browser::start() else { return };
    let project = bandit();
    open(&mut browser, &project.path(""), "report.html");
    let digest = Sha256::digest(looks(&project.read("report.html")));
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    // `SNAPSHOTS=overwrite` takes the picture anew where the page looks otherwise by now.
    if std::env::var_os("SNAPSHOTS").is_some_and(|it| it == "overwrite") {
        browser.set_screen(1200, false);
        browser.run("document.querySelector('#report a[href=\"#n-s2nji4\"]').click()");
        let picture = browser.call("Page.captureScreenshot", serde_json::json!({}));
        let picture = BASE64_STANDARD.decode(picture["data"].as_str().unwrap_or_default());
        std::fs::write(docs.join("page.png"), picture.expect("it is base 64")).expect("it can be written");
    }
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_data_eq!(
        digest + "  the page that page.png shows\n",
        Data::read_from(&docs.join("page.sha256"), None)
    );
}
