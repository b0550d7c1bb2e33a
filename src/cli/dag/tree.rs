//! The graph as lines of text, from what nothing needs down to what needs nothing.
//!
//! Invariants
//! - What a node needs is printed once: where the node comes up again, only its name is.

use super::Graph;

/// Draws the tree.
pub(super) fn draw(graph: &Graph) -> String {
    let mut needs = vec![Vec::new(); graph.nodes.len()];
    let mut needed = vec![false; graph.nodes.len()];
    for &(need, by) in &graph.edges {
        needs[by].push(need);
        needed[need] = true;
    }
    let mut text = String::new();
    let mut printed = vec![false; graph.nodes.len()];
    for root in (0..graph.nodes.len()).filter(|&node| !needed[node]) {
        // The node, the text before its name, and the text before the names of its needs.
        let mut open = vec![(root, String::new(), String::new())];
        while let Some((node, before, below)) = open.pop() {
            let again = std::mem::replace(&mut printed[node], true) && !needs[node].is_empty();
            let mark = if again { " (above)" } else { "" };
            text.push_str(&format!("{before}{}{mark}\n", graph.nodes[node].label()));
            if again {
                continue;
            }
            let last = needs[node].len().saturating_sub(1);
            for (index, &need) in needs[node].iter().enumerate().rev() {
                let (branch, stem) =
                    if index == last { ("└── ", "    ") } else { ("├── ", "│   ") };
                open.push((need, format!("{below}{branch}"), format!("{below}{stem}")));
            }
        }
    }
    text
}
