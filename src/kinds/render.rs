//! `render`: the report, from templates and the outputs of every other stage.

use crate::spec::{Field, Schema, Shape};

/// Describes the settings of `render`.
pub fn schema() -> Schema {
    Schema {
        kind: "render",
        repeats: false,
        inline: false,
        fields: vec![
            Field {
                name: "template",
                shape: Shape::ExistingPath,
                default: Some("report/template".into()),
                about: "the folder of the templates; `main.md.j2` in it is the report",
            },
            Field {
                name: "source",
                shape: Shape::ExistingPath,
                default: Some("report/source.yaml".into()),
                about: "what the source document says, section by section",
            },
            Field {
                name: "output",
                shape: Shape::OutputPath,
                default: Some("report/week-3.md".into()),
                about: "where the report is written; its figures go to `plots/` beside it",
            },
        ],
    }
}
