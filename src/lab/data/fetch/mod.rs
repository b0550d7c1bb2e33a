//! Finds an archive of gestures, or downloads it.
//!
//! project's data folder, mirrors, cache ──find──▶ path; URL ──download──▶ path in the cache
//!
//! Invariants
//! - A path that is handed out had the expected digest. A file of the archive's name with another digest is
//!   an error that names it: never skipped, never a reason to fall back.
//! - A download appears in the cache whole and checked, or not at all.
//! - Knows no environment and no terminal: places, limits and progress are arguments.

mod download;
mod find;

use recount_engine::digest::Digest;
use serde::{Deserialize, Serialize};

pub use download::DownloadLimits;
pub use find::Places;

/// The public address of the SmartWatch gestures (Costante et al., EUSIPCO 2014).
pub const SMART_WATCH_URL: &str = "https://github.com/raoulg/gestures/raw/main/gestures-dataset.zip";

/// SHA-256 of that archive.
pub const SMART_WATCH_SHA256: &str = "4a6c5ac1d408f8405d456e0404b424b905ea49425c663fb08f0c3ab341efd32d";

/// The name of an archive whose URL ends in none.
const DEFAULT_NAME: &str = "archive.zip";

/// Where an archive can be downloaded, and how it is recognised.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ArchiveSource {
    /// Its public address.
    pub url: String,
    /// Its SHA-256.
    pub sha256: Digest,
}

impl ArchiveSource {
    /// Gives the file name that it has in folders: the last part of its URL.
    pub fn file_name(&self) -> &str {
        let path = self.url.split(['?', '#']).next().unwrap_or_default();
        let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
        if ["", ".", ".."].contains(&name) { DEFAULT_NAME } else { name }
    }
}

/// Why an archive could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// A file or an address gives other bytes than the archive's.
    #[error("`{place}` has the SHA-256 `{found}`, but the archive has `{expected}`: {remedy}")]
    WrongDigest {
        /// The file or the address.
        place: String,
        /// The digest of what is there.
        found: Digest,
        /// The archive's digest.
        expected: Digest,
        /// What to do about it.
        remedy: &'static str,
    },
    /// A file or an address gives more bytes than any archive of gestures has.
    #[error("`{place}` has more than {most} bytes, the most that is read of an archive")]
    TooLarge {
        /// The file or the address.
        place: String,
        /// The most that is read, in bytes.
        most: u64,
    },
    /// The address can't be reached, or does not send the archive to its end.
    #[error("`{address}` can't be reached: {reason}")]
    Unreachable {
        /// The address.
        address: String,
        /// What the network said.
        reason: String,
    },
    /// A file or folder can't be read or written.
    #[error("`{path}` can't be {done}: {source}")]
    File {
        /// The file or folder.
        path: String,
        /// What was tried: `read` or `written`.
        done: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// It was asked to stop.
    #[error("stopped on request")]
    Cancelled,
}

impl FetchError {
    /// Says whether the archive simply isn't to be had here and now, so that `auto` may go without it.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_name_is_the_last_part_of_the_url() {
        let name = |url: &str| {
            let source = ArchiveSource { url: url.to_owned(), sha256: Digest::of(b"") };
            source.file_name().to_owned()
        };
        assert_eq!(name(SMART_WATCH_URL), "gestures-dataset.zip");
        assert_eq!(name("https://example.org/a/waves.zip?download=1#top"), "waves.zip");
        for url in ["https://example.org/", "https://example.org/..", "https://example.org/a/?file=b.zip"] {
            assert_eq!(name(url), DEFAULT_NAME, "{url}");
        }
    }
}
