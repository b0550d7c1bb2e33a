//! A file of the project as an instance reads it, which may be a link to one.
//!
//! Invariants
//! - Each path is looked at once a run; what a link leads to is known by the link's own path and a slash.
//! - A file that looks different and has the same bytes has not changed.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;

use crate::digest::{Digest, ObjectId};
use crate::file_table::{Observation, SeenPath};
use crate::folder::open_through_links;
use crate::kind::{Failure, ProjectFile};
use crate::listing::list_names;
use crate::recipe::{EXECUTABLE, LINK};
use crate::stamp::Stamp;
use crate::store::Store;

/// A file as it enters a recipe.
pub(super) struct SeenFile {
    pub(super) digest: Digest,
    pub(super) executable: bool,
    /// The text of the link that it is.
    link: Option<String>,
}

impl SeenFile {
    pub(super) fn recipe_name(&self, name: &str) -> String {
        let link = self.link.as_ref().map(|text| [LINK, text].concat()).unwrap_or_default();
        [name, &link, if self.executable { EXECUTABLE } else { "" }].concat()
    }

    pub(super) fn project_file(&self, store: &Store, name: &str) -> ProjectFile {
        let path = store.project().path_of(name);
        ProjectFile { name: name.to_owned(), object: ObjectId(self.digest), path }
    }

    /// Gives the paths that were looked at, as they were then.
    pub(super) fn seen_paths(&self, store: &Store, name: &str) -> Vec<SeenPath> {
        let table = store.files();
        let seen = |path: String| {
            // Another thread may have looked again, and seen other bytes.
            let same = |seen: &Observation| !matches!(seen, Observation::File { digest, .. } if *digest != self.digest);
            let observation = table.confirmed(&path).filter(same);
            (path, observation)
        };
        self.paths(name).into_iter().map(seen).collect()
    }

    /// Names the paths that were looked at: what a link leads to has a slash behind the link's own.
    pub(super) fn paths(&self, name: &str) -> Vec<String> {
        match self.link {
            Some(_) => vec![name.to_owned(), format!("{name}/")],
            None => vec![name.to_owned()],
        }
    }
}

/// Looks at a file, which may be a link to one; each path once a run.
pub(super) fn observe_file(store: &Store, name: &str) -> io::Result<SeenFile> {
    let known = store.files().confirmed(name);
    match known {
        Some(Observation::File { stamp, digest, .. }) => {
            return Ok(SeenFile { digest, executable: stamp.is_executable(), link: None });
        }
        Some(Observation::Link { .. }) => {}
        _ => {
            let metadata = fs::symlink_metadata(store.project().path_of(name))?;
            if !metadata.is_symlink() {
                let (digest, executable) = store.digest_input(name, name)?;
                return Ok(SeenFile { digest, executable, link: None });
            }
        }
    }
    let text = fs::read_link(store.project().path_of(name))?;
    let seen = Observation::Link { text: Digest::of(text.as_os_str().as_bytes()) };
    store.files().insert(name, seen, true);
    let (digest, executable) = store.digest_input(&format!("{name}/"), name)?;
    Ok(SeenFile { digest, executable, link: Some(text.to_string_lossy().into_owned()) })
}

/// Looks at a file that was looked at before, and takes in its bytes only where it looks different now.
pub(super) fn observe_again(store: &Store, name: &str) -> io::Result<SeenFile> {
    let target = format!("{name}/");
    if !looks_same(store, name) || !looks_same(store, &target) {
        store.files().unconfirm(name);
        store.files().unconfirm(&target);
    }
    observe_file(store, name)
}

/// Says whether a path looks as it did when it was last looked at; one that was not, looks so.
fn looks_same(store: &Store, name: &str) -> bool {
    let Some(observation) = store.files().confirmed(name) else { return true };
    let path = store.project().path_of(name.trim_end_matches('/'));
    let stamp = || fs::metadata(&path).map(|metadata| Stamp::of(&metadata));
    match observation {
        Observation::File { stamp: before, racy, digest } => {
            stamp().is_ok_and(|now| now == before)
                && (!racy
                    || open_through_links(&path)
                        .and_then(|file| store.read_digest(file, before.size))
                        .is_ok_and(|now| now == digest))
        }
        Observation::Folder { stamp: before, racy, listing } => {
            stamp().is_ok_and(|now| now == before)
                && (!racy || list_names(store.project(), name).is_ok_and(|now| now == listing))
        }
        Observation::Link { text } => {
            fs::read_link(&path).is_ok_and(|now| Digest::of(now.as_os_str().as_bytes()) == text)
        }
        Observation::Absent => fs::symlink_metadata(&path).is_err(),
    }
}

pub(super) fn unreadable(name: &str, error: &io::Error) -> Failure {
    if crate::store::is_stopped(error) {
        return Failure::Cancelled;
    }
    if error.kind() == io::ErrorKind::NotFound {
        return Failure::new(format!("input `{name}` does not exist"))
            .with_help("create it, or name a stage that writes it in `needs`");
    }
    Failure::new(format!("input `{name}` can't be read: {error}"))
}
