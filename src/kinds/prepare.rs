//! `prepare`: from the archive, or the generator, to a packed dataset and its data card.

use crate::spec::{Field, Schema, Shape};

/// Describes the settings of `prepare`.
pub fn schema() -> Schema {
    Schema {
        kind: "prepare",
        repeats: false,
        inline: false,
        fields: vec![
            Field {
                name: "source",
                shape: Shape::Choice(&["auto", "smartwatch", "synthetic"]),
                default: Some("auto".into()),
                about: "where the sequences come from; `auto` takes `smartwatch` where it can be had, else `synthetic`",
            },
            Field {
                name: "split_seed",
                shape: Shape::Integer { least: 0, most: i64::MAX },
                default: Some(42.into()),
                about: "the seed of the split into training and validation",
            },
            Field {
                name: "train_fraction",
                shape: Shape::Number { least: 0.0, most: 1.0, above_least: true, below_most: true },
                default: Some(0.8.into()),
                about: "the share of the sequences that train",
            },
        ],
    }
}
