//! The graph in Graphviz's language.

use super::Graph;

/// Writes the graph.
pub(super) fn draw(graph: &Graph) -> String {
    let mut text = "digraph pipeline {\n    rankdir=LR;\n    node [shape=box];\n".to_owned();
    for (index, node) in graph.nodes.iter().enumerate() {
        let label = node.label().replace('\\', "\\\\").replace('"', "\\\"");
        text.push_str(&format!("    n{index} [label=\"{label}\"];\n"));
    }
    for (need, by) in &graph.edges {
        text.push_str(&format!("    n{need} -> n{by};\n"));
    }
    text.push_str("}\n");
    text
}
