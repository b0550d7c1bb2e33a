//! The places in the project that recount has filled: only what is named here is ever taken away.
//!
//! Invariants
//! - A place is named before it is filled for the first time, and as long as something of ours may be there.
//! - A line that is no path of the project is passed over, like the last one of a writer that was killed.

use std::collections::BTreeSet;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::PoisonError;

use super::error::{Doing, StoreError};
use super::{Session, Store};
use crate::project_path::ProjectPath;
use crate::stamp::Stamp;

const FILLED_LIST: &str = "places";

/// The largest list that is read, in bytes.
const MAX_LIST_BYTES: u64 = 256 << 20;

impl Store {
    /// Gives the places that recount has filled.
    ///
    /// # Errors
    /// [`StoreError`] when they can't be read.
    pub fn filled(&self) -> Result<BTreeSet<ProjectPath>, StoreError> {
        let Some(base) = self.base()? else { return Ok(BTreeSet::new()) };
        let bytes = match base.read(FILLED_LIST, MAX_LIST_BYTES) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
            other => other.doing("read", &base.path_of(FILLED_LIST))?,
        };
        let text = String::from_utf8_lossy(&bytes);
        let whole = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
        let path = |line: &str| ProjectPath::parse(line).ok().filter(|path| path.as_str() == line);
        Ok(whole.filter_map(path).filter(|path| !path.is_root()).collect())
    }

    /// Gives how the list of these places looks; `None` where there is none.
    pub(crate) fn filled_stamp(&self) -> Option<Stamp> {
        Some(self.base().ok()??.entry(FILLED_LIST).ok()??.stamp)
    }
}

impl Session<'_> {
    /// Notes places that are about to be filled.
    ///
    /// # Errors
    /// [`StoreError`] when that can't be written.
    pub fn note_filled<'p>(&self, places: impl Iterator<Item = &'p ProjectPath>) -> Result<(), StoreError> {
        let mut filled = self.filled.lock().unwrap_or_else(PoisonError::into_inner);
        let filled = match &mut *filled {
            Some(filled) => filled,
            none => none.insert(Store::filled(self)?),
        };
        let mut lines = String::new();
        for place in places {
            if !filled.contains(place) {
                lines.push_str(place.as_str());
                lines.push('\n');
                filled.insert(place.clone());
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        let path = self.base.path_of(FILLED_LIST);
        let file = self.base.open_or_create(FILLED_LIST, 0o644).and_then(|mut file| {
            // A line that was cut short stays apart.
            let end = file.seek(SeekFrom::End(0))?;
            let apart = if end > 0 && !ends_line(&file, end)? { "\n" } else { "" };
            file.write_all([apart, &lines].concat().as_bytes())
        });
        file.doing("written", &path)
    }

    /// Forgets places that hold nothing of ours any more.
    ///
    /// # Errors
    /// [`StoreError`] when that can't be written.
    pub fn forget_filled(&self, places: &[ProjectPath]) -> Result<(), StoreError> {
        if places.is_empty() {
            return Ok(());
        }
        let mut left = Store::filled(self)?;
        for place in places {
            left.remove(place);
        }
        let text: String = left.iter().map(|place| format!("{place}\n")).collect();
        self.write_whole(FILLED_LIST, text.as_bytes())?;
        *self.filled.lock().unwrap_or_else(PoisonError::into_inner) = Some(left);
        Ok(())
    }
}

fn ends_line(file: &std::fs::File, end: u64) -> io::Result<bool> {
    let mut last = [0];
    std::os::unix::fs::FileExt::read_exact_at(file, &mut last, end - 1)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_stays_noted_until_it_is_forgotten_and_no_line_leads_out_of_the_project() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = Store::open(folder.path()).expect("the store opens");
        let path = |text: &str| ProjectPath::parse(text).expect("it is a path");
        let session = store.lock(|| true).expect("the lock works").expect("it waits");
        session.note_filled([path("a"), path("b/c"), path("a")].iter()).expect("there is room");
        drop(session);
        let list = folder.path().join("artifacts/v2/places");
        let text = std::fs::read_to_string(&list).expect("it is there");
        assert_eq!(text, "a\nb/c\n");
        std::fs::write(&list, text + "../x\n/etc\nb//d\nhalf").expect("it can be written");
        let session = store.lock(|| true).expect("the lock works").expect("it waits");
        session.note_filled([path("e")].iter()).expect("there is room");
        assert_eq!(
            store.filled().expect("it can be read"),
            [path("a"), path("b/c"), path("e"), path("half")].into()
        );
        session.forget_filled(&[path("a"), path("half")]).expect("there is room");
        assert_eq!(store.filled().expect("it can be read"), [path("b/c"), path("e")].into());
    }
}
