//! A pipeline with the text that it was read from, so that an edit need not have all of it read again.
//!
//! old text + new text ──what they share at both ends──▶ the items between ──read──▶ [`Edited`], with the stages in
//! their place
//!
//! Invariants
//! - Either the result is what [`super::load()`] would give for the new text, or there is none: an edit is only
//!   taken in if it leaves every stage its name, its kind, its `each`, its needs and its paths, since on these
//!   the checks across stages depend, and if nothing in it is a mistake.
//! - The lines before and after the edit are whole items of one block list. YAML ends an item where the next
//!   line of its indentation begins with a dash, and the edited lines must be readable by themselves.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::document::Content;
use super::file::{self, File};
use super::inherit;
use super::outline::{self, StageDraft};
use super::packed::own_lines;
use super::parser;
use super::path_uses::{path_shape, templates};
use super::pipeline::{Pipeline, Stage, StageId};
use super::schema::Schema;
use super::value::Parameters;
use crate::diagnostic::{Diagnostics, Source};

/// A pipeline, and where its stages stand in the text that it was read from.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The pipeline. The settings of a stage whose kind stands whole in `pipeline.yaml` may be missing, after
    /// [`Reading::decode`], until [`Reading::complete`] is asked for them.
    pub pipeline: Pipeline,
    /// What it was read from.
    pub lines: Lines,
}

/// The text of `pipeline.yaml`, and where its stages stand in it.
#[derive(Clone, Debug)]
pub struct Lines {
    pub(super) text: String,
    /// The stages' items, in the order of the text; empty where they are no block list with an item to a line.
    pub(super) items: Vec<Item>,
    /// The settings that are still bytes, by stage: none of them once they are in the pipeline.
    pub(super) bytes: Vec<Option<Vec<u8>>>,
}

/// A reading in which an edit was taken in.
#[derive(Clone, Debug)]
pub struct Edited {
    /// The pipeline as it is now.
    pub reading: Reading,
    /// The stages that differ from those of the reading before, with their settings as they are now.
    pub stages: BTreeMap<String, Parameters>,
    /// How many stages were read again.
    pub read: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Item {
    /// Where its first line begins, in bytes.
    pub(super) start: usize,
    /// How many lines there are before it.
    pub(super) line: usize,
    pub(super) stage: StageId,
}

impl Lines {
    /// Gives the text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Reading {
    /// Puts a pipeline beside its text; `starts` says where each stage begins, in the order of the text.
    pub(super) fn new(pipeline: Pipeline, text: &str, starts: &[(usize, StageId)]) -> Self {
        let (mut line, mut at) = (0, 0);
        let first_lines = starts.iter().map(|&(start, stage)| {
            let first = start_of_line(text, start);
            line += count_lines(&text[at..first]);
            at = first;
            (Item { start: first, line, stage }, &text[first..start])
        });
        let (items, before): (Vec<Item>, Vec<&str>) = first_lines.unzip();
        let listed = before.first().is_some_and(|first| {
            first.trim_start_matches(' ').starts_with("- ") && before.iter().all(|other| other == first)
        });
        let items = if listed { items } else { Vec::new() };
        let bytes = vec![None; pipeline.stages.len()];
        Self { pipeline, lines: Lines { text: text.to_owned(), items, bytes } }
    }

    /// Takes in what was edited in `pipeline.yaml` since; `None` where all of it has to be read again.
    pub fn edited(mut self, root: &Path, schemas: &[Schema]) -> Option<Edited> {
        let File::Text(source) = file::read(root, outline::PATH, &mut Diagnostics::default()) else {
            return None;
        };
        if source.text() == self.lines.text {
            return Some(Edited { reading: self, stages: BTreeMap::new(), read: 0 });
        }
        let (items, old, new) = self.touched(source.text())?;
        let drafts = self.drafts(&source, new.clone(), schemas)?;
        if drafts.len() != items.len() {
            return None;
        }
        let stages: Vec<StageId> = self.lines.items[items.clone()].iter().map(|item| item.stage).collect();
        self.unpack(&stages)?;
        let mut changed = BTreeMap::new();
        for (id, draft) in stages.into_iter().zip(&drafts) {
            let stage = self.replaced(id, draft)?;
            let before = &mut self.pipeline.stages[id.0];
            if before.base.parameters != stage.base.parameters {
                changed.insert(stage.name.clone(), stage.base.parameters.clone());
            }
            *before = stage;
        }
        let (mut line, mut at) = (self.lines.items[items.start].line, new.start);
        for (item, draft) in self.lines.items[items.clone()].iter_mut().zip(&drafts) {
            item.start = start_of_line(source.text(), draft.start);
            line += count_lines(&source.text()[at..item.start]);
            (item.line, at) = (line, item.start);
        }
        let (before, after) =
            (count_lines(&self.lines.text[old.clone()]), count_lines(&source.text()[new.clone()]));
        for item in &mut self.lines.items[items.end..] {
            item.start = item.start - old.end + new.end;
            item.line = item.line - before + after;
            if before != after {
                own_lines(&mut self.pipeline.stages[item.stage.0], |line| line - before + after);
            }
        }
        source.text().clone_into(&mut self.lines.text);
        Some(Edited { reading: self, stages: changed, read: drafts.len() })
    }

