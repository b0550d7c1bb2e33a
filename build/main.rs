//! Writes the code digest of every stage kind, for `kinds` to include.
//!
//! src/**/*.rs + Cargo.lock ──[`code::digests`]──▶ `$OUT_DIR/code.rs`

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "cargo talks to a build script through both"
)]

mod code;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let variable = |name: &str| env::var(name).expect("cargo sets its variables for build scripts");
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rerun-if-changed=Cargo.toml");
    println!("cargo::rerun-if-changed=build");

    let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    let project = code::Project::read(
        &root.join("src"),
        &[read(&root.join("Cargo.toml")), read(&root.join("src/engine/Cargo.toml"))],
        &read(&root.join("Cargo.lock")),
        env::var("CARGO_CFG_FEATURE").unwrap_or_default().split(',').map(str::to_owned).collect(),
    );
    let mut table = String::from(
        "/// Code digest of every kind, by its file's name.\nconst CODE: &[(&str, &str)] = &[\n",
    );
    for (kind, digest) in code::digests(&project) {
        writeln!(table, "    ({kind:?}, {digest:?}),").expect("a String takes any text");
    }
    table.push_str("];\n");
    let out = PathBuf::from(variable("OUT_DIR"));
    fs::write(out.join("code.rs"), table).expect("the output folder can be written");
}
