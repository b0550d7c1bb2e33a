//! `recount run`: brings the pipeline up to date, and says what that took.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::thread;
use std::time::Instant;

use serde::Serialize;

use crate::lab::data::fetch::ARCHIVE_NAME;
use recount_engine::spec::StageId;
use recount_engine::store::Store;
use recount_engine::{self as engine, EngineError, Failure, Options, Outcome, Summary};

use super::archive::Network;
use super::arguments::RunArguments;
use super::environment::Environment;
use super::estimate::duration;
use super::memory::{self, Answer, Draft, Known, Part, Recalled};
use super::progress::Progress;
use super::project::{self, Project};
use super::reasons::InstanceEntry;
use super::{Refusal, json, say, seen, status};

/// How many files are named at the end.
const PLACES: usize = 10;

/// How many failures are told at the end.
const FAILURES: usize = 10;

/// Carries `recount run` out.
///
/// # Errors
/// A [`Refusal`]: bad input, a failed stage, or Ctrl-C.
pub fn run(words: &RunArguments, environment: &Environment) -> Result<(), Refusal> {
    let root = project::root(words.settings.project.folder.as_deref())?;
    let idle_line =
        words.targets.is_empty() && words.force.is_empty() && !words.dry_run && !words.settings.project.json;
    #[expect(clippy::disallowed_methods, reason = "the command line may read the clock")]
    let began = Instant::now();
    let open = || Store::open(&root.join("artifacts"));
    let (mut look, store, part) =
        match idle_line.then(|| memory::recall(&root, &words.settings.set, environment)) {
            Some(recalled) => match recalled? {
                Recalled::Same(answer) => {
                    tell_idle(&answer, began.elapsed().as_secs_f64());
                    return Ok(());
                }
                Recalled::Changed { look, store, part } => (look, store, part),
            },
            None => {
                let store = open()?;
                (memory::begin(&root, &store), store, None)
            }
        };
    let (mut project, mut known) = match part.map(|part| *part) {
        Some(Part { reading, known }) => {
            (Project::of(root.clone(), reading, store, environment, Network::Untouched)?, Some(known))
        }
        None => (Project::open(&words.settings, environment, Network::Untouched)?, None),
    };
    if words.dry_run {
        return status::show(
            &project,
            &options(words, environment, &project, None),
            words.settings.project.json,
        );
    }
    if project.lacks_archive() {
        // A word that names nothing should not wait for the network.
        for target in words.targets.iter().chain(&words.force) {
            engine::check_target(&root, &project.pipeline, &project.kinds, target, &project.folder)?;
        }
        if project.fetch(environment)? {
            // What was certain was so of the generated data.
            known = None;
            look = memory::begin(&root, &open()?);
            project.read_again(&words.settings, environment)?;
        }
    }
    let progress = Progress::new(environment);
    if let Some(why) = &project.generated_because {
        progress.line(&generated(why));
    }
    let (mut summary, draft) = match bring_up_to_date(words, environment, &project, known.as_ref(), &progress)
    {
        Err(EngineError::Overtaken) => {
            known = None;
            look = memory::begin(&root, &open()?);
            project.read_again(&words.settings, environment)?;
            bring_up_to_date(words, environment, &project, None, &progress)?
        }
        done => done?,
    };
    if summary.lock.as_ref().is_some_and(|lock| lock.rebuilt) {
        say::note("note    pipeline.lock was damaged or in conflict; it is made anew from the store");
    }
    let outputs = outputs(&project, &summary);
    if words.settings.project.json {
        json::result("run", &Body::of(&summary));
    } else {
        tell(&project, &summary);
        outputs.iter().for_each(|line| say::result(line));
    }
    let asked = (words.settings.set.as_slice(), environment);
    memory::keep(&project, asked, look, &mut summary, outputs, draft, known.as_mut())?;
    let failures: Vec<(&str, &Failure)> = summary.failures().collect();
    let done = if !failures.is_empty() {
        Err(Refusal::failed(failed(&failures, words)))
    } else if summary.cancelled {
        Err(Refusal::stopped())
    } else {
        Ok(())
    };
    // The program ends now, and the system takes all of its memory at once.
    std::mem::forget((project, known, summary));
    done
}

fn options<'k>(
    words: &RunArguments,
    environment: &Environment,
    project: &Project,
    known: Option<&'k Known>,
) -> Options<'k> {
    Options {
        jobs: words.jobs.map_or(environment.cores, usize::from),
        targets: words.targets.clone(),
        folder: project.folder.clone(),
        force: words.force.clone(),
        certain: known.map(|known| &known.certain),
        facts: seen::facts(&project.root, environment),
        keep_going: words.keep_going,
        // A trial, or another machine's lack of the data, is not what the files say.
        lock: words.settings.set.is_empty() && project.generated_because.is_none(),
        ..project::options(environment)
    }
}

fn bring_up_to_date(
    words: &RunArguments,
    environment: &Environment,
    project: &Project,
    known: Option<&Known>,
    progress: &Progress,
) -> Result<(Summary, Option<Draft>), EngineError> {
    let Project { root, pipeline, kinds, store, cancel, .. } = project;
    let options = options(words, environment, project, known);
    thread::scope(|scope| {
        // A run of everything has no core to spare, and would hold it all along.
        let ahead = known.filter(|known| known.is_to_be_written());
        let ahead = ahead.map(|_| scope.spawn(|| memory::draft(project, known)));
        let summary = engine::run(root, pipeline, kinds, store, &options, progress, cancel)?;
        let draft = match ahead {
            Some(ahead) => ahead.join().unwrap_or_else(|panic| resume_unwind(panic)),
            None => memory::draft(project, known),
        };
        Ok((summary, draft))
    })
}

