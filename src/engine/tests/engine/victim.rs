//! A folder outside the project that is none of its business.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A folder with files of somebody's.
pub struct Victim {
    folder: tempfile::TempDir,
    before: BTreeMap<PathBuf, (u32, Vec<u8>)>,
}

impl Victim {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        for (name, text) in
            [("thesis", "a year of work"), ("photos/1", "1"), ("photos/2", "2"), ("0", "mine")]
        {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
            fs::write(path, text).expect("the file can be written");
        }
        let before = content(folder.path());
        Self { folder, before }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    #[track_caller]
    pub fn assert_untouched(&self) {
        assert_eq!(content(self.path()), self.before);
    }
}

/// Gives all that is below a folder, with its mode and its bytes.
fn content(folder: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.expect("it can be walked"));
    let entry = |entry: walkdir::DirEntry| {
        let mode = entry.metadata().expect("it was just seen").permissions().mode();
        let bytes = if entry.file_type().is_file() {
            fs::read(entry.path()).expect("it is ours")
        } else {
            Vec::new()
        };
        (entry.into_path(), (mode, bytes))
    };
    entries.map(entry).collect()
}
