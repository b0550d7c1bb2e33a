//! What is on the disk: written as a draft says, in the several ways in which editors do, and described for comparison.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::random::Random;

use super::draft::{DiskEntry, Draft};
use super::edits::once_in;

/// Describes every file, folder and link below a project's root but the store, and what is no part of anything.
pub fn tree(root: &Path) -> BTreeMap<PathBuf, String> {
    let own = ["artifacts", "ran.log"];
    let entries = walk(root).into_iter().filter_map(|path| {
        let below = path.strip_prefix(root).expect("it was walked below it").to_owned();
        let first = below.iter().next()?.to_str()?;
        (!own.contains(&first) && !is_junk(&below)).then_some((path, below))
    });
    entries
        .map(|(path, below)| {
            let executable = fs::symlink_metadata(&path)
                .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0);
            let manner = if executable { ", executable" } else { "" };
            (below, describe(&path).unwrap_or_default() + manner)
        })
        .collect()
}

/// Asserts that two trees are the same, and says where they are not.
#[track_caller]
pub fn assert_same(found: &BTreeMap<PathBuf, String>, expected: &BTreeMap<PathBuf, String>, what: &str) {
    let paths = found.keys().chain(expected.keys()).filter(|path| found.get(*path) != expected.get(*path));
    let differences: Vec<_> = paths.map(|path| (path, found.get(path), expected.get(path))).collect();
    assert!(differences.is_empty(), "{what}; (path, found, expected): {differences:#?}");
}

/// Says what is at a path, following no link; `None` where nothing is.
pub fn describe(path: &Path) -> Option<String> {
    let sort = fs::symlink_metadata(path).ok()?.file_type();
    Some(if sort.is_dir() {
        "a folder".to_owned()
    } else if sort.is_symlink() {
        format!("a link to {:?}", fs::read_link(path).ok()?)
    } else if sort.is_fifo() {
        "a pipe".to_owned()
    } else {
        format!("a file {:?}", String::from_utf8_lossy(&fs::read(path).ok()?))
    })
}

/// Gives everything below a folder, sorted, folders before what is in them; enters no link.
pub fn walk(folder: &Path) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(folder).min_depth(1).sort_by_file_name().into_iter().flatten();
    walk.map(walkdir::DirEntry::into_path).collect()
}

/// Removes whatever is at a path, following no link.
pub fn remove(path: &Path) {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path).expect("it is ours"),
        Ok(_) => fs::remove_file(path).expect("it is ours"),
        Err(_) => {}
    }
}

/// Brings the files on the disk to what a draft says.
pub fn write_draft(root: &Path, draft: &Draft, random: &mut Random) {
    let disk = draft.disk();
    for path in walk(root).into_iter().rev() {
        let below = path.strip_prefix(root).expect("it was walked below it");
        if !below.starts_with("data") && !below.starts_with("behind") {
            continue;
        }
        let sort = fs::symlink_metadata(&path).expect("it was just seen").file_type();
        let stays = match disk.get(below.to_str().expect("names are plain")) {
            Some(DiskEntry::Folder) => sort.is_dir(),
            Some(DiskEntry::File { .. }) => sort.is_file(),
            Some(DiskEntry::Link { .. }) => sort.is_symlink(),
            None => false,
        };
        if !stays {
            remove(&path);
        }
    }
    for (name, entry) in disk {
        let path = root.join(name);
        match entry {
            DiskEntry::Folder => fs::create_dir_all(path).expect("nothing is in the way"),
            DiskEntry::Link { to } => {
                if fs::read_link(&path).ok().as_ref() != Some(&to) {
                    remove(&path);
                    symlink(to, path).expect("links can be made");
                }
            }
            DiskEntry::File { text, executable } => {
                let same = |metadata: fs::Metadata| is_executable(&metadata) == executable;
                let is_there = fs::metadata(&path).is_ok_and(same)
                    && fs::read_to_string(&path).is_ok_and(|old| old == text);
                if !is_there {
                    write_in_some_way(&path, &text, executable, random);
                }
            }
        }
    }
}

/// Writes a file in place or as a new one, with a time of now, of long ago, or of the file before it.
pub fn write_in_some_way(path: &Path, text: &str, executable: bool, random: &mut Random) {
    let before = fs::metadata(path).and_then(|metadata| metadata.modified());
    if once_in(random, 2) {
        let beside = path.with_extension("new");
        fs::write(&beside, text).expect("the file can be written");
        fs::rename(&beside, path).expect("both are in one folder");
    } else {
        fs::write(path, text).expect("the file can be written");
    }
    let private = once_in(random, 3);
    let mode = if executable { 0o755 } else { 0o644 } & if private { 0o700 } else { 0o777 };
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is ours");
    let time = match random.below(3) {
        0 => return,
        1 => SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000),
        _ => before.unwrap_or(SystemTime::UNIX_EPOCH),
    };
    File::options().append(true).open(path).and_then(|file| file.set_modified(time)).expect("it is ours");
}

fn is_executable(metadata: &fs::Metadata) -> bool {
    metadata.permissions().mode() & 0o100 != 0
}

/// Says whether a path is what editors and Python leave behind.
fn is_junk(path: &Path) -> bool {
    path.iter()
        .filter_map(|part| part.to_str())
        .any(|part| part == "__pycache__" || part.ends_with('~') || part.starts_with(".#"))
}
