//! Reads an archive of gestures.
//!
//! zip bytes ──entries named `…/USER/GESTURE/REPETITION.txt`──▶ [`ArchiveContent`]: sequences, by name
//!
//! Invariants
//! - No entry is passed over in silence: it is a sequence, an error, or named in [`ArchiveContent::not_read`].
//! - What is unpacked is bounded, so a small archive can't fill the memory.
//! - Knows no file system and no expected digest: who may be trusted is decided by `fetch`.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::result::ZipError;

use super::entry::Entry;
use super::raw::{CHANNELS, GESTURES, RawSequence};
use recount_engine::digest::Digest;

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
    /// A sequence lies in an unexpected folder, or has an unexpected name.
    #[error(
        "`{file}` in the archive is no sequence, though it is named like one; a sequence is `USER/GESTURE/REPETITION.txt`, such as `U01/03/07.txt`"
    )]
    Misplaced {
        /// The entry.
        file: String,
    },
    /// Two entries have the name of one sequence.
    #[error("`{file}` is in the archive twice, the other time as `{other}`; only one of them can be read")]
    Repeated {
        /// The later entry.
        file: String,
        /// The earlier one.
        other: String,
    },
    /// The archive holds no sequence at all.
    #[error("the archive holds no file named like `U01/03/07.txt`")]
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

/// What an archive holds.
#[derive(Clone, Debug, PartialEq)]
pub struct ArchiveContent {
    /// SHA-256 of the archive.
    pub digest: Digest,
    /// Its sequences, sorted by name.
    pub sequences: Vec<RawSequence>,
    /// The names of files that are no sequences and do not look like any, in the archive's order.
    pub not_read: Vec<String>,
}

/// Reads every sequence of the archive in `bytes`.
///
/// # Errors
/// [`ArchiveError`], naming the file and the line at fault.
pub fn read_archive(bytes: &[u8]) -> Result<ArchiveContent, ArchiveError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(ArchiveError::Damaged)?;
    if archive.has_duplicate_names() {
        let file = repeated_name(bytes, archive.central_directory_start()).unwrap_or_default();
        return Err(ArchiveError::Repeated { other: file.clone(), file });
    }
    let mut content =
        ArchiveContent { digest: Digest::of(bytes), sequences: Vec::new(), not_read: Vec::new() };
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut unpacked = 0;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(ArchiveError::Damaged)?;
        let file = entry.name().map_err(ArchiveError::Damaged)?.into_owned();
        let name = match Entry::of(&file) {
            Entry::Sequence(name) => name,
            Entry::Misplaced => return Err(ArchiveError::Misplaced { file }),
            Entry::Other => {
                content.not_read.push(file);
                continue;
            }
            Entry::Nothing => continue,
        };
        if let Some(other) = files.insert(name.path(), file.clone()) {
            return Err(ArchiveError::Repeated { file, other });
        }
        let gesture = gesture_of(&name.folder).ok_or_else(|| ArchiveError::UnknownGesture {
            file: file.clone(),
            folder: name.folder.clone(),
        })?;
        let mut text = Vec::new();
        (&mut entry)
            .take(FILE_LIMIT + 1)
            .read_to_end(&mut text)
            .map_err(|error| ArchiveError::Unreadable { file: file.clone(), reason: error.to_string() })?;
        let length = text.len() as u64;
        if length > FILE_LIMIT {
            return Err(ArchiveError::TooLong { file });
        }
        unpacked += length;
        if unpacked > TOTAL_LIMIT {
            return Err(ArchiveError::TooMuch);
        }
        let rows = rows_of(&file, &text)?;
        let digest = Digest::of(&text);
        content.sequences.push(RawSequence { name: name.path(), user: name.user, gesture, rows, digest });
    }
    if content.sequences.is_empty() {
        return Err(ArchiveError::NoSequences);
    }
    content.sequences.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(content)
}

