//! Says how the program is built, for records to keep as observed.

#![expect(clippy::disallowed_methods, reason = "cargo talks to a build script through variables")]

use std::env;
use std::process::Command;

fn main() {
    let variable = |name: &str| env::var(name).expect("cargo sets its variables for build scripts");
    println!("cargo::rerun-if-changed=build.rs");
    let rustc = Command::new(variable("RUSTC")).arg("--version").output();
    let rustc = rustc.map(|it| String::from_utf8_lossy(&it.stdout).trim().to_owned()).unwrap_or_default();
    println!("cargo::rustc-env=RECOUNT_RUSTC={}", rustc.trim_start_matches("rustc "));
    println!("cargo::rustc-env=RECOUNT_PROFILE={}", variable("PROFILE"));
    println!("cargo::rustc-env=RECOUNT_TARGET={}", variable("TARGET"));
}
