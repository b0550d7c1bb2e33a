//! Looks for an archive in folders.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::download::MAX_ARCHIVE_BYTES;
use super::{ArchiveSource, FetchError};
use recount_engine::digest::Digest;

/// The places that may hold an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The project's own `data/`.
    pub project_data: PathBuf,
    /// Folders, or the file itself, that a person named, in their order.
    pub mirrors: Vec<PathBuf>,
    /// The user's cache, where there is one.
    pub cache: Option<PathBuf>,
}

impl ArchiveSource {
    /// Finds the archive in the first of `places` that has it; `None` if none has.
    ///
    /// # Errors
    /// [`FetchError::WrongDigest`] when a file of its name is another file, [`FetchError::File`] when one can't be read,
    /// [`FetchError::TooLarge`] when it is larger than any archive.
    pub fn find(&self, places: &Places) -> Result<Option<PathBuf>, FetchError> {
        let name = self.file_name();
        let cached = places.cache.as_ref().map(|cache| self.cache_folder(cache));
        let folders = [&places.project_data].into_iter().chain(&places.mirrors).chain(&cached);
        for place in folders {
            let is_file = place.is_file();
            let path = if is_file { place.clone() } else { place.join(name) };
            let Some(found) = digest_of(&path)? else { continue };
            // A mirror that is a file of another name may be another stage's archive.
            if is_file && found != self.sha256 && path.file_name().is_none_or(|own| own != name) {
                continue;
            }
            self.check(&path.display().to_string(), found, "delete the file, or replace it")?;
            return Ok(Some(path));
        }
        Ok(None)
    }

    /// Says of each of `mirrors`, which don't have the archive, what is there instead.
    pub fn describe_mirrors(&self, mirrors: &[PathBuf]) -> Vec<String> {
        let name = self.file_name();
        let describe = |mirror: &PathBuf| {
            let shown = mirror.display();
            if mirror.is_dir() {
                format!("`{shown}` holds no `{name}`")
            } else if mirror.is_file() {
                format!("`{shown}` is not `{name}`: its SHA-256 is another one")
            } else if mirror.starts_with("~") {
                format!(
                    "`{shown}` does not exist: no shell has put your home in the place of `~`, so write `$HOME`"
                )
            } else {
                format!("`{shown}` does not exist")
            }
        };
        mirrors.iter().map(describe).collect()
    }

    /// Gives the folder of the cache that is the archive's alone, since others may have its name.
    pub(super) fn cache_folder(&self, cache: &Path) -> PathBuf {
        cache.join(self.sha256.to_hex())
    }

    pub(super) fn check(&self, place: &str, found: Digest, remedy: &'static str) -> Result<(), FetchError> {
        if found == self.sha256 {
            return Ok(());
        }
        Err(FetchError::WrongDigest { place: place.to_owned(), found, expected: self.sha256, remedy })
    }
}

