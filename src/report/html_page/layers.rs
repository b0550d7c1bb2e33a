//! Stages of a pipeline, in layers: each behind all that it needs.

use serde::Serialize;

use super::inputs::PageStage;

/// The state in which nothing is to be done.
const FRESH: &str = "fresh";

/// A stage as the page shows it.
#[derive(Debug, Serialize)]
pub(super) struct StageBox {
    id: String,
    name: String,
    kind: String,
    instances: usize,
    needs: Vec<(String, String)>,
    states: Vec<(String, usize)>,
    /// Whether all of it is fresh.
    is_fresh: bool,
}

/// Puts stages into layers; they come in topological order.
pub(super) fn layers(stages: &[PageStage]) -> Vec<Vec<StageBox>> {
    let mut depths: Vec<usize> = Vec::with_capacity(stages.len());
    let mut layers: Vec<Vec<StageBox>> = Vec::new();
    for (at, stage) in stages.iter().enumerate() {
        let known = stage.needs.iter().filter_map(|need| depths.get(*need));
        let depth = known.map(|depth| depth + 1).max().unwrap_or(0);
        depths.push(depth);
        if layers.len() <= depth {
            layers.push(Vec::new());
        }
        let needs = stage.needs.iter().filter_map(|need| Some((format!("g{need}"), stages.get(*need)?)));
        layers[depth].push(StageBox {
            id: format!("g{at}"),
            name: stage.name.clone(),
            kind: stage.kind.clone(),
            instances: stage.states.iter().map(|(_, count)| count).sum(),
            needs: needs.map(|(id, need)| (id, need.name.clone())).collect(),
            states: stage.states.clone(),
            is_fresh: stage.states.iter().all(|(state, _)| state == FRESH),
        });
    }
    layers
}
