//! A training's state in a file, for the next start of the same training.
//!
//! state ──[`CheckpointFile::write`]──▶ SHA-256 of the rest · seconds so far (f64) · state ──read──▶ [`Checkpoint`]
//!
//! Invariants
//! - A kill at any moment leaves the file as it was or as it is meant to be.
//! - A file that is not what was written is as good as none.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use recount_engine::digest::{Digest, Hasher};

/// A training's state, and the time it took to get there.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Wall time of the training up to there, over all its starts, in seconds.
    pub seconds: f64,
    /// The trainer's state.
    pub state: Vec<u8>,
}

/// Where a training's state is kept.
#[derive(Debug)]
pub struct CheckpointFile {
    folder: PathBuf,
}

impl CheckpointFile {
    /// Names the file in `folder`, which need not exist.
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    fn path(&self) -> PathBuf {
        self.folder.join("training")
    }

    /// Reads the file; `None` where there is none, or a damaged one.
    pub fn read(&self) -> Option<Checkpoint> {
        let bytes = fs::read(self.path()).ok()?;
        let (seal, rest) = bytes.split_first_chunk()?;
        if Digest::from_bytes(*seal) != Digest::of(rest) {
            return None;
        }
        let (seconds, state) = rest.split_first_chunk()?;
        Some(Checkpoint { seconds: f64::from_le_bytes(*seconds), state: state.to_vec() })
    }

    /// Puts a state in the place of the one before.
    ///
    /// # Errors
    /// What the system says; the one before is still there then.
    pub fn write(&self, seconds: f64, state: &[u8]) -> io::Result<()> {
        // Written piece by piece: a large training has no memory left for a second copy of its state.
        let seconds = seconds.to_le_bytes();
        let mut seal = Hasher::default();
        seal.update(&seconds);
        seal.update(state);
        fs::create_dir_all(&self.folder)?;
        let unfinished = self.folder.join("unfinished");
        let mut file = File::create(&unfinished)?;
        file.write_all(&seal.finish().to_bytes())?;
        file.write_all(&seconds)?;
        file.write_all(state)?;
        file.sync_all()?;
        fs::rename(&unfinished, self.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_anything_else_is_not() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = CheckpointFile::in_folder(&folder.path().join("key"));
        assert_eq!(file.read(), None);
        for state in [b"first".as_slice(), b"second"] {
            file.write(1.5, state).expect("there is room");
            assert_eq!(file.read(), Some(Checkpoint { seconds: 1.5, state: state.to_vec() }));
        }
        let whole = fs::read(file.path()).expect("it was just written");
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fs::write(file.path(), flipped).expect("there is room");
            assert_eq!(file.read(), None, "bit {bit}");
        }
        for length in 0..whole.len() {
            fs::write(file.path(), &whole[..length]).expect("there is room");
            assert_eq!(file.read(), None, "cut to {length} bytes");
        }
    }
}
