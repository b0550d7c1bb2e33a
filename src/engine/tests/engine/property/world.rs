//! One case: a project on the disk, its draft, and what must be known of it.
//!
//! draft ──change──▶ files on the disk ──disturb──▶ run ──compare──▶ oracle, ledger, clean run
//!
//! Invariants
//! - A panic names the case's seed and everything that was done to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::random::Random;
use recount_engine::command::Command;
use recount_engine::digest::{Digest, ObjectId};
use recount_engine::snapshot::CheckedSnapshot;
use recount_engine::store::Store;
use recount_engine::{self as engine, Cancel, Event, Observer, Options, Outcome, Registry, Summary};

use super::blend::Blend;
use super::disk::{assert_same, describe, tree, walk, write_draft};
use super::draft::Draft;
use super::edits::{change, change_settings, draft, once_in, pick};
use super::ledger::{Ledger, StoredState};
use super::oracle::{Expected, Fate, predict};
use crate::support::swift_folder;

/// The permissions of others than the owner to read and execute.
const OTHERS_READ: u32 = 0o055;

/// A case.
pub struct World {
    seed: u64,
    pub(super) random: Random,
    pub(super) programs: bool,
    folder: tempfile::TempDir,
    pub(super) draft: Draft,
    past: Vec<Draft>,
    pub(super) ledger: Ledger,
    /// What a person has written, by where it still is.
    pub(super) edits: BTreeMap<PathBuf, String>,
    /// What of it was taken away, so that it must be kept.
    kept: BTreeSet<String>,
    pub(super) edits_made: u32,
    history: Vec<String>,
}

struct Silent;

impl Observer for Silent {
    fn event(&self, _event: Event<'_>) {}
}

impl Drop for World {
    #[expect(clippy::print_stderr, reason = "a failed case must say how it is repeated")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let (seed, history) = (self.seed, self.history.join("\n- "));
            eprintln!("case {seed} failed; RECOUNT_TEST_CASE={seed} repeats it alone; it went\n- {history}");
        }
    }
}

impl World {
    /// Draws the case of a seed; with `programs`, one with real programs in it.
    pub fn new(seed: u64, programs: bool) -> Self {
        let mut random = Random::new(seed, "a case of edits");
        let draft = draft(&mut random, programs);
        let history = vec![format!("{draft:?}")];
        let folder = swift_folder();
        for (name, text) in [("thesis", "a year of work"), ("notes/one", "1"), ("notes/two", "2")] {
            let path = folder.path().join("victim").join(name);
            fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
            fs::write(path, text).expect("the file can be written");
        }
        fs::create_dir_all(folder.path().join("victim/empty")).expect("the folder can be made");
        fs::create_dir(folder.path().join("project")).expect("the folder can be made");
        let (past, ledger) = (Vec::new(), Ledger::default());
        let (edits, kept) = (BTreeMap::new(), BTreeSet::new());
        Self { seed, random, programs, folder, draft, past, ledger, edits, kept, edits_made: 0, history }
    }

    /// Edits, damages, runs, and compares.
    pub fn step(&mut self) {
        let victim = tree(&self.victim());
        if self.past.is_empty() {
            self.past.push(self.draft.clone());
        } else {
            for _ in 0..1 + self.random.below(3) {
                let past = self.draft.clone();
                let done = change(&mut self.draft, &mut self.random, self.programs, &self.past);
                self.history.push(done);
                self.past.push(past);
            }
        }
        write_draft(&self.root(), &self.draft, &mut self.random);
        for _ in 0..self.random.below(4) {
            let done = self.disturb();
            self.history.push(done);
        }
        match self.random.below(8) {
            0 => self.run_where_the_folder_of_outputs_is_a_link(),
            1 => self.run_a_trial(),
            _ => {}
        }
        self.run();
        assert_same(&tree(&self.victim()), &victim, "nothing outside the project changes");
    }

