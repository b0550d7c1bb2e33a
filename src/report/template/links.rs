//! The links of a finished report: their definitions, and the proof that each citation is one.
//!
//! Invariants
//! - Definitions are sorted, so that one more number changes one line of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use pulldown_cmark::{Event, LinkType, Parser, Tag};
use recount_engine::diagnostic::{Diagnostic, Place, Source};

use super::CitedNumber;
use super::markdown::{self, Context, MARKDOWN, link_target};
use crate::citation::{Citation, ReferenceId};
use crate::quantity::Origin;

/// The longest report that hosts show, in bytes.
pub const MAX_REPORT_BYTES: usize = 512 << 10;

/// Writes a citation.
pub(crate) fn link(text: &str, reference: &ReferenceId) -> String {
    format!("[{}][{reference}]", markdown::write(text, Context::Text))
}

/// Writes where each link leads and what is shown when the mouse is over it; hosts show none of these lines.
pub(crate) fn definitions(citations: &BTreeMap<ReferenceId, CitedNumber>, output: &str) -> String {
    let file = output.rsplit('/').next().unwrap_or(output);
    let page = link_target(&format!("{}.audit.md", file.strip_suffix(".md").unwrap_or(file)));
    let mut text = String::new();
    for (reference, cited) in citations {
        let hover = hover(&cited.citation).replace('\\', "\\\\").replace('"', "\\\"");
        text.push_str(&format!("\n[{reference}]: {page}#{reference} \"{hover}\""));
    }
    if text.is_empty() { text } else { text + "\n" }
}

/// Says where a number is from, and over how many repeats.
fn hover(citation: &Citation) -> String {
    let quantity = &citation.quantity;
    let address: String =
        quantity.address.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    match (&quantity.origin, quantity.incomplete(), quantity.sample.values().len()) {
        (_, Some((present, repeats)), _) => format!("{address}, n = {present} of {repeats}"),
        (Origin::Measured { .. } | Origin::Derived { .. }, None, repeats) if repeats > 1 => {
            format!("{address}, n = {repeats}")
        }
        (Origin::Measured { .. }, ..) => format!("{address}, n = 1"),
        _ => address,
    }
}

/// Reads the finished text once: every citation is a link, and it is short enough to be shown.
pub(super) fn check(markdown: &str, cited: usize, source: &Arc<Source>) -> Option<Diagnostic> {
    if markdown.len() > MAX_REPORT_BYTES {
        let message = format!(
            "the report is {} KiB long, and hosts show {} KiB",
            markdown.len() >> 10,
            MAX_REPORT_BYTES >> 10
        );
        let help = "say less, or make two reports of it: a pipeline may have several stages of kind `render`";
        return Some(Diagnostic::error(message).at(&Place::whole(source)).help(help));
    }
    let is_cited = |event: &Event<'_>| match event {
        Event::Start(Tag::Link { link_type: LinkType::Reference, dest_url, id, .. }) => {
            dest_url.ends_with(&format!(".audit.md#{id}"))
        }
        _ => false,
    };
    let links = Parser::new_ext(markdown, MARKDOWN).filter(is_cited).count();
    (links != cited).then(|| {
        let message = format!("of {cited} citations {links} are links");
        let help = "look for a bracket before a citation, or a line that Markdown reads in another way";
        Diagnostic::error(message).at(&Place::whole(source)).help(help)
    })
}
