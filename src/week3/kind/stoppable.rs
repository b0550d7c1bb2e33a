//! Renders in a thread of its own: a run that is told to stop does so within moments, whatever the templates ask for.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::week3::{self, RenderError, Rendered, ReportInputs};
use recount_engine::{Failure, Watch};

/// How long a stop goes unnoticed, at most.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Renders the report.
///
/// # Errors
/// The mistake in the templates, as `failure` has it, or that the run was stopped.
pub(super) fn render(
    templates: BTreeMap<String, String>,
    inputs: &Arc<ReportInputs>,
    watch: &dyn Watch,
    failure: impl Fn(&RenderError) -> Failure,
) -> Result<Rendered, Failure> {
    let (templates, shared) = (Arc::new(templates), Arc::clone(inputs));
    let (sender, receiver) = channel();
    let theirs = Arc::clone(&templates);
    let work = move || drop(sender.send(week3::render(&theirs, &shared)));
    let Ok(worker) = thread::Builder::new().name("render".to_owned()).spawn(work) else {
        // Where no thread can be had, this one does it.
        return week3::render(&templates, inputs).map_err(|error| failure(&error));
    };
    loop {
        match receiver.recv_timeout(LOOK_EVERY) {
            Ok(rendered) => return rendered.map_err(|error| failure(&error)),
            // What it has made so far goes with the process.
            Err(RecvTimeoutError::Timeout) if watch.cancelled() => return Err(Failure::Cancelled),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => match worker.join() {
                Err(panic) => resume_unwind(panic),
                Ok(()) => return Err(Failure::new("the report was not rendered")),
            },
        }
    }
}
