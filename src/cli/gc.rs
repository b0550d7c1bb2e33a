//! `recount gc`: frees what neither the lock, nor the last runs, nor git's branches and tags name; with `--older`, what an
//! older version has stored.

use std::collections::BTreeSet;

use indicatif::HumanBytes;
use serde_json::{Value, json};

use recount_engine::command::params_file;
use recount_engine::digest::Key;
use recount_engine::store::Garbage;
use recount_engine::{LOCK_FILE, Lock};

use super::arguments::GcArguments;
use super::git::Git;
use super::stored::{Stored, catch_stop, session};
use super::{CliError, json, print};

/// Carries `recount gc` out.
///
/// # Errors
/// A [`CliError`] when a lock in the way is no lock, something can't be removed, or Ctrl-C came first.
pub fn gc(args: &GcArguments) -> Result<(), CliError> {
    let stored = Stored::open(&args.project)?;
    if !args.dry_run {
        catch_stop(&stored.cancel)?;
        stored.store.stop_on(&stored.cancel);
    }
    if args.older {
        return older(args, &stored);
    }
    let garbage = match stored.session()? {
        None => Garbage::default(),
        Some(session) => {
            let mut keep = locked(&stored)?;
            keep.extend(stored.store.keys_of_last_runs(usize::from(args.keep_runs)));
            let garbage = stored.store.garbage(&keep, params_file)?;
            if !args.dry_run {
                session.collect(&garbage)?;
            }
            session.finish()?;
            garbage
        }
    };
    if args.project.json {
        json::result("gc", &as_json(&garbage, args.dry_run));
    } else {
        print::result(&format!(
            "{} {} · records {} · objects {}",
            freed(args),
            HumanBytes(garbage.bytes),
            garbage.records.len(),
            garbage.objects,
        ));
        print::result(&format!(
            "kept {} · records {} · objects {}",
            HumanBytes(garbage.kept_bytes),
            garbage.kept_records,
            garbage.kept_objects,
        ));
    }
    Ok(())
}

/// Frees what the store of an older version holds, beside that of this one.
fn older(args: &GcArguments, stored: &Stored) -> Result<(), CliError> {
    let session = session(&stored.store, &stored.cancel)?;
    let bytes = session.collect_older(!args.dry_run)?;
    session.finish()?;
    if args.project.json {
        json::result("gc", &json!({ "dry_run": args.dry_run, "older_bytes": bytes }));
    } else {
        print::result(&format!("{} {} · the store of an older version", freed(args), HumanBytes(bytes)));
    }
    Ok(())
}

fn freed(args: &GcArguments) -> &'static str {
    if args.dry_run { "would free" } else { "freed" }
}

fn as_json(garbage: &Garbage, dry_run: bool) -> Value {
    let records = garbage.records.iter().map(|(key, instance)| json!({ "instance": instance, "key": key }));
    json!({
        "dry_run": dry_run,
        "freed": {
            "records": records.collect::<Vec<_>>(),
            "objects": garbage.objects,
            "bytes": garbage.bytes,
        },
        "kept": {
            "records": garbage.kept_records,
            "objects": garbage.kept_objects,
            "bytes": garbage.kept_bytes,
        },
    })
}

/// Gives the keys that the project's lock names, here and wherever git keeps it.
fn locked(stored: &Stored) -> Result<BTreeSet<Key>, CliError> {
    let mut keys = BTreeSet::new();
    if let Some(text) = stored.lock_text()? {
        let lock = Lock::parse(&text).ok_or_else(|| {
            CliError::input(format!(
                "`{LOCK_FILE}` is damaged or in conflict, so it can't say what to keep\n\
                 help: `recount run` makes it anew"
            ))
        })?;
        keys.extend(lock.keys());
    }
    if let Some(git) = Git::of(&stored.root, &stored.cancel)? {
        // One that was committed in conflict names nothing that could be kept.
        let locks = git.at_every_ref(LOCK_FILE)?;
        let locks = locks.iter().filter_map(|text| Lock::parse(str::from_utf8(text).ok()?));
        keys.extend(locks.flat_map(|lock| lock.keys().collect::<Vec<_>>()));
    }
    Ok(keys)
}
