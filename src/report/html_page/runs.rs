//! Runs and settings of an audit file, as parts of the page.

use serde::Serialize;

use super::anchors::{Anchor, Anchors};
use crate::audit::{AuditFile, ObservedRun};

/// Digits of a digest that are shown of what recount itself made.
const SHORT: usize = 12;

/// What is known of runs with one key.
#[derive(Debug, Serialize)]
pub(super) struct RunPart {
    id: String,
    names: Vec<String>,
    key: String,
    kind: String,
    code: String,
    seed: Option<String>,
    observed: Option<String>,
    settings: Vec<Anchor>,
    /// The runs that it read from.
    needs: Vec<Anchor>,
    /// The project's files that it read, with their whole digests.
    files: Vec<(String, String)>,
    /// Values of the project's files that it read.
    values: Vec<(String, String)>,
    outputs: Vec<(String, String)>,
}

/// Settings that hold for runs.
#[derive(Debug, Serialize)]
pub(super) struct SettingsPart {
    id: String,
    names: Vec<String>,
    settings: Vec<Setting>,
}

/// A setting and where it is written.
#[derive(Debug, Serialize)]
struct Setting {
    name: String,
    value: String,
    place: String,
    inherited: String,
}

/// Lays out the runs of an audit file.
pub(super) fn run_parts(
    audit: &AuditFile,
    anchors: &Anchors<'_>,
    observed: ObservedRun<'_, String>,
) -> Vec<RunPart> {
    let needs = audit.direct_needs();
    let parts = anchors.run_groups.iter().enumerate().map(|(at, (key, names))| {
        let result = audit.results.get(*key);
        let read = names.first().and_then(|name| needs.get(name)).into_iter().flatten();
        let settings = anchors.settings_of(audit, names);
        RunPart {
            id: format!("r{at}"),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            key: short(key),
            kind: result.map(|it| it.kind.clone()).unwrap_or_default(),
            code: result.map(|it| short(&it.code)).unwrap_or_default(),
            seed: result.and_then(|it| it.seed).map(|seed| seed.to_string()),
            observed: observed(key),
            settings,
            needs: read.map(|need| anchors.run(need)).collect(),
            files: result.into_iter().flat_map(|it| it.files.clone()).collect(),
            values: result.into_iter().flat_map(|it| it.values.clone()).collect(),
            outputs: result
                .into_iter()
                .flat_map(|it| &it.outputs)
                .map(|(name, digest)| (name.clone(), short(digest)))
                .collect(),
        }
    });
    parts.collect()
}

/// Lays out the settings of an audit file.
pub(super) fn settings_parts(anchors: &Anchors<'_>) -> Vec<SettingsPart> {
    let parts = anchors.setting_groups.iter().enumerate().map(|(at, (names, settings))| SettingsPart {
        id: format!("s{at}"),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        settings: settings
            .iter()
            .map(|(name, setting)| Setting {
                name: name.clone(),
                value: setting.value.clone(),
                place: setting.place.clone().unwrap_or_else(|| "default".to_owned()),
                inherited: setting.inherited.clone().unwrap_or_default(),
            })
            .collect(),
    });
    parts.collect()
}

/// Gives the first digits of a digest.
fn short(digest: &str) -> String {
    digest.chars().take(SHORT).collect()
}
