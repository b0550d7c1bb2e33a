//! What a file looks like from outside, and when that is enough to know its bytes.
//!
//! Invariants
//! - A file that was changed within a clock tick of its hashing is racy (git's word): a later edit in the same tick would
//!   look the same, so that it is hashed again.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::Stat;
use serde::{Deserialize, Serialize};

/// The coarsest tick of a file system's clock that is reckoned with, in nanoseconds: FAT counts by two seconds.
const COARSE_TICK_NANOSECONDS: i64 = 2_000_000_000;

/// The coarsest tick of a clock whose times are no whole milliseconds, in nanoseconds: such times are a kernel's, which
/// ticks at least every ten milliseconds. It may be a server's, and its clock behind ours by the rest of this.
const FINE_TICK_NANOSECONDS: i64 = 100_000_000;

const MILLISECOND_NANOSECONDS: i64 = 1_000_000;

/// The bits of a file's mode that say who may do what with it.
const PERMISSIONS: u32 = 0o777;

/// The bit of a file's mode that lets its owner execute it.
const OWNER_EXECUTES: u32 = 0o100;

/// The permissions of others than the owner to read and execute.
const OTHERS_READ: u32 = 0o055;

/// What a file looks like from outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Stamp {
    /// How many bytes it has.
    pub size: u64,
    /// When its bytes were last changed, in nanoseconds since 1970.
    pub modified: i64,
    /// When its bytes or its metadata were last changed, in nanoseconds since 1970.
    pub changed: i64,
    /// Its number in its file system.
    pub inode: u64,
    /// Its permissions.
    pub mode: u32,
}

impl Stamp {
    /// Takes what matters from a file's metadata.
    pub fn of(metadata: &Metadata) -> Self {
        Self {
            size: metadata.size(),
            modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
            mode: metadata.mode() & PERMISSIONS,
        }
    }

    /// Takes what matters from what the system says of a file.
    pub fn of_stat(stat: &Stat) -> Self {
        let rest = |rest: u64| i64::try_from(rest).unwrap_or(0);
        Self {
            size: u64::try_from(stat.st_size).unwrap_or(0),
            modified: nanoseconds(stat.st_mtime, rest(stat.st_mtime_nsec)),
            changed: nanoseconds(stat.st_ctime, rest(stat.st_ctime_nsec)),
            inode: stat.st_ino,
            mode: stat.st_mode & PERMISSIONS,
        }
    }

    /// Says whether its owner may execute it.
    pub fn is_executable(&self) -> bool {
        self.mode & OWNER_EXECUTES != 0
    }

    /// Says whether others than its owner may do more with it than `mode` lets them: read it, or execute it.
    pub fn is_wider_than(&self, mode: u32) -> bool {
        self.mode & !mode & OTHERS_READ != 0
    }

    /// Says whether an edit after `time`, in nanoseconds since 1970, might leave the file looking the same.
    pub fn is_racy(self, time: i64) -> bool {
        // Only the system sets when a file was last changed; when it was modified, any program may.
        let tick = if self.changed % MILLISECOND_NANOSECONDS == 0 {
            COARSE_TICK_NANOSECONDS
        } else {
            FINE_TICK_NANOSECONDS
        };
        self.modified.max(self.changed).saturating_add(tick) >= time
    }
}

fn nanoseconds(seconds: i64, rest: i64) -> i64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(rest)
}

/// Gives the time in nanoseconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "a file is racy only relative to the time of its hashing; no result holds it"
)]
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_changed_in_the_tick_of_its_hashing_is_racy() {
        let (time, tenth) = (10_000_000_000, 100_000_000);
        for (changed, racy) in [
            (time - 15 * tenth, true),
            (time - tenth + 7, true),
            (time - 15 * tenth + 7, false),
            (time + 5, true),
        ] {
            let stamp = Stamp { modified: changed, changed, ..Stamp::default() };
            assert_eq!(stamp.is_racy(time), racy, "{changed}");
        }
    }
}
