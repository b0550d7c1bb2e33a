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
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo names the package's folder"));
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rerun-if-changed=Cargo.toml");
    println!("cargo::rerun-if-changed=build");

    let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    let project = code::Project::read(
        &root.join("src"),
        &[read(&root.join("Cargo.toml")), read(&root.join("src/engine/Cargo.toml"))],
        &read(&root.join("Cargo.lock")),
    );
    let mut table = String::from(
        "/// Code digest of every kind, by its file's name.\nconst CODE: &[(&str, &str)] = &[\n",
    );
    for (kind, digest) in code::digests(&project) {
        writeln!(table, "    ({kind:?}, {digest:?}),").expect("a String takes any text");
    }
    table.push_str("];\n");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo names the output folder"));
    fs::write(out.join("code.rs"), table).expect("the output folder can be written");
}