/// Says that there was nothing to do, without having read the pipeline.
fn tell_idle(answer: &Answer, seconds: f64) {
    if let Some(why) = &answer.generated_because {
        say::note(&generated(why));
    }
    say::result(&format!("nothing to do · fresh {} · {}", answer.fresh, duration(seconds)));
    answer.places.iter().for_each(|place| say::result(place));
}

fn generated(why: &str) -> String {
    format!(
        "note    the report will be on generated data, not on the gestures: {why}; \
         `{ARCHIVE_NAME}` in `data/`, or in a folder that RECOUNT_MIRRORS names, is taken instead"
    )
}

/// Says what became of the run, on standard output.
fn tell(project: &Project, summary: &Summary) {
    let restored = restored(summary);
    for place in first_of(restored.clone()) {
        say::note(&format!("wrote   {place}"));
    }
    let counts = [
        ("ran", summary.ran()),
        ("wrote", restored.len()),
        ("same experiment", summary.shared()),
        ("fresh", summary.fresh()),
        ("failed", summary.failed()),
        ("skipped", summary.skipped()),
        ("not begun", summary.stopped()),
    ];
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    let mut parts: Vec<String> = counts.map(|(word, count)| format!("{word} {count}")).collect();
    if summary.is_idle() {
        parts.insert(0, "nothing to do".to_owned());
    }
    parts.push(duration(summary.seconds));
    let mut skipped: BTreeMap<(StageId, &str), usize> = BTreeMap::new();
    for report in &summary.reports {
        if let Outcome::Skipped { because } = &report.outcome {
            *skipped.entry((report.stage, because)).or_default() += 1;
        }
    }
    for ((stage, because), count) in skipped {
        let stage = &project.pipeline.stages[stage.0].name;
        say::note(&format!("skipped {stage} · {count} of its instances, as `{because}` failed"));
    }
    say::result(&parts.join(" · "));
}

/// Names the files that were missing or other ones, though nothing had to run for them.
fn restored(summary: &Summary) -> Vec<String> {
    let fresh = summary.reports.iter().filter(|report| matches!(report.outcome, Outcome::Fresh));
    fresh.flat_map(|report| report.written.iter().cloned()).collect()
}

/// Names the files that the pipeline is there for: those of stages that no other stage needs.
fn outputs(project: &Project, summary: &Summary) -> Vec<String> {
    let needed: BTreeSet<StageId> =
        project.pipeline.stages.iter().flat_map(|stage| stage.needs.iter().copied()).collect();
    let last = summary.reports.iter().filter(|report| !needed.contains(&report.stage));
    let outputs = last.flat_map(|report| &report.outputs).filter_map(|output| output.place.clone());
    // Figures go with the report that shows them.
    first_of(outputs.filter(|place| !place.ends_with(".svg")).collect())
}

/// Keeps as many places as are told, and says how many more there are.
fn first_of(mut places: Vec<String>) -> Vec<String> {
    if let Some(more) = places.len().checked_sub(PLACES).filter(|more| *more > 0) {
        places.truncate(PLACES);
        places.push(format!("and {more} more files"));
    }
    places
}

/// Lists failures with what to do, each with the command that repeats it alone; what a program printed was told
/// when it failed.
fn failed(failures: &[(&str, &Failure)], words: &RunArguments) -> String {
    let mut text = String::new();
    for (name, failure) in failures.iter().take(FAILURES) {
        text.push_str(&format!("error: {name}: {}\n", failure.headline()));
        if let Failure::Failed { help: Some(help), .. } = failure {
            text.push_str(&format!("help: {help}\n"));
        }
        text.push_str(&format!("help: to run it alone: recount run{} {}\n", repeated(words), quoted(name)));
    }
    if let Some(more) = failures.len().checked_sub(FAILURES).filter(|more| *more > 0) {
        text.push_str(&format!("error: {more} more failed; `recount status` lists them\n"));
    }
    text
}

/// Gives the options that a run needs to be the same run again.
fn repeated(words: &RunArguments) -> String {
    let settings = &words.settings;
    let project = settings
        .project
        .folder
        .iter()
        .map(|folder| format!(" --project {}", quoted(&folder.to_string_lossy())));
    let set = settings.set.iter().map(|set| format!(" --set {}", quoted(set)));
    project.chain(set).collect()
}

/// Puts a word in quotes for a shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// What `--json` prints.
#[derive(Serialize)]
struct Body<'s> {
    complete: bool,
    ran: usize,
    wrote: usize,
    same_experiment: usize,
    fresh: usize,
    failed: usize,
    skipped: usize,
    not_begun: usize,
    stopped: bool,
    seconds: f64,
    lock_rebuilt: bool,
    instances: Vec<InstanceEntry<'s>>,
}

impl<'s> Body<'s> {
    fn of(summary: &'s Summary) -> Self {
        Self {
            complete: summary.is_complete(),
            ran: summary.ran(),
            wrote: restored(summary).len(),
            same_experiment: summary.shared(),
            fresh: summary.fresh(),
            failed: summary.failed(),
            skipped: summary.skipped(),
            not_begun: summary.stopped(),
            stopped: summary.cancelled,
            seconds: summary.seconds,
            lock_rebuilt: summary.lock.as_ref().is_some_and(|lock| lock.rebuilt),
            instances: summary.reports.iter().map(InstanceEntry::of).collect(),
        }
    }
}
