//! The whole store, read again: what is damaged is named, and set aside for the next run to make anew.
//!
//! objects, each read to its end ──┐
//! records, each with its seal ────┴──▶ [`Examination`]
//!
//! Invariants
//! - Believes nothing but bytes: what is known of files is not asked.
//! - Afterwards every record is whole and has all of its objects: a second examination finds nothing.
//! - A kill in between leaves damage that the next examination finds; nothing sound is ever moved.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::error::StoreError;
use super::inventory::{Inventory, StoredFile};
use super::object::object_name;
use super::{Record, SNAPSHOT_FILE, Session};
use crate::digest::{Digest, Key, ObjectId};

/// What an examination of the store found.
#[derive(Debug, Default)]
pub struct Examination {
    /// How many records there are.
    pub records: usize,
    /// How many objects there are.
    pub objects: usize,
    /// How many bytes they have.
    pub bytes: u64,
    /// How many sound objects no record names; a killed run leaves such, and `gc` frees them.
    pub unnamed: usize,
    /// What is wrong, in the order in which it was found.
    pub damage: Vec<Damage>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file that it is wrong with.
    pub path: PathBuf,
    /// What is wrong.
    pub kind: DamageKind,
    /// The instances whose results it costs, where that is known.
    pub instances: Vec<String>,
    /// Where the file is now, if it was set aside.
    pub set_aside: Option<PathBuf>,
}

/// What can be wrong with a file of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DamageKind {
    /// A record's text is not the one that was sealed.
    RecordCorrupt,
    /// An object holds other bytes than it is named by.
    ObjectCorrupt,
    /// A record names an object that is not there.
    ObjectMissing,
    /// The system can't read it, and says why.
    Unreadable(String),
    /// It is nothing that the store has put there.
    Stray,
}

/// Sound records and objects, as far as they are known.
#[derive(Default)]
struct Sound {
    records: Vec<Record>,
    objects: BTreeSet<ObjectId>,
    damaged: BTreeSet<ObjectId>,
}

