//! The graph as a picture: columns of boxes, each to the right of all that it needs; a need that is further back than the
//! last column comes from below, so that no box hides it.
//!
//! Invariants
//! - Readable on a light and on a dark page; needs no font of ours.

use super::Graph;

const LETTER: usize = 8;
const HEIGHT: usize = 32;
const GAP: usize = 16;
const COLUMN_GAP: usize = 64;
const MARGIN: usize = 8;

/// How much deeper an arc goes for each column that it passes.
const ARC: usize = 20;

const STYLE: &str = "text{font:13px monospace;text-anchor:middle;fill:#1f2328}\
    rect{fill:#f6f8fa;stroke:#59636e;rx:4}.need{fill:none;stroke:#59636e;marker-end:url(#end)}.end{fill:#59636e}\
    @media(prefers-color-scheme:dark){text{fill:#f0f6fc}rect{fill:#151b23;stroke:#9198a1}.need{stroke:#9198a1}.end{fill:#9198a1}}";

/// The head of an arrow.
const ARROW: &str = "<marker id=\"end\" markerWidth=\"8\" markerHeight=\"8\" refX=\"7\" refY=\"4\" orient=\"auto\">\
    <path class=\"end\" d=\"M0 1L7 4L0 7z\"/></marker>";

struct Spot {
    x: usize,
    y: usize,
    width: usize,
}

/// Draws the picture.
pub(super) fn draw(graph: &Graph) -> String {
    let labels: Vec<String> = graph.nodes.iter().map(super::Node::label).collect();
    let columns = columns(graph);
    let (spots, width, height) = place(&labels, &columns);
    let passed = |need: usize, by: usize| columns[by] - columns[need] - 1;
    let deepest = graph.edges.iter().map(|&(need, by)| passed(need, by)).max().unwrap_or(0);
    let height = height + deepest * ARC;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n<style>{STYLE}</style>{ARROW}\n"
    );
    for &(need, by) in &graph.edges {
        let (from, to) = (&spots[need], &spots[by]);
        let path = match passed(need, by) {
            0 => {
                let (x, y) = (from.x + from.width, from.y + HEIGHT / 2);
                let (end_x, end_y) = (to.x, to.y + HEIGHT / 2);
                let bend = COLUMN_GAP / 2;
                format!("M{x} {y}C{} {y} {} {end_y} {end_x} {end_y}", x + bend, end_x.saturating_sub(bend))
            }
            passed => {
                let (x, y) = (from.x + from.width * 2 / 3, from.y + HEIGHT);
                let (end_x, end_y) = (to.x + to.width / 3, to.y + HEIGHT);
                // A curve of this degree reaches three quarters of the way to the points that bend it.
                let low = y.max(end_y) + passed * ARC * 4 / 3;
                format!("M{x} {y}C{x} {low} {end_x} {low} {end_x} {end_y}")
            }
        };
        text.push_str(&format!("<path class=\"need\" d=\"{path}\"/>\n"));
    }
    for (spot, label) in spots.iter().zip(&labels) {
        let Spot { x, y, width } = spot;
        text.push_str(&format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEIGHT}\"/><text x=\"{}\" y=\"{}\" dy=\"0.35em\">{}</text>\n",
            x + width / 2,
            y + HEIGHT / 2,
            escape(label)
        ));
    }
    text.push_str("</svg>\n");
    text
}

/// Gives each node the column after the last one of its needs; nodes come in topological order.
fn columns(graph: &Graph) -> Vec<usize> {
    let mut columns = vec![0; graph.nodes.len()];
    let mut edges = graph.edges.clone();
    edges.sort_unstable_by_key(|&(need, by)| (by, need));
    for (need, by) in edges {
        columns[by] = columns[by].max(columns[need] + 1);
    }
    columns
}

/// Gives each node its spot, and the picture its width and height.
fn place(labels: &[String], columns: &[usize]) -> (Vec<Spot>, usize, usize) {
    let count = columns.iter().max().map_or(0, |last| last + 1);
    let (mut widths, mut tallies) = (vec![0; count], vec![0; count]);
    for (label, &column) in labels.iter().zip(columns) {
        widths[column] = widths[column].max((label.chars().count() + 2) * LETTER);
        tallies[column] += 1;
    }
    let tallest = tallies.iter().max().copied().unwrap_or(0);
    let mut lefts = Vec::with_capacity(count);
    let mut left = MARGIN;
    for width in &widths {
        lefts.push(left);
        left += width + COLUMN_GAP;
    }
    let mut met = vec![0; count];
    let spots = columns.iter().map(|&column| {
        // A short column is centred.
        let above = (tallest - tallies[column]) * (HEIGHT + GAP) / 2;
        let y = MARGIN + above + met[column] * (HEIGHT + GAP);
        met[column] += 1;
        Spot { x: lefts[column], y, width: widths[column] }
    });
    let spots = spots.collect();
    (
        spots,
        (left + MARGIN).saturating_sub(COLUMN_GAP),
        2 * MARGIN + (tallest * (HEIGHT + GAP)).saturating_sub(GAP),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
