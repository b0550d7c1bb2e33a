//! `recount adopt`: writes records for outputs that are at hand and equal `pipeline.lock`, and says which are not.

use serde_json::json;

use recount_engine::{self as engine, Adoption, Became, Options};

use super::alike::{StateLine, grouped};
use super::arguments::{AdoptArguments, SettingArguments};
use super::environment::Environment;
use super::project::Project;
use super::run_facts::run_facts;
use super::stored;
use super::{CliError, json, print};

/// Carries `recount adopt` out.
///
/// # Errors
/// A [`CliError`]: bad input, a named target that can't be adopted, or Ctrl-C.
pub fn adopt(args: &AdoptArguments, environment: &Environment) -> Result<(), CliError> {
    let settings = SettingArguments { set: Vec::new(), project: args.project.clone() };
    let project = Project::open(&settings, environment)?;
    print::stand_in(project.stand_in.as_ref(), environment.colour);
    stored::catch_stop(&project.cancel)?;
    project.store.stop_on(&project.cancel);
    let options = Options {
        targets: args.targets.clone(),
        snapshot: None,
        facts: run_facts(&project.root, environment, &project.cancel),
        ..project.options(&settings, environment)
    };
    // A word that names nothing should leave no store behind.
    engine::check_targets(&project.root, &project.pipeline, &project.kinds, &options)?;
    let session = stored::session(&project.store, &project.cancel)?;
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
        let instances = adoptions.iter().map(|Adoption { name, became, .. }| {
            let (outcome, message) = outcome(became);
            json!({ "instance": name, "outcome": outcome, "message": message })
        });
        let body = json!({
            "adopted": adopted,
            "fresh": fresh,
            "not_adopted": not_adopted,
            "instances": instances.collect::<Vec<_>>(),
        });
        json::result("adopt", &body);
    } else {
        let state_lines = adoptions.iter().map(|it| (it.stage, it.name.as_str(), state_line(&it.became)));
        for (word, rest) in grouped(&project.pipeline, state_lines) {
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

/// Says what became of an instance: in a word, and why.
fn outcome(became: &Became) -> (&'static str, Option<String>) {
    match became {
        Became::Adopted => ("adopted", None),
        Became::Recorded => ("fresh", None),
        Became::Lacking(lacking) => ("lacking", Some(lacking.to_string())),
        Became::Waits { on } => ("waits", Some(on.clone())),
        Became::Failed(failure) => ("failed", Some(failure.to_string())),
    }
}

fn state_line(became: &Became) -> Option<StateLine> {
    let (word, message) = outcome(became);
    match became {
        Became::Recorded => None,
        Became::Waits { on } => Some((word, format!(" · for {on}"))),
        _ => Some((word, message.map(|message| format!(" · {message}")).unwrap_or_default())),
    }
}
