//! The settings that a `command` takes.

use crate::spec::{Field, Schema, Shape};
use crate::value::Value;

/// The longest `timeout_seconds`: a year.
const MAX_TIMEOUT_SECONDS: i64 = 366 * 24 * 60 * 60;

/// The most `retries`.
const MAX_RETRIES: i64 = 1000;

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
                shape: Shape::Either(
                    Box::new(Shape::Template),
                    Box::new(Shape::List(Box::new(Shape::Template))),
                ),
                default: None,
                about: "a shell line, or a program and its arguments as a list",
            },
            Field {
                name: "out",
                shape: Shape::OutputPath,
                default: none(),
                about: "its own folder for what it writes, `{out}` in `run`; emptied before it runs",
            },
            Field {
                name: "inputs",
                shape: Shape::List(Box::new(Shape::Input)),
                default: none(),
                about: "the files, folders and patterns of the project that it reads, and values of files such as \
                        `settings.toml#/optimiser`",
            },
            Field {
                name: "ignore",
                shape: Shape::List(Box::new(Shape::Pattern)),
                default: none(),
                about: "patterns of what is left out of the folders that it reads",
            },
            Field {
                name: "outputs",
                shape: Shape::List(Box::new(Shape::OutputPath)),
                default: none(),
                about: "the files and folders that it writes elsewhere, at their place in the project",
            },
            Field {
                name: "shell",
                shape: Shape::Either(texts(), Box::new(Shape::List(texts()))),
                default: none(),
                about: "what runs a shell line, which is put behind it, such as `[sh, -eu, -c]`; without it \
                        `bash -eo pipefail -c`",
            },
            Field {
                name: "tools",
                shape: Shape::List(texts()),
                default: none(),
                about: "the programs that its outputs depend on; another version of one runs it again",
            },
            Field {
                name: "env",
                shape: Shape::List(texts()),
                default: none(),
                about: "the environment variables that its outputs depend on; another value runs it again",
            },
            Field {
                name: "pass_env",
                shape: Shape::List(texts()),
                default: none(),
                about: "the environment variables that it sees besides, such as a password; they decide nothing",
            },
            Field {
                name: "retries",
                shape: Shape::Integer { least: 0, most: MAX_RETRIES },
                default: Some(0.into()),
                about: "how often it is tried again after a failure",
            },
            Field {
                name: "timeout_seconds",
                shape: Shape::Integer { least: 0, most: MAX_TIMEOUT_SECONDS },
                default: Some(0.into()),
                about: "after how many seconds it is ended and counts as failed; 0 is never",
            },
        ],
        ..Schema::default()
    }
}