impl Session<'_> {
    /// Reads every record and every object, on `threads` threads, and sets aside what is damaged.
    /// `go_on` gets how many objects are read, and how many there are; when it returns `false`, there is no result.
    ///
    /// # Errors
    /// [`StoreError`] when a folder can't be read, or something damaged can't be moved.
    pub fn examine(
        &self,
        threads: usize,
        go_on: &(dyn Fn(usize, usize) -> bool + Sync),
    ) -> Result<Option<Examination>, StoreError> {
        let (records, objects) = (self.all_records()?, self.all_objects()?);
        let mut found = Examination {
            records: records.files.len(),
            objects: objects.files.len(),
            bytes: objects.files.iter().map(|file| file.size).sum(),
            ..Examination::default()
        };
        let Some(digests) = self.read_all(&objects.files, threads, go_on) else { return Ok(None) };
        let mut sound = Sound::default();
        self.examine_objects(&objects, digests, &mut sound, &mut found)?;
        self.examine_records(&records, &mut sound, &mut found)?;
        for stray in records.strays.into_iter().chain(objects.strays) {
            self.set_aside(&stray, DamageKind::Stray, Vec::new(), &mut found)?;
        }
        name_instances(&sound, &mut found);
        if !found.damage.is_empty() {
            // It says of what was set aside that it is there.
            self.remove_own(SNAPSHOT_FILE)?;
        }
        let named: BTreeSet<ObjectId> = sound.records.iter().flat_map(Record::objects).collect();
        found.unnamed = sound.objects.difference(&named).count();
        Ok(Some(found))
    }

    fn examine_objects(
        &self,
        objects: &Inventory<ObjectId>,
        digests: Vec<io::Result<Digest>>,
        sound: &mut Sound,
        found: &mut Examination,
    ) -> Result<(), StoreError> {
        for (file, digest) in objects.files.iter().zip(digests) {
            let kind = match digest {
                Ok(digest) if digest == file.id.0 => {
                    sound.objects.insert(file.id);
                    continue;
                }
                Ok(_) => DamageKind::ObjectCorrupt,
                Err(error) => DamageKind::Unreadable(error.to_string()),
            };
            sound.damaged.insert(file.id);
            self.set_aside(&file.name, kind, Vec::new(), found)?;
        }
        Ok(())
    }

    fn examine_records(
        &self,
        records: &Inventory<Key>,
        sound: &mut Sound,
        found: &mut Examination,
    ) -> Result<(), StoreError> {
        let mut missing: BTreeSet<ObjectId> = BTreeSet::new();
        for file in &records.files {
            let kind = match self.record(file.id) {
                Ok(Some(record)) => {
                    let lost: Vec<ObjectId> =
                        objects_of(&record).filter(|id| !sound.objects.contains(id)).collect();
                    if !lost.is_empty() {
                        missing.extend(lost.iter().filter(|id| !sound.damaged.contains(id)));
                        // Without all its objects it is no longer a record of anything.
                        self.quarantine(&file.name)?;
                    }
                    sound.records.push(record);
                    continue;
                }
                Ok(None) => DamageKind::RecordCorrupt,
                Err(error) => DamageKind::Unreadable(error.source.to_string()),
            };
            self.set_aside(&file.name, kind, self.instances_at(file.id), found)?;
        }
        found.damage.extend(missing.into_iter().map(|id| Damage {
            path: self.base.path_of(&object_name(id)),
            kind: DamageKind::ObjectMissing,
            instances: Vec::new(),
            set_aside: None,
        }));
        Ok(())
    }

    fn set_aside(
        &self,
        name: &str,
        kind: DamageKind,
        instances: Vec<String>,
        found: &mut Examination,
    ) -> Result<(), StoreError> {
        self.quarantine(name)?;
        let set_aside = name.rsplit('/').next().map(|name| self.base.path_of("quarantine").join(name));
        found.damage.push(Damage { path: self.base.path_of(name), kind, instances, set_aside });
        Ok(())
    }

    fn instances_at(&self, key: Key) -> Vec<String> {
        let names = self.logged_keys().into_iter().filter(|(_, last)| *last == key);
        names.map(|(name, _)| name).collect()
    }

    /// Digests files in their order; `None` once `go_on` says no.
    fn read_all(
        &self,
        files: &[StoredFile<ObjectId>],
        threads: usize,
        go_on: &(dyn Fn(usize, usize) -> bool + Sync),
    ) -> Option<Vec<io::Result<Digest>>> {
        let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let results: Vec<OnceLock<io::Result<Digest>>> = files.iter().map(|_| OnceLock::new()).collect();
        let work = || {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(file) = files.get(index) else { return };
                if !go_on(done.load(Ordering::Relaxed), files.len()) {
                    return;
                }
                let open = self.base.open_file(&file.name);
                let digest = open.and_then(|open| self.read_digest(open, file.size));
                results[index].set(digest).expect("each file is read once");
                done.fetch_add(1, Ordering::Relaxed);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads {
                // Where the system has no thread to give, those that are there do it all.
                drop(std::thread::Builder::new().spawn_scoped(scope, work));
            }
            work();
        });
        // A worker that was stopped has left the result of its file out.
        results.into_iter().map(OnceLock::into_inner).collect()
    }
}

fn objects_of(record: &Record) -> impl Iterator<Item = ObjectId> + '_ {
    record.outputs.iter().map(|output| output.object)
}

/// Says whose results a lost object costs.
fn name_instances(sound: &Sound, found: &mut Examination) {
    let mut needed_by: BTreeMap<ObjectId, BTreeSet<&str>> = BTreeMap::new();
    for record in &sound.records {
        for id in objects_of(record).filter(|id| !sound.objects.contains(id)) {
            needed_by.entry(id).or_default().insert(&record.observed.instance);
        }
    }
    for damage in found.damage.iter_mut().filter(|damage| damage.instances.is_empty()) {
        let id = damage.path.file_name().and_then(|name| Digest::from_hex(name.to_str()?)).map(ObjectId);
        let instances = id.and_then(|id| needed_by.get(&id));
        damage.instances = instances.into_iter().flatten().map(|name| (*name).to_owned()).collect();
    }
}
