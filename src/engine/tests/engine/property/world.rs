//! One case: a project on the disk, its draft, and what must be known of it.
//!
//! draft ──change──▶ files on the disk ──disturb──▶ run ──compare──▶ oracle, ledger, clean run
//!
//! Invariants
//! - A panic tells the case's seed and everything that was done to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use crate::random::Random;
use recount_engine::command::Command;
use recount_engine::digest::{Digest, ObjectId};
use recount_engine::store::Store;
use recount_engine::{self as engine, Cancel, Event, Observer, Options, Outcome, Registry, Summary};

use super::blend::Blend;
use super::draft::Draft;
use super::edits::{change, draft, once_in, pick};
use super::ledger::{Ledger, Standing};
use super::oracle::{Expected, Fate, foretell};
use crate::damage::damage;
use crate::support::swift_folder;

/// A case.
pub struct World {
    seed: u64,
    random: Random,
    programs: bool,
    folder: tempfile::TempDir,
    draft: Draft,
    past: Vec<Draft>,
    ledger: Ledger,
    tale: Vec<String>,
}

struct Silent;

impl Observer for Silent {
    fn event(&self, _event: Event<'_>) {}
}

impl Drop for World {
    #[expect(clippy::print_stderr, reason = "a failed case must say how it is repeated")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let (seed, tale) = (self.seed, self.tale.join("\n- "));
            eprintln!("case {seed} failed; RECOUNT_TEST_CASE={seed} repeats it alone; it went\n- {tale}");
        }
    }
}

impl World {
    /// Draws the case of a seed; with `programs`, one with real programs in it.
    pub fn new(seed: u64, programs: bool) -> Self {
        let mut random = Random::new(seed, "a case of edits");
        let draft = draft(&mut random, programs);
        let (past, tale) = (Vec::new(), vec![format!("{draft:?}")]);
        let ledger = Ledger::default();
        Self { seed, random, programs, folder: swift_folder(), draft, past, ledger, tale }
    }

