//! The graph as a picture: columns of boxes, each to the right of all that it needs.
//!
//! Invariants
//! - Readable on a light and on a dark page; needs no font of ours.

use super::Graph;

const LETTER: usize = 8;
const HEIGHT: usize = 32;
const GAP: usize = 16;
const COLUMN_GAP: usize = 64;
const MARGIN: usize = 8;

const STYLE: &str = "text{font:13px monospace;text-anchor:middle;dominant-baseline:central;fill:#1f2328}\
    rect{fill:#f6f8fa;stroke:#59636e;rx:4}.need{fill:none;stroke:#59636e}\
    @media(prefers-color-scheme:dark){text{fill:#f0f6fc}rect{fill:#151b23;stroke:#9198a1}.need{stroke:#9198a1}}";

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
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n<style>{STYLE}</style>\n"
    );
    for &(need, by) in &graph.edges {
        let (from, to) = (&spots[need], &spots[by]);
        let (x, y) = (from.x + from.width, from.y + HEIGHT / 2);
        let (end_x, end_y) = (to.x, to.y + HEIGHT / 2);
        let bend = COLUMN_GAP / 2;
        text.push_str(&format!(
            "<path class=\"need\" d=\"M{x} {y}C{} {y} {} {end_y} {end_x} {end_y}\"/>\n",
            x + bend,
            end_x.saturating_sub(bend)
        ));
    }
    for (spot, label) in spots.iter().zip(&labels) {
        let Spot { x, y, width } = spot;
        text.push_str(&format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEIGHT}\"/><text x=\"{}\" y=\"{}\">{}</text>\n",
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
        // A short column stands in the middle.
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
