//! How a run shows itself: bars on a terminal, plain lines elsewhere.
//!
//! [`Event`]s of the engine ──▶ standard error
//!
//! Invariants
//! - What ran, failed or must be read is a line of its own that stays; bars are redrawn below.
//! - A bar takes one row, however narrow the terminal and however long a name; none is left behind, whatever comes.
//! - Nothing here is needed to understand the result: the summary is on standard output.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use recount_engine::{Event, InstanceId, Observer, Planned, Reason};

use super::environment::Environment;
use super::estimate::{Estimate, seconds_left};
use super::print;
use super::terminal::EchoGuard;
use super::time::duration;

/// Steps of a bar: finer than any terminal is wide.
const STEPS: f64 = 1000.0;

/// Shows a run as it goes.
pub struct Progress {
    state: Mutex<State>,
    bars: Option<MultiProgress>,
    colour: bool,
    /// Whether only failures are printed.
    quiet: bool,
    // Held for as long as bars are drawn.
    _echo: Option<EchoGuard>,
}

#[derive(Default)]
struct State {
    costs: BTreeMap<InstanceId, f64>,
    planned: usize,
    ended: usize,
    estimate: Estimate,
    whole: Option<ProgressBar>,
    running: BTreeMap<InstanceId, Running>,
}

/// An instance that runs now.
struct Running {
    cost: f64,
    fraction: f64,
    bar: ProgressBar,
}

impl Progress {
    /// Starts showing; with bars on a terminal. One that is quiet shows failures only.
    pub fn new(environment: &Environment, quiet: bool) -> Self {
        let terminal = environment.terminal && !quiet;
        Self {
            state: Mutex::default(),
            bars: terminal.then(MultiProgress::new),
            colour: environment.colour,
            quiet,
            _echo: terminal.then(EchoGuard::hide_control_characters).flatten(),
        }
    }

    /// Prints a line that stays: what became of something in a word, and the rest.
    pub fn line(&self, word: &str, rest: &str) {
        if self.quiet && word != "failed" {
            return;
        }
        let line = print::verb(word, rest, self.colour);
        match &self.bars {
            // A terminal that is gone is no reason to stop the run.
            Some(bars) => drop(bars.println(line)),
            None => print::coloured(&line),
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
        state.running.insert(instance, Running { cost, fraction: 0.0, bar });
        state.show_whole();
    }

    fn advance(&self, instance: InstanceId, name: &str, fraction: f64, message: &str) {
        let mut state = self.state();
        let Some(running) = state.running.get_mut(&instance) else { return };
        running.fraction = fraction;
        let elapsed = running.bar.elapsed().as_secs_f64();
        let left = seconds_left(fraction, elapsed)
            .map(|seconds| format!(" · {} left", duration(seconds)))
            .unwrap_or_default();
        running.bar.set_message(print::visible(&format!("{name} {message}{left}")));
        state.show_whole();
    }

    /// Shows how long a program has run, and what it printed last.
    fn show_line(&self, instance: InstanceId, name: &str, line: &str) {
        if let Some(running) = self.state().running.get(&instance) {
            let elapsed = duration(running.bar.elapsed().as_secs_f64());
            let line = if line.is_empty() { String::new() } else { format!(" · {line}") };
            running.bar.set_message(format!("{name} · {elapsed}{line}"));
        }
    }

    /// Takes an instance off the screen.
    fn end_instance(&self, instance: InstanceId, ran: bool) {
        let mut state = self.state();
        state.ended += 1;
        let cost = state.costs.remove(&instance).unwrap_or(0.0);
        if ran {
            state.estimate.finish(cost);
        } else {
            state.estimate.spare(cost);
        }
        if let Some(running) = state.running.remove(&instance) {
            running.bar.finish_and_clear();
        }
        state.show_whole();
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
    fn show_whole(&self) {
        let Some(whole) = &self.whole else { return };
        let running: f64 = self.running.values().map(|running| running.cost * running.fraction).sum();
        let fraction = self.estimate.fraction(running);
        let left = seconds_left(fraction, whole.elapsed().as_secs_f64())
            .map(|seconds| format!(" · about {} left", duration(seconds)))
            .unwrap_or_default();
        whole.set_position((fraction * STEPS) as u64);
        whole.set_message(format!("{} of {}{left}", self.ended, self.planned));
    }
}

impl Observer for Progress {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Waiting => self.line("waiting", "for another recount that works in this project"),
            Event::Planned { instances } => self.plan(instances),
            // What is skipped can be thousands: the summary counts it.
            Event::Fresh { instance, .. }
            | Event::Shared { instance, .. }
            | Event::Skipped { instance, .. } => self.end_instance(instance, false),
            Event::Started { instance, name } => self.start(instance, name),
            Event::Progress { instance, name, fraction, message } => {
                self.advance(instance, name, fraction, message);
            }
            Event::Line { instance, name, line } => self.show_line(instance, name, line),
            Event::Notice { name, line, .. } => {
                self.line("note", &format!("{name} · {line}"));
            }
            Event::SetAside { line } => self.line("note", line),
            Event::Retired { place, stays: None } => {
                self.line("removed", &format!("{place} · no longer in the pipeline"));
            }
            Event::Retired { place, stays: Some(why) } => {
                let line = format!("{place} · no longer in the pipeline, but {why}");
                self.line("stays", &line);
            }
            Event::Ran { instance, name, reasons, seconds } => {
                self.end_instance(instance, true);
                let why = match reasons {
                    [] | [Reason::NeverRun] => String::new(),
                    [first, ..] => format!(" · {first}"),
                };
                let rest = format!("{name} · {}{why}", duration(seconds));
                self.line("ran", &rest);
            }
            Event::Failed { instance, name, failure } => {
                self.end_instance(instance, true);
                self.line("failed", &format!("{name} · {failure}"));
            }
            Event::Finished { .. } => self.clear(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        // A run that could not go on has not said that it is over.
        self.clear();
    }
}
