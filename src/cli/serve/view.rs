//! What a browser is shown: the pages, what runs, what failed, and what is wrong.
//!
//! Invariants
//! - Every change raises the version, and a page's own version only when its bytes change.

use std::sync::Arc;

use recount_engine::{Event, Observer};
use serde::Serialize;
use tokio::sync::watch;

use crate::print;

/// The most failures that are shown, each with the end of its log.
const MAX_FAILURES: usize = 20;

/// What a browser is shown.
#[derive(Default, Serialize)]
pub struct View {
    /// Raised by every change.
    pub version: u64,
    /// What the last run did, in one line.
    pub state: String,
    /// How far the run is that goes on now, once something has started.
    pub progress: Option<String>,
    /// Why there is no newer page: the mistakes of the project's files, or a failure of ours.
    pub problem: Option<String>,
    /// The reports, in the order of the pipeline.
    pub reports: Vec<ServedReport>,
    /// What runs now.
    pub running: Vec<Row>,
    /// What failed in the last run, with the end of what it printed.
    pub failures: Vec<Row>,
    #[serde(skip)]
    settled: usize,
    #[serde(skip)]
    planned: usize,
}

/// A report and its page.
#[derive(Serialize)]
pub struct ServedReport {
    /// The report's path.
    pub report: String,
    /// Raised whenever the page changes.
    pub version: u64,
    #[serde(skip)]
    pub page: Arc<str>,
}

/// An instance, and what there is to say about it.
#[derive(Serialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// How far it is, from 0 to 1, where that is known.
    pub fraction: Option<f64>,
    /// What it printed last, or why it failed.
    pub text: String,
}

/// Shows a run in a view.
pub struct ViewObserver<'v>(pub &'v watch::Sender<View>);

/// Changes a view, for whoever waits for that.
pub fn change(view: &watch::Sender<View>, change: impl FnOnce(&mut View)) {
    view.send_modify(|view| {
        change(view);
        view.version += 1;
    });
}

impl View {
    /// Takes in the pages as they are now: pairs of a report's path and its page.
    pub fn set_pages(&mut self, pages: Vec<(String, String)>) {
        let mut before = std::mem::take(&mut self.reports);
        for (report, page) in pages {
            let old = before.iter().position(|old| old.report == report).map(|at| before.swap_remove(at));
            self.reports.push(match old {
                Some(old) if *old.page == *page => old,
                old => {
                    ServedReport { report, version: old.map_or(1, |old| old.version + 1), page: page.into() }
                }
            });
        }
    }

    fn row(&mut self, name: &str) -> Option<&mut Row> {
        self.running.iter_mut().find(|row| row.name == name)
    }

    fn end(&mut self, name: &str) {
        self.running.retain(|row| row.name != name);
        self.settled += 1;
        if let Some(progress) = &mut self.progress {
            *progress = format!("running · {} of {}", self.settled, self.planned);
        }
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Waiting => {
                self.progress = Some("waiting for another recount that works in this project".to_owned());
            }
            Event::Planned { instances } => {
                (self.settled, self.planned) = (0, instances.len());
                self.failures.clear();
            }
            Event::Started { name, .. } => {
                self.progress.get_or_insert_default();
                self.running.push(Row { name: name.to_owned(), fraction: None, text: String::new() });
            }
            Event::Progress { name, fraction, message, .. } => {
                if let Some(row) = self.row(name) {
                    (row.fraction, row.text) = (Some(fraction), print::visible(message));
                }
            }
            Event::Line { name, line, .. } => {
                if let Some(row) = self.row(name) {
                    row.text = print::visible(line);
                }
            }
            Event::Fresh { name, .. }
            | Event::Shared { name, .. }
            | Event::Skipped { name, .. }
            | Event::Ran { name, .. } => self.end(name),
            Event::Failed { name, failure, .. } => {
                self.end(name);
                if self.failures.len() < MAX_FAILURES {
                    let text = print::visible(&failure.to_string());
                    self.failures.push(Row { name: name.to_owned(), fraction: None, text });
                }
            }
            Event::Finished { .. } => {
                self.running.clear();
                self.progress = None;
            }
            Event::Notice { .. } | Event::SetAside { .. } | Event::Retired { .. } => {}
        }
    }
}

impl Observer for ViewObserver<'_> {
    fn event(&self, event: Event<'_>) {
        change(self.0, |view| view.take(event));
    }
}
