//! `recount serve`: whom it answers, and that no edit is missed.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use snapbox::{assert_data_eq, str};

use crate::project::Project;
use crate::served::Served;

/// A report on the values of one file.
const PIPELINE: &str = "\
recount: 1
title: Apples
stages:
  - { name: weigh, run: \"echo '{{\\\"grams\\\": 180}}' > {out}/m.json\", out: runs, measures: { grams: \"m.json#/grams\" } }
  - { name: report, kind: render, template: report.md.j2, output: report.md }
";

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// A served project, asked without a browser.
struct Site {
    /// Until the test ends.
    _served: Served,
    port: String,
    token: String,
}

impl Site {
    fn start(project: &Project) -> Self {
        let served = Served::start(project, &[]);
        let address = served.address.strip_prefix("http://127.0.0.1:").expect("it is on this machine");
        let (port, token) = address.trim_end_matches('/').split_once('/').expect("a token follows the port");
        let (port, token) = (port.to_owned(), token.to_owned());
        Self { _served: served, port, token }
    }

    /// Sends a request with its own `Host`, and gives the whole answer.
    fn ask(&self, method: &str, path: &str, host: &str, more: &str) -> String {
        let mut stream = TcpStream::connect(format!("127.0.0.1:{}", self.port)).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket takes a limit");
        let host = host.replace("PORT", &self.port);
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n")
            .expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str) -> String {
        self.ask("GET", &format!("/{}/{path}", self.token), "127.0.0.1:PORT", "")
    }

    /// Waits until the view, or the page, has a text.
    #[track_caller]
    fn wait_for(&self, path: &str, text: &str) {
        #[expect(clippy::disallowed_methods, reason = "what never comes is waited for no longer than said")]
        let began = Instant::now();
        let mut last = self.get(path);
        while !last.contains(text) {
            assert!(began.elapsed() < PATIENCE, "{path} never has `{text}`:\n{last}\n{}", self.get("view"));
            std::thread::sleep(Duration::from_millis(5));
            last = self.get(path);
        }
    }
}

fn apples() -> Project {
    let project = Project::empty();
    project
        .write("pipeline.yaml", PIPELINE)
        .write("report.md.j2", "They weigh {{ weigh.grams | whole }} g.\n");
    project
}

#[test]
fn only_a_browser_of_this_machine_that_knows_the_address_is_answered() {
    let served = Site::start(&apples());
    let own = format!("/{}/", served.token);
    let cases = [
        ("GET", own.as_str(), "127.0.0.1:PORT", ""),
        ("HEAD", own.as_str(), "localhost:PORT", "Sec-Fetch-Site: none\r\n"),
        ("GET", own.as_str(), "attacker.example:PORT", ""),
        ("GET", own.as_str(), "127.0.0.1", ""),
        ("GET", own.as_str(), "127.0.0.1:PORT", "Origin: http://attacker.example\r\n"),
        ("GET", own.as_str(), "127.0.0.1:PORT", "Origin: null\r\n"),
        ("GET", own.as_str(), "127.0.0.1:PORT", "Sec-Fetch-Site: cross-site\r\n"),
        ("POST", own.as_str(), "127.0.0.1:PORT", "Content-Length: 0\r\n"),
        ("GET", "/", "127.0.0.1:PORT", ""),
        ("GET", "/00000000000000000000000000000000/", "127.0.0.1:PORT", ""),
    ];
    let mut answers = String::new();
    for (method, path, host, more) in cases {
        let answer = served.ask(method, path, host, more);
        let (head, body) = answer.split_once("\r\n\r\n").expect("it has a head");
        let (status, last) =
            (head.lines().next().unwrap_or_default(), body.lines().last().unwrap_or_default());
        answers += &format!("{method} {host} {}{status} · {last}\n", more.replace("\r\n", " "));
    }
    assert_data_eq!(
        answers,
        str![[r#"
GET 127.0.0.1:PORT HTTP/1.1 200 OK · </html>
HEAD localhost:PORT Sec-Fetch-Site: none HTTP/1.1 200 OK · 
GET attacker.example:PORT HTTP/1.1 403 Forbidden · this page is for browsers on the machine that it is served from
GET 127.0.0.1 HTTP/1.1 403 Forbidden · this page is for browsers on the machine that it is served from
GET 127.0.0.1:PORT Origin: http://attacker.example HTTP/1.1 403 Forbidden · this page is for browsers on the machine that it is served from
GET 127.0.0.1:PORT Origin: null HTTP/1.1 403 Forbidden · this page is for browsers on the machine that it is served from
GET 127.0.0.1:PORT Sec-Fetch-Site: cross-site HTTP/1.1 403 Forbidden · this page is for browsers on the machine that it is served from
POST 127.0.0.1:PORT Content-Length: 0 HTTP/1.1 405 Method Not Allowed · a request changes nothing here
GET 127.0.0.1:PORT HTTP/1.1 404 Not Found · there is nothing here: the address is the one that `recount serve` printed
GET 127.0.0.1:PORT HTTP/1.1 404 Not Found · there is nothing here: the address is the one that `recount serve` printed

"#]]
    );
    for path in ["page/7", "page/-1", "../pipeline.yaml", "page/0/../../etc/passwd", "view/1"] {
        assert!(served.get(path).starts_with("HTTP/1.1 404 "), "{path}");
    }
}

#[test]
fn an_edit_makes_the_page_anew_and_a_mistake_leaves_the_last_one() {
    let project = apples();
    let served = Site::start(&project);
    served.wait_for("page/0", "180");
    project.edit("pipeline.yaml", "180", "190");
    served.wait_for("page/0", "190");
    project.write("report.md.j2", "They weigh 200 g.\n");
    served.wait_for("view", "`200 g` is a number without a source");
    assert!(served.get("page/0").contains("190"));
    project
        .edit("pipeline.yaml", "echo", "exit 3; echo")
        .write("report.md.j2", "{{ weigh.grams | whole }}\n");
    served.wait_for("view", "it ended with exit code 3");
}

#[test]
#[ignore = "a thousand edits; .ci/long makes them"]
fn after_any_of_a_thousand_edits_the_page_is_that_of_the_template() {
    let project = apples();
    let served = Site::start(&project);
    let mut number: u64 = 2026;
    for edit in 0..1000 {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let word: String =
            format!("{edit:04}").bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
        match number >> 61 {
            0 => {
                project.write("report.md.j2", &format!("Edit {word} {{{{ weigh.grms | whole }}}}\n"));
                served.wait_for("view", "grms");
            }
            1 => {
                project.write("report.md.j2", &format!("Edit {word} {{% if"));
                served.wait_for("view", "unexpected");
            }
            2 => {
                std::fs::remove_file(project.path("report.md.j2")).ok();
                served.wait_for("view", "it is not there");
            }
            kind => {
                // Some edits follow at once on others.
                if kind == 3 {
                    project.write("report.md.j2", "{{ ");
                }
                project.write("report.md.j2", &format!("Edit {word}: {{{{ weigh.grams | whole }}}} g\n"));
                served.wait_for("page/0", &word);
            }
        }
    }
}