    /// Edits, damages, runs, and compares.
    pub fn step(&mut self) {
        if self.past.is_empty() {
            self.past.push(self.draft.clone());
        } else {
            for _ in 0..1 + self.random.below(3) {
                let past = self.draft.clone();
                let told = change(&mut self.draft, &mut self.random, self.programs, &self.past);
                self.tale.push(told);
                self.past.push(past);
            }
        }
        self.write_files();
        for _ in 0..self.random.below(3) {
            let told = self.disturb();
            self.tale.push(told);
        }
        self.run();
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Brings the files on the disk to what the draft says, in the several ways in which editors do.
    fn write_files(&mut self) {
        let root = self.folder.path().to_owned();
        for name in walk(&root.join("data")) {
            let name = name.strip_prefix(&root).expect("it was walked below it").to_owned();
            if !self.draft.files.contains_key(name.to_str().expect("names are plain")) {
                fs::remove_file(root.join(name)).expect("it was just seen");
            }
        }
        for (name, text) in &self.draft.files {
            let path = root.join(name);
            if fs::read_to_string(&path).is_ok_and(|old| old == *text) {
                continue;
            }
            write_in_some_way(&path, text, &mut self.random);
        }
    }

    /// Does something to the disk that the draft does not know of.
    fn disturb(&mut self) -> String {
        let root = self.folder.path().to_owned();
        let random = &mut self.random;
        let placed: Vec<PathBuf> = walk(&root.join("out"));
        match random.below(8) {
            0 => {
                let name = pick(random, &self.draft.files.keys().collect::<Vec<_>>()).to_string();
                let text = &self.draft.files[&name];
                write_in_some_way(&root.join(&name), text, random);
                format!("`{name}` is touched")
            }
            1 if !placed.is_empty() => {
                let place = pick(random, &placed);
                fs::remove_file(place).expect("it was just seen");
                format!("{} is removed", place.display())
            }
            2 if !placed.is_empty() => {
                let place = pick(random, &placed);
                edit_by_hand(place, random);
                format!("{} is edited by hand", place.display())
            }
            3 => {
                let kept: Vec<PathBuf> = plain_files(&root.join("artifacts"));
                if kept.is_empty() {
                    return "nothing".to_owned();
                }
                let path = pick(random, &kept);
                damage(path, random);
                format!("{} is damaged", path.display())
            }
            4 => {
                let view = root.join("artifacts/by-name");
                // There may be none yet.
                drop(fs::remove_dir_all(view));
                "the view is removed".to_owned()
            }
            5 => {
                let records = self.ledger.records();
                if records.is_empty() {
                    return "nothing".to_owned();
                }
                let key = *pick(random, &records);
                damage(&self.store().record_path(key), &mut self.random);
                self.ledger.forget(key);
                format!("the record {key} is damaged")
            }
            _ => {
                let objects = self.ledger.objects();
                if objects.is_empty() {
                    return "nothing".to_owned();
                }
                let bytes = pick(random, &objects);
                let id = ObjectId(Digest::of(bytes));
                damage(&self.store().object_path(id), &mut self.random);
                self.ledger.damage(bytes);
                format!("the object {id} is damaged")
            }
        }
    }

    fn store(&self) -> Store {
        Store::open(&self.root().join("artifacts")).expect("the store opens")
    }

    fn run(&mut self) {
        let expected = foretell(&self.draft);
        let target = once_in(&mut self.random, 6).then(|| pick(&mut self.random, &self.draft.stages).clone());
        let targets: Vec<String> = target.iter().map(|sketch| sketch.name.clone()).collect();
        let wanted = match &target {
            Some(sketch) => with_needs(&self.draft, sketch.number),
            None => self.draft.stages.iter().map(|sketch| sketch.number).collect(),
        };
        self.tale.push(format!("run {}", targets.join(" ")));
        let jobs = 1 + self.random.below(2) as usize;
        let expected: BTreeMap<&str, &Expected> = expected
            .iter()
            .filter(|one| wanted.contains(&one.stage))
            .map(|one| (one.name.as_str(), one))
            .collect();

        let foreseen = bring_up(self.root(), &self.draft, &targets, Mode::Status);
        let ran = bring_up(self.root(), &self.draft, &targets, Mode::Run { jobs });
        self.compare(&expected, &ran);
        for (before, after) in foreseen.reports.iter().zip(&ran.reports) {
            let (name, foreseen, outcome) = (&before.name, &before.outcome, &after.outcome);
            if matches!(foreseen, Outcome::Fresh) {
                let fresh = matches!(outcome, Outcome::Fresh);
                assert!(fresh, "`{name}`: a status found it fresh, then it was {outcome:?}");
            }
        }
        if targets.is_empty() {
            let again = bring_up(self.root(), &self.draft, &targets, Mode::Run { jobs });
            let idle = |outcome: &Outcome| !matches!(outcome, Outcome::Ran { .. });
            for report in &again.reports {
                assert!(idle(&report.outcome), "`{}` ran although nothing had changed", report.name);
            }
            self.compare_with_a_clean_run(&again);
        }
    }

    /// Holds a run against the oracle and the ledger.
    fn compare(&mut self, expected: &BTreeMap<&str, &Expected>, ran: &Summary) {
        let names: Vec<&str> = ran.reports.iter().map(|report| report.name.as_str()).collect();
        assert_eq!(names.iter().copied().collect::<BTreeSet<_>>(), expected.keys().copied().collect());
        let mut runs = BTreeMap::new();
        for report in &ran.reports {
            let (name, outcome) = (&report.name, &report.outcome);
            let one = expected[name.as_str()];
            let made = match (&one.fate, outcome) {
                (Fate::Makes(made), Outcome::Fresh | Outcome::Ran { .. } | Outcome::Shared { .. }) => made,
                (Fate::Fails, Outcome::Failed(_) | Outcome::Skipped { .. }) => continue,
                (Fate::Blocked, Outcome::Skipped { .. }) => continue,
                (fate, outcome) => panic!("`{name}` should be {fate:?} and is {outcome:?}"),
            };
            let recipe = one.recipe.as_ref().expect("what makes something has a recipe");
            self.ledger.note_key(recipe, report.key.expect("what makes something has a key"));
            let standing = self.ledger.standing(recipe);
            if matches!(outcome, Outcome::Ran { .. }) {
                assert_ne!(standing, Standing::Sound, "`{name}` ran, though what it makes was known");
                *runs.entry(recipe).or_insert(0) += 1;
            }
            let objects: Vec<_> = report.outputs.iter().map(|output| output.object).collect();
            let bytes: Vec<_> = made.iter().map(|made| ObjectId(Digest::of(&made.bytes))).collect();
            assert_eq!(objects, bytes, "`{name}` should have made {made:?}");
            for made in made {
                let Some(place) = &made.place else { continue };
                let there = fs::read(self.root().join(place));
                let there = there.unwrap_or_else(|error| panic!("`{name}`: {place}: {error}"));
                assert_eq!(there, made.bytes, "`{name}`: {place}");
            }
        }
        for report in &ran.reports {
            let one = expected[report.name.as_str()];
            let (Fate::Makes(made), Some(recipe)) = (&one.fate, &one.recipe) else { continue };
            let times = runs.get(recipe).copied().unwrap_or(0);
            match self.ledger.standing(recipe) {
                Standing::Unknown => assert_eq!(times, 1, "runs of `{}`, which was unknown", report.name),
                Standing::Damaged => assert!(times <= 1, "runs of `{}`", report.name),
                Standing::Sound => {}
            }
            let store = self.store();
            for made in made {
                let id = ObjectId(Digest::of(&made.bytes));
                let bytes = fs::read(store.object_path(id)).expect("what was made is in the store");
                assert_eq!(bytes, made.bytes, "an output of `{}` in the store", report.name);
            }
        }
        for one in expected.values() {
            if let (Fate::Makes(made), Some(recipe)) = (&one.fate, &one.recipe) {
                self.ledger.note(recipe, made);
            }
        }
    }

    /// Runs the same draft where nothing was ever run, and compares all that was made.
    fn compare_with_a_clean_run(&self, ran: &Summary) {
        let clean = swift_folder();
        for (name, text) in &self.draft.files {
            write(&clean.path().join(name), text);
        }
        let expected = bring_up(clean.path(), &self.draft, &[], Mode::Run { jobs: 2 });
        for (one, other) in ran.reports.iter().zip(&expected.reports) {
            assert_eq!((&one.name, &one.outputs), (&other.name, &other.outputs));
            // Whether an instance that shares a failing recipe is told its key depends on who is first.
            if !one.outputs.is_empty() {
                assert_eq!(one.key, other.key, "{}", one.name);
            }
            for place in one.outputs.iter().filter_map(|output| output.place.as_ref()) {
                let read = |root: &Path| fs::read(root.join(place)).expect("an output is at its place");
                assert_eq!(read(self.root()), read(clean.path()), "{place}");
            }
        }
    }
}

enum Mode {
    Status,
    Run { jobs: usize },
}

fn bring_up(root: &Path, draft: &Draft, targets: &[String], mode: Mode) -> Summary {
    let blends = Arc::new(AtomicUsize::new(0));
    let code = Digest::of(&draft.code.to_le_bytes());
    let variables = vec![("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())];
    let programs_before = lines_of(&root.join("ran.log"));
    let summary = {
        let blend = Blend { code, runs: Arc::clone(&blends) };
        let kinds: Registry = vec![Box::new(Command::new(variables).with_version(code)), Box::new(blend)];
        let store = Store::open(&root.join("artifacts")).expect("the store opens");
        let jobs = if let Mode::Run { jobs } = mode { jobs } else { 1 };
        let options =
            Options { jobs, targets: targets.to_vec(), keep_going: true, lock: true, ..Options::default() };
        let pipeline = draft.pipeline();
        let done = match mode {
            Mode::Status => engine::status(root, &pipeline, &kinds, &store, &options),
            Mode::Run { .. } => {
                engine::run(root, &pipeline, &kinds, &store, &options, &Silent, &Cancel::default())
            }
        };
        done.expect("the pipeline fits together")
    };
    let programs = lines_of(&root.join("ran.log")) - programs_before;
    let blends = blends.load(Ordering::SeqCst);
    let ran = |outcome: &Outcome| matches!(outcome, Outcome::Ran { .. });
    let started = summary.reports.iter().filter(|report| ran(&report.outcome)).count();
    let failed = summary.failed();
    assert!((started..=started + failed).contains(&(blends + programs)), "a run that no report tells of");
    summary
}

fn with_needs(draft: &Draft, number: u32) -> BTreeSet<u32> {
    let mut wanted = BTreeSet::from([number]);
    for sketch in draft.stages.iter().rev() {
        if wanted.contains(&sketch.number) {
            wanted.extend(&sketch.needs);
        }
    }
    wanted
}

fn lines_of(path: &Path) -> usize {
    fs::read_to_string(path).map_or(0, |text| text.lines().count())
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
    fs::write(path, text).expect("the file can be written");
}

/// Writes a file in place or as a new one, with a time of now, of long ago, or of the file before it.
fn write_in_some_way(path: &Path, text: &str, random: &mut Random) {
    let before = fs::metadata(path).and_then(|metadata| metadata.modified());
    if once_in(random, 2) {
        let beside = path.with_extension("new");
        write(&beside, text);
        fs::rename(&beside, path).expect("both are in one folder");
    } else {
        write(path, text);
    }
    let time = match random.below(3) {
        0 => return,
        1 => SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000),
        _ => before.unwrap_or(SystemTime::UNIX_EPOCH),
    };
    File::options().append(true).open(path).and_then(|file| file.set_modified(time)).expect("it is ours");
}

fn edit_by_hand(place: &Path, random: &mut Random) {
    match random.below(3) {
        0 => {
            fs::remove_file(place).expect("it was just seen");
            symlink("/etc/hostname", place).expect("links can be made");
        }
        1 => fs::write(place, "my own words").expect("it is ours"),
        _ => {
            let mut bytes = fs::read(place).unwrap_or_default();
            bytes.iter_mut().for_each(|byte| *byte ^= 1);
            // A link may lead to what is not ours.
            drop(fs::remove_file(place));
            fs::write(place, bytes).expect("it is ours");
        }
    }
}

/// Gives every file below a folder, sorted.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    walk.filter(|entry| !entry.file_type().is_dir()).map(walkdir::DirEntry::into_path).collect()
}

/// Gives the files that stand in the store's own folder: what it may lose without losing results.
fn plain_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    files
}
