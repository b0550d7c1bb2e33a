//! Reads the archive of SmartWatch gestures.
//!
//! zip bytes ──entries named `gestures-dataset/USER/GESTURE/REPETITION.txt`──▶ [`RawSequence`]s, by name
//!
//! Invariants
//! - Whatever else lies in the archive is ignored; a sequence that can't be read is an error, never skipped.
//! - What is unpacked is bounded, so a small archive can't fill the memory.
//! - Knows no file system and no expected digest: who may be trusted is decided by `fetch`.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::result::ZipError;

use super::raw::{CHANNELS, GESTURES, RawSequence};
use recount_engine::digest::Digest;

/// The folder of the archive that holds the users' folders.
const ROOT: &str = "gestures-dataset/";

/// Columns of a line: three clocks, then the channels.
const COLUMNS: usize = 3 + CHANNELS;

/// The longest sequence file that is read, in bytes; the real ones stay below 4 KiB.
const FILE_LIMIT: u64 = 1 << 20;

/// The most text that is unpacked from one archive, in bytes; the real one holds under 4 MiB.
const TOTAL_LIMIT: u64 = 64 << 20;

/// Why an archive can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The bytes are no zip archive, or a damaged one.
    #[error("the archive is no readable zip file: {0}")]
    Damaged(#[source] ZipError),
    /// An entry can't be unpacked.
    #[error("`{file}` in the archive can't be unpacked: {reason}")]
    Unreadable {
        /// The entry.
        file: String,
        /// What the unpacking said.
        reason: String,
    },
    /// An entry is longer than any sequence.
    #[error("`{file}` in the archive is longer than {FILE_LIMIT} bytes")]
    TooLong {
        /// The entry.
        file: String,
    },
    /// The entries together are larger than any dataset of gestures.
    #[error("the archive unpacks to more than {TOTAL_LIMIT} bytes")]
    TooMuch,
    /// The folder of a sequence is no gesture.
    #[error("`{file}` in the archive lies in the folder `{folder}`, but gestures are `01` to `{GESTURES}`")]
    UnknownGesture {
        /// The entry.
        file: String,
        /// The folder's name.
        folder: String,
    },
    /// A sequence has no rows.
    #[error("`{file}` in the archive has no rows")]
    NoRows {
        /// The entry.
        file: String,
    },
    /// A line of a sequence is not what it should be.
    #[error("`{file}` in the archive, line {line}: {what}")]
    Line {
        /// The entry.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: LineError,
    },
    /// The archive holds no sequence at all.
    #[error("the archive holds no file named like `gestures-dataset/U01/01/01.txt`")]
    NoSequences,
}

/// What is wrong with a line.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum LineError {
    /// It has too few or too many columns.
    #[error("{0} columns instead of {COLUMNS}")]
    Columns(usize),
    /// A column is no number.
    #[error("`{0}` is no finite number")]
    Number(String),
    /// The bytes are no text.
    #[error("the bytes are no text")]
    Text,
}

/// Reads every sequence of the archive in `bytes`, sorted by name.
///
/// # Errors
/// [`ArchiveError`], naming the file and the line at fault.
pub fn read_archive(bytes: &[u8]) -> Result<Vec<RawSequence>, ArchiveError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(ArchiveError::Damaged)?;
    let mut sequences = Vec::new();
    let mut unpacked = 0;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(ArchiveError::Damaged)?;
        let file = entry.name().map_err(ArchiveError::Damaged)?.into_owned();
        let Some((user, folder)) = place_of(&file) else { continue };
        let gesture = gesture_of(folder)
            .ok_or_else(|| ArchiveError::UnknownGesture { file: file.clone(), folder: folder.to_owned() })?;
        let mut content = Vec::new();
        (&mut entry)
            .take(FILE_LIMIT + 1)
            .read_to_end(&mut content)
            .map_err(|error| ArchiveError::Unreadable { file: file.clone(), reason: error.to_string() })?;
        let length = content.len() as u64;
        if length > FILE_LIMIT {
            return Err(ArchiveError::TooLong { file });
        }
        unpacked += length;
        if unpacked > TOTAL_LIMIT {
            return Err(ArchiveError::TooMuch);
        }
        sequences.push(RawSequence {
            name: file[ROOT.len()..].to_owned(),
            user: user.to_owned(),
            gesture,
            rows: rows_of(&file, &content)?,
            digest: Digest::of(&content),
        });
    }
    if sequences.is_empty() {
        return Err(ArchiveError::NoSequences);
    }
    sequences.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(sequences)
}

/// Gives the user and the gesture's folder of an entry; `None` if it is no sequence.
fn place_of(file: &str) -> Option<(&str, &str)> {
    let mut parts = file.strip_prefix(ROOT)?.split('/');
    let (user, folder, repetition) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_sequence = parts.next().is_none()
        && user.strip_prefix('U').is_some_and(digits)
        && repetition.strip_suffix(".txt").is_some_and(digits);
    is_sequence.then_some((user, folder))
}

fn gesture_of(folder: &str) -> Option<u32> {
    (1..=GESTURES).find(|gesture| folder == format!("{gesture:02}"))
}

fn rows_of(file: &str, content: &[u8]) -> Result<Vec<[f32; CHANNELS]>, ArchiveError> {
    let fault = |line, what| ArchiveError::Line { file: file.to_owned(), line, what };
    let text = std::str::from_utf8(content).map_err(|error| {
        let before = &content[..error.valid_up_to()];
        fault(1 + before.iter().filter(|&&byte| byte == b'\n').count(), LineError::Text)
    })?;
    let rows = text
        .lines()
        .enumerate()
        .map(|(above, line)| row_of(line).map_err(|what| fault(above + 1, what)))
        .collect::<Result<Vec<_>, _>>()?;
    if rows.is_empty() { Err(ArchiveError::NoRows { file: file.to_owned() }) } else { Ok(rows) }
}

