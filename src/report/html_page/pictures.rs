//! Pictures of a report → elements of the page.
//!
//! Invariants
//! - A drawing is taken into the page only if it is nothing but shapes and text, as the kind `plot` draws them; any other
//!   picture stands in an `<img>`, in which nothing runs.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use roxmltree::{Document, Node, ParsingOptions};

use super::escape::escape;
use crate::figure;

/// The elements of a drawing.
const SHAPES: [&str; 6] = ["text", "circle", "rect", "polyline", "polygon", "path"];

/// Attributes of where a shape is, and how much of what is below is seen through it.
const OWN: [&str; 14] = [
    "x",
    "y",
    "dy",
    "cx",
    "cy",
    "r",
    "rx",
    "d",
    "points",
    "width",
    "height",
    "viewBox",
    "transform",
    "opacity",
];

/// Attributes that a group of shapes passes on to each.
const SHARED: [&str; 7] =
    ["fill", "stroke", "stroke-width", "text-anchor", "font-size", "font-weight", "font-family"];

/// Values that say nothing.
const DEFAULTS: [(&str, &str); 7] = [
    ("stroke", "none"),
    ("opacity", "1"),
    ("text-anchor", "start"),
    ("font-family", "sans-serif"),
    ("font-weight", "normal"),
    ("font-size", FONT_SIZE),
    ("fill", INK),
];

/// The size and the colour of most texts, which the drawing says once.
const FONT_SIZE: &str = "125";
const INK: &str = "#222222";

/// How a path begins and ends.
const PATH: &str = "<path d=\"";
const PATH_END: &str = "\"/>";

/// The most elements of a drawing that is taken into the page.
const MAX_ELEMENTS: u32 = 200_000;

/// Writes a picture; `None` where its bytes are no picture that browsers show.
pub(super) fn picture(path: &str, bytes: &[u8], description: &str) -> Option<String> {
    if let Some(drawing) = std::str::from_utf8(bytes).ok().and_then(|text| drawing(text, description)) {
        return Some(drawing);
    }
    let ending = path.rsplit('.').next().unwrap_or_default().to_lowercase();
    let media_type = match ending.as_str() {
        "svg" => "svg+xml",
        "png" => "png",
        "jpg" | "jpeg" => "jpeg",
        "gif" => "gif",
        "webp" => "webp",
        _ => return None,
    };
    let data = STANDARD.encode(bytes);
    Some(format!("<img alt=\"{}\" src=\"data:image/{media_type};base64,{data}\">", escape(description)))
}

/// Writes a drawing of the kind `plot` in fewer letters; `None` where it is anything else.
fn drawing(text: &str, description: &str) -> Option<String> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_ELEMENTS, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).ok()?;
    let root = document.root_element();
    if root.tag_name().name() != "svg" {
        return None;
    }
    let mut out = format!("<svg role=\"img\" aria-label=\"{}\"", escape(description));
    for attribute in root.attributes().filter(|it| it.name() != "role") {
        write_attribute(attribute.name(), attribute.value(), &mut out)?;
    }
    write!(out, " fill=\"{INK}\" font-size=\"{FONT_SIZE}\">").ok()?;
    let (mut group, mut is_path) = (String::new(), false);
    for child in root.children().filter(Node::is_element) {
        match child.tag_name().name() {
            // Both say what the description says.
            "title" | "desc" => {}
            "style" => (child.text() == Some(&figure::style_sheet())).then_some(())?,
            _ => {
                let Shape { shared, text } = shape(child)?;
                // Lines and areas that look alike, and hide what is below, are one path.
                let was_path = std::mem::replace(&mut is_path, text.matches('"').count() == 2);
                let steps = text.strip_prefix(PATH).filter(|_| was_path && is_path && shared == group);
                if let (Some(steps), true) = (steps, out.ends_with(PATH_END)) {
                    out.truncate(out.len() - PATH_END.len());
                    out.push_str(steps);
                    continue;
                }
                is_path &= text.starts_with(PATH);
                if shared != group {
                    let end = if group.is_empty() { "" } else { "</g>" };
                    let start = if shared.is_empty() { String::new() } else { format!("<g{shared}>") };
                    out.push_str(&(end.to_owned() + &start));
                    group = shared;
                }
                out.push_str(&text);
            }
        }
    }
    out.push_str(if group.is_empty() { "" } else { "</g>" });
    out.push_str("</svg>");
    Some(out)
}

/// A shape of a drawing.
struct Shape {
    /// Attributes that it may share with the next ones.
    shared: String,
    text: String,
}

fn shape(node: Node<'_, '_>) -> Option<Shape> {
    let name = node.tag_name().name();
    if !SHAPES.contains(&name) {
        return None;
    }
    let path = node.attribute("points").and_then(|points| path(points, name == "polygon"));
    let mut shared = String::new();
    let mut text = match &path {
        Some(path) => format!("{PATH}{path}\""),
        None => format!("<{name}"),
    };
    let has_line = node.attribute("stroke").is_some_and(|stroke| stroke != "none");
    for attribute in node.attributes() {
        match attribute.name() {
            "points" if path.is_some() => {}
            "stroke-width" if !has_line => {}
            name if SHARED.contains(&name) => write_attribute(name, attribute.value(), &mut shared)?,
            name => write_attribute(name, attribute.value(), &mut text)?,
        }
    }
    match node.children().all(|child| child.is_text()).then(|| node.text())? {
        Some(label) if name == "text" => write!(text, ">{}</text>", escape(label.trim())).ok()?,
        _ => text.push_str("/>"),
    }
    Some(Shape { shared, text })
}

/// Writes a list of points as a path of steps, which takes half the room; `None` unless all are whole numbers.
fn path(points: &str, is_closed: bool) -> Option<String> {
    let (mut path, mut last) = (String::new(), (0_i64, 0_i64));
    for (at, point) in points.split_ascii_whitespace().enumerate() {
        let (x, y) = point.split_once(',')?;
        let (x, y): (i32, i32) = (x.parse().ok()?, y.parse().ok()?);
        let (x, y) = (i64::from(x), i64::from(y));
        let (right, down) = (x - last.0, y - last.1);
        let start = match at {
            0 => "M",
            1 => "l",
            _ if right < 0 => "",
            _ => " ",
        };
        write!(path, "{start}{right}{}{down}", if down < 0 { "" } else { " " }).ok()?;
        last = (x, y);
    }
    if is_closed {
        path.push('z');
    }
    (!path.is_empty()).then_some(path)
}

/// Writes an attribute, unless it says nothing; `None` where it may not stand in the page.
fn write_attribute(name: &str, value: &str, out: &mut String) -> Option<()> {
    if !OWN.contains(&name) && !SHARED.contains(&name) {
        return None;
    }
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || " #.,()-+".contains(letter);
    if !value.chars().all(is_plain) || value.contains("url") {
        return None;
    }
    if !DEFAULTS.contains(&(name, value)) {
        write!(out, " {name}=\"{}\"", value.trim()).ok()?;
    }
    Some(())
}
