//! `recount adopt`: writes records for outputs that are at hand and equal `pipeline.lock`, and says which are not.

use serde::Serialize;

use recount_engine::{self as engine, Adoption, Became, Options};

use super::alike::{Standing, grouped};
use super::arguments::{AdoptArguments, SettingArguments};
use super::environment::Environment;
use super::project::{self, Project};
use super::run_facts::run_facts;
use super::{CliError, json, print};

/// What `--json` prints.
#[derive(Serialize)]
struct Body<'a> {
    adopted: usize,
    fresh: usize,
    not_adopted: usize,
    instances: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    instance: &'a str,
    /// `adopted`, `fresh`, `lacking`, `waits` or `failed`.
    outcome: &'static str,
    message: Option<String>,
}

/// Carries `recount adopt` out.
///
/// # Errors
/// A [`CliError`]: bad input, a named target that can't be adopted, or Ctrl-C.
pub fn adopt(args: &AdoptArguments, environment: &Environment) -> Result<(), CliError> {
    let settings = SettingArguments { set: Vec::new(), project: args.project.clone() };
    let project = Project::open(&settings, environment)?;
    print::stand_in(project.generated_because.as_ref(), environment.colour);
    project::catch_stop(&project.cancel)?;
    project.store.stop_on(&project.cancel);
    let options = Options {
        targets: args.targets.clone(),
        snapshot: None,
        facts: run_facts(&project.root, environment, &project.cancel),
        ..project.options(&settings, environment)
    };
    // A word that names nothing should leave no store behind.
    engine::check_targets(&project.root, &project.pipeline, &project.kinds, &options)?;
    let session = project::session(&project.store, &project.cancel)?;
    let adoptions = engine::adopt(&project.root, &project.pipeline, &project.kinds, &session, &options)?;
    session.finish()?;
    if project.cancel.is_cancelled() {
        return Err(CliError::stopped());
    }
    let count = |is: fn(&Became) -> bool| adoptions.iter().filter(|it| is(&it.became)).count();
    let adopted = count(|became| matches!(became, Became::Adopted));
    let fresh = count(|became| matches!(became, Became::Recorded));
    let not_adopted = adoptions.len() - adopted - fresh;
    if args.project.json {
        let instances = adoptions.iter().map(entry).collect();
        json::result("adopt", &Body { adopted, fresh, not_adopted, instances });
    } else {
        let standings = adoptions.iter().map(|it| (it.stage, it.name.as_str(), standing(&it.became)));
        for (word, rest) in grouped(&project.pipeline, standings) {
            print::result_verb(word, &rest, environment.colour_results);
        }
        let counts = [("fresh", fresh), ("not adopted", not_adopted)];
        let counts = counts.iter().filter(|(_, count)| *count > 0);
        let counts: String = counts.map(|(word, count)| format!(" · {word} {count}")).collect();
        print::result(&format!("adopted {adopted}{counts}"));
    }
    let is_had = |became: &Became| matches!(became, Became::Adopted | Became::Recorded);
    let named = |it: &&Adoption| !args.targets.is_empty() && it.asked && !is_had(&it.became);
    match adoptions.iter().find(named) {
        None => Ok(()),
        Some(first) => Err(CliError::failed(format!(
            "`{}` can't be adopted\nhelp: `recount run` makes what is not at hand",
            first.name
        ))),
    }
}

fn standing(became: &Became) -> Option<Standing> {
    match became {
        Became::Adopted => Some(("adopted", String::new())),
        Became::Recorded => None,
        Became::Lacking(lacking) => Some(("lacking", format!(" · {lacking}"))),
        Became::Waits { on } => Some(("waits", format!(" · for {on}"))),
        Became::Failed(failure) => Some(("failed", format!(" · {failure}"))),
    }
}

fn entry(adoption: &Adoption) -> Entry<'_> {
    let (outcome, message) = match &adoption.became {
        Became::Adopted => ("adopted", None),
        Became::Recorded => ("fresh", None),
        Became::Lacking(lacking) => ("lacking", Some(lacking.to_string())),
        Became::Waits { on } => ("waits", Some(on.clone())),
        Became::Failed(failure) => ("failed", Some(failure.to_string())),
    };
    Entry { instance: &adoption.name, outcome, message }
}
