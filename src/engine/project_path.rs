//! A path of the project, in its one spelling.
//!
//! Invariants
//! - Relative to the project's folder, UTF-8, forward slashes; no `.`, no `..`, no slash doubled or at its end, and not
//!   empty but for [`ProjectPath::root`].
//! - One from a record, a lock or a note is read by the same rules as one that a person wrote.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest name that common file systems take, in bytes.
const MAX_NAME_BYTES: usize = 255;

/// The longest path that the system takes, in bytes, with room for the folder that the project is in.
pub(crate) const MAX_PATH_BYTES: usize = 3_000;

/// A path of the project, normalised once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectPath(String);

/// What is wrong with a path, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct PathFault {
    /// What is wrong, as the text that follows the path in a message.
    pub what: &'static str,
    /// What to do.
    pub help: &'static str,
}

impl ProjectPath {
    /// Brings a path to its one spelling.
    ///
    /// # Errors
    /// [`PathFault`] for a path that is not relative, leaves its folder, or that no file system takes.
    pub fn parse(path: &str) -> Result<Self, PathFault> {
        let fault = |what, help| Err(PathFault { what, help });
        if path.len() > MAX_PATH_BYTES {
            return fault("is longer than 3,000 bytes", "shorten it: the system takes no longer one");
        }
        if path.starts_with('/') || path.starts_with('~') {
            return fault(
                "is not relative to the project",
                "write it relative to the folder of `pipeline.yaml`",
            );
        }
        if path.contains(char::is_control) {
            return fault("holds a control character", "take it out");
        }
        let mut normal = String::with_capacity(path.len());
        for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
            if part == ".." {
                return fault(
                    "leaves its folder by `..`",
                    "write it from the folder of `pipeline.yaml` down",
                );
            }
            if part.len() > MAX_NAME_BYTES {
                return fault(
                    "has a name longer than 255 bytes",
                    "shorten it: file systems take no longer one",
                );
            }
            if !normal.is_empty() {
                normal.push('/');
            }
            normal.push_str(part);
        }
        Ok(Self(normal))
    }

    /// The project's folder itself.
    pub fn root() -> Self {
        Self(String::new())
    }

    /// Says whether it is the project's folder itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Gives it as text; empty for the project's folder.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives the path of something below it.
    ///
    /// # Errors
    /// As [`ProjectPath::parse`].
    pub fn join(&self, below: &str) -> Result<Self, PathFault> {
        if self.is_root() { Self::parse(below) } else { Self::parse(&[&self.0, "/", below].concat()) }
    }

    /// Says whether it is `folder` itself or is in it.
    pub fn is_within(&self, folder: &Self) -> bool {
        is_within(&self.0, &folder.0)
    }

    /// Gives the rest of it below `folder`; empty for the folder itself, `None` for what is elsewhere.
    pub fn below(&self, folder: &Self) -> Option<&str> {
        if folder.is_root() {
            return Some(&self.0);
        }
        let rest = self.0.strip_prefix(folder.as_str())?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
    }

    /// Gives the folder that it is in; `None` for the project's folder itself.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        Some(Self(self.0.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned()))
    }

    /// Gives the folders that it is in, the innermost first and the project's folder last.
    pub fn folders(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), Self::parent)
    }
}

/// Says whether a path is `folder` itself or is in it; both are in their one spelling.
pub fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Borrow<str> for ProjectPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProjectPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Serialize for ProjectPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ProjectPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match Self::parse(&text) {
            Ok(path) if path.0 == text && !path.is_root() => Ok(path),
            _ => Err(serde::de::Error::custom(format!("`{text}` is no path of a project"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_path_is_one_path() {
        for spelling in ["out/a", "./out/a", "out//a", "out/a/", "out/./a"] {
            assert_eq!(ProjectPath::parse(spelling).map(|path| path.to_string()), Ok("out/a".to_owned()));
        }
        assert_eq!(ProjectPath::parse("./."), Ok(ProjectPath::root()));
    }

    #[test]
    fn what_leads_out_of_the_project_is_no_path_of_it() {
        for path in ["/etc/passwd", "~/x", "a/../../x", "..", "a\nb"] {
            assert!(ProjectPath::parse(path).is_err(), "{path:?}");
        }
        for text in ["\"../x\"", "\"/home\"", "\"\"", "\"a//b\"", "\"a/.\""] {
            assert!(serde_json::from_str::<ProjectPath>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_folder_holds_what_is_in_it_and_not_what_only_begins_alike() {
        let path = |text: &str| ProjectPath::parse(text).expect("it is a path");
        assert!(path("out/a").is_within(&path("out")));
        assert!(path("out").is_within(&ProjectPath::root()));
        assert!(!path("output").is_within(&path("out")));
        assert_eq!(path("out/a/b").below(&path("out")), Some("a/b"));
        assert_eq!(path("output").below(&path("out")), None);
        assert_eq!(path("a").parent(), Some(ProjectPath::root()));
    }
}
