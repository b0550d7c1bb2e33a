//! Holds the arrows between layers: `program → kinds → lab`, and what only one layer may touch.
//! Within a crate, no module and no file needs one that needs it.
//!
//! That engine, reports and command line know nothing above them is cargo's to hold: they are crates of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

/// Each layer and the layers that it may name.
const ARROWS: [(&str, &[&str]); 3] = [("program", &["kinds", "lab"]), ("kinds", &["lab"]), ("lab", &[])];

/// The layers that are crates of their own: what they may name, cargo holds.
const CRATES: [&str; 3] = ["engine", "report", "cli"];

/// What a layer may name of the engine; the others may name all of it.
const OF_ENGINE: [(&str, &[&str]); 1] = [("lab", &["digest"])];

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
fn the_lab_knows_little_of_the_engine() {
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
        let known = ["main", "lib"].contains(&layer)
            || CRATES.contains(&layer)
            || ARROWS.iter().any(|(name, _)| *name == layer);
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

/// A crate's files by the path of their module (`store::record`), without comments and tests.
fn files_of(name: &str) -> BTreeMap<Vec<String>, String> {
    let mut files: BTreeMap<Vec<String>, String> = BTreeMap::new();
    each_line(|layer, file, _, line| {
        let Ok(path) = file.strip_prefix(name) else { return };
        if layer != name {
            return;
        }
        let path = path.with_extension("");
        let mut module: Vec<String> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if module.last().is_some_and(|name| name == "mod" || name == "lib") {
            module.pop();
        }
        let text = files.entry(module).or_default();
        text.push_str(line);
        text.push('\n');
    });
    for text in files.values_mut() {
        let end = text.find("#[cfg(test)]\nmod tests").unwrap_or(text.len());
        text.truncate(end);
    }
    files
}

/// Reads `a::{b, c::D}` at the start of a text as `a::b` and `a::c::D`, below `base`; gives what follows it.
fn read_paths<'t>(mut text: &'t str, base: &[String], paths: &mut Vec<Vec<String>>) -> &'t str {
    let mut path = base.to_vec();
    loop {
        text = text.trim_start();
        if let Some(inner) = text.strip_prefix('{') {
            text = inner;
            while !text.starts_with('}') {
                text = read_paths(text, &path, paths).trim_start();
                text = text.strip_prefix(',').unwrap_or(text).trim_start();
            }
            return &text[1..];
        }
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        match name {
            "self" | "" => {}
            "super" => drop(path.pop()),
            name => path.push(name.to_owned()),
        }
        if let Some(deeper) = rest.strip_prefix("::") {
            text = deeper;
            continue;
        }
        paths.push(path);
        let rest = rest.strip_prefix('*').unwrap_or(rest);
        let alias = |rest: &'t str| rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        return rest.strip_prefix(" as ").map_or(rest, alias);
    }
}

/// What each file of a crate names of others, by the files' modules. That a `mod.rs` names its own children is no need.
fn needs_within(name: &str) -> BTreeMap<Vec<String>, BTreeSet<Vec<String>>> {
    let files = files_of(name);
    let mut exports: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for (module, text) in &files {
        for statement in text.split("pub").skip(1) {
            let statement = statement.strip_prefix("(crate)").unwrap_or(statement);
            let statement = statement.strip_prefix("(super)").unwrap_or(statement);
            let Some(tree) = statement.strip_prefix(" use ") else { continue };
            let (base, tree) =
                tree.strip_prefix("crate::").map_or((&module[..], tree), |tree| (&[][..], tree));
            let mut paths = Vec::new();
            read_paths(tree, base, &mut paths);
            for path in paths {
                let name = path.last().expect("an export has a name").clone();
                exports.insert([&module[..], &[name]].concat(), path);
            }
        }
    }
    let home = |path: &[String]| {
        let mut path = path.to_vec();
        loop {
            let exported = (1..=path.len()).rev().find_map(|end| Some((end, exports.get(&path[..end])?)));
            match exported {
                Some((end, target)) if !files.contains_key(&path[..end]) => {
                    path = [&target[..], &path[end..]].concat();
                }
                _ => break,
            }
        }
        while !files.contains_key(&path) {
            path.pop();
        }
        path
    };
    let mut needs: BTreeMap<Vec<String>, BTreeSet<Vec<String>>> = BTreeMap::new();
    for (module, text) in files.iter().filter(|(module, _)| !module.is_empty()) {
        let mut paths = Vec::new();
        for rest in text.split("crate::").skip(1) {
            read_paths(rest, &[], &mut paths);
        }
        for (index, _) in text.match_indices("super::").filter(|(index, _)| !text[..*index].ends_with("::")) {
            read_paths(&text[index..], module, &mut paths);
        }
        for path in &paths {
            let home = home(path);
            assert!(!home.is_empty(), "{}: which module is `{}` of?", module.join("::"), path.join("::"));
            let is_child = home.len() == module.len() + 1 && home.starts_with(module);
            if home != *module && !is_child {
                needs.entry(module.clone()).or_default().insert(home);
            }
        }
    }
    needs
}

/// Finds a circle in a graph, if it has one.
fn circle<N: Ord + Clone>(graph: &BTreeMap<N, BTreeSet<N>>) -> Option<Vec<N>> {
    let mut left: BTreeMap<&N, BTreeSet<&N>> = graph
        .iter()
        .map(|(node, needs)| (node, needs.iter().filter(|need| graph.contains_key(need)).collect()))
        .collect();
    while let Some(free) = left.iter().find(|(_, needs)| needs.is_empty()).map(|(node, _)| *node) {
        left.remove(free);
        for needs in left.values_mut() {
            needs.remove(free);
        }
    }
    let mut path = vec![*left.keys().next()?];
    loop {
        let next = *left[path.last()?].first()?;
        if let Some(start) = path.iter().position(|node| *node == next) {
            return Some(path[start..].iter().map(|node| (*node).clone()).collect());
        }
        path.push(next);
    }
}

#[test]
fn no_module_of_a_crate_needs_one_that_needs_it() {
    for (name, least) in CRATES.into_iter().zip([15, 1]) {
        let mut modules: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, needs) in needs_within(name) {
            for to in needs.iter().filter(|to| to[0] != from[0]) {
                modules.entry(from[0].clone()).or_default().insert(to[0].clone());
            }
        }
        assert!(modules.len() > least, "{name} was not read: {modules:?}");
        let circle = circle(&modules).map(|circle| circle.join(" → "));
        assert_eq!(circle, None, "modules of {name} that need one another");
    }
}

#[test]
fn no_file_of_a_crate_needs_one_that_needs_it() {
    for (name, least) in CRATES.into_iter().zip([60, 20]) {
        let files = needs_within(name);
        assert!(files.len() > least, "{name} was not read: {} files", files.len());
        let circle = circle(&files)
            .map(|circle| circle.iter().map(|it| it.join("::")).collect::<Vec<_>>().join(" → "));
        assert_eq!(circle, None, "files of {name} that need one another");
    }
}
