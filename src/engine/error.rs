//! Why a pipeline could not be run at all; what stops one instance is a [`super::Failure`].

use crate::store::StoreError;

/// Why a pipeline could not be run at all.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The store can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stage has a kind that the registry lacks.
    #[error("stage `{stage}` has the kind `{kind}`, which this program does not have")]
    UnknownKind {
        /// The stage.
        stage: String,
        /// Its kind.
        kind: String,
    },
    /// An instance has a coordinate that its need does not have.
    #[error("`{instance}` needs `{need}`, which has nothing at the same coordinates")]
    NoMatch {
        /// The instance.
        instance: String,
        /// The needed stage.
        need: String,
    },
    /// Two instances write one file of the project.
    #[error("`{first}` and `{second}` both write `{place}`")]
    TwoWriters {
        /// The one.
        first: String,
        /// The other.
        second: String,
        /// The file, relative to the root.
        place: String,
    },
    /// A file of the project can't be copied for a second run.
    #[error("`{}` can't be copied: {error}", path.display())]
    Copy {
        /// The file.
        path: std::path::PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// A target can't be had in a trial of settings.
    #[error("`{stage}` does not run in a trial by `--set`")]
    NotInTrial {
        /// The target's stage, or one that it needs.
        stage: String,
    },
    /// A target names nothing.
    #[error("nothing is called `{target}`")]
    UnknownTarget {
        /// The target as it was given.
        target: String,
        /// What may have been meant.
        help: String,
    },
}
