//! What stages, variants and coordinates may be called.

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::yaml::{Node, text};

/// The longest name of a stage or variant, and the longest value of a coordinate; folders are named after them.
pub(super) const MAX_NAME_BYTES: usize = 200;

/// Reads the name of something: letters, digits, `-`, `_` and what `also` allows, with a letter or digit first.
///
/// One with other letters is a mistake but read, since others may use it; one that is too long is not read.
pub(super) fn name<'a>(
    node: &'a Node,
    subject: &str,
    what: &str,
    also: &str,
    diagnostics: &mut Diagnostics,
) -> Option<&'a str> {
    let name = text(node, subject, diagnostics)?;
    if name.len() > MAX_NAME_BYTES {
        let message = format!("the name of {what} is longer than {MAX_NAME_BYTES} bytes");
        diagnostics.add(Diagnostic::error(message).at(&node.place).help("give it a shorter one"));
        return None;
    }
    if !is_name(name, also) {
        refuse_name(what, name, also, &node.place, diagnostics);
    }
    Some(name)
}

/// Checks a name: letters, digits, `-`, `_` and what `also` allows; it begins with a letter or digit.
pub(super) fn is_name(name: &str, also: &str) -> bool {
    let allowed = |letter: char| letter.is_alphanumeric() || "-_".contains(letter) || also.contains(letter);
    name.starts_with(char::is_alphanumeric) && name.chars().all(allowed)
}

/// Reports a name with letters that it can't have.
pub(super) fn refuse_name(what: &str, name: &str, also: &str, place: &Place, diagnostics: &mut Diagnostics) {
    let message = format!("`{name}` can't name {what}");
    let dots = if also.is_empty() { "" } else { ", dots" };
    let help = format!("use letters, digits{dots}, `-` and `_`, with a letter or digit first");
    diagnostics.add(Diagnostic::error(message).at(place).help(help));
}
