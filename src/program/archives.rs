//! Looks for the archives that stages ask for before a pipeline is planned, and downloads them where it can.
//!
//! data/, RECOUNT_MIRRORS, the user's cache, the network ──▶ [`Archives`]
//!
//! Invariants
//! - A file with a wrong digest is an error, never passed over.
//! - Each run asks the network for what is not here; a command that only looks never does.
//! - Why an archive is absent names each mirror, and what is there instead.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use crate::lab::data::fetch::{ArchiveSource, DownloadLimits, FetchError, Places};
use recount_cli::{Network, Search};
use recount_engine::Cancel;
use recount_engine::command::surroundings::Variables;
use recount_engine::spec::{Pipeline, Stage, Value};

use crate::kinds::{Archive, Archives, archive_source};

/// Where archives may be besides a project's own folder, as the environment says it.
pub(super) struct ArchivePlaces {
    /// Folders and files that may hold it: `RECOUNT_MIRRORS`, separated by `:`.
    mirrors: Vec<PathBuf>,
    /// The user's cache folder for recount, where there is one.
    cache: Option<PathBuf>,
    /// Whether nothing may be downloaded: `RECOUNT_OFFLINE` is set, and neither empty nor `0`.
    offline: bool,
}

impl ArchivePlaces {
    /// Reads them from the environment's variables.
    pub(super) fn of(variables: &Variables) -> Self {
        let filled = |name: &str| variables.get(OsStr::new(name)).filter(|value| !value.is_empty());
        let mirrors = filled("RECOUNT_MIRRORS").map(OsString::as_os_str).unwrap_or_default();
        Self {
            mirrors: env::split_paths(mirrors).filter(|path| !path.as_os_str().is_empty()).collect(),
            cache: cache_folder(filled("XDG_CACHE_HOME"), filled("HOME")),
            offline: filled("RECOUNT_OFFLINE").is_some_and(|value| value != "0"),
        }
    }
}

fn cache_folder(cache: Option<&OsString>, home: Option<&OsString>) -> Option<PathBuf> {
    let cache = cache.map(PathBuf::from).filter(|path| path.is_absolute());
    let base = cache.or_else(|| Some(Path::new(home?).join(".cache")))?;
    Some(base.join("recount"))
}

/// Lists the archives that the stages of a pipeline ask for, each once.
pub(super) fn sources(pipeline: &Pipeline) -> Vec<ArchiveSource> {
    let mut sources: Vec<ArchiveSource> = stages(pipeline).filter_map(source_of).collect();
    sources.sort_unstable();
    sources.dedup();
    sources
}

fn stages(pipeline: &Pipeline) -> impl Iterator<Item = &Stage> {
    pipeline.stages.iter().filter(|stage| stage.kind == "prepare")
}

fn source_of(stage: &Stage) -> Option<ArchiveSource> {
    archive_source(stage.base.get("source"), stage.base.get("archive"))
}

/// Says why a stage goes on without its archive, where one does.
pub(super) fn why_generated(pipeline: &Pipeline, archives: &Archives) -> Option<String> {
    let auto =
        stages(pipeline).filter(|stage| stage.base.get("source").and_then(Value::as_text) == Some("auto"));
    auto.filter_map(source_of).find_map(|source| match archives.get(&source)? {
        Archive::Absent(why) => Some(why.clone()),
        Archive::Here(_) => None,
    })
}

/// Says whether one of them is not here.
pub(super) fn lacks_one(archives: &Archives) -> bool {
    archives.values().any(|archive| matches!(archive, Archive::Absent(_)))
}

/// Says whether a run would ask the network for one of them.
pub(super) fn would_download(archives: &Archives, places: &ArchivePlaces) -> bool {
    lacks_one(archives) && !places.offline && places.cache.is_some()
}

/// Looks for archives.
///
/// # Errors
/// [`FetchError`] for a file with a wrong digest, or one that can't be read.
pub(super) fn look(
    sources: &[ArchiveSource],
    around: &ArchivePlaces,
    search: &Search<'_>,
) -> Result<Archives, FetchError> {
    let places = Places {
        project_data: search.root.join("data"),
        mirrors: around.mirrors.clone(),
        cache: around.cache.clone(),
    };
    let archives = sources.iter().map(|source| {
        let archive = match source.find(&places)? {
            Some(path) => Archive::Here(path),
            None => download(source, around, search)?,
        };
        Ok((source.clone(), archive))
    });
    archives.collect()
}

/// Downloads an archive that is in no folder, if it may be; else says why it is absent.
fn download(
    source: &ArchiveSource,
    around: &ArchivePlaces,
    search: &Search<'_>,
) -> Result<Archive, FetchError> {
    let why = match (&around.cache, search.network) {
        _ if around.offline => "RECOUNT_OFFLINE is set".to_owned(),
        (None, _) => "there is no cache folder to download it to".to_owned(),
        (Some(_), Network::Untouched) => "only a run would try to download it".to_owned(),
        (Some(cache), Network::Allowed) => match download_to(cache, source, search.terminal, search.cancel) {
            Ok(path) => return Ok(Archive::Here(path)),
            Err(error) if error.is_unavailable() => error.to_string(),
            // Nowhere to keep it: as good as not reached.
            Err(error @ FetchError::File { done: "written", .. }) => error.to_string(),
            Err(error) => return Err(error),
        },
    };
    let name = source.file_name();
    let mirrors = match source.describe_mirrors(&around.mirrors).join("; ") {
        none if none.is_empty() => String::new(),
        found => format!(" (of RECOUNT_MIRRORS, {found})"),
    };
    Ok(Archive::Absent(format!("`{name}` is not here{mirrors}, and {why}")))
}

fn download_to(
    cache: &Path,
    source: &ArchiveSource,
    terminal: bool,
    cancel: &Cancel,
) -> Result<PathBuf, FetchError> {
    let bar = if terminal { ProgressBar::no_length() } else { ProgressBar::hidden() };
    bar.set_style(
        ProgressStyle::with_template("downloading {msg} {bar:30} {bytes}/{total_bytes} {eta}")
            .expect("the template is a constant that indicatif takes"),
    );
    bar.set_message(source.file_name().to_owned());
    let result = source.download(
        cache,
        DownloadLimits::default(),
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
