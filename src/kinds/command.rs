//! `command`: any program as a stage.

use crate::spec::{Field, Schema, Shape, Value};

/// Describes the settings of `command`.
pub fn schema() -> Schema {
    let texts = || Box::new(Shape::Text);
    let none = || Some(Value::List(Vec::new()));
    Schema {
        kind: "command",
        repeats: true,
        inline: true,
        fields: vec![
            Field {
                name: "run",
                shape: Shape::Either(texts(), Box::new(Shape::List(texts()))),
                default: None,
                about: "a shell line, or a program and its arguments as a list",
            },
            Field {
                name: "inputs",
                shape: Shape::List(Box::new(Shape::ExistingPath)),
                default: none(),
                about: "the files and folders of the project that it reads",
            },
            Field {
                name: "outputs",
                shape: Shape::List(Box::new(Shape::OutputPath)),
                default: none(),
                about: "the files that it writes, at their place in the project",
            },
            Field {
                name: "env",
                shape: Shape::List(texts()),
                default: none(),
                about: "the environment variables that it sees besides PATH and HOME",
            },
        ],
    }
}
