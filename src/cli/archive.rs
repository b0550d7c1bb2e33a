//! Looks for the SmartWatch archive before a pipeline is planned, and downloads it where it can.
//!
//! data/, RECOUNT_MIRRORS, the user's cache, the network ──▶ [`Archive`]
//!
//! Invariants
//! - A file with a wrong digest is an error, never passed over.
//! - An address that could not be reached is not asked again for [`DOWNLOAD_TIMEOUT_SECONDS`], so that a run
//!   without a network stays instant.

use std::fs;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};

use crate::kinds::Archive;
use crate::lab::data::fetch::{self, FetchError, Patience, Places};
use recount_engine::Cancel;
use recount_engine::folder::Folder;
use recount_engine::spec::{Pipeline, Value};
use recount_engine::store::FOLDER;

use super::environment::Environment;
use super::time::seconds_since_1970;

/// How long an address that could not be reached is left alone.
const DOWNLOAD_TIMEOUT_SECONDS: u64 = 3600;

/// The note of the last failed download, in the folder of the store.
const MEMORY: &str = "unreachable.json";

/// The largest note that is read, in bytes.
const LARGEST_MEMORY: u64 = 1 << 16;

/// The last failed download, as `artifacts/unreachable.json` holds it.
#[derive(Serialize, Deserialize)]
struct Unreachable {
    at: u64,
    why: String,
}

/// Whether a command may use the network for the archive.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// It may download the archive.
    Allowed,
    /// It only looks.
    Untouched,
}

/// Finds the archive; `None` if no `prepare` stage asks for it.
///
/// # Errors
/// [`FetchError`] for a file with a wrong digest, or one that can't be read.
pub fn find(
    root: &Path,
    pipeline: &Pipeline,
    environment: &Environment,
    network: Network,
    cancel: &Cancel,
) -> Result<Option<Archive>, FetchError> {
    if sources(pipeline).all(|source| source == "synthetic") {
        return Ok(None);
    }
    look(root, environment, network, cancel).map(Some)
}

/// Says whether a `prepare` stage goes on without the archive.
pub fn may_be_generated(pipeline: &Pipeline) -> bool {
    sources(pipeline).any(|source| source == "auto")
}

fn sources(pipeline: &Pipeline) -> impl Iterator<Item = &str> {
    let prepare = pipeline.stages.iter().filter(|stage| stage.kind == "prepare");
    prepare.filter_map(|stage| stage.base.get("source").and_then(Value::as_text))
}

/// Looks for the archive, whether or not a stage asks for it.
///
/// # Errors
/// As [`find`].
pub fn look(
    root: &Path,
    environment: &Environment,
    network: Network,
    cancel: &Cancel,
) -> Result<Archive, FetchError> {
    let places = Places {
        project_data: root.join("data"),
        mirrors: environment.mirrors.clone(),
        cache: environment.cache.clone(),
    };
    let archive = fetch::Archive::smart_watch();
    if let Some(path) = archive.find(&places)? {
        return Ok(Archive::Here(path));
    }
    if environment.offline {
        return Ok(Archive::Absent("RECOUNT_OFFLINE is set".to_owned()));
    }
    let Some(cache) = &environment.cache else {
        return Ok(Archive::Absent(
            "it is in no mirror, and there is no cache folder to download it to".to_owned(),
        ));
    };
    let kept = root.join(FOLDER);
    if let Some(why) = remembered(&kept) {
        return Ok(Archive::Absent(why));
    }
    if network == Network::Untouched {
        return Ok(Archive::Absent("it is not here, and only a run would try to download it".to_owned()));
    }
    match download(&archive, cache, environment, cancel) {
        Ok(path) => {
            drop(Folder::open(&kept).and_then(|kept| kept.remove_file(MEMORY)));
            Ok(Archive::Here(path))
        }
        Err(error) if error.is_unavailable() => {
            let why = error.to_string();
            remember(&kept, &why);
            Ok(Archive::Absent(why))
        }
        // Nowhere to keep it: as good as not reached, but worth another try next time.
        Err(error @ FetchError::File { done: "written", .. }) => Ok(Archive::Absent(error.to_string())),
        Err(error) => Err(error),
    }
}

fn download(
    archive: &fetch::Archive,
    cache: &Path,
    environment: &Environment,
    cancel: &Cancel,
) -> Result<PathBuf, FetchError> {
    let bar = if environment.terminal { ProgressBar::no_length() } else { ProgressBar::hidden() };
    bar.set_style(
        ProgressStyle::with_template(
            "downloading the SmartWatch archive {bar:30} {bytes}/{total_bytes} {eta}",
        )
        .expect("the template is a constant that indicatif takes"),
    );
    let result = archive.download(
        cache,
        Patience::default(),
        &mut |done, total| {
            if let Some(total) = total {
                bar.set_length(total);
            }
            bar.set_position(done);
        },
        &|| cancel.is_cancelled(),
    );
    bar.finish_and_clear();
    result
}

fn remembered(kept: &Path) -> Option<String> {
    let bytes = Folder::open(kept).and_then(|kept| kept.read(MEMORY, LARGEST_MEMORY)).ok()?;
    let last: Unreachable = serde_json::from_slice(&bytes).ok()?;
    let age = (seconds_since_1970() as u64).checked_sub(last.at)?;
    (age < DOWNLOAD_TIMEOUT_SECONDS).then_some(last.why)
}

/// Notes a failed download; without the note the next run just asks again.
fn remember(kept: &Path, why: &str) {
    let note = Unreachable { at: seconds_since_1970() as u64, why: why.to_owned() };
    if let Ok(bytes) = serde_json::to_vec(&note) {
        let folder = fs::create_dir_all(kept).and_then(|()| Folder::open(kept));
        drop(folder.and_then(|kept| kept.write_new(MEMORY, &bytes, 0o644)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_replaces_a_link_and_what_it_leads_to_is_neither_read_nor_written() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let kept = folder.path().join(FOLDER);
        fs::create_dir(&kept).expect("it is new");
        let victim = folder.path().join("victim");
        let note = |why: &str| {
            serde_json::to_string(&Unreachable { at: seconds_since_1970() as u64, why: why.to_owned() })
        };
        let theirs = note("theirs").expect("it is text");
        fs::write(&victim, &theirs).expect("there is room");
        std::os::unix::fs::symlink(&victim, kept.join(MEMORY)).expect("links can be made");
        assert_eq!(remembered(&kept), None);
        remember(&kept, "ours");
        assert_eq!(remembered(&kept).as_deref(), Some("ours"));
        assert_eq!(fs::read_to_string(&victim).ok(), Some(theirs));
    }
}
