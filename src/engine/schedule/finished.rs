//! What became of each instance of a run.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::decide::inputs::InputSet;
use crate::decide::work::Work;
use crate::digest::Key;
use crate::snapshot::InstanceState;
use crate::store::RecordedOutput;
use crate::summary::Outcome;

/// What became of an instance, written once.
pub(crate) struct Finished<'c> {
    pub(crate) key: Option<Key>,
    pub(crate) outputs: Cow<'c, [RecordedOutput]>,
    pub(crate) written: Vec<String>,
    pub(crate) outcome: Outcome,
    /// What it read of the project; `None` for one that was known to be clean.
    pub(crate) project: Option<InputSet>,
}

/// What became of each instance, as far as that is known.
pub(crate) type Results<'c> = Vec<OnceLock<Finished<'c>>>;

impl<'c> Finished<'c> {
    /// What became of one that was not started.
    pub(crate) fn unfinished() -> Self {
        let (outputs, written) = (Cow::default(), Vec::new());
        Self { key: None, outputs, written, outcome: Outcome::Stopped, project: None }
    }

    /// What became of one that nothing has changed for.
    pub(crate) fn clean(state: &'c InstanceState) -> Self {
        let outputs = Cow::Borrowed(state.outputs.as_slice());
        Self { key: Some(state.key), outputs, outcome: Outcome::Fresh, ..Self::unfinished() }
    }

    /// What became of one that has its outputs.
    pub(crate) fn done(
        key: Key,
        outputs: Cow<'c, [RecordedOutput]>,
        outcome: Outcome,
        project: InputSet,
    ) -> Self {
        Self { key: Some(key), outputs, written: Vec::new(), outcome, project: Some(project) }
    }
}

/// Gives what became of those that are clean before a run begins, and nothing yet of the others.
pub(crate) fn clean_results<'c>(work: &Work<'c>) -> Results<'c> {
    let clean = |state: &Option<_>| state.map(Finished::clean).map_or_else(OnceLock::new, OnceLock::from);
    work.clean.iter().map(clean).collect()
}