    /// Finds the items that an edit lies in, and their bytes in the old and in the new text.
    fn touched(&self, new: &str) -> Option<(Range<usize>, Range<usize>, Range<usize>)> {
        let old = &self.lines.text;
        let head = shared(old.as_bytes().iter().zip(new.as_bytes()));
        let most = old.len().min(new.len()) - head;
        let tail = shared(old.as_bytes()[head..].iter().rev().zip(new.as_bytes().iter().rev())).min(most);
        let first = self.lines.items.partition_point(|item| item.start < head).checked_sub(1)?;
        let last = self.lines.items.partition_point(|item| item.start < old.len() - tail);
        let start = self.lines.items[first].start;
        let end = self.lines.items.get(last).map_or(old.len(), |item| item.start);
        let touched = start..new.len() - (old.len() - end);
        let text = new.get(touched.clone())?;
        let dash = old[start..].find('-').map(|at| &old[start..=start + at])?;
        let whole = text.strip_prefix(dash)?.starts_with(' ') && (end == old.len() || text.ends_with('\n'));
        // Such a line ends a document, which is more than an item.
        let ends = |line: &str| line.starts_with("...") || line.starts_with("---");
        let whole = whole && !text.lines().any(ends);
        whole.then_some((first..last, start..end, touched))
    }

    /// Reads edited items; `None` for anything that is not a list of stages without a mistake.
    fn drafts<'s>(
        &self,
        source: &Arc<Source>,
        part: Range<usize>,
        schemas: &'s [Schema],
    ) -> Option<Vec<StageDraft<'s>>> {
        let mut mistakes = Diagnostics::default();
        let document = parser::read(source, part, &mut mistakes)?;
        let Content::List(nodes) = &document.content else { return None };
        let drafts: Option<Vec<StageDraft<'s>>> =
            nodes.iter().map(|node| outline::stage(node, schemas, &mut mistakes)).collect();
        for (index, draft) in drafts.iter().flatten().enumerate() {
            for field in draft.schema.iter().filter(|schema| schema.inline).flat_map(|schema| &schema.fields)
            {
                templates(index, draft, field, &mut Vec::new(), &mut mistakes);
            }
        }
        drafts.filter(|_| mistakes.is_empty())
    }

    /// Makes the stage that a draft draws, if it has all of the old one that other stages may depend on.
    fn replaced(&self, id: StageId, draft: &StageDraft<'_>) -> Option<Stage> {
        let old = &self.pipeline.stages[id.0];
        let schema = draft.schema?;
        let needs = old.needs.iter().map(|need| self.pipeline.stages[need.0].name.as_str());
        let same = draft.name == old.name
            && schema.kind == old.kind
            && draft.each.iter().map(|entry| &entry.axis).eq(&old.each)
            && draft.needs.iter().map(|(name, _)| name.as_str()).eq(needs);
        if !same || !schema.inline {
            // What is said of other kinds here is all compared above.
            return same.then(|| old.clone());
        }
        let base = inherit::base(schema, draft.raw.params.clone());
        let paths = schema.fields.iter().filter(|field| path_shape(&field.shape).is_some());
        let mut paths = paths.map(|field| field.name);
        let same = paths.all(|name| base.parameters.get(name) == old.base.parameters.get(name));
        same.then(|| Stage { base, ..old.clone() })
    }
}

/// Counts how many bytes from two ends on are the same.
fn shared<'b>(ends: impl Iterator<Item = (&'b u8, &'b u8)>) -> usize {
    ends.take_while(|(one, other)| one == other).count()
}

