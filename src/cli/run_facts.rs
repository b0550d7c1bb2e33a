//! What is observed of every run besides its time: the program, the machine, the project's commit and edits.
//!
//! Invariants
//! - Nothing of it enters a key or a result; what can't be found out is left out.
//! - Nothing names a person or a network: no host, no user.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use recount_engine::Cancel;

use super::environment::Environment;
use super::git::Git;

/// Gathers the facts for runs of the project in `root`.
pub fn run_facts(root: &Path, environment: &Environment, cancel: &Cancel) -> BTreeMap<String, String> {
    let mut facts = program_facts(environment);
    if let Ok(Some(git)) = Git::of(root, cancel) {
        let tree = |is_edited| if is_edited { "edited" } else { "as committed" };
        if let Ok(Some(commit)) = git.commit("HEAD") {
            facts.insert("commit".to_owned(), commit);
            facts.extend(git.is_edited().map(|it| ("tree".to_owned(), tree(it).to_owned())));
        }
    }
    facts
}

/// Gathers what can be behind other bits for equal keys: the program, how it was built, and the machine.
pub fn program_facts(environment: &Environment) -> BTreeMap<String, String> {
    let facts = [
        ("recount", env!("CARGO_PKG_VERSION")),
        ("rustc", env!("RECOUNT_RUSTC")),
        ("profile", env!("RECOUNT_PROFILE")),
        ("target", env!("RECOUNT_TARGET")),
        ("machine", &machine(environment.cores)),
    ];
    let own = environment.kinds.facts().into_iter().map(|(name, value)| (name.to_owned(), value));
    facts.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().chain(own).collect()
}

/// Names the processor, as Linux does, and how many of its threads there are.
fn machine(cores: usize) -> String {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let processor = processor.map_or(std::env::consts::ARCH, |(_, name)| name.trim());
    let threads = if cores == 1 { "thread" } else { "threads" };
    format!("{processor}, {cores} {threads}, {}", std::env::consts::OS)
}
