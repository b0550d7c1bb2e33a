//! `train`: one model, from its settings and a seed to weights and a history.

use crate::spec::{Field, Schema, Shape, Value};

/// Describes the settings of `train`.
pub fn schema() -> Schema {
    let field = |name, shape, default: Value, about| Field { name, shape, default: Some(default), about };
    Schema {
        kind: "train",
        repeats: true,
        inline: false,
        fields: vec![
            field("cell", Shape::Choice(&["gru", "lstm"]), "gru".into(), "the recurrent cell"),
            field("hidden", whole(1, 4096), 64.into(), "hidden units of each layer"),
            field("layers", whole(1, 64), 1.into(), "recurrent layers on top of one another"),
            field(
                "dropout",
                Shape::Number { least: 0.0, most: 1.0, above_least: false, below_most: true },
                0.1.into(),
                "probability that an output between two layers is dropped while training",
            ),
            field(
                "conv",
                Shape::Choice(&["none", "conv1d"]),
                "none".into(),
                "what stands in front of the first layer",
            ),
            field("batch", whole(1, 65_536), 32.into(), "sequences in a batch"),
            field("epochs", whole(1, 100_000), 3.into(), "epochs at most"),
            field(
                "learning_rate",
                above_zero(1000.0, false),
                1e-3.into(),
                "Adam's learning rate at the start",
            ),
            field(
                "weight_decay",
                Shape::Number { least: 0.0, most: 1.0, above_least: false, below_most: false },
                1e-5.into(),
                "weight decay, added to the gradient",
            ),
            field(
                "plateau_factor",
                above_zero(1.0, true),
                0.5.into(),
                "factor of the learning rate when the validation loss is on a plateau",
            ),
            field(
                "plateau_patience",
                whole(0, 100_000),
                5.into(),
                "epochs without improvement that the scheduler bears",
            ),
            field(
                "stop_patience",
                whole(1, 100_000),
                5.into(),
                "epochs without improvement after which training stops",
            ),
        ],
    }
}

fn whole(least: i64, most: i64) -> Shape {
    Shape::Integer { least, most }
}

fn above_zero(most: f64, below_most: bool) -> Shape {
    Shape::Number { least: 0.0, most, above_least: true, below_most }
}
