//! A pipeline beside its text, as bytes: small to keep, quick to read where few settings are needed.
//!
//! pipeline + text ──encode──▶ bytes ──decode──▶ the same, settings where somebody needs them
//!
//! Invariants
//! - Lines of settings are counted from their stage's own first line, so that an edit above leaves the bytes as they are.
//! - A stage whose kind has a file of its own has its settings at once: kinds describe each other's stages.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize, Serializer};

use super::outline;
use super::pipeline::{Axis, Origin, Pipeline, Settings, Stage, StageId, Variant};
use super::reading::{Item, Lines, Reading};
use super::schema::Schema;

/// A stage with its settings as bytes, in which lines are counted from the stage's own first.
#[derive(Serialize, Deserialize)]
struct Packed<'p> {
    #[serde(borrow)]
    name: Cow<'p, str>,
    #[serde(borrow)]
    kind: Cow<'p, str>,
    each: Cow<'p, [Axis]>,
    needs: Cow<'p, [StageId]>,
    variants: Cow<'p, [Variant]>,
    seeds: Cow<'p, [u64]>,
    owners: [Option<StageId>; 2],
    #[serde(borrow, serialize_with = "as_bytes")]
    base: Cow<'p, [u8]>,
}

fn as_bytes<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

impl Reading {
    /// Reads what [`Lines::encode`] gave; `None` for anything else.
    pub fn decode(bytes: &[u8], schemas: &[Schema]) -> Option<Self> {
        let (title, text, items, packed): (String, String, Vec<Item>, Vec<Packed<'_>>) =
            postcard::from_bytes(bytes).ok()?;
        let lines = Lines { text, items, bytes: Vec::with_capacity(packed.len()) };
        let mut reading =
            Self { pipeline: Pipeline { title, stages: Vec::with_capacity(packed.len()) }, lines };
        let mut whole = Vec::new();
        for (index, packed) in packed.into_iter().enumerate() {
            if !is_whole(&packed.kind, schemas) {
                whole.push(StageId(index));
            }
            reading.pipeline.stages.push(Stage {
                name: packed.name.into_owned(),
                kind: packed.kind.into_owned(),
                each: packed.each.into_owned(),
                needs: packed.needs.into_owned(),
                base: Settings::default(),
                variants: packed.variants.into_owned(),
                seeds: packed.seeds.into_owned(),
                variants_of: packed.owners[0],
                seeds_of: packed.owners[1],
            });
            reading.lines.bytes.push(Some(packed.base.into_owned()));
        }
        reading.unpack(&whole)?;
        Some(reading)
    }

    /// Sees to it that these stages, and all that need one of them, have their settings; `None` where one of
    /// them is of a kind that does not stand whole in `pipeline.yaml`.
    pub fn complete(&mut self, stages: &BTreeSet<String>, schemas: &[Schema]) -> Option<()> {
        let mut wanted: Vec<bool> = Vec::with_capacity(self.pipeline.stages.len());
        for stage in &self.pipeline.stages {
            let needs = stage.needs.iter().any(|need| wanted[need.0]);
            wanted.push(needs || stages.contains(&stage.name));
        }
        let wanted = wanted.into_iter().enumerate().filter(|(_, wanted)| *wanted);
        let wanted: Vec<StageId> = wanted.map(|(index, _)| StageId(index)).collect();
        let whole = |id: &StageId| is_whole(&self.pipeline.stages[id.0].kind, schemas);
        if wanted.iter().all(whole) { self.unpack(&wanted) } else { None }
    }

    /// Reads the settings of stages, where they are still bytes.
    pub(super) fn unpack(&mut self, stages: &[StageId]) -> Option<()> {
        let packed: Vec<StageId> =
            stages.iter().copied().filter(|id| self.lines.bytes[id.0].is_some()).collect();
        if packed.is_empty() {
            return Some(());
        }
        let first = self.lines.first_lines();
        for id in packed {
            let stage = &mut self.pipeline.stages[id.0];
            stage.base = postcard::from_bytes(&self.lines.bytes[id.0].take()?).ok()?;
            own_lines(stage, |line| line + first[id.0]);
        }
        Some(())
    }
}

impl Lines {
    /// Writes a pipeline down with these lines of it.
    pub fn encode(&self, pipeline: &Pipeline) -> Option<Vec<u8>> {
        let first = self.first_lines();
        let packed = pipeline.stages.iter().zip(&self.bytes).zip(first).map(|((stage, bytes), first)| {
            let base = match bytes {
                Some(bytes) => Cow::Borrowed(bytes.as_slice()),
                None => Cow::Owned(pack(stage, first)?),
            };
            Some(Packed {
                name: Cow::Borrowed(&stage.name),
                kind: Cow::Borrowed(&stage.kind),
                each: Cow::Borrowed(&stage.each),
                needs: Cow::Borrowed(&stage.needs),
                variants: Cow::Borrowed(&stage.variants),
                seeds: Cow::Borrowed(&stage.seeds),
                owners: [stage.variants_of, stage.seeds_of],
                base,
            })
        });
        let packed: Vec<Packed<'_>> = packed.collect::<Option<_>>()?;
        postcard::to_stdvec(&(&pipeline.title, &self.text, &self.items, packed)).ok()
    }

    /// Counts, for each stage, the lines before its item; 0 for all where the stages are no list of items.
    fn first_lines(&self) -> Vec<usize> {
        let mut lines = vec![0; self.bytes.len()];
        self.items.iter().for_each(|item| lines[item.stage.0] = item.line);
        lines
    }
}

/// Says whether a kind's stages stand whole in `pipeline.yaml`.
fn is_whole(kind: &str, schemas: &[Schema]) -> bool {
    schemas.iter().any(|schema| schema.kind == kind && schema.inline)
}

fn pack(stage: &Stage, first_line: usize) -> Option<Vec<u8>> {
    let mut stage = stage.clone();
    own_lines(&mut stage, |line| line - first_line);
    postcard::to_stdvec(&stage.base).ok()
}

/// Counts the lines of `pipeline.yaml` anew in which a stage's settings stand.
pub(super) fn own_lines(stage: &mut Stage, anew: impl Fn(usize) -> usize) {
    for (_, origin) in &mut stage.base.origins {
        if let Origin::File { path, line, .. } = origin
            && **path == *outline::PATH
        {
            *line = anew(*line);
        }
    }
}
