//! `prepare`: from an archive of gestures, or the generator, to a packed dataset and its data card.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::lab::data::fetch::{ArchiveSource, SMART_WATCH_SHA256, SMART_WATCH_URL};
use crate::lab::data::{self, ArchiveContent, Source};
use recount_engine::digest::Digest;
use recount_engine::param_reader::ParamReader;
use recount_engine::spec::{Field, Parameters, Schema, Shape, Stage, Value};
use recount_engine::{Context, Effective, Failure, Job, Kind, Output};

use super::code_of;
use super::files::{DATA_CARD, DATASET, bytes_output, json_output};

/// The parameter that says which archive it is.
const ARCHIVE: &str = "archive";

/// How many names of files that were not read are listed.
const MAX_LISTED_FILES: usize = 5;

/// Describes the settings of `prepare`.
pub fn schema() -> Schema {
    Schema {
        kind: "prepare",
        repeats: false,
        inline: false,
        measures: Vec::new(),
        references: None,
        fields: vec![
            Field {
                name: "source",
                shape: Shape::Choice(&["auto", "smartwatch", "synthetic"]),
                default: Some("auto".into()),
                about: "where the sequences come from; `auto` takes `smartwatch` where it can be had, else `synthetic`",
            },
            Field {
                name: ARCHIVE,
                shape: Shape::Map(vec![
                    Field {
                        name: "url",
                        shape: Shape::Form {
                            what: "an address that begins with `https://` or `http://`",
                            pattern: "^https?://.",
                            accepts: is_url,
                        },
                        default: None,
                        about: "where it can be downloaded; its last part is the file's name in data/ and in mirrors",
                    },
                    Field {
                        name: "sha256",
                        shape: Shape::Form {
                            what: "a SHA-256, which is 64 hexadecimal digits",
                            pattern: "^[0-9a-f]{64}$",
                            accepts: is_sha256,
                        },
                        default: None,
                        about: "the SHA-256 of the archive, as `sha256sum` prints it",
                    },
                ]),
                default: Some(Value::Map(Parameters::from([
                    ("url".to_owned(), SMART_WATCH_URL.into()),
                    ("sha256".to_owned(), SMART_WATCH_SHA256.into()),
                ]))),
                about: "the archive of `smartwatch`: a zip file of `USER/GESTURE/REPETITION.txt`, such as `U01/03/07.txt`",
            },
            Field {
                name: "split_seed",
                shape: Shape::Integer { least: 0, most: i64::MAX },
                default: Some(42.into()),
                about: "the seed of the split into training and validation",
            },
            Field {
                name: "train_fraction",
                shape: Shape::Number { least: 0.0, most: 1.0, above_least: true, below_most: true },
                default: Some(0.8.into()),
                about: "the share of the sequences that train",
            },
        ],
    }
}

fn is_url(text: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
}

fn is_sha256(text: &str) -> bool {
    Digest::from_hex(text).is_some()
}

/// Gives the archive that the parameters of a stage name; `None` where they need none.
pub fn archive_source(source: Option<&Value>, archive: Option<&Value>) -> Option<ArchiveSource> {
    let Some(Value::Map(archive)) = archive else { return None };
    let text = |name: &str| archive.get(name).and_then(Value::as_text);
    let is_asked_for = source.and_then(Value::as_text) != Some("synthetic");
    let (url, sha256) = (text("url")?, Digest::from_hex(text("sha256")?)?);
    is_asked_for.then(|| ArchiveSource { url: url.to_owned(), sha256 })
}

/// Whether an archive can be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Archive {
    /// It is here, with the right digest.
    Here(PathBuf),
    /// It is nowhere to be found; why, as one phrase.
    Absent(String),
}

/// The archives that stages ask for.
pub type Archives = BTreeMap<ArchiveSource, Archive>;

/// Prepares the data.
pub struct Prepare {
    /// Where the archives are, looked up before the engine starts.
    pub archives: Archives,
}

