//! Holds the arrows between layers: `cli → kinds → {lab, report} → engine`, and what only one layer may touch.
//!
//! That the engine knows nothing above it is cargo's to hold: it is a crate of its own.

use std::fs;
use std::path::Path;

use walkdir::WalkDir;

/// Each layer and the layers that it may name.
const ARROWS: [(&str, &[&str]); 4] =
    [("cli", &["kinds", "report", "lab"]), ("kinds", &["lab", "report"]), ("report", &["lab"]), ("lab", &[])];

/// What a layer may name of the engine; the others may name all of it.
const OF_ENGINE: [(&str, &[&str]); 2] =
    [("report", &["digest", "diagnostic", "yaml", "suggestion"]), ("lab", &["digest"])];

/// The layer of a file: the first part of its path below `src`.
fn layer(file: &Path) -> String {
    let first = file.components().next().expect("a walked file has a name");
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// Calls `visit` with every source file's layer, path below `src`, line number and line.
fn each_line(mut visit: impl FnMut(&str, &Path, usize, &str)) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in WalkDir::new(&source).sort_by_file_name() {
        let entry = entry.expect("the sources can be walked");
        if entry.path().extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let file = entry.path().strip_prefix(&source).expect("a walked file lies below its root").to_owned();
        if file.starts_with("engine/tests") {
            continue;
        }
        let text = fs::read_to_string(entry.path()).expect("a source file can be read");
        for (index, line) in text.lines().enumerate() {
            if !line.trim_start().starts_with("//") {
                visit(&layer(&file), &file, index + 1, line);
            }
        }
    }
}

#[test]
fn arrows_point_down_only() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    each_line(|from, file, number, line| {
        let Some((_, allowed)) = ARROWS.iter().find(|(layer, _)| *layer == from) else { return };
        for path in line.split("crate::").skip(1) {
            let to: String = path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            seen += 1;
            assert!(!to.is_empty(), "src/{}:{number}: name one module behind `crate::`", file.display());
            if to != from && ARROWS.iter().any(|(layer, _)| *layer == to) && !allowed.contains(&to.as_str()) {
                wrong.push(format!("src/{}:{number}: {from} → {to}", file.display()));
            }
        }
    });
    assert!(seen > 20, "the sources were not read: {seen} paths seen");
    assert!(wrong.is_empty(), "arrows that point up:\n{}", wrong.join("\n"));
}

#[test]
fn the_report_and_the_lab_know_little_of_the_engine() {
    let mut wrong = Vec::new();
    each_line(|layer, file, number, line| {
        let Some((_, allowed)) = OF_ENGINE.iter().find(|(name, _)| *name == layer) else { return };
        for path in line.split("recount_engine::").skip(1) {
            if !allowed.iter().any(|module| path.starts_with(module)) {
                wrong.push(format!("src/{}:{number}: {}", file.display(), line.trim()));
            }
        }
    });
    assert!(wrong.is_empty(), "these name more of the engine:\n{}", wrong.join("\n"));
}

#[test]
fn every_layer_is_in_the_map() {
    each_line(|layer, file, _, _| {
        let known =
            ["main", "lib", "engine"].contains(&layer) || ARROWS.iter().any(|(name, _)| *name == layer);
        assert!(known, "src/{} is in no layer of this test", file.display());
    });
}

#[test]
fn only_the_command_line_prints_or_reads_the_environment() {
    let banned = ["println!", "eprintln!", "env::var", "env::args"];
    let mut wrong = Vec::new();
    each_line(|layer, file, number, line| {
        if !["cli", "main"].contains(&layer) && banned.iter().any(|word| line.contains(word)) {
            wrong.push(format!("src/{}:{number}: {}", file.display(), line.trim()));
        }
    });
    assert!(wrong.is_empty(), "only `cli` may do this:\n{}", wrong.join("\n"));
}

#[test]
fn one_file_names_the_tensor_backend() {
    each_line(|_, file, number, line| {
        let home = file == Path::new("lab/nn/device.rs");
        assert!(home || !line.contains("burn_ndarray"), "src/{}:{number} names the backend", file.display());
    });
}
