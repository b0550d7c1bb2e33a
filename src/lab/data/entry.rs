//! Says what an entry of an archive is, by its name.
//!
//! `…/USER/GESTURE/REPETITION.txt` ──▶ [`Entry`]
//!
//! Invariants
//! - A name that a careful reader takes for a sequence's is one, or a mistake: letters of another case and backslashes are
//!   read, and a repetition in an unexpected folder is refused.
//! - Folders, and what systems leave behind in them, are no entries at all.

/// What an entry is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A folder, or what a system leaves in one: nothing that a person put there.
    Nothing,
    /// A sequence.
    Sequence(SequenceName),
    /// It looks like a sequence, but does not lie where one is expected.
    Misplaced,
    /// Something else, such as a description of the data.
    Other,
}

/// The parts of a sequence's name, in one spelling.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SequenceName {
    /// The user, such as `U02`.
    pub user: String,
    /// The gesture's folder, such as `13`.
    pub folder: String,
    /// The repetition's number, such as `20`.
    pub repetition: String,
}

impl SequenceName {
    /// Gives the whole name, such as `U02/13/20.txt`.
    pub fn path(&self) -> String {
        format!("{}/{}/{}.txt", self.user, self.folder, self.repetition)
    }
}

impl Entry {
    /// Reads an entry's name.
    pub fn of(name: &str) -> Self {
        let parts: Vec<&str> = name.split(['/', '\\']).collect();
        let Some((&file, folders)) = parts.split_last() else { return Self::Nothing };
        if file.is_empty() || parts.iter().any(|part| is_of_a_system(part)) {
            return Self::Nothing;
        }
        let Some(stem) = text_stem(file) else { return Self::Other };
        let users = folders.iter().filter_map(|folder| user(folder));
        match folders {
            [.., above, folder] if is_number(stem) && user(above).is_some() => {
                let user = user(above).unwrap_or_default();
                Self::Sequence(SequenceName {
                    user,
                    folder: (*folder).to_owned(),
                    repetition: stem.to_owned(),
                })
            }
            _ if is_number(stem) || users.count() > 0 => Self::Misplaced,
            _ => Self::Other,
        }
    }
}

/// Gives a user's name in capitals: `U02` for `u02`.
fn user(folder: &str) -> Option<String> {
    let number = folder.strip_prefix(['U', 'u'])?;
    is_number(number).then(|| format!("U{number}"))
}

fn text_stem(file: &str) -> Option<&str> {
    let (stem, extension) = file.rsplit_once('.')?;
    extension.eq_ignore_ascii_case("txt").then_some(stem)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Knows what macOS, Windows and editors leave in folders.
fn is_of_a_system(part: &str) -> bool {
    part == "__MACOSX" || part.starts_with('.') || ["Thumbs.db", "desktop.ini"].contains(&part)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives the entry of a name in a few words.
    fn entry(name: &str) -> String {
        match Entry::of(name) {
            Entry::Sequence(name) => name.path(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_sequence_is_read_in_each_spelling_and_from_any_folder() {
        for name in [
            "gestures-dataset/U02/13/20.txt",
            "U02/13/20.txt",
            "a/b/u02/13/20.txt",
            "gestures-dataset/U02/13/20.TXT",
            "gestures-dataset\\U02\\13\\20.txt",
        ] {
            assert_eq!(entry(name), "U02/13/20.txt", "{name}");
        }
    }

    #[test]
    fn what_looks_like_a_sequence_elsewhere_is_misplaced() {
        for name in ["13/20.txt", "user2/13/20.txt", "U02/20.txt", "U02/13/more/20.txt", "U02/13/twenty.txt"]
        {
            assert_eq!(entry(name), "Misplaced", "{name}");
        }
    }

    #[test]
    fn other_files_are_told_apart_from_what_systems_leave() {
        for name in ["gestures-dataset/info.txt", "gestures.png", "U02/photo.png", "U02/13/20.csv"] {
            assert_eq!(entry(name), "Other", "{name}");
        }
        for name in ["U02/", "U02\\13\\", "__MACOSX/U02/13/._20.txt", "U02/.DS_Store", "U02/Thumbs.db", ""] {
            assert_eq!(entry(name), "Nothing", "{name}");
        }
    }
}
