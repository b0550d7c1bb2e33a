//! Finds the archive of SmartWatch gestures, or downloads it.
//!
//! project's data folder, mirrors, cache ──find──▶ path; address ──download──▶ path in the cache
//!
//! Invariants
//! - A path that is handed out had the expected digest. A file of the archive's name with another digest is
//!   an error that names it: never skipped, never a reason to fall back.
//! - A download appears in the cache whole and checked, or not at all.
//! - Knows no environment and no terminal: places, patience and progress are arguments.

mod download;
mod find;

use recount_engine::digest::Digest;

pub use download::Patience;
pub use find::Places;

/// The archive's file name.
pub const ARCHIVE_NAME: &str = "gestures-dataset.zip";

/// The public address that the archive is downloaded from.
pub const ARCHIVE_ADDRESS: &str = "https://github.com/raoulg/gestures/raw/main/gestures-dataset.zip";

/// SHA-256 of the archive.
pub const ARCHIVE_SHA256: &str = "4a6c5ac1d408f8405d456e0404b424b905ea49425c663fb08f0c3ab341efd32d";

/// Size of the archive, in bytes.
pub const ARCHIVE_BYTES: u64 = 2_156_283;

/// An archive that can be found by its name and recognised by its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// Its file name.
    pub name: String,
    /// Where it can be downloaded.
    pub address: String,
    /// Its size, in bytes.
    pub bytes: u64,
    /// Its SHA-256.
    pub digest: Digest,
}

impl Archive {
    /// Describes the SmartWatch gestures (Costante et al., EUSIPCO 2014).
    pub fn smart_watch() -> Self {
        Self {
            name: ARCHIVE_NAME.to_owned(),
            address: ARCHIVE_ADDRESS.to_owned(),
            bytes: ARCHIVE_BYTES,
            digest: Digest::from_hex(ARCHIVE_SHA256).expect("the constant is a SHA-256"),
        }
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
    /// An address sends more than the archive holds.
    #[error("`{address}` sends more than the {expected} bytes of the archive")]
    TooLarge {
        /// The address.
        address: String,
        /// The archive's size, in bytes.
        expected: u64,
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