/// Finds a name that two entries of the central directory have; `zip` gives the last of them alone.
///
/// # Source
/// PKWARE's APPNOTE.TXT, section 4.3.12: a header has 46 bytes, with the lengths of what follows it from byte 28 on.
fn repeated_name(bytes: &[u8], start: u64) -> Option<String> {
    let mut rest = bytes.get(usize::try_from(start).ok()?..)?;
    let mut names = Vec::new();
    while let Some((header, behind)) =
        rest.split_first_chunk::<46>().filter(|_| rest.starts_with(b"PK\x01\x02"))
    {
        let [name, extra, comment] =
            [28, 30, 32].map(|at| usize::from(u16::from_le_bytes([header[at], header[at + 1]])));
        let name_bytes = behind.get(..name)?;
        if names.contains(&name_bytes) {
            return Some(String::from_utf8_lossy(name_bytes).into_owned());
        }
        names.push(name_bytes);
        rest = behind.get(name + extra + comment..)?;
    }
    None
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
    fn sequences_come_sorted_by_name_and_other_files_are_named() {
        let content = read_archive(&zip_of(&[
            ("gestures-dataset/info.txt", b"--- FORMAT ---"),
            ("gestures-dataset/U02/20/01.txt", b"1 2 3 0.5 -1.25 9.75\n2 3 4 1 2 3\n"),
            ("gestures-dataset/U01/03/07.txt", b"1 2 3 4 5 6"),
            ("gestures-dataset/gestures.png", b"\x89PNG"),
            ("__MACOSX/gestures-dataset/U01/03/07.txt", b"junk"),
        ]))
        .expect("the archive is sound");
        assert_eq!(content.not_read, ["gestures-dataset/info.txt", "gestures-dataset/gestures.png"]);
        let sequences = content.sequences;
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
    fn a_name_in_another_spelling_is_the_same_sequence() {
        let plain = read_archive(&zip_of(&[("gestures-dataset/U02/03/07.txt", b"1 2 3 4 5 6")]))
            .expect("it is sound");
        for name in ["gestures-dataset\\U02\\03\\07.txt", "u02/03/07.txt", "U02/03/07.TXT"] {
            let other = read_archive(&zip_of(&[(name, b"1 2 3 4 5 6")])).expect("it is sound");
            assert_eq!(other.sequences, plain.sequences, "{name}");
        }
    }

    /// Gives what is wrong with an archive of files with these names.
    fn refusal(names: &[&str]) -> String {
        let files: Vec<(&str, &[u8])> = names.iter().map(|&name| (name, b"1 2 3 4 5 6".as_slice())).collect();
        read_archive(&zip_of(&files)).expect_err("one of the names can't be right").to_string()
    }

    #[test]
    fn a_sequence_that_does_not_lie_where_one_is_expected_is_refused_by_name() {
        assert_eq!(
            refusal(&["U01/01/01.txt", "user2/01/01.txt"]),
            "`user2/01/01.txt` in the archive is no sequence, though it is named like one; \
             a sequence is `USER/GESTURE/REPETITION.txt`, such as `U01/03/07.txt`"
        );
    }

    #[test]
    fn a_sequence_that_is_there_twice_is_refused_by_both_names() {
        assert_eq!(
            refusal(&["U01/01/01.txt", "u01/01/01.TXT"]),
            "`u01/01/01.TXT` is in the archive twice, the other time as `U01/01/01.txt`; \
             only one of them can be read"
        );
        // No writer of ours writes a name twice, so that one is put over another of the same length.
        let mut bytes = zip_of(&[("U01/01/01.txt", b"1 2 3 4 5 6"), ("U01/01/02.txt", b"1 2 3 4 5 6")]);
        for at in 0..bytes.len() - 13 {
            if bytes[at..].starts_with(b"U01/01/02.txt") {
                bytes[at..at + 13].copy_from_slice(b"U01/01/01.txt");
            }
        }
        assert_eq!(
            read_archive(&bytes).expect_err("a name is there twice").to_string(),
            "`U01/01/01.txt` is in the archive twice, the other time as `U01/01/01.txt`; \
             only one of them can be read"
        );
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
            if let Ok(content) = read_archive(&bytes) {
                prop_assert_eq!(&content.sequences[0].rows, &[[4.0, 5.0, 6.0]]);
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
