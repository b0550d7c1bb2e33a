//! A real browser without a window, driven by its DevTools protocol over one socket.
//!
//! Source: <https://chromedevtools.github.io/devtools-protocol/>. Sessions are flat: each message names its own.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

/// Names that a Chromium is installed under.
const PROGRAMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

#[expect(clippy::disallowed_methods, reason = "what never comes is waited for no longer than said")]
pub fn now() -> Instant {
    Instant::now()
}

/// A browser with one page.
pub struct Browser {
    process: Child,
    socket: WebSocket<TcpStream>,
    session: String,
    next: u64,
    /// The addresses that pages have asked for.
    pub requests: Vec<String>,
    /// Errors of scripts, of the console and of a page's policy.
    pub errors: Vec<String>,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts one; where there is none, says that a test is skipped, and gives `None`.
    #[expect(clippy::print_stderr, reason = "a test that was skipped must not look like one that passed")]
    pub fn start() -> Option<Self> {
        let profile = tempfile::tempdir().expect("a temporary folder can be made");
        let started = PROGRAMS.iter().find_map(|program| {
            let mut command = Command::new(program);
            command.args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--hide-scrollbars",
            ]);
            command.args([
                "--disable-background-networking",
                "--disable-component-update",
                "--remote-debugging-port=0",
            ]);
            command.arg(format!("--user-data-dir={}", profile.path().display())).arg("about:blank");
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().ok()
        });
        let Some(mut process) = started else {
            eprintln!("skipped: there is no `chromium`");
            return None;
        };
        let mut lines = BufReader::new(process.stderr.take().expect("it is piped")).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("DevTools listening on ").map(str::to_owned))
            .expect("the browser says where it listens");
        // What it prints later is read, so that it never waits for that.
        std::thread::spawn(move || lines.for_each(drop));
        let port =
            address.strip_prefix("ws://").and_then(|rest| rest.split('/').next()).expect("it is on a port");
        let stream = TcpStream::connect(port).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket takes a limit");
        let (socket, _) = tungstenite::client(address, stream).expect("it speaks the protocol");
        let mut browser = Self {
            process,
            socket,
            session: String::new(),
            next: 0,
            requests: Vec::new(),
            errors: Vec::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached =
            browser.call("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        browser.session = attached["sessionId"].as_str().expect("a session has a name").to_owned();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        Some(browser)
    }

    /// Sends one command and gives its result.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let mut message = json!({ "id": self.next, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = self.session.clone().into();
        }
        self.socket.send(Message::text(message.to_string())).expect("the browser listens");
        loop {
            let message = self.receive();
            if message["id"] == self.next {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.take(&message);
        }
    }

    fn receive(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.socket.read().expect("the browser answers") {
                return serde_json::from_str(&text).expect("messages are JSON");
            }
        }
    }

    fn take(&mut self, event: &Value) {
        let params = &event["params"];
        match event["method"].as_str() {
            Some("Network.requestWillBeSent") => {
                self.requests.push(params["request"]["url"].as_str().unwrap_or_default().to_owned());
            }
            Some("Runtime.exceptionThrown") => self.errors.push(params["exceptionDetails"].to_string()),
            Some("Log.entryAdded") if params["entry"]["level"] == "error" => {
                self.errors.push(params["entry"]["text"].to_string());
            }
            Some("Runtime.consoleAPICalled") if params["type"] == "error" => {
                self.errors.push(params["args"].to_string());
            }
            _ => {}
        }
    }

    /// Opens an address and waits until it is loaded.
    pub fn open(&mut self, address: &str) {
        self.call("Page.navigate", json!({ "url": address }));
        let began = now();
        let is_there =
            format!("document.readyState === 'complete' && decodeURI(location.href) === {address:?}");
        while self.run(&is_there) != true {
            assert!(began.elapsed() < PATIENCE, "{address} does not load");
        }
    }

    /// Evaluates an expression in the page, after which a promise is kept.
    pub fn run(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let result = self.call("Runtime.evaluate", params);
        assert!(result["exceptionDetails"].is_null(), "{expression}: {}", result["exceptionDetails"]);
        result["result"]["value"].clone()
    }

    /// Waits until an expression is true in the page.
    #[track_caller]
    pub fn wait_for(&mut self, expression: &str) {
        let began = now();
        while self.run(expression) != true {
            assert!(began.elapsed() < PATIENCE, "never so: {expression}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Sets the width of the window, and whether the person likes it dark.
    pub fn set_screen(&mut self, width: u32, dark: bool) {
        let screen = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", screen);
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.call("Emulation.setEmulatedMedia", features);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
