//! What a run did, and said on the way.

use std::sync::Mutex;

use recount_engine::{Cancel, Event, Observer, Outcome, Summary};

/// What a run did.
pub struct Ran {
    pub summary: Summary,
    pub events: Vec<String>,
}

impl Ran {
    /// Asserts which instances ran, in whatever order, and that nothing failed.
    #[track_caller]
    pub fn assert_ran<const COUNT: usize>(&self, expected: [&str; COUNT]) -> &Self {
        assert_eq!(self.failures(), Vec::<String>::new());
        let mut expected: Vec<&str> = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(self.ran(), expected, "events: {:#?}", self.events);
        self
    }

    pub fn ran(&self) -> Vec<&str> {
        let reports = self.summary.reports.iter();
        let ran = reports.filter(|report| matches!(report.outcome, Outcome::Ran { .. }));
        let mut names: Vec<&str> = ran.map(|report| report.name.as_str()).collect();
        names.sort_unstable();
        names
    }

    pub fn failures(&self) -> Vec<String> {
        self.summary.failures().map(|(name, failure)| format!("{name}: {failure}")).collect()
    }

    /// Gives the events of one sort, such as `notice`.
    pub fn events(&self, sort: &str) -> Vec<&str> {
        self.events.iter().filter_map(|event| event.strip_prefix(sort)?.strip_prefix(' ')).collect()
    }
}

pub(super) struct Log {
    pub(super) events: Mutex<Vec<String>>,
    pub(super) cancel: Option<(String, Cancel)>,
}

impl Log {
    pub(super) fn take(self) -> Vec<String> {
        self.events.into_inner().expect("no observer panicked")
    }
}

impl Observer for Log {
    fn event(&self, event: Event<'_>) {
        let line = match event {
            Event::Waiting => "waiting for the lock".to_owned(),
            Event::Planned { instances } => format!("planned {}", instances.len()),
            Event::Fresh { name, .. } => format!("fresh {name}"),
            Event::Started { name, .. } => {
                if let Some((instance, cancel)) = &self.cancel
                    && instance == name
                {
                    cancel.cancel();
                }
                format!("started {name}")
            }
            Event::Progress { name, message, .. } => format!("progress {name}: {message}"),
            Event::Line { name, line, .. } => format!("line {name}: {line}"),
            Event::Notice { name, line, .. } => format!("notice {name}: {line}"),
            Event::Ran { name, reasons, .. } => {
                let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
                format!("ran {name}: {}", reasons.join("; "))
            }
            Event::Shared { name, with, .. } => format!("shared {name} with {with}"),
            Event::Failed { name, failure, .. } => format!("failed {name}: {failure}"),
            Event::Skipped { name, because, .. } => format!("skipped {name} because of {because}"),
            Event::SetAside { line } => format!("kept {line}"),
            Event::Retired { place, stays: None } => format!("removed {place}"),
            Event::Retired { place, stays: Some(why) } => format!("stays {place}: {why}"),
            Event::Finished { .. } => return,
        };
        self.events.lock().expect("no observer panicked").push(line);
    }
}
