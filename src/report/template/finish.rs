//! A text with placeholders → Markdown whose citations are links, and the proof that each is one.
//!
//! ```text
//! text ──read as Markdown──▶ where each placeholder is ──▶ links, escaped texts; definitions at the end
//!      ──read once more──▶ as many links as citations, of a size that is shown
//! ```
//!
//! Invariants
//! - No citation is left in code, in a tag or within another link: that is a mistake, with its line.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use recount_engine::diagnostic::{Diagnostic, Diagnostics, Place, Source};

use super::links::{check, definitions, link};
use super::markdown::{self, Context, MARKDOWN};
use super::placeholders::{Part, Placeholder};
use super::state::{Collected, ReportState};
use super::{CitedNumber, MadeComparison, RefusedReport, RenderedReport, ReportInputs};
use crate::citation::{Citation, Format, ReferenceId};
use crate::quantity::{WrittenAt, count, written};
use crate::statistics::ALPHA;

/// Finishes a report.
pub(super) fn finish(
    text: &str,
    inputs: &ReportInputs,
    state: &Arc<ReportState>,
) -> Result<RenderedReport, Box<RefusedReport>> {
    let mut text = without_empty_lines(text);
    if inputs.evidence.is_stand_in() {
        text = with_notice(&text);
    }
    let mut collected = state.collected();
    let sentence = comparison_sentence(&mut collected);
    let references = collected.citations.references(0..collected.citations.citations().len());
    let mut writer = Writer {
        collected: &collected,
        references: &references,
        sentence: &sentence,
        out: String::new(),
        places: Vec::new(),
        mistakes: Vec::new(),
    };
    writer.write(&text);
    let Writer { out, places, mistakes, .. } = writer;
    let source = Source::file(inputs.output.as_str(), out);
    let mut diagnostics = Diagnostics::default();
    for (message, at) in mistakes {
        diagnostics.add(Diagnostic::error(message).at(&Place::new(&source, at)));
    }
    let mut citations: BTreeMap<ReferenceId, CitedNumber> = BTreeMap::new();
    for (index, at) in &places {
        let citation = collected.citations.citations()[*index].clone();
        let place = Place::new(&source, *at..*at).line_and_column();
        let cited = citations.entry(references[index].clone());
        cited.or_insert_with(|| CitedNumber { citation, places: Vec::new() }).places.push(place);
    }
    let markdown = format!("{}{}", source.text(), definitions(&citations, &inputs.output));
    if diagnostics.is_empty() {
        check(&markdown, places.len(), &source).into_iter().for_each(|mistake| diagnostics.add(mistake));
    }
    if !diagnostics.is_empty() {
        return Err(Box::new(RefusedReport { diagnostics, draft: Some(markdown) }));
    }
    Ok(RenderedReport {
        markdown,
        citations,
        comparisons: collected.comparisons.clone(),
        figures: collected.figures.clone(),
    })
}

/// What a report of stand-in data says below its title.
const NOTICE: &str =
    "**This report is made from stand-in data: its numbers are not those of the real data.**";

/// Says below a report's title, or above a text without one, that it is made from stand-in data.
fn with_notice(text: &str) -> String {
    match text.split_once('\n') {
        Some((title, rest)) if title.starts_with("# ") => format!("{title}\n\n{NOTICE}\n{rest}"),
        _ => format!("{NOTICE}\n\n{text}"),
    }
}

/// Leaves one empty line where templates leave several, but for code.
fn without_empty_lines(text: &str) -> String {
    let mut code: Vec<Range<usize>> = Vec::new();
    for (event, at) in Parser::new_ext(text, MARKDOWN).into_offset_iter() {
        if let Event::Start(Tag::CodeBlock(_)) = event {
            code.push(at);
        }
    }
    let (mut tidy, mut at, mut empty) = (String::with_capacity(text.len()), 0, 1);
    for line in text.split_inclusive('\n') {
        let is_code = code.iter().any(|range| range.contains(&at));
        empty = if line.trim().is_empty() && !is_code { empty + 1 } else { 0 };
        if empty < 2 {
            tidy.push_str(if empty == 1 { "\n" } else { line });
        }
        at += line.len();
    }
    tidy.truncate(tidy.trim_end().len());
    tidy.push('\n');
    tidy
}

/// Where a part of a text is.
struct Leaf {
    at: Range<usize>,
    context: Context,
    /// Whether it is within a link, or stands for an image.
    is_linked: bool,
}

fn leaves(text: &str) -> Vec<Leaf> {
    let (mut leaves, mut links, mut blocks) = (Vec::new(), 0_usize, 0_usize);
    for (event, at) in Parser::new_ext(text, MARKDOWN).into_offset_iter() {
        let context = match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => {
                links += 1;
                continue;
            }
            Event::End(TagEnd::Link | TagEnd::Image) => {
                links -= 1;
                continue;
            }
            Event::Start(Tag::CodeBlock(_)) => {
                blocks += 1;
                continue;
            }
            Event::End(TagEnd::CodeBlock) => {
                blocks -= 1;
                continue;
            }
            Event::Code(_) | Event::InlineMath(_) | Event::DisplayMath(_) => Context::Code,
            Event::Text(_) if blocks > 0 => Context::Code,
            Event::Text(_) => Context::Text,
            Event::Html(_) | Event::InlineHtml(_) => Context::Html,
            _ => continue,
        };
        leaves.push(Leaf { at, context, is_linked: links > 0 });
    }
    leaves
}

