//! What commands print with `--json`: one object, whose shape `docs/commands.md` describes.
//!
//! Invariants
//! - `version` grows when a field goes or changes its meaning; a new field may come at any time.

use serde::Serialize;

use super::print;

const VERSION: u32 = 2;

#[derive(Serialize)]
struct Envelope<'a, T> {
    version: u32,
    command: &'a str,
    #[serde(flatten)]
    body: &'a T,
}

/// Prints a command's result, which serialises as a map.
pub fn result<T: Serialize>(command: &str, body: &T) {
    let envelope = Envelope { version: VERSION, command, body };
    print::result(&serde_json::to_string_pretty(&envelope).expect("results have only text for their keys"));
}
