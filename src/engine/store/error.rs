//! The store's one error: what could not be done, to which path.

use std::io;
use std::path::{Path, PathBuf};

/// Something that the store could not do.
#[derive(Debug, thiserror::Error)]
#[error("`{}` can't be {action}: {source}", path.display())]
pub struct StoreError {
    /// What it was done to.
    pub path: PathBuf,
    /// What should have been done, as a participle: `read`, `written`.
    pub action: &'static str,
    /// What the system said.
    pub source: io::Error,
}

impl StoreError {
    /// Says whether it is that a stop was asked for.
    pub fn is_stopped(&self) -> bool {
        super::is_stopped(&self.source)
    }
}

/// Adds to an I/O error what was being done, and to what.
pub(super) trait Doing<T> {
    /// Names the action, as a participle, and the path.
    fn doing(self, action: &'static str, path: &Path) -> Result<T, StoreError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, action: &'static str, path: &Path) -> Result<T, StoreError> {
        self.map_err(|source| StoreError { path: path.to_owned(), action, source })
    }
}
