//! `recount dag`: draws the graph, by stage or by instance.
//!
//! plan ──▶ [`Graph`] ──tree, mermaid, dot, svg──▶ text

mod dot;
mod mermaid;
mod svg;
mod tree;

use std::collections::BTreeMap;

use serde::Serialize;

use recount_engine::Plan;
use recount_engine::spec::Pipeline;

use super::arguments::{DagArguments, DagFormat};
use super::environment::Environment;
use super::project::Project;
use super::{CliError, json, print};

/// Nodes in topological order, and what each needs.
#[derive(Serialize)]
struct Graph {
    nodes: Vec<Node>,
    /// Pairs of a need and who needs it, as places among the nodes.
    edges: Vec<(usize, usize)>,
}

#[derive(Serialize)]
struct Node {
    name: String,
    /// How many instances it has.
    instances: usize,
}

impl Node {
    fn label(&self) -> String {
        if self.instances == 1 { self.name.clone() } else { format!("{} × {}", self.name, self.instances) }
    }
}

/// Carries `recount dag` out.
///
/// # Errors
/// A [`CliError`] for bad input.
pub fn dag(args: &DagArguments, environment: &Environment) -> Result<(), CliError> {
    let project = Project::open(&args.settings, environment)?;
    let plan = Plan::of(&project.pipeline)?;
    let graph = if args.instances { by_instance(&plan) } else { by_stage(&project.pipeline, &plan) };
    if args.settings.project.json {
        json::result("dag", &graph);
        return Ok(());
    }
    let text = match args.format {
        DagFormat::Tree => tree::draw(&graph),
        DagFormat::Mermaid => mermaid::draw(&graph),
        DagFormat::Dot => dot::draw(&graph),
        DagFormat::Svg => svg::draw(&graph),
    };
    print::result(text.trim_end());
    Ok(())
}

fn by_stage(pipeline: &Pipeline, plan: &Plan) -> Graph {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for instance in &plan.instances {
        *counts.entry(instance.stage.0).or_default() += 1;
    }
    let stages = pipeline.stages.iter().enumerate();
    let edges = stages.clone().flat_map(|(index, stage)| stage.needs.iter().map(move |need| (need.0, index)));
    let edges = edges.collect();
    let node = |(index, stage): (usize, &recount_engine::spec::Stage)| Node {
        name: stage.name.clone(),
        instances: counts.get(&index).copied().unwrap_or_default(),
    };
    Graph { nodes: stages.map(node).collect(), edges }
}

fn by_instance(plan: &Plan) -> Graph {
    let nodes = plan.instances.iter().map(|instance| Node { name: instance.name.clone(), instances: 1 });
    let edges = plan.ids().flat_map(|id| {
        let needs = plan.instance(id).needs.iter();
        needs.flat_map(move |need| plan.members(need).iter().map(move |member| (member.0, id.0)))
    });
    Graph { nodes: nodes.collect(), edges: edges.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Graph {
        let node = |name: &str, instances| Node { name: name.to_owned(), instances };
        let nodes = vec![node("prepare", 1), node("train", 6), node("plot <x>", 1), node("render", 1)];
        Graph { nodes, edges: vec![(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)] }
    }

    #[test]
    fn a_tree_shows_what_is_needed_and_each_needs_once() {
        snapbox::assert_data_eq!(
            tree::draw(&graph()),
            snapbox::str![[r#"
render
├── train × 6
│   └── prepare
└── plot <x>
    ├── prepare
    └── train × 6 (above)

"#]]
        );
    }

    #[test]
    fn mermaid_and_graphviz_take_any_name() {
        snapbox::assert_data_eq!(
            mermaid::draw(&graph()),
            snapbox::str![[r#"
flowchart LR
    n0["prepare"]
    n1["train × 6"]
    n2["plot #60;x#62;"]
    n3["render"]
    n0 --> n1
    n0 --> n2
    n1 --> n2
    n1 --> n3
    n2 --> n3

"#]]
        );
        snapbox::assert_data_eq!(
            dot::draw(&graph()),
            snapbox::str![[r#"
digraph pipeline {
    rankdir=LR;
    node [shape=box];
    n0 [label="prepare"];
    n1 [label="train × 6"];
    n2 [label="plot <x>"];
    n3 [label="render"];
    n0 -> n1;
    n0 -> n2;
    n1 -> n2;
    n1 -> n3;
    n2 -> n3;
}

"#]]
        );
    }

    #[test]
    fn a_picture_has_a_box_a_node_and_a_line_an_edge() {
        let svg = svg::draw(&graph());
        let count = |what: &str| svg.matches(what).count();
        assert_eq!((count("<rect "), count("<text "), count("<path class=\"need\"")), (4, 4, 5));
        assert!(svg.contains("plot &lt;x&gt;"));
    }
}
