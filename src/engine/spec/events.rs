//! YAML text → its shape, step by step with places: saphyr's part of `document`.
//!
//! Invariants
//! - Anchors, aliases and tags stop the walk: a value stands where it is read, so nothing can multiply.
//! - Depth is bounded, so recursion over the steps is too.
//! - Places are byte ranges on character boundaries.

use std::ops::Range;

use saphyr_parser::{Event, Parser, Span};

/// Lists and maps within one another, at most.
const DEPTH: usize = 16;

/// What stops a text from being a tree: where, what, and what to do.
pub(super) type Fault = (Range<usize>, String, &'static str);

/// One step of the walk.
pub(super) enum Step {
    Scalar,
    List,
    Map,
    End,
}

/// Walks the text once and gives its steps; none for a text without a document.
pub(super) fn events(text: &str) -> Result<Vec<(Step, Range<usize>)>, Vec<Fault>> {
    let offsets = Offsets::of(text);
    let mut steps = Vec::new();
    let mut faults = separator_faults(text);
    if !faults.is_empty() {
        return Err(faults);
    }
    let (mut depth, mut documents) = (0, 0);
    for event in Parser::new_from_str(text) {
        let (event, span) = match event {
            Ok((event, span)) => (event, offsets.range(span)),
            Err(error) => {
                faults.extend(scan_faults(text, offsets.byte(error.marker().index()), error.info()));
                break;
            }
        };
        match &event {
            Event::Alias(_) => faults.push(anchor_fault(text, span.start, '*')),
            Event::Scalar(_, _, anchor, tag) => {
                faults.extend((*anchor != 0).then(|| anchor_fault(text, span.start, '&')));
                faults.extend(tag.is_some().then(|| tag_fault(text, span.start)));
            }
            Event::SequenceStart(anchor, tag) | Event::MappingStart(anchor, tag) => {
                faults.extend((*anchor != 0).then(|| anchor_fault(text, span.start, '&')));
                faults.extend(tag.is_some().then(|| tag_fault(text, span.start)));
            }
            _ => {}
        }
        // One anchor is enough said: the cure for it is the cure for all.
        if !faults.is_empty() {
            break;
        }
        let step = match event {
            Event::Scalar(..) => Step::Scalar,
            Event::SequenceStart(..) => Step::List,
            Event::MappingStart(..) => Step::Map,
            Event::SequenceEnd | Event::MappingEnd => Step::End,
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    let message = "a second document starts here".to_owned();
                    faults.push((span, message, "keep one document in a file: take the `---` away"));
                    break;
                }
                continue;
            }
            _ => continue,
        };
        match step {
            Step::List | Step::Map => depth += 1,
            Step::End => depth -= 1,
            Step::Scalar => {}
        }
        if depth > DEPTH {
            let message = format!("more than {DEPTH} lists and maps stand within one another here");
            faults.push((span, message, "write it flatter"));
            break;
        }
        steps.push((step, span));
    }
    if faults.is_empty() { Ok(steps) } else { Err(faults) }
}

/// Finds the line ends that only some readers of YAML take for such, so that two may differ on a text.
fn separator_faults(text: &str) -> Vec<Fault> {
    let found = text.match_indices(['\u{85}', '\u{2028}', '\u{2029}']);
    let fault = |(at, separator): (usize, &str)| {
        let message = format!("an invisible line separator stands here: {}", separator.escape_unicode());
        (at..at + separator.len(), message, "delete it, or press Enter in its place")
    };
    found.map(fault).collect()
}

fn anchor_fault(text: &str, start: usize, sign: char) -> Fault {
    let help = "write the value out where it is needed; variants share settings by `from`";
    (marked(text, start, sign), "anchors and aliases are not taken here".to_owned(), help)
}

fn tag_fault(text: &str, start: usize) -> Fault {
    (marked(text, start, '!'), "tags are not taken here".to_owned(), "write the value without a tag")
}

/// Finds the word that begins with `sign`, at or before the node that it belongs to.
fn marked(text: &str, start: usize, sign: char) -> Range<usize> {
    let from =
        if text[start..].starts_with(sign) { start } else { text[..start].rfind(sign).unwrap_or(start) };
    let word = text[from..].find(|character: char| character.is_whitespace() || ",]}".contains(character));
    from..word.map_or(text.len(), |length| from + length)
}

/// Explains where a scanner stopped, with what it says (`info`); tabs are the usual reason and deserve their own words.
pub(super) fn scan_faults(text: &str, at: usize, info: &str) -> Vec<Fault> {
    if info.contains("unknown anchor") {
        return vec![anchor_fault(text, at, '*')];
    }
    let mut faults = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..indent].find('\t').filter(|_| !line.trim().is_empty()) {
            let message = "a tab indents this line".to_owned();
            faults.push((start + tab..start + indent, message, "indent with spaces"));
        }
        start += line.len();
    }
    if faults.is_empty() {
        let help = if info.contains("mapping values") {
            "a text that holds `: ` needs quotes; otherwise check the indentation"
        } else {
            "check brackets, quotes and indentation here and on the line before"
        };
        faults.push((at..at, format!("this can't be read as YAML: {info}"), help));
    }
    faults
}

/// Byte offsets of characters: saphyr counts characters.
struct Offsets {
    starts: Vec<usize>,
    length: usize,
}

impl Offsets {
    fn of(text: &str) -> Self {
        let starts =
            if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| at).collect() };
        Self { starts, length: text.len() }
    }

    fn byte(&self, index: usize) -> usize {
        let byte = if self.starts.is_empty() { Some(index) } else { self.starts.get(index).copied() };
        byte.map_or(self.length, |byte| byte.min(self.length))
    }

    fn range(&self, span: Span) -> Range<usize> {
        let start = self.byte(span.start.index());
        start..self.byte(span.end.index()).max(start)
    }
}
