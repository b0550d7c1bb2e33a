//! `by-name/`: the last outputs of each instance that has no place in the project, for people to browse.
//!
//! Invariants
//! - What has a place in the project is browsed there: a folder and a link for each of ten thousand commands would
//!   take longer to make than all else that is kept of them.
//! - Nothing reads it: deleting it loses nothing. Each view is a link to an object.

use std::path::PathBuf;

use super::error::{Doing, StoreError};
use super::object::object_name;
use super::record::RecordedOutput;
use super::{Session, Store, VERSION};
use crate::file_name::log_file_name;
use crate::folder::Folder;
use crate::project_path::ProjectPath;

const VIEWS: &str = "by-name";

impl Store {
    /// Gives where the log of an instance's last run is, if it printed anything.
    pub fn log_path(&self, instance: &str) -> PathBuf {
        self.path().join("logs").join(log_file_name(instance))
    }
}

impl Session<'_> {
    /// Shows outputs below `by-name/FOLDER`, and nothing else there.
    ///
    /// # Errors
    /// [`StoreError`] when a view can't be made.
    pub fn link_view(&self, folder: &str, outputs: &[RecordedOutput]) -> Result<(), StoreError> {
        let top = self.top().expect("a session has made it");
        let folder = format!("{VIEWS}/{folder}");
        top.remove(&folder).doing("removed", &top.path_of(&folder))?;
        for output in outputs.iter().filter(|output| !output.is_folder()) {
            // A name that could lead elsewhere is shown nowhere.
            let Ok(name) = ProjectPath::parse(&output.name) else { continue };
            let view = format!("{folder}/{name}");
            let up = "../".repeat(view.matches('/').count());
            let target = PathBuf::from(format!("{up}{VERSION}/{}", object_name(output.object)));
            top.create_parent(&view).doing("made", &top.path_of(&view))?;
            top.create_link(&target, &view).doing("made", &top.path_of(&view))?;
        }
        Ok(())
    }

    /// Removes the views that lead to nothing any more, and the folders that are empty then.
    pub(super) fn prune_views(&self) {
        let Some(top) = self.top() else { return };
        let leads_to_nothing = |top: &Folder, view: &str| !top.path_of(view).exists();
        for found in top.walk(VIEWS).unwrap_or_default().into_iter().rev() {
            let view = format!("{VIEWS}/{}", found.path);
            // A folder that still shows something can't be removed, and stays.
            match found.entry.kind {
                crate::folder::FileKind::Folder => drop(top.remove_if_empty(&view)),
                _ if leads_to_nothing(top, &view) => drop(top.remove_file(&view)),
                _ => {}
            }
        }
    }
}
