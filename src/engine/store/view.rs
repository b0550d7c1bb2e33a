//! `by-name/`: the last outputs of each instance that stand nowhere else, for people to browse.
//!
//! Invariants
//! - What has a place in the project is browsed there: folders and a link for each of ten thousand commands would
//!   take longer to make than all else that is kept of them.
//! - Nothing reads it: deleting it loses nothing.
//! - A view that is a hard link shares the object's file; editing it is noticed when the object is
//!   next used, as for any other damage.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use super::error::{Doing, StoreError};
use super::files::make_parent;
use super::record::RecordedOutput;
use super::{Session, Store};
use crate::log_name::log_file_name;

impl Store {
    /// Gives where the log of an instance's last run is, if it printed anything.
    pub fn log_path(&self, instance: &str) -> PathBuf {
        self.folder().join("logs").join(log_file_name(instance))
    }
}

impl Session<'_> {
    /// Shows the outputs that have no place of their own below `by-name/FOLDER`. With `anew`, what else is there
    /// goes; without, only what is missing is added.
    ///
    /// # Errors
    /// [`StoreError`] when a view can't be made.
    pub fn show(&self, folder: &Path, outputs: &[RecordedOutput], anew: bool) -> Result<(), StoreError> {
        let folder = self.folder().join("by-name").join(below(folder));
        if anew {
            empty(&folder).doing("removed", &folder)?;
        }
        for output in outputs.iter().filter(|output| output.place.is_none()) {
            let view = folder.join(below(Path::new(&output.name)));
            if !anew && fs::symlink_metadata(&view).is_ok() {
                continue;
            }
            make_parent(&view)?;
            self.show_one(output, &view)?;
        }
        Ok(())
    }

    fn show_one(&self, output: &RecordedOutput, view: &Path) -> Result<(), StoreError> {
        let source = self.object_path(output.object);
        let shared = |source: &Path| {
            let (object, view) = (fs::metadata(source)?, fs::metadata(view)?);
            io::Result::Ok(object.ino() == view.ino() && object.dev() == view.dev())
        };
        if shared(&source).unwrap_or(false) || self.reflink(&source, view) {
            return Ok(());
        }
        match self.while_linking(output.object, |source| fs::hard_link(source, view)) {
            Ok(()) => Ok(()),
            Err(_) => self.duplicate(&source, view, 0o444),
        }
    }
}

/// Removes what is in a folder, or stands in its place. The folder itself stays: making it anew would have the one
/// above it, with an entry for each instance, listed again.
fn empty(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return fs::remove_file(folder),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let remove = if entry.file_type()?.is_dir() { fs::remove_dir_all } else { fs::remove_file };
        remove(&entry.path())?;
    }
    Ok(())
}

/// Leaves of a path what can't lead out of the folder that it is joined to.
fn below(path: &Path) -> PathBuf {
    path.components().filter(|part| matches!(part, Component::Normal(_))).collect()
}
