//! What the lab adds to the command line: its kinds, and the archives that their stages ask for.
//!
//! variables ──[`open`]──▶ the instruction set, and where archives may be ──▶ kinds that are ready to run

mod archives;
mod free_memory;

use std::ffi::OsStr;
use std::sync::Arc;

use recount_engine::Registry;
use recount_engine::command::surroundings::Variables;
use recount_engine::spec::{Pipeline, Schema};

use crate::kinds::{self, Archive, Archives, Evaluate, MemoryGate, Prepare, Train};
use crate::lab::data::fetch::{ArchiveSource, FetchError};
use crate::lab::nn::Simd;
use archives::ArchivePlaces;
use free_memory::free_memory;
use recount_cli::{CliError, FoundSources, Kinds, Search};

/// The lab's kinds, as the command line takes them.
///
/// # Errors
/// A text for the user when `RECOUNT_SIMD` can't be used.
pub fn open(variables: &Variables) -> Result<Box<dyn Kinds>, String> {
    let simd = match variables.get(OsStr::new("RECOUNT_SIMD")).filter(|named| !named.is_empty()) {
        None => Simd::best(),
        Some(named) => Simd::named(&named.to_string_lossy())
            .map_err(|error| format!("`RECOUNT_SIMD` can't be used: {error}"))?,
    };
    Ok(Box::new(Lab { simd, places: Arc::new(ArchivePlaces::of(variables)) }))
}

struct Lab {
    /// The instruction set: `RECOUNT_SIMD`, else the widest that this processor has.
    simd: Simd,
    places: Arc<ArchivePlaces>,
}

impl Kinds for Lab {
    fn schemas(&self) -> Vec<Schema> {
        kinds::schemas()
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        vec![("simd", self.simd.name().to_owned())]
    }

    fn sources(&self, pipeline: &Pipeline) -> Vec<String> {
        archives::sources(pipeline).iter().filter_map(|source| serde_json::to_string(source).ok()).collect()
    }

    fn find(&self, search: &Search<'_>) -> Result<Box<dyn FoundSources>, CliError> {
        // What a snapshot of another version says is no source: then nothing is known of it, and all is decided anew.
        let sources: Vec<_> =
            search.sources.iter().filter_map(|source| serde_json::from_str(source).ok()).collect();
        let archives = archives::look(&sources, &self.places, search).map_err(|error| match error {
            FetchError::Cancelled => CliError::stopped(),
            other => CliError::input(other.to_string()),
        })?;
        Ok(Box::new(FoundArchives { archives, simd: self.simd, places: self.places.clone() }))
    }
}

/// The kinds, with where the archives are that stages ask for.
struct FoundArchives {
    archives: Archives,
    simd: Simd,
    places: Arc<ArchivePlaces>,
}

impl FoundSources for FoundArchives {
    fn kinds(&self) -> Registry {
        let simd = self.simd;
        vec![
            Box::new(Prepare { archives: self.archives.clone() }),
            Box::new(Train { simd, memory: MemoryGate::new(free_memory) }),
            Box::new(Evaluate { simd }),
        ]
    }

    fn places(&self) -> Vec<String> {
        // Why one is absent decides nothing.
        let place = |(source, archive): (&ArchiveSource, &Archive)| match archive {
            Archive::Here(path) => format!("{source:?} {path:?}"),
            Archive::Absent(_) => format!("{source:?}"),
        };
        self.archives.iter().map(place).collect()
    }

    fn is_lacking(&self) -> bool {
        archives::lacks_one(&self.archives)
    }

    fn would_download(&self) -> bool {
        archives::would_download(&self.archives, &self.places)
    }

    fn stand_in(&self, pipeline: &Pipeline) -> Option<String> {
        let why = archives::why_generated(pipeline, &self.archives)?;
        Some(format!("on generated data, not on the gestures: {why}"))
    }
}
