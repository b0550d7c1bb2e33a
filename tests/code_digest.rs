//! Holds what counts as a kind's code: a change that can change its bytes, and nothing else.

#[path = "../build/code.rs"]
mod code;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

const MANIFEST: &str =
    "[dependencies]\nburn = \"1\"\nplotters = \"1\"\nrecount-engine = { path = \"engine\" }\n";
const ENGINE_MANIFEST: &str = "[dependencies]\nsha2 = \"1\"\nwalkdir = \"1\"\n";
const LOCK: &str = r#"
[[package]]
name = "burn"
version = "1.0.0"
dependencies = [
 "ndarray",
]

[[package]]
name = "ndarray"
version = "1.0.0"

[[package]]
name = "plotters"
version = "1.0.0"

[[package]]
name = "recount"
version = "1.0.0"
dependencies = [
 "burn",
 "plotters",
 "recount-engine",
]

[[package]]
name = "recount-engine"
version = "1.0.0"
dependencies = [
 "sha2",
 "walkdir",
]

[[package]]
name = "sha2"
version = "1.0.0"

[[package]]
name = "walkdir"
version = "1.0.0"
"#;

/// A small crate in a temporary folder, and its kinds' digests.
struct Sources {
    folder: tempfile::TempDir,
    manifest: String,
    lock: String,
    features: BTreeSet<String>,
}

impl Sources {
    fn new() -> Self {
        let sources = Self {
            folder: tempfile::tempdir().unwrap(),
            manifest: MANIFEST.to_owned(),
            lock: LOCK.to_owned(),
            features: BTreeSet::new(),
        };
        sources.write("kinds/mod.rs", "mod train; mod plot;");
        sources.write(
            "kinds/train.rs",
            "use crate::lab::nn::{Model, gru}; use recount_engine::{Kind, digest::Digest};",
        );
        sources.write("kinds/plot.rs", "use crate::lab::figures::draw;");
        sources.write("lab/mod.rs", "pub mod nn; pub mod figures;");
        sources.write("lab/nn/mod.rs", "pub mod gru; pub struct Model;");
        sources.write("lab/nn/gru.rs", "use super::super::random; use burn::Tensor; fn step() { 1 + 1; }");
        sources.write("lab/random.rs", "fn draw() {}");
        sources.write("lab/figures.rs", "use plotters::Chart; fn draw() {}");
        sources.write("engine/lib.rs", "pub mod digest; pub mod kind;");
        sources.write("engine/kind.rs", "use walkdir::WalkDir; pub trait Kind {}");
        sources.write("engine/digest.rs", "use sha2::Sha256; pub struct Digest;");
        sources
    }

    fn write(&self, file: &str, text: &str) -> &Self {
        let path = self.folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn digests(&self) -> BTreeMap<String, String> {
        let manifests = [self.manifest.clone(), ENGINE_MANIFEST.to_owned()];
        let features = self.features.clone();
        let project = code::Project::read(self.folder.path(), &manifests, &self.lock, features);
        code::digests(&project).into_iter().collect()
    }

    /// The kinds whose digest differs after `change`.
    fn changed_by(&mut self, change: impl FnOnce(&mut Self)) -> Vec<String> {
        let before = self.digests();
        change(self);
        let after = self.digests();
        before.into_iter().filter(|(kind, digest)| after[kind] != *digest).map(|(kind, _)| kind).collect()
    }
}

#[test]
fn a_kernel_counts_for_training_and_not_for_plotting() {
    let changed = Sources::new().changed_by(|sources| {
        sources.write("lab/nn/gru.rs", "use super::super::random; use burn::Tensor; fn step() { 1 + 2; }");
    });
    assert_eq!(changed, ["train"]);
}

#[test]
fn a_module_reached_by_way_of_another_counts() {
    let changed = Sources::new().changed_by(|sources| {
        sources.write("lab/random.rs", "fn draw() { 2; }");
    });
    assert_eq!(changed, ["train"]);
}

#[test]
fn a_figure_never_retrains() {
    let changed = Sources::new().changed_by(|sources| {
        sources.write("lab/figures.rs", "use plotters::Chart; fn draw() { 2; }");
    });
    assert_eq!(changed, ["plot"]);
}

#[test]
fn comments_formatting_and_tests_do_not_count() {
    let changed = Sources::new().changed_by(|sources| {
        sources.write(
            "lab/random.rs",
            "//! New words.\n/// And more.\nfn draw()\n{\n} // end\n#[cfg(test)]\nmod tests { fn t() {} }",
        );
    });
    assert!(changed.is_empty(), "{changed:?}");
}

#[test]
fn the_engine_does_not_count_and_neither_do_its_dependencies() {
    let changed = Sources::new().changed_by(|sources| {
        sources.write("engine/kind.rs", "use walkdir::WalkDir; pub trait Kind { fn run(&self); }");
        sources.lock = LOCK
            .replace("name = \"walkdir\"\nversion = \"1.0.0\"", "name = \"walkdir\"\nversion = \"1.0.1\"");
    });
    assert!(changed.is_empty(), "{changed:?}");
}

#[test]
fn the_digests_of_the_engine_count_where_they_are_used() {
    let changed = Sources::new().changed_by(|sources| {
        sources.write("engine/digest.rs", "use sha2::Sha256; pub struct Digest([u8; 32]);");
    });
    assert_eq!(changed, ["train"]);
    let changed = Sources::new().changed_by(|sources| {
        sources.lock =
            LOCK.replace("name = \"sha2\"\nversion = \"1.0.0\"", "name = \"sha2\"\nversion = \"1.0.1\"");
    });
    assert_eq!(changed, ["train"]);
}

#[test]
fn a_locked_dependency_counts_where_it_is_reached() {
    let changed = Sources::new().changed_by(|sources| {
        sources.lock = LOCK
            .replace("name = \"ndarray\"\nversion = \"1.0.0\"", "name = \"ndarray\"\nversion = \"1.0.1\"");
    });
    assert_eq!(changed, ["train"]);
}

#[test]
fn another_version_that_something_else_needs_does_not_count() {
    let changed = Sources::new().changed_by(|sources| {
        sources.lock = LOCK
            .replace(" \"ndarray\",", " \"ndarray 1.0.0\",")
            .replace(" \"walkdir\",", " \"ndarray 2.0.0\",\n \"walkdir\",")
            + "\n[[package]]\nname = \"ndarray\"\nversion = \"2.0.0\"\n";
    });
    assert!(changed.is_empty(), "{changed:?}");
}

#[test]
fn the_features_of_a_dependency_count_where_it_is_reached() {
    let changed = Sources::new().changed_by(|sources| {
        sources.manifest =
            MANIFEST.replace("burn = \"1\"", "burn = { version = \"1\", features = [\"simd\"] }");
    });
    assert_eq!(changed, ["train"]);
}

#[test]
fn a_feature_of_the_program_counts_where_the_code_asks_for_it() {
    let changed = Sources::new().changed_by(|sources| {
        sources.features = BTreeSet::from(["fast".to_owned()]);
    });
    assert!(changed.is_empty(), "{changed:?}");
    let mut sources = Sources::new();
    sources.write("lab/figures.rs", "#[cfg(feature = \"fast\")] fn draw() {}");
    let changed = sources.changed_by(|sources| {
        sources.features = BTreeSet::from(["fast".to_owned()]);
    });
    assert_eq!(changed, ["plot"]);
}
