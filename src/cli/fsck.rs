//! `recount fsck`: reads the whole store again, and sets aside what is damaged.

use std::path::Path;

use serde_json::{Value, json};

use recount_engine::store::{Damage, DamageKind, Examination};

use super::arguments::ProjectArguments;
use super::environment::Environment;
use super::stored::{Stored, catch_stop};
use super::{CliError, json, print};

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
    if args.json {
        json::result("fsck", &as_json(&stored.root, &examination));
    } else {
        print_damage(&stored.root, &examination);
    }
    match examination.damage.len() {
        0 => Ok(()),
        1 => Err(CliError::failed(
            "the store had a damaged file; the next `recount run` makes again what needs it",
        )),
        count => Err(CliError::failed(format!(
            "the store had {count} damaged files; the next `recount run` makes again what needs them"
        ))),
    }
}

fn print_damage(root: &Path, examination: &Examination) {
    for Damage { path, kind, instances, set_aside } in &examination.damage {
        let (_, message) = describe(kind);
        let of =
            if instances.is_empty() { String::new() } else { format!(" · of {}", instances.join(", ")) };
        let aside = set_aside.as_ref().map(|path| format!(" · kept at {}", relative(root, path)));
        let aside = aside.unwrap_or_default();
        print::result(&format!("damaged {} · {message}{of}{aside}", relative(root, path)));
    }
    let Examination { records, objects, unnamed, damage, .. } = examination;
    let mut line = format!("records {records} · objects {objects} · damaged {}", damage.len());
    if *unnamed > 0 {
        line.push_str(&format!(" · needed by nothing {unnamed}"));
    }
    print::result(&line);
}

fn as_json(root: &Path, examination: &Examination) -> Value {
    let damage = examination.damage.iter().map(|Damage { path, kind, instances, set_aside }| {
        let (fault, message) = describe(kind);
        json!({
            "path": relative(root, path),
            "fault": fault,
            "message": message,
            "instances": instances,
            "set_aside": set_aside.as_ref().map(|path| relative(root, path)),
        })
    });
    json!({
        "records": examination.records,
        "objects": examination.objects,
        "bytes": examination.bytes,
        "unnamed_objects": examination.unnamed,
        "damage": damage.collect::<Vec<_>>(),
    })
}

/// Says what is wrong with a file: in a word for programs, and in words.
fn describe(kind: &DamageKind) -> (&'static str, String) {
    match kind {
        DamageKind::RecordCorrupt => ("record-corrupt", "not the record that was written".to_owned()),
        DamageKind::ObjectCorrupt => ("object-corrupt", "not the bytes that it is named by".to_owned()),
        DamageKind::ObjectMissing => ("object-missing", "the object is gone".to_owned()),
        DamageKind::Unreadable(why) => ("unreadable", format!("it can't be read: {why}")),
        DamageKind::Stray => ("stray", "nothing that recount has put there".to_owned()),
    }
}

/// Writes a path as a person names it: relative to the project where it is in there.
fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}