    pub(super) fn root(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    /// Gives a folder beside the project, which is none of its business.
    pub(super) fn victim(&self) -> PathBuf {
        self.folder.path().join("victim")
    }

    /// Runs while the folder that all outputs stand in is a link to somebody's files: nothing of it can be brought up to
    /// date, and nothing there may be touched.
    fn run_where_the_folder_of_outputs_is_a_link(&mut self) {
        let (out, aside) = (self.root().join("out"), self.root().join("aside"));
        if !out.is_dir() {
            return;
        }
        let within = self.root().join("data/folder");
        let target = if once_in(&mut self.random, 2) { self.victim() } else { within };
        self.history.push(format!("run while `out` is a link to {}", target.display()));
        fs::rename(&out, &aside).expect("both are in one folder");
        symlink(&target, &out).expect("links can be made");
        let before = tree(&target);
        bring_up(&self.root(), &self.draft, &[], Mode::Status);
        let summary = bring_up(&self.root(), &self.draft, &[], Mode::Run { jobs: 2, trial: false });
        let by_name: BTreeMap<String, Expected> =
            predict(&self.draft).into_iter().map(|one| (one.name.clone(), one)).collect();
        for report in &summary.reports {
            let one = &by_name[&report.name];
            let is_done = !matches!(report.outcome, Outcome::Failed(_) | Outcome::Skipped { .. });
            if let Fate::Makes(made) = &one.fate {
                let is_placed = made.iter().any(|made| made.place.is_some());
                assert!(!is_placed || !is_done, "`{}` is behind a link, and counts as done", report.name);
            }
            one.recipe.iter().for_each(|recipe| self.ledger.doubt(recipe));
        }
        assert_same(&tree(&target), &before, "what lies behind a link is not touched");
        fs::remove_file(&out).expect("it is our link");
        fs::rename(&aside, &out).expect("both are in one folder");
    }

    /// Runs with other settings, as a trial; the plain run that follows must bring everything back.
    fn run_a_trial(&mut self) {
        let mut draft = self.draft.clone();
        let done = change_settings(&mut draft, &mut self.random);
        self.history.push(format!("trial: {done}"));
        let ran = bring_up(&self.root(), &draft, &[], Mode::Run { jobs: 2, trial: true });
        let expected = predict(&draft);
        let expected = expected.iter().map(|one| (one.name.as_str(), one)).collect();
        self.compare(&expected, &ran);
        self.look_for_edits();
    }

    /// Asserts that whatever a person wrote is where it was written, or is kept.
    fn look_for_edits(&mut self) {
        let gone = |path: &PathBuf, content: &String| describe(path).as_ref() != Some(content);
        let edits = std::mem::take(&mut self.edits);
        let (gone, there) = edits.into_iter().partition(|(path, content)| gone(path, content));
        self.edits = there;
        let gone: BTreeMap<PathBuf, String> = gone;
        self.kept.extend(gone.into_values());
        let edited = walk(&self.root().join("artifacts/edited"));
        let found: BTreeSet<String> = edited.iter().filter_map(|path| describe(path)).collect();
        let lost: Vec<&String> = self.kept.difference(&found).collect();
        assert!(lost.is_empty(), "what a person wrote is lost: {lost:?}");
    }

    pub(super) fn store(&self) -> Store {
        Store::open(&self.root()).expect("the store opens")
    }

    fn run(&mut self) {
        let expected = predict(&self.draft);
        let target = once_in(&mut self.random, 3).then(|| pick(&mut self.random, &self.draft.stages).clone());
        let targets: Vec<String> = target.iter().map(|sketch| sketch.name.clone()).collect();
        let wanted = match &target {
            Some(sketch) => with_needs(&self.draft, sketch.number),
            None => self.draft.stages.iter().map(|sketch| sketch.number).collect(),
        };
        self.history.push(format!("run {}", targets.join(" ")));
        let jobs = 1 + self.random.below(2) as usize;
        let expected: BTreeMap<&str, &Expected> = expected
            .iter()
            .filter(|one| wanted.contains(&one.stage))
            .map(|one| (one.name.as_str(), one))
            .collect();

        let foreseen = bring_up(&self.root(), &self.draft, &targets, Mode::Status);
        let ran = bring_up(&self.root(), &self.draft, &targets, Mode::Run { jobs, trial: false });
        self.compare(&expected, &ran);
        self.look_for_edits();
        for (before, after) in foreseen.reports.iter().zip(&ran.reports) {
            let (name, foreseen, outcome) = (&before.name, &before.outcome, &after.outcome);
            if matches!(foreseen, Outcome::Fresh) {
                let fresh = matches!(outcome, Outcome::Fresh);
                assert!(fresh, "`{name}`: a status found it fresh, then it was {outcome:?}");
            }
        }
        if targets.is_empty() {
            let again = bring_up(&self.root(), &self.draft, &targets, Mode::Run { jobs, trial: false });
            let idle = |outcome: &Outcome| !matches!(outcome, Outcome::Ran { .. });
            for report in &again.reports {
                assert!(idle(&report.outcome), "`{}` ran although nothing had changed", report.name);
            }
            if again.is_complete() {
                self.compare_with_a_clean_run(&again);
            }
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
            let state = self.ledger.state_of(recipe);
            if matches!(outcome, Outcome::Ran { .. }) {
                assert_ne!(state, StoredState::Sound, "`{name}` ran, though what it makes was known");
                *runs.entry(recipe).or_insert(0) += 1;
            }
            let outputs = report.outputs.iter().map(|it| (it.name.as_str(), it.object, it.executable));
            let bytes = made
                .iter()
                .map(|made| (made.name.as_str(), ObjectId(Digest::of(&made.bytes)), made.is_executable()));
            let (outputs, bytes): (Vec<_>, Vec<_>) = (outputs.collect(), bytes.collect());
            assert_eq!(outputs, bytes, "`{name}` should have made {made:?}");
            for made in made {
                let Some(place) = &made.place else { continue };
                let path = self.root().join(place);
                if made.is_folder() {
                    assert!(!path.is_symlink() && path.is_dir(), "`{name}`: {place} is no folder");
                    continue;
                }
                let there = fs::read(&path).unwrap_or_else(|error| panic!("`{name}`: {place}: {error}"));
                assert_eq!(there, made.bytes, "`{name}`: {place}");
                let mode = fs::symlink_metadata(&path).expect("it is there").permissions().mode();
                assert_eq!(mode & !made.mode & OTHERS_READ, 0, "`{name}`: {place} has the mode {mode:o}");
            }
        }
        for report in &ran.reports {
            let one = expected[report.name.as_str()];
            let (Fate::Makes(made), Some(recipe)) = (&one.fate, &one.recipe) else { continue };
            let times = runs.get(recipe).copied().unwrap_or(0);
            match self.ledger.state_of(recipe) {
                StoredState::Unknown => assert_eq!(times, 1, "runs of `{}`, which was unknown", report.name),
                StoredState::Doubtful => assert!(times <= 1, "runs of `{}`", report.name),
                StoredState::Sound => {}
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
        write_draft(clean.path(), &self.draft, &mut Random::new(self.seed, "a clean project"));
        let expected = bring_up(clean.path(), &self.draft, &[], Mode::Run { jobs: 2, trial: false });
        for (one, other) in ran.reports.iter().zip(&expected.reports) {
            assert_eq!((&one.name, &one.outputs), (&other.name, &other.outputs));
            // Whether an instance that shares a failing recipe gets its key depends on who is first.
            if !one.outputs.is_empty() {
                assert_eq!(one.key, other.key, "{}", one.name);
            }
        }
        assert_same(&tree(&self.root()), &tree(clean.path()), "the whole tree is that of a clean run");
    }
}

enum Mode {
    Status,
    Run { jobs: usize, trial: bool },
}

fn bring_up(root: &Path, draft: &Draft, targets: &[String], mode: Mode) -> Summary {
    let blends = Arc::new(AtomicUsize::new(0));
    let code = Digest::of(&draft.code.to_le_bytes());
    let variables = vec![("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())];
    let programs_before = lines_of(&root.join("ran.log"));
    let summary = {
        let blend = Blend { code, runs: Arc::clone(&blends) };
        let kinds: Registry = vec![Box::new(Command::new(variables).with_version(code)), Box::new(blend)];
        let store = Store::open(root).expect("the store opens");
        let (jobs, trial) = if let Mode::Run { jobs, trial } = mode { (jobs, trial) } else { (1, false) };
        let pipeline = draft.pipeline();
        let mut known = CheckedSnapshot::load(&store);
        if let Some(known) = &mut known {
            known.fill(&mut store.files());
        }
        let options = Options {
            jobs,
            trial,
            targets: targets.to_vec(),
            keep_going: true,
            lock: true,
            snapshot: known.as_ref(),
            fingerprint: Digest::of(format!("{pipeline:?} {code}").as_bytes()),
            environment: code,
            ..Options::default()
        };
        let done = match mode {
            Mode::Status => engine::status(root, &pipeline, &kinds, &store, &options),
            Mode::Run { .. } => {
                let answer = |_: &Summary| Some("all is fresh".to_owned());
                engine::run(root, &pipeline, &kinds, &store, &options, &answer, &Silent, &Cancel::default())
            }
        };
        done.expect("the pipeline fits together")
    };
    let programs = lines_of(&root.join("ran.log")) - programs_before;
    let blends = blends.load(Ordering::SeqCst);
    let ran = |outcome: &Outcome| matches!(outcome, Outcome::Ran { .. });
    let started = summary.reports.iter().filter(|report| ran(&report.outcome)).count();
    let failed = summary.failed();
    assert!((started..=started + failed).contains(&(blends + programs)), "a run that no report has");
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
