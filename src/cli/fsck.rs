//! `recount fsck`: reads the whole store again, and sets aside what is damaged.

use std::path::Path;

use serde::Serialize;

use recount_engine::store::{Damage, DamageKind, Examination};

use super::arguments::ProjectArguments;
use super::environment::Environment;
use super::project::{Stored, catch_stop, relative};
use super::{CliError, json, print};

/// What `--json` prints.
#[derive(Serialize)]
struct FsckResult {
    records: usize,
    objects: usize,
    bytes: u64,
    unnamed_objects: usize,
    damage: Vec<DamageEntry>,
}

#[derive(Serialize)]
struct DamageEntry {
    path: String,
    /// `record-corrupt`, `record-missing`, `object-corrupt`, `object-missing`, `unreadable` or `stray`.
    fault: &'static str,
    message: String,
    instances: Vec<String>,
    set_aside: Option<String>,
}

/// Carries `recount fsck` out.
///
/// # Errors
/// A [`CliError`]: exit code 1 when something was damaged, or the store can't be read.
pub fn fsck(args: &ProjectArguments, environment: &Environment) -> Result<(), CliError> {
    let stored = Stored::open(args)?;
    catch_stop(&stored.cancel)?;
    let examination = match stored.session()? {
        None => Examination::default(),
        Some(session) => {
            let found = session.examine(environment.cores, &|_, _| !stored.cancel.is_cancelled())?;
            session.finish()?;
            found.ok_or_else(CliError::stopped)?
        }
    };
    let damage: Vec<DamageEntry> =
        examination.damage.iter().map(|damage| entry(&stored.root, damage)).collect();
    let count = damage.len();
    let report = FsckResult {
        records: examination.records,
        objects: examination.objects,
        bytes: examination.bytes,
        unnamed_objects: examination.unnamed,
        damage,
    };
    if args.json {
        json::result("fsck", &report);
    } else {
        print_damage(&report);
    }
    match count {
        0 => Ok(()),
        1 => Err(CliError::failed(
            "the store had a damaged file; the next `recount run` makes again what needs it",
        )),
        _ => Err(CliError::failed(format!(
            "the store had {count} damaged files; the next `recount run` makes again what needs them"
        ))),
    }
}

fn print_damage(report: &FsckResult) {
    for entry in &report.damage {
        let of = if entry.instances.is_empty() {
            String::new()
        } else {
            format!(" · of {}", entry.instances.join(", "))
        };
        let aside = entry.set_aside.as_ref().map(|path| format!(" · kept at {path}")).unwrap_or_default();
        print::result(&format!("damaged {} · {}{of}{aside}", entry.path, entry.message));
    }
    let mut line =
        format!("records {} · objects {} · damaged {}", report.records, report.objects, report.damage.len());
    if report.unnamed_objects > 0 {
        line.push_str(&format!(" · needed by nothing {}", report.unnamed_objects));
    }
    print::result(&line);
}

fn entry(root: &Path, damage: &Damage) -> DamageEntry {
    let (fault, message) = match &damage.kind {
        DamageKind::RecordCorrupt => ("record-corrupt", "not the record that was written".to_owned()),
        DamageKind::ObjectCorrupt => ("object-corrupt", "not the bytes that it is named by".to_owned()),
        DamageKind::ObjectMissing => ("object-missing", "the object is gone".to_owned()),
        DamageKind::Unreadable(why) => ("unreadable", format!("it can't be read: {why}")),
        DamageKind::Stray => ("stray", "nothing that recount has put there".to_owned()),
    };
    DamageEntry {
        path: relative(root, &damage.path),
        fault,
        message,
        instances: damage.instances.clone(),
        set_aside: damage.set_aside.as_ref().map(|path| relative(root, path)),
    }
}