/// Digests a file; `None` where there is none. What is no regular file is not opened: a pipe would be waited for, and a
/// device may never end.
fn digest_of(path: &Path) -> Result<Option<Digest>, FetchError> {
    let failed = |source| FetchError::File { path: path.display().to_string(), done: "read", source };
    let metadata = match fs::metadata(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        found => found.map_err(failed)?,
    };
    if !metadata.is_file() {
        return Err(failed(std::io::Error::other("it is no regular file")));
    }
    if metadata.len() > MAX_ARCHIVE_BYTES {
        return Err(FetchError::TooLarge { place: path.display().to_string(), most: MAX_ARCHIVE_BYTES });
    }
    fs::File::open(path).and_then(Digest::of_reader).map(Some).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::super::SMART_WATCH_URL;
    use super::*;

    const NAME: &str = "gestures-dataset.zip";

    fn archive() -> ArchiveSource {
        ArchiveSource { url: SMART_WATCH_URL.to_owned(), sha256: Digest::of(b"right") }
    }

    fn places(root: &Path) -> Places {
        let cache = root.join("cache");
        for folder in [&root.join("data"), &root.join("mirror"), &archive().cache_folder(&cache)] {
            fs::create_dir_all(folder).expect("the folder is new");
        }
        Places {
            project_data: root.join("data"),
            mirrors: vec![root.join("absent"), root.join("mirror")],
            cache: Some(cache),
        }
    }

    #[test]
    fn the_project_comes_before_mirrors_and_mirrors_before_the_cache() {
        let root = tempfile::tempdir().expect("there is a temporary folder");
        let places = places(root.path());
        assert_eq!(archive().find(&places).expect("nothing is wrong"), None);
        let cache = archive().cache_folder(&root.path().join("cache"));
        for folder in [cache, root.path().join("mirror"), root.path().join("data")] {
            let path = folder.join(NAME);
            fs::write(&path, b"right").expect("the folder is there");
            assert_eq!(archive().find(&places).expect("nothing is wrong"), Some(path));
        }
    }

    #[test]
    fn a_file_with_another_digest_is_an_error_even_where_a_later_place_has_the_right_one() {
        let root = tempfile::tempdir().expect("there is a temporary folder");
        let places = places(root.path());
        fs::write(root.path().join("mirror").join(NAME), b"wrong").expect("the folder is there");
        fs::write(archive().cache_folder(&root.path().join("cache")).join(NAME), b"right")
            .expect("the folder is there");
        let error = archive().find(&places).expect_err("the mirror's file is not the archive");
        assert!(!error.is_unavailable());
        let message = error.to_string();
        for part in [
            root.path().join("mirror").join(NAME).display().to_string(),
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
        let path = root.path().join("data").join(NAME);
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

    #[test]
    fn a_mirror_may_be_the_file_itself_under_any_name() {
        let root = tempfile::tempdir().expect("there is a temporary folder");
        let [right, other] = ["renamed.zip", "other.zip"].map(|name| root.path().join(name));
        fs::write(&right, b"right").expect("the folder is there");
        fs::write(&other, b"another archive").expect("the folder is there");
        let places = Places { mirrors: vec![other, right.clone()], ..Places::default() };
        assert_eq!(archive().find(&places).expect("nothing is wrong"), Some(right));
        let named = root.path().join(NAME);
        fs::write(&named, b"wrong").expect("the folder is there");
        let places = Places { mirrors: vec![named], ..Places::default() };
        assert!(matches!(archive().find(&places), Err(FetchError::WrongDigest { .. })));
    }

    #[test]
    fn of_each_mirror_without_the_archive_it_is_said_what_is_there() {
        let root = tempfile::tempdir().expect("there is a temporary folder");
        let file = root.path().join("other.zip");
        fs::write(&file, b"another archive").expect("the folder is there");
        let mirrors = [root.path().to_owned(), file, root.path().join("absent"), PathBuf::from("~/data")];
        let shown = root.path().display();
        assert_eq!(
            archive().describe_mirrors(&mirrors),
            [
                format!("`{shown}` holds no `gestures-dataset.zip`"),
                format!("`{shown}/other.zip` is not `gestures-dataset.zip`: its SHA-256 is another one"),
                format!("`{shown}/absent` does not exist"),
                "`~/data` does not exist: no shell has put your home in the place of `~`, so write `$HOME`"
                    .to_owned(),
            ]
        );
    }

    #[test]
    fn a_file_larger_than_any_archive_is_not_read() {
        let root = tempfile::tempdir().expect("there is a temporary folder");
        let path = root.path().join(NAME);
        let file = fs::File::create(&path).expect("the folder is there");
        file.set_len(MAX_ARCHIVE_BYTES + 1).expect("a hole takes no room");
        let places = Places { project_data: root.path().to_owned(), ..Places::default() };
        let error = archive().find(&places).expect_err("it is too large");
        assert_eq!(
            error.to_string(),
            format!(
                "`{}` has more than 268435456 bytes, the most that is read of an archive",
                path.display()
            )
        );
    }
}
