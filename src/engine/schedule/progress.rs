//! What a running instance says of itself → the run's observer.

use crate::cancel::Cancel;
use crate::kind::Watch;
use crate::plan::graph::InstanceId;
use crate::schedule::observer::{Event, Observer};

/// A run's watch: passes on what it is given, with the instance's name.
pub(crate) struct ProgressForwarder<'t> {
    pub(crate) observer: &'t dyn Observer,
    pub(crate) cancel: &'t Cancel,
    pub(crate) instance: InstanceId,
    pub(crate) name: &'t str,
}

impl Watch for ProgressForwarder<'_> {
    fn progress(&self, fraction: f64, message: &str) {
        let (instance, name) = (self.instance, self.name);
        self.observer.event(Event::Progress { instance, name, fraction, message });
    }

    fn notice(&self, line: &str) {
        self.observer.event(Event::Notice { instance: self.instance, name: self.name, line });
    }

    fn line(&self, line: &str) {
        self.observer.event(Event::Line { instance: self.instance, name: self.name, line });
    }

    fn cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    fn killed(&self) -> bool {
        self.cancel.is_killed()
    }
}
