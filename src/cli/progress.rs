//! How a run shows itself: bars on a terminal, plain lines elsewhere.
//!
//! [`Event`]s of the engine ──▶ standard error
//!
//! Invariants
//! - What ran, failed or must be read is a line of its own that stays; bars are redrawn below.
//! - A bar takes one row, however narrow the terminal and however long a name.
//! - Nothing here is needed to understand the result: the summary stands on standard output.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use recount_engine::{Event, InstanceId, Observer, Planned, Reason};

use super::estimate::{Estimate, duration};
use super::print;

/// Steps of a bar: finer than any terminal is wide.
const STEPS: f64 = 1000.0;

/// Shows a run as it goes.
pub struct Progress {
    state: Mutex<State>,
    bars: Option<MultiProgress>,
    started: Instant,
}

#[derive(Default)]
struct State {
    costs: BTreeMap<InstanceId, f64>,
    planned: usize,
    settled: usize,
    estimate: Estimate,
    whole: Option<ProgressBar>,
    running: BTreeMap<InstanceId, Running>,
}

/// An instance that runs now.
struct Running {
    cost: f64,
    fraction: f64,
    started: Instant,
    bar: ProgressBar,
}

impl Progress {
    /// Starts showing; with bars if `terminal`.
    pub fn new(terminal: bool) -> Self {
        Self { state: Mutex::default(), bars: terminal.then(MultiProgress::new), started: now() }
    }

    /// Prints a line that stays.
    pub fn line(&self, line: &str) {
        match &self.bars {
            // A terminal that is gone is no reason to stop the run.
            Some(bars) => drop(bars.println(print::visible(line))),
            None => print::note(line),
        }
    }

    fn plan(&self, instances: &[Planned]) {
        let whole = self.bar("{bar:24} {wide_msg}");
        let mut state = self.state();
        state.planned = instances.len();
        for planned in instances {
            state.estimate.expect(planned.cost);
            state.costs.insert(planned.instance, planned.cost);
        }
        state.whole = Some(whole);
    }

    fn start(&self, instance: InstanceId, name: &str) {
        let bar = self.bar("  {wide_msg}");
        bar.set_message(print::visible(name));
        let mut state = self.state();
        let cost = state.costs.get(&instance).copied().unwrap_or(0.0);
        state.running.insert(instance, Running { cost, fraction: 0.0, started: now(), bar });
        state.show_whole(self.started);
    }

    fn advance(&self, instance: InstanceId, name: &str, fraction: f64, standing: &str) {
        let mut state = self.state();
        let Some(running) = state.running.get_mut(&instance) else { return };
        running.fraction = fraction;
        let elapsed = running.started.elapsed().as_secs_f64();
        let left = if fraction > 0.02 && elapsed > 0.5 {
            format!(" · {} left", duration(elapsed * (1.0 - fraction) / fraction))
        } else {
            String::new()
        };
        running.bar.set_message(print::visible(&format!("{name} {standing}{left}")));
        state.show_whole(self.started);
    }

    /// Takes an instance off the screen.
    fn settle(&self, instance: InstanceId, ran: bool) {
        let mut state = self.state();
        state.settled += 1;
        let cost = state.costs.remove(&instance).unwrap_or(0.0);
        if ran {
            state.estimate.finish(cost);
        } else {
            state.estimate.spare(cost);
        }
        if let Some(running) = state.running.remove(&instance) {
            running.bar.finish_and_clear();
        }
        state.show_whole(self.started);
    }

    fn clear(&self) {
        let mut state = self.state();
        for running in std::mem::take(&mut state.running).into_values() {
            running.bar.finish_and_clear();
        }
        if let Some(whole) = state.whole.take() {
            whole.finish_and_clear();
        }
        if let Some(bars) = &self.bars {
            // What is left of a bar that was stopped half-way.
            drop(bars.clear());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bar(&self, style: &str) -> ProgressBar {
        let Some(bars) = &self.bars else { return ProgressBar::hidden() };
        let style =
            ProgressStyle::with_template(style).expect("the templates are constants that indicatif takes");
        let bar = ProgressBar::new(STEPS as u64).with_style(style);
        // The bar of the whole stays below the lines of what runs.
        if self.state().whole.is_some() { bars.insert_from_back(1, bar) } else { bars.add(bar) }
    }
}

impl State {
    fn show_whole(&self, started: Instant) {
        let Some(whole) = &self.whole else { return };
        let running: f64 = self.running.values().map(|running| running.cost * running.fraction).sum();
        let left = match self.estimate.seconds_left(running, started.elapsed().as_secs_f64()) {
            Some(seconds) => format!(" · about {} left", duration(seconds)),
            None => String::new(),
        };
        whole.set_position((self.estimate.fraction(running) * STEPS) as u64);
        whole.set_message(format!("{} of {}{left}", self.settled, self.planned));
    }
}

impl Observer for Progress {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Waiting => self.line("waiting for another recount that works in this project"),
            Event::Planned { instances } => self.plan(instances),
            // What is skipped can be thousands: the summary counts it.
            Event::Fresh { instance, .. }
            | Event::Shared { instance, .. }
            | Event::Skipped { instance, .. } => self.settle(instance, false),
            Event::Started { instance, name } => self.start(instance, name),
            Event::Progress { instance, name, fraction, standing } => {
                self.advance(instance, name, fraction, standing);
            }
            Event::Notice { name, line, .. } => self.line(&format!("note    {name} · {line}")),
            Event::Kept { line } => self.line(&format!("note    {line}")),
            Event::Retired { place, stays: None } => {
                self.line(&format!("removed {place} · no longer in the pipeline"));
            }
            Event::Retired { place, stays: Some(why) } => {
                self.line(&format!("stays   {place} · no longer in the pipeline, but {why}"));
            }
            Event::Ran { instance, name, reasons, seconds } => {
                self.settle(instance, true);
                let why = match reasons {
                    [] | [Reason::NeverRun] => String::new(),
                    [first, ..] => format!(" · {first}"),
                };
                self.line(&format!("ran     {name} · {}{why}", duration(seconds)));
            }
            Event::Failed { instance, name, failure } => {
                self.settle(instance, true);
                self.line(&format!("failed  {name} · {failure}"));
            }
            Event::Finished { .. } => self.clear(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the command line may read the clock")]
fn now() -> Instant {
    Instant::now()
}
