//! The report's Markdown → HTML: numbers lead to their chains, pictures stand in it.
//!
//! Invariants
//! - Of raw HTML only what reports fold themselves passes: `<details>`, `<summary>`, `<br>`, without attributes.
//! - A link leads to http, https, mail, a file beside the report or a part of the page; any other is plain text.
//! - No style is written into an element, which the page's policy forbids.

use std::borrow::Cow;
use std::collections::BTreeMap;

use pulldown_cmark::{Alignment, CowStr, Event, LinkType, Parser, Tag, TagEnd, html};

use super::escape::{escape, printable};
use super::inputs::PageInputs;
use super::pictures::picture;
use crate::template::{MARKDOWN, link_target, relative_path};

/// The tags that reports fold with.
const FOLDS: [&str; 5] = ["<details>", "</details>", "<summary>", "</summary>", "<br>"];

/// Schemes that a link may have.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// Writes the report as HTML.
pub(super) fn report_text(inputs: &PageInputs<'_>) -> String {
    let events: Vec<Event<'_>> = Parser::new_ext(inputs.report, MARKDOWN).collect();
    let mut writer = Writer::of(inputs);
    writer.write(&events);
    let mut text = String::with_capacity(inputs.report.len() * 2);
    html::push_html(&mut text, writer.out.into_iter());
    text
}

struct Writer<'e> {
    inputs: &'e PageInputs<'e>,
    /// The paths of pictures, by how the report links to them.
    pictures: BTreeMap<String, &'e str>,
    /// The file, beside the report, that its numbers lead to.
    audit_page: String,
    slugs: BTreeMap<String, usize>,
    /// Whether each link that is open is written as one.
    links: Vec<bool>,
    alignments: Vec<Alignment>,
    column: usize,
    is_head: bool,
    /// The folds that are open.
    folds: Vec<&'static str>,
    out: Vec<Event<'e>>,
}

impl<'e> Writer<'e> {
    fn of(inputs: &'e PageInputs<'e>) -> Self {
        let report = inputs.audit.report.as_str();
        let link = |path: &str| link_target(&relative_path(report, path));
        let file = report.rsplit('/').next().unwrap_or(report);
        let figures = inputs.audit.figures.iter().map(|figure| figure.path.as_str());
        Self {
            inputs,
            pictures: figures.map(|path| (link(path), path)).collect(),
            audit_page: link_target(&format!("{}.audit.md", file.strip_suffix(".md").unwrap_or(file))),
            slugs: BTreeMap::new(),
            links: Vec::new(),
            alignments: Vec::new(),
            column: 0,
            is_head: false,
            folds: Vec::new(),
            out: Vec::new(),
        }
    }