impl Kind for Prepare {
    fn name(&self) -> &'static str {
        "prepare"
    }

    fn code(&self) -> Digest {
        code_of("prepare")
    }

    fn makes_stand_in(&self, stage: &Stage) -> bool {
        let source = stage.base.get("source");
        let archive = archive_source(source, stage.base.get(ARCHIVE));
        source.and_then(Value::as_text) == Some("auto")
            && archive.is_some_and(|archive| !matches!(self.archives.get(&archive), Some(Archive::Here(_))))
    }

    fn effective(&self, context: &Context<'_>) -> Result<Effective, Failure> {
        let parameters = context.settings.parameters();
        let reader = ParamReader::of("prepare", &parameters);
        read_split(&reader)?;
        let declared = reader.text("source")?;
        let archive = archive_source(parameters.get("source"), parameters.get(ARCHIVE));
        let place = archive.as_ref().and_then(|archive| self.archives.get(archive));
        let source = match (declared, place) {
            ("synthetic", _) => "synthetic",
            (_, Some(Archive::Here(_))) => "smartwatch",
            ("auto", _) => "synthetic",
            (_, place) => {
                let name = archive.as_ref().map_or("the archive", ArchiveSource::file_name);
                let why = match place {
                    Some(Archive::Absent(why)) => why,
                    _ => "nobody has looked for it",
                };
                return Err(Failure::new(format!("`{name}` can't be had: {why}")).with_help(format!(
                    "put {name} into data/, name it or its folder in RECOUNT_MIRRORS, \
                     or set `source: synthetic` in stages/{}.yaml",
                    context.stage.name
                )));
            }
        };
        if source == "smartwatch" {
            reader.any(ARCHIVE);
        } else {
            reader.unused(ARCHIVE, "with generated data");
        }
        let mut parameters = reader.finish()?.effective;
        parameters.insert("source".to_owned(), source.into());
        Ok(Effective { parameters, ..Effective::default() })
    }

    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure> {
        let parameters = &job.effective.parameters;
        let archive = archive_source(parameters.get("source"), parameters.get(ARCHIVE));
        let source = match &archive {
            Some(archive) => Source::Archive { content: self.read(archive, job)?, url: archive.url.clone() },
            None => Source::Synthetic,
        };
        let (split_seed, train_fraction) = read_split(&ParamReader::of("prepare", parameters))?;
        let (dataset, card) = data::prepare(source, split_seed, train_fraction)
            .map_err(|error| Failure::new(error.to_string()))?;
        if card.contradictory_duplicates > 0 {
            let groups = card.duplicates.iter().map(|group| group.join(" = ")).collect::<Vec<_>>().join(", ");
            job.watch.notice(&format!(
                "files with equal bytes and different labels, one is mislabelled: {groups}"
            ));
        }
        Ok(vec![bytes_output(DATASET, dataset.to_bytes()), json_output(DATA_CARD, &card)])
    }
}

impl Prepare {
    /// Reads an archive, and names what of it is no sequence.
    fn read(&self, archive: &ArchiveSource, job: &Job<'_>) -> Result<ArchiveContent, Failure> {
        let Some(Archive::Here(path)) = self.archives.get(archive) else {
            return Err(Failure::new(format!("`{}` is not at hand", archive.file_name())));
        };
        let bytes = read_archive(path, archive.sha256)?;
        let content = data::read_archive(&bytes).map_err(|error| {
            Failure::new(error.to_string())
                .with_help("repair the archive, and set its new SHA-256 as `archive.sha256`")
        })?;
        if !content.not_read.is_empty() {
            job.watch
                .notice(&format!("not read, since no sequence is named so: {}", listed(&content.not_read)));
        }
        Ok(content)
    }
}

/// Lists the first names, and says how many others there are.
fn listed(names: &[String]) -> String {
    let shown = names.iter().take(MAX_LISTED_FILES).map(|name| format!("`{name}`"));
    let others = names.len().saturating_sub(MAX_LISTED_FILES);
    let rest = (others > 0).then(|| format!("{others} more"));
    shown.chain(rest).collect::<Vec<_>>().join(", ")
}

/// Reads an archive once: what is used is what has the digest, whatever is at its path by now.
fn read_archive(path: &Path, sha256: Digest) -> Result<Vec<u8>, Failure> {
    let bytes = fs::read(path)
        .map_err(|error| Failure::new(format!("`{}` can't be read: {error}", path.display())))?;
    if Digest::of(&bytes) != sha256 {
        return Err(Failure::new(format!("`{}` has changed since it was checked", path.display()))
            .with_help("put the archive back and run again"));
    }
    Ok(bytes)
}

fn read_split(reader: &ParamReader<'_>) -> Result<(u64, f64), Failure> {
    Ok((reader.whole("split_seed")?, reader.number("train_fraction")?))
}
