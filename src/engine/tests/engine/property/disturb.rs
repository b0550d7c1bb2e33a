//! What a person, an editor or a failing disk does to a project, of which its draft knows nothing.
//!
//! Invariants
//! - What a person writes is like nothing else, so that it is found again by its content wherever it is kept.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use recount_engine::digest::{Digest, ObjectId};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::damage::damage;

use super::disk::{describe, remove, walk, write_in_some_way};
use super::draft::DiskEntry;
use super::edits::{once_in, pick};
use super::world::World;

/// The store's folder of this version.
const STORE: &str = "artifacts/v2";

impl World {
    /// Does something to the disk that the draft does not know of.
    pub fn disturb(&mut self) -> String {
        match self.random.below(12) {
            0 => self.touch_an_input(),
            1..=5 => self.disturb_outputs(),
            6 => self.lose_or_damage_what_saves_time(),
            7 => {
                // There may be none yet.
                drop(fs::remove_dir_all(self.root().join("artifacts/by-name")));
                "the view is removed".to_owned()
            }
            8 => self.leave_junk(),
            9 => self.damage_a_record(),
            _ => self.damage_an_object(),
        }
    }

    fn touch_an_input(&mut self) -> String {
        let disk = self.draft.disk();
        let files: Vec<_> = disk
            .iter()
            .filter_map(|(name, entry)| match entry {
                DiskEntry::File { text, executable } => Some((name, text, *executable)),
                _ => None,
            })
            .collect();
        let (name, text, executable) = pick(&mut self.random, &files);
        write_in_some_way(&self.root().join(name), text, *executable, &mut self.random);
        format!("`{name}` is touched")
    }

    /// Does to a file or a folder among the outputs what a person may do.
    fn disturb_outputs(&mut self) -> String {
        let root = self.root();
        let outputs = walk(&root.join("out"));
        if outputs.is_empty() {
            return "nothing".to_owned();
        }
        let path = pick(&mut self.random, &outputs).clone();
        let shown = path.strip_prefix(&root).expect("it was walked below it").display().to_string();
        let words = self.words_of_a_person();
        let is_folder = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir());
        match self.random.below(9) {
            0 => {
                self.replace(&path, |_| {});
                format!("{shown} is removed")
            }
            1 => {
                self.replace(&path, |path| fs::write(path, &words).expect("it is ours"));
                self.note_edit(&path);
                format!("{shown} is written anew: {words:?}")
            }
            2 => {
                let is_file = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file());
                let bytes = if is_file { fs::read(&path).expect("it is ours") } else { Vec::new() };
                let bytes = [&bytes[..], words.as_bytes()].concat();
                self.replace(&path, |path| fs::write(path, bytes).expect("it is ours"));
                self.note_edit(&path);
                format!("{shown} is edited by hand: {words:?}")
            }
            3 | 4 => {
                let victim = self.victim();
                let targets = [
                    victim.clone(),
                    victim.join("thesis"),
                    root.join("data/folder"),
                    root.join("data/0"),
                    PathBuf::from(format!("no/such/{words}")),
                ];
                let target = pick(&mut self.random, &targets).clone();
                self.replace(&path, |path| symlink(&target, path).expect("links can be made"));
                self.note_edit(&path);
                format!("{shown} is a link to {}", target.display())
            }
            5 => {
                self.replace(&path, make_pipe);
                self.note_edit(&path);
                format!("{shown} is a pipe")
            }
            6 => {
                self.replace(&path, |path| {
                    fs::create_dir_all(path.join("empty")).expect("it is ours");
                    fs::write(path.join("mine"), &words).expect("it is ours");
                });
                self.note_edit(&path.join("mine"));
                format!("{shown} is a folder of a person's: {words:?}")
            }
            7 if is_folder => {
                let (name, empty) = (path.join("stray"), path.join("stray-folder/empty"));
                self.replace(&name, |name| fs::write(name, &words).expect("it is ours"));
                self.note_edit(&name);
                fs::create_dir_all(empty).unwrap_or_default();
                format!("{shown} has a stray file: {words:?}")
            }
            _ => {
                let mode = *pick(&mut self.random, &[0o755, 0o600, 0o666, 0o700]);
                let mode = if is_folder { mode | 0o300 } else { mode };
                // A link's permissions are those of what it leads to, which is not to be changed.
                if !path.is_symlink() {
                    fs::set_permissions(&path, Permissions::from_mode(mode)).expect("it is ours");
                }
                format!("{shown} has the mode {mode:o}")
            }
        }
    }

    fn words_of_a_person(&mut self) -> String {
        self.edits_made += 1;
        format!("my own words, {}", self.edits_made)
    }

    /// Replaces what is at a path; what was written there is no longer wanted.
    fn replace(&mut self, path: &Path, put: impl FnOnce(&Path)) {
        self.edits.retain(|edited, _| !edited.starts_with(path));
        remove(path);
        put(path);
    }

    /// Notes that what is at a path now is a person's, and must not be lost.
    fn note_edit(&mut self, path: &Path) {
        let content = describe(path).expect("it was just written");
        self.edits.insert(path.to_owned(), content);
    }

    fn lose_or_damage_what_saves_time(&mut self) -> String {
        let snapshot = self.root().join(STORE).join("snapshot");
        if once_in(&mut self.random, 2) {
            // There may be none yet.
            drop(fs::remove_file(snapshot));
            return "the snapshot is removed".to_owned();
        }
        let files = plain_files(&self.root().join(STORE));
        if files.is_empty() {
            return "nothing".to_owned();
        }
        let path = pick(&mut self.random, &files).clone();
        damage(&path, &mut self.random);
        format!("{} is damaged", path.display())
    }

    /// Leaves what editors and Python leave in a folder of inputs; programs would read it.
    fn leave_junk(&mut self) -> String {
        if self.programs {
            return "nothing".to_owned();
        }
        let folder = self.root().join("data/folder");
        fs::create_dir_all(folder.join("__pycache__")).expect("it is ours");
        let words = self.words_of_a_person();
        fs::write(folder.join("__pycache__/a.pyc"), &words).expect("it is ours");
        fs::write(folder.join("a~"), words).expect("it is ours");
        // It may be there already.
        drop(symlink("nobody@nowhere.1", folder.join(".#a")));
        "an editor leaves its files in data/folder".to_owned()
    }

    fn damage_a_record(&mut self) -> String {
        let records = self.ledger.records();
        if records.is_empty() {
            return "nothing".to_owned();
        }
        let key = *pick(&mut self.random, &records);
        // Damage to what stands whole at its place is noticed when it is needed.
        drop(fs::remove_file(self.root().join(STORE).join("snapshot")));
        let hex = key.to_string();
        damage(&self.root().join(format!("{STORE}/records/{}/{hex}.json", &hex[..2])), &mut self.random);
        self.ledger.forget(key);
        format!("the record {key} is damaged")
    }

    fn damage_an_object(&mut self) -> String {
        let objects = self.ledger.objects();
        if objects.is_empty() {
            return "nothing".to_owned();
        }
        let bytes = pick(&mut self.random, &objects);
        drop(fs::remove_file(self.root().join(STORE).join("snapshot")));
        let id = ObjectId(Digest::of(bytes));
        damage(&self.store().object_path(id), &mut self.random);
        self.ledger.damage(bytes);
        format!("the object {id} is damaged")
    }
}

fn make_pipe(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).expect("pipes can be made");
}

/// Gives the files that stand in the store's own folder: what it may lose without losing results.
fn plain_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    // Without the list of filled places nothing would ever be taken away.
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.is_file() && !path.ends_with("places")).collect();
    files.sort();
    files
}