    fn write(&mut self, events: &[Event<'e>]) {
        let mut at = 0;
        while let Some(event) = events.get(at) {
            at += 1;
            match event {
                Event::Start(Tag::Image { dest_url, .. }) => {
                    let end = end_of_image(events, at);
                    self.picture(dest_url, &words(&events[at..end]));
                    at = end + 1;
                }
                Event::Start(Tag::Heading { level, .. }) => {
                    let id = self.slug(&words(&events[at..end_of_heading(events, at)]));
                    self.html(format!("<{level} id=\"h-{}\">", escape(&id)));
                }
                Event::End(TagEnd::Heading(level)) => self.html(format!("</{level}>\n")),
                Event::Start(Tag::Link { link_type, dest_url, .. }) => self.begin_link(*link_type, dest_url),
                Event::End(TagEnd::Link) => {
                    if self.links.pop() == Some(true) {
                        self.html("</a>");
                    }
                }
                Event::Html(raw) | Event::InlineHtml(raw) => self.raw(raw),
                Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
                Event::Text(text) => self.out.push(Event::Text(clean(text))),
                Event::Code(text) => self.out.push(Event::Code(clean(text))),
                Event::InlineMath(text) | Event::DisplayMath(text) => self.out.push(Event::Code(clean(text))),
                Event::FootnoteReference(name) => {
                    self.html(format!("<sup><a href=\"#f-{0}\">{0}</a></sup>", escape(name)));
                }
                Event::Start(Tag::FootnoteDefinition(name)) => {
                    self.html(format!("<div class=\"footnote\" id=\"f-{0}\"><sup>{0}</sup>", escape(name)));
                }
                Event::End(TagEnd::FootnoteDefinition) => self.html("</div>\n"),
                Event::Start(Tag::Table(alignments)) => {
                    self.alignments = alignments.clone();
                    self.html(
                        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"table\"><table>",
                    );
                }
                Event::End(TagEnd::Table) => self.html("</table></div>\n"),
                Event::Start(tag @ (Tag::TableHead | Tag::TableRow)) => {
                    (self.column, self.is_head) = (0, *tag == Tag::TableHead);
                    self.html(if self.is_head { "<thead><tr>" } else { "<tr>" });
                }
                Event::End(TagEnd::TableHead) => self.html("<tbody>\n"),
                Event::End(TagEnd::TableRow) => self.html("\n"),
                Event::Start(Tag::TableCell) => self.begin_cell(),
                // Cells and rows end where the next one begins.
                Event::End(TagEnd::TableCell) => {}
                other => self.out.push(other.clone()),
            }
        }
        while let Some(open) = self.folds.pop() {
            self.html(format!("</{open}>"));
        }
    }

    fn html(&mut self, html: impl Into<CowStr<'e>>) {
        self.out.push(Event::InlineHtml(html.into()));
    }

    fn begin_cell(&mut self) {
        let class = match self.alignments.get(self.column) {
            Some(Alignment::Right) => " class=\"right\"",
            Some(Alignment::Center) => " class=\"center\"",
            _ => "",
        };
        self.column += 1;
        self.html(if self.is_head { format!("<th scope=\"col\"{class}>") } else { format!("<td{class}>") });
    }

    fn begin_link(&mut self, link_type: LinkType, target: &str) {
        let cited = target.rsplit_once('#').filter(|(file, reference)| {
            *file == self.audit_page && self.inputs.audit.numbers.contains_key(*reference)
        });
        let href = match cited {
            Some((_, reference)) => Some(format!("#n-{reference}")),
            None if link_type == LinkType::Email => Some(format!("mailto:{target}")),
            None => link(target, self.inputs.way_to_report),
        };
        self.links.push(href.is_some());
        if let Some(href) = href {
            self.html(format!("<a href=\"{}\">", escape(&href)));
        }
    }

    fn picture(&mut self, target: &str, description: &str) {
        let path = self.pictures.get(target).copied();
        let bytes = path.and_then(|path| Some((path, self.inputs.pictures.get(path)?)));
        let drawn = bytes.and_then(|(path, bytes)| picture(path, bytes, description));
        self.html(match (drawn, path) {
            (Some(drawn), Some(path)) => {
                let at = self.inputs.audit.figures.iter().position(|figure| figure.path == path);
                let link = at.map(|at| format!("<a href=\"#p{at}\">what it is drawn from</a>"));
                format!("<span class=\"figure\">{drawn}{}</span>", link.unwrap_or_default())
            }
            _ => format!("<em>{} (the picture {} is not here)</em>", escape(description), escape(target)),
        });
    }

    /// Passes what folds; anything else in raw HTML is text.
    fn raw(&mut self, raw: &str) {
        let mut rest = raw;
        while !rest.is_empty() {
            let fold = FOLDS.iter().find(|fold| rest.starts_with(**fold));
            let Some(fold) = fold else {
                let next = rest.char_indices().skip(1).find(|(_, letter)| *letter == '<');
                let (text, after) = rest.split_at(next.map_or(rest.len(), |(at, _)| at));
                self.out.push(Event::Text(clean(&CowStr::from(unescape(text)))));
                rest = after;
                continue;
            };
            rest = &rest[fold.len()..];
            let name = fold.trim_matches(['<', '/', '>']);
            let is_end = fold.starts_with("</");
            if !is_end && name != "br" {
                self.folds.push(name);
            }
            if !is_end || self.folds.last() == Some(&name) {
                self.html(*fold);
            }
            if is_end && self.folds.last() == Some(&name) {
                self.folds.pop();
            }
        }
    }

    /// Gives the anchor that hosts give to a heading.
    fn slug(&mut self, heading: &str) -> String {
        let letters = heading.trim().chars().filter_map(|letter| match letter {
            ' ' => Some('-'),
            '-' | '_' => Some(letter),
            letter => letter.is_alphanumeric().then_some(letter),
        });
        let slug: String = letters.flat_map(char::to_lowercase).collect();
        let count = self.slugs.entry(slug.clone()).or_default();
        *count += 1;
        if *count == 1 { slug } else { format!("{slug}-{}", *count - 1) }
    }
}

/// Gives where a link leads; `None` where it may not be one.
fn link(target: &str, way_to_report: &str) -> Option<String> {
    // Browsers leave these out before they read a scheme.
    let target: String = target.chars().filter(|letter| !letter.is_control()).collect();
    let target = target.trim();
    if let Some(heading) = target.strip_prefix('#') {
        return Some(format!("#h-{heading}"));
    }
    let scheme = target.split(['/', '?', '#']).next().and_then(|first| first.split_once(':'));
    match scheme {
        Some((scheme, _)) => {
            SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known)).then(|| target.to_owned())
        }
        None if target.starts_with(['/', '\\']) => None,
        None => Some(format!("{way_to_report}{target}")),
    }
}

/// Reads what templates write for letters that HTML reads.
fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Replaces what no page can hold.
fn clean<'t>(text: &CowStr<'t>) -> CowStr<'t> {
    let is_clean = text.chars().all(|letter| printable(letter) == letter);
    let clean: Cow<'_, str> = match is_clean {
        true => return text.clone(),
        false => text.chars().map(printable).collect(),
    };
    CowStr::from(clean.into_owned())
}

/// Gives the words of a heading or of a picture's description.
fn words(events: &[Event<'_>]) -> String {
    let words = events.iter().map(|event| match event {
        Event::Text(text) | Event::Code(text) | Event::InlineMath(text) => text.as_ref(),
        Event::SoftBreak | Event::HardBreak => " ",
        _ => "",
    });
    words.collect()
}

fn end_of_heading(events: &[Event<'_>], from: usize) -> usize {
    let is_end = |event: &Event<'_>| matches!(event, Event::End(TagEnd::Heading(_)));
    events[from..].iter().position(is_end).map_or(events.len(), |at| from + at)
}

/// Gives where a picture ends, in whose description there may be others.
fn end_of_image(events: &[Event<'_>], from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, event) in events.iter().enumerate().skip(from) {
        match event {
            Event::Start(Tag::Image { .. }) => depth += 1,
            Event::End(TagEnd::Image) if depth == 0 => return at,
            Event::End(TagEnd::Image) => depth -= 1,
            _ => {}
        }
    }
    events.len()
}
