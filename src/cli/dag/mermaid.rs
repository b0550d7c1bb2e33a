//! The graph as a Mermaid flowchart, which hosted pages draw from Markdown.

use super::Graph;

/// Writes the flowchart.
pub(super) fn draw(graph: &Graph) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for (index, node) in graph.nodes.iter().enumerate() {
        text.push_str(&format!("    n{index}[\"{}\"]\n", escape(&node.label())));
    }
    for (need, by) in &graph.edges {
        text.push_str(&format!("    n{need} --> n{by}\n"));
    }
    text
}

fn escape(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, letter| {
        match letter {
            '"' | '#' | '&' | '<' | '>' | ';' => escaped.push_str(&format!("#{};", u32::from(letter))),
            _ => escaped.push(letter),
        }
        escaped
    })
}