fn row_of(line: &str) -> Result<[f32; CHANNELS], LineError> {
    let columns: Vec<&str> = line.split_ascii_whitespace().collect();
    if columns.len() != COLUMNS {
        return Err(LineError::Columns(columns.len()));
    }
    let (clocks, accelerations) = columns.split_at(COLUMNS - CHANNELS);
    for clock in clocks {
        clock.parse::<u64>().map_err(|_| LineError::Number((*clock).to_owned()))?;
    }
    let mut row = [0.0; CHANNELS];
    for (value, column) in row.iter_mut().zip(accelerations) {
        *value = column
            .parse::<f32>()
            .ok()
            .filter(|number| number.is_finite())
            .ok_or_else(|| LineError::Number((*column).to_owned()))?;
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            writer.start_file(*name, SimpleFileOptions::default()).expect("the name is new");
            writer.write_all(content).expect("memory takes bytes");
        }
        writer.finish().expect("the archive is complete").into_inner()
    }

    fn fault_of(content: &[u8]) -> String {
        read_archive(&zip_of(&[("gestures-dataset/U01/03/07.txt", content)]))
            .expect_err("the file is faulty")
            .to_string()
    }

    #[test]
    fn sequences_come_sorted_by_name_and_other_files_are_ignored() {
        let sequences = read_archive(&zip_of(&[
            ("gestures-dataset/info.txt", b"--- FORMAT ---"),
            ("gestures-dataset/U02/20/01.txt", b"1 2 3 0.5 -1.25 9.75\n2 3 4 1 2 3\n"),
            ("gestures-dataset/U01/03/07.txt", b"1 2 3 4 5 6"),
            ("gestures-dataset/gestures.png", b"\x89PNG"),
            ("__MACOSX/gestures-dataset/U01/03/07.txt", b"junk"),
        ]))
        .expect("the archive is sound");
        let names: Vec<&str> = sequences.iter().map(|sequence| sequence.name.as_str()).collect();
        assert_eq!(names, ["U01/03/07.txt", "U02/20/01.txt"]);
        assert_eq!((sequences[1].user.as_str(), sequences[1].gesture), ("U02", 20));
        assert_eq!(sequences[1].rows, [[0.5, -1.25, 9.75], [1.0, 2.0, 3.0]]);
        assert_eq!(sequences[0].digest, Digest::of(b"1 2 3 4 5 6"));
    }

    #[test]
    fn a_faulty_line_is_named_with_its_file_and_number() {
        let place = "`gestures-dataset/U01/03/07.txt` in the archive";
        assert_eq!(fault_of(b"1 2 3 4 5 6\n1 2 3 4 5\n"), format!("{place}, line 2: 5 columns instead of 6"));
        assert_eq!(fault_of(b"1 2 3 4 5 six"), format!("{place}, line 1: `six` is no finite number"));
        assert_eq!(fault_of(b"1 2 3 4 nan 6"), format!("{place}, line 1: `nan` is no finite number"));
        assert_eq!(fault_of(b"1 2.5 3 4 5 6"), format!("{place}, line 1: `2.5` is no finite number"));
        assert_eq!(fault_of(b"1 2 3 4 5 6\n\xff"), format!("{place}, line 2: the bytes are no text"));
        assert_eq!(fault_of(b""), format!("{place} has no rows"));
    }

    #[test]
    fn a_folder_beyond_the_gestures_is_refused() {
        let error = read_archive(&zip_of(&[("gestures-dataset/U01/21/01.txt", b"1 2 3 4 5 6")]));
        assert!(matches!(error, Err(ArchiveError::UnknownGesture { folder, .. }) if folder == "21"));
    }

    #[test]
    fn an_archive_without_sequences_is_refused() {
        assert!(matches!(read_archive(&zip_of(&[("a.txt", b"1")])), Err(ArchiveError::NoSequences)));
    }

    #[test]
    fn a_small_archive_that_unpacks_to_much_is_refused() {
        let line = b"1 2 3 4 5 6\n".repeat(100_000);
        assert!(fault_of(&line).contains("longer than"));
    }

    #[test]
    fn a_truncated_archive_is_refused_wherever_it_ends() {
        let whole = zip_of(&[("gestures-dataset/U01/03/07.txt", b"1 2 3 4 5 6\n")]);
        for end in 0..whole.len() {
            assert!(read_archive(&whole[..end]).is_err(), "{end} of {} bytes were read", whole.len());
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(read_archive(&bytes).is_err());
        }

        #[test]
        fn a_flipped_byte_never_panics(place in any::<prop::sample::Index>(), flip in 1..=255_u8) {
            let mut bytes = zip_of(&[("gestures-dataset/U01/03/07.txt", b"1 2 3 4 5 6\n")]);
            let place = place.index(bytes.len());
            bytes[place] ^= flip;
            if let Ok(sequences) = read_archive(&bytes) {
                prop_assert_eq!(&sequences[0].rows, &[[4.0, 5.0, 6.0]]);
            }
        }

        #[test]
        fn an_arbitrary_line_never_panics(line in "\\PC{0,60}") {
            if let Ok(row) = row_of(&line) {
                prop_assert!(row.iter().all(|value| value.is_finite()));
            }
        }
    }
}