/// Writes a text with links in the place of placeholders.
struct Writer<'w> {
    collected: &'w Collected,
    references: &'w BTreeMap<usize, ReferenceId>,
    /// The sentence on comparisons: texts, and citations by their positions.
    sentence: &'w [Result<usize, &'static str>],
    out: String,
    /// Each citation, and where its link begins.
    places: Vec<(usize, usize)>,
    mistakes: Vec<(String, Range<usize>)>,
}

impl Writer<'_> {
    fn write(&mut self, text: &str) {
        let leaves = leaves(text);
        for (at, part) in self.collected.placeholders.split(text) {
            let index = match part {
                Part::Plain(plain) => {
                    self.out.push_str(plain);
                    continue;
                }
                Part::Broken(_) => {
                    self.mistake(
                        "a filter cut a citation apart, or a text has one of two private letters that stand for citations".to_owned(),
                        "…",
                    );
                    continue;
                }
                Part::Placeholder(index, _) => index,
            };
            let found = leaves.partition_point(|leaf| leaf.at.end <= at);
            let leaf = leaves.get(found).filter(|leaf| leaf.at.start <= at);
            // What is in no leaf is a part of a link's target or of the like, where nothing is read.
            let (context, is_linked) =
                leaf.map_or((Context::Code, true), |leaf| (leaf.context, leaf.is_linked));
            match self.collected.placeholders.get(index) {
                Placeholder::Text(text) => {
                    if context == Context::Code && text.contains('`') {
                        self.mistake(
                            format!("`{}` has a backtick and is in code", text.replace('`', "'")),
                            text,
                        );
                    } else {
                        self.out.push_str(&markdown::write(text, context));
                    }
                }
                Placeholder::Citation(citation) => self.cite(*citation, context, is_linked),
                Placeholder::Comparisons => {
                    for part in self.sentence {
                        match part {
                            Ok(citation) => self.cite(*citation, context, is_linked),
                            Err(words) => self.out.push_str(words),
                        }
                    }
                }
                Placeholder::Mistake(mistake) => self.mistake(mistake.clone(), "…"),
            }
        }
    }

    fn cite(&mut self, index: usize, context: Context, is_linked: bool) {
        let citation = &self.collected.citations.citations()[index];
        let unlinkable = match context {
            Context::Code => Some("in code"),
            Context::Html => Some("in a tag of HTML"),
            Context::Text if is_linked => Some("within a link or an image"),
            Context::Text => None,
        };
        if let Some(place) = unlinkable {
            let message = format!(
                "`{}` of `{}` is {place}, where it can't be a link",
                citation.text, citation.quantity.address
            );
            return self.mistake(message, &citation.text.clone());
        }
        self.places.push((index, self.out.len()));
        self.out.push_str(&link(&citation.text, &self.references[&index]));
    }

    fn mistake(&mut self, message: String, shown: &str) {
        let start = self.out.len();
        self.out.push_str(shown);
        self.mistakes.push((message, start..self.out.len()));
    }
}

/// Makes the sentence on how many comparisons there are, and how many of them would err if nothing differed.
fn comparison_sentence(collected: &mut Collected) -> Vec<Result<usize, &'static str>> {
    let tested =
        collected.comparisons.iter().filter(|made: &&MadeComparison| made.comparison.p.is_some()).count();
    if tested == 0 {
        return vec![Err("This report makes no comparison that has a test.")];
    }
    let all = Arc::new(count("comparisons of this report that have a test", tested, Vec::new()));
    let erring = written(
        "comparisons of this report that would err if nothing differed, one in twenty".to_owned(),
        Format::Fixed(1).number(tested as f64 * ALPHA, None),
        Some(tested as f64 * ALPHA),
        WrittenAt::default(),
    );
    let mut cite = |quantity, format| {
        let citation = match format {
            Format::Spelled => Citation::spelled(quantity),
            format => Citation::new(quantity, format).expect("a count can be printed"),
        };
        Ok(collected.citations.add(citation))
    };
    vec![
        Err("Comparisons with a test, each at a level of one in twenty: "),
        cite(all, Format::Whole),
        Err("; if nothing differed, "),
        cite(Arc::new(erring), Format::Spelled),
        Err(" of them would err on average."),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_of_stand_in_data_says_so_below_its_title() {
        assert_eq!(
            with_notice("# Apples\n\nThey weigh.\n"),
            format!("# Apples\n\n{NOTICE}\n\nThey weigh.\n")
        );
        assert_eq!(with_notice("They weigh.\n"), format!("{NOTICE}\n\nThey weigh.\n"));
    }
}
