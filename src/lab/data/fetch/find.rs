//! Looks for the archive in folders.

use std::io::ErrorKind;
use std::path::PathBuf;

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
            let bytes = match std::fs::read(&path) {
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
    fn a_folder_of_the_archives_name_is_an_error() {
        let root = tempfile::tempdir().expect("there is a temporary folder");
        let places = places(root.path());
        fs::create_dir(root.path().join("data").join(ARCHIVE_NAME)).expect("the folder is new");
        assert!(matches!(archive().find(&places), Err(FetchError::File { .. })));
    }
}