/// Finds where the line begins that a place in a text is on.
fn start_of_line(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// Counts the ends of lines in a text.
fn count_lines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;
    use crate::spec::{Field, Shape, Value, read};

    const PIPELINE: &str = "\
recount: 1
title: Test
stages:
  - name: a # the first
    kind: command
    run: cp source out/a
    outputs: [out/a]
  - { name: b, kind: command, run: \"cat out/a > 'out/b'\", outputs: [out/b], needs: [a] }

  - name: c
    kind: learn
    needs: [b]
  # Nothing follows.
  - name: d
    kind: command
    each: { i: [1, 2] }
    run: |-
      one {i}
      - two
    outputs: [\"out/d{i}\"]
    needs: [a]
";

    fn schemas() -> Vec<Schema> {
        let field = |name, shape, default| Field { name, shape, default, about: "a setting" };
        let outputs = Shape::List(Box::new(Shape::OutputPath));
        vec![
            Schema {
                kind: "learn",
                fields: vec![field("rate", Shape::Text, Some("low".into()))],
                repeats: true,
                inline: false,
            },
            Schema {
                kind: "command",
                fields: vec![
                    field("run", Shape::Text, None),
                    field("outputs", outputs, Some(Value::List(Vec::new()))),
                ],
                repeats: true,
                inline: true,
            },
        ]
    }

    /// A project with the text that was read, put on a disk and taken from it.
    fn kept() -> (tempfile::TempDir, Reading) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        fs::write(folder.path().join("pipeline.yaml"), PIPELINE).expect("there is room");
        let reading = read(folder.path(), &schemas(), &[]).expect("the file has no mistake");
        let bytes = reading.lines.encode(&reading.pipeline).expect("it can be written");
        (folder, Reading::decode(&bytes, &schemas()).expect("it reads back"))
    }

    fn all_of(mut reading: Reading) -> Pipeline {
        let stages: Vec<StageId> = (0..reading.pipeline.stages.len()).map(StageId).collect();
        reading.unpack(&stages).expect("its settings read back");
        reading.pipeline
    }

    /// Edits the text, and gives what is taken in, beside what is read of the whole.
    fn edited(text: &str) -> (Option<(Pipeline, Vec<String>)>, Option<Pipeline>) {
        let (folder, reading) = kept();
        fs::write(folder.path().join("pipeline.yaml"), text).expect("there is room");
        let taken = reading.edited(folder.path(), &schemas());
        let whole = read(folder.path(), &schemas(), &[]).ok();
        let taken = taken.map(|it| (all_of(it.reading), it.stages.into_keys().collect()));
        (taken, whole.map(|reading| reading.pipeline))
    }

    #[test]
    fn what_is_kept_reads_back() {
        let (folder, reading) = kept();
        let whole = read(folder.path(), &schemas(), &[]).expect("the file has no mistake");
        assert_eq!(all_of(reading), whole.pipeline);
    }

    #[test]
    fn another_command_is_taken_in_with_the_lines_of_all_that_follows() {
        for (old, new, stage) in [
            ("cp source out/a", "cp other out/a", "a"),
            ("    run: cp source out/a\n", "    run: >-\n      cp source\n      out/a2\n", "a"),
            ("cat out/a >", "cat out/a out/a >", "b"),
            ("one {i}", "one {i} {i}\n\n      more", "d"),
        ] {
            let (taken, whole) = edited(&PIPELINE.replace(old, new));
            let (pipeline, changed) = taken.expect("only a command changed");
            assert_eq!(Some(pipeline), whole, "{new}");
            assert_eq!(changed, [stage], "{new}");
        }
    }

    #[test]
    fn what_others_depend_on_and_mistakes_have_all_of_it_read_again() {
        for (old, new) in [
            ("name: a", "name: aa"),
            ("outputs: [out/a]", "outputs: [out/aa]"),
            ("needs: [b]", "needs: [a]"),
            ("kind: learn", "kind: command"),
            ("i: [1, 2]", "i: [1, 2, 3]"),
            ("cp source out/a", "cp {unknown} out/a"),
            ("cp source out/a", "\"cp source out/a"),
            ("  # Nothing", "  - { name: e, kind: learn }\n  # Nothing"),
            ("title: Test", "title: Other"),
            ("    needs: [a]\n", "    needs: [a]\nmore: 1\n"),
            ("    needs: [a]\n", "    needs: [a]\n...\n"),
        ] {
            let text = PIPELINE.replace(old, new);
            assert_ne!(text, PIPELINE);
            assert!(edited(&text).0.is_none(), "{new}");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_in_is_what_all_of_it_gives(
            at in any::<prop::sample::Index>(),
            length in 0_usize..12,
            put in prop_oneof![
                Just(String::new()),
                Just("\n".to_owned()),
                Just("\n  - name: z\n".to_owned()),
                Just("  - ".to_owned()),
                "[a-d \"'#:{}\\[\\]|>,&*!-]{0,6}".prop_map(String::from),
            ],
        ) {
            let start = at.index(PIPELINE.len());
            let end = (start + length).min(PIPELINE.len());
            let text = format!("{}{put}{}", &PIPELINE[..start], &PIPELINE[end..]);
            let (taken, whole) = edited(&text);
            if let Some((pipeline, _)) = taken {
                prop_assert_eq!(Some(pipeline), whole, "{}", text);
            }
        }
    }
}
