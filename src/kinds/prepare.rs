//! `prepare`: from the archive, or the generator, to a packed dataset and its data card.

use std::fs;
use std::path::{Path, PathBuf};

use crate::lab::data::fetch::ARCHIVE_SHA256;
use crate::lab::data::{self, Source};
use recount_engine::digest::Digest;
use recount_engine::spec::{Field, Schema, Shape, Stage, Value};
use recount_engine::{Context, Effective, Failure, Job, Kind, Output};

use super::code_of;
use super::files::{DATA_CARD, DATASET, bytes_output, json_output};
use recount_engine::param_reader::ParamReader;

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

/// Whether the SmartWatch archive can be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Archive {
    /// It is here, with the right digest.
    Here(PathBuf),
    /// It is nowhere to be found; why, as one phrase.
    Absent(String),
}

/// Prepares the data.
pub struct Prepare {
    /// Where the archive is, looked up before the engine starts.
    pub archive: Archive,
}

impl Kind for Prepare {
    fn name(&self) -> &'static str {
        "prepare"
    }

    fn code(&self) -> Digest {
        code_of("prepare")
    }

    fn makes_stand_in(&self, stage: &Stage) -> bool {
        let source = stage.base.get("source").and_then(Value::as_text);
        source == Some("auto") && matches!(self.archive, Archive::Absent(_))
    }

    fn effective(&self, context: &Context<'_>) -> Result<Effective, Failure> {
        let parameters = context.settings.parameters();
        let told = ParamReader::of("prepare", &parameters);
        read_split(&told)?;
        let source = match (told.text("source")?, &self.archive) {
            ("synthetic", _) | ("auto", Archive::Absent(_)) => "synthetic",
            (_, Archive::Here(_)) => "smartwatch",
            (_, Archive::Absent(why)) => {
                return Err(Failure::new(format!("the SmartWatch archive can't be had: {why}")).with_help(
                    "put gestures-dataset.zip into data/, name its folder in RECOUNT_MIRRORS, \
                     or set `source: synthetic` in stages/prepare.yaml",
                ));
            }
        };
        let mut parameters = told.finish()?.effective;
        parameters.insert("source".to_owned(), source.into());
        if source == "smartwatch" {
            parameters.insert("archive".to_owned(), ARCHIVE_SHA256.into());
        }
        Ok(Effective { parameters, ..Effective::default() })
    }

    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure> {
        let parameters = &job.effective.parameters;
        let archive = match (parameters.get("source").and_then(Value::as_text), &self.archive) {
            (Some("smartwatch"), Archive::Here(path)) => Some(read_archive(path)?),
            _ => None,
        };
        let source = archive.as_deref().map_or(Source::Synthetic, |archive| Source::SmartWatch { archive });
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

/// Reads the archive once: what is used is what has the digest, whatever stands at its path by now.
fn read_archive(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = fs::read(path)
        .map_err(|error| Failure::new(format!("`{}` can't be read: {error}", path.display())))?;
    if Digest::of(&bytes).to_hex() != ARCHIVE_SHA256 {
        return Err(Failure::new(format!("`{}` has changed since it was checked", path.display()))
            .with_help("put the archive back and run again"));
    }
    Ok(bytes)
}

fn read_split(told: &ParamReader<'_>) -> Result<(u64, f64), Failure> {
    Ok((told.whole("split_seed")?, told.number("train_fraction")?))
}
