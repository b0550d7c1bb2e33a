//! Looks for the archive in folders.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::{Archive, FetchError};
use recount_engine::digest::Digest;

/// The folders that may hold the archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The project's own `data/`.
    pub project_data: PathBuf,
    /// Folders that a person named, in their order.
    pub mirrors: Vec<PathBuf>,
    /// The user's cache, where there is one.
    pub cache: Option<PathBuf>,
}

impl Archive {
    /// Finds the archive in the first of `places` that has a file of its name; `None` if none has.
    ///
    /// # Errors
    /// [`FetchError::WrongDigest`] when that file is not the archive, [`FetchError::File`] when it can't be read.
    pub fn find(&self, places: &Places) -> Result<Option<PathBuf>, FetchError> {
        let folders = [&places.project_data].into_iter().chain(&places.mirrors).chain(&places.cache);
        for folder in folders {
            let path = folder.join(&self.name);
            let bytes = match read(&path) {
                Ok(bytes) => bytes,
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                    continue;
                }
                Err(source) => {
                    return Err(FetchError::File { path: path.display().to_string(), done: "read", source });
                }
            };
            self.check(&path.display().to_string(), Digest::of(&bytes), "delete the file, or replace it")?;
            return Ok(Some(path));
        }
        Ok(None)
    }

    pub(super) fn check(&self, place: &str, found: Digest, remedy: &'static str) -> Result<(), FetchError> {
        if found == self.digest {
            return Ok(());
        }
        Err(FetchError::WrongDigest { place: place.to_owned(), found, expected: self.digest, remedy })
    }
}

/// Reads a regular file: a pipe would be waited for, and a device may never end.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    std::fs::read(path)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::ARCHIVE_NAME;
    use super::*;

    fn archive() -> Archive {
        Archive { digest: Digest::of(b"right"), ..Archive::smart_watch() }
    }

    fn places(root: &std::path::Path) -> Places {
        for folder in ["data", "mirror", "cache"] {
            fs::create_dir(root.join(folder)).expect("the folder is new");
        }
        Places {
            project_data: root.join("data"),
            mirrors: vec![root.join("absent"), root.join("mirror")],
            cache: Some(root.join("cache")),
        }
    }

    #[test]
    fn the_project_comes_before_mirrors_and_mirrors_before_the_cache() {
        let root = tempfile::tempdir().expect("there is a temporary folder");
        let places = places(root.path());
        assert_eq!(archive().find(&places).expect("nothing is wrong"), None);
        for folder in ["cache", "mirror", "data"] {
            let path = root.path().join(folder).join(ARCHIVE_NAME);
            fs::write(&path, b"right").expect("the folder is there");
            assert_eq!(archive().find(&places).expect("nothing is wrong"), Some(path));
        }
    }

    #[test]
    fn a_file_with_another_digest_is_an_error_even_where_a_later_place_has_the_right_one() {
        let root = tempfile::tempdir().expect("there is a temporary folder");
        let places = places(root.path());
        fs::write(root.path().join("mirror").join(ARCHIVE_NAME), b"wrong").expect("the folder is there");
        fs::write(root.path().join("cache").join(ARCHIVE_NAME), b"right").expect("the folder is there");
        let error = archive().find(&places).expect_err("the mirror's file is not the archive");
        assert!(!error.is_unavailable());
        let message = error.to_string();
        for part in [
            root.path().join("mirror").join(ARCHIVE_NAME).display().to_string(),
            Digest::of(b"wrong").to_hex(),
            Digest::of(b"right").to_hex(),
            "delete the file, or replace it".to_owned(),
        ] {
            assert!(message.contains(&part), "`{part}` is missing in: {message}");
        }
    }

    #[test]
    fn what_is_no_regular_file_is_an_error_and_never_opened() {
        let root = tempfile::tempdir().expect("there is a temporary folder");
        let places = places(root.path());
        let path = root.path().join("data").join(ARCHIVE_NAME);
        let assert_refused = || {
            let error = archive().find(&places).expect_err("it is no regular file");
            assert_eq!(
                error.to_string(),
                format!("`{}` can't be read: it is no regular file", path.display())
            );
        };
        fs::create_dir(&path).expect("the folder is new");
        assert_refused();
        fs::remove_dir(&path).expect("it is empty");
        std::os::unix::fs::symlink("/dev/zero", &path).expect("links can be made");
        assert_refused();
    }
}
