//! Which code decides a kind's bytes, as a digest of token streams.
//!
//! kinds/X.rs ──paths──▶ the modules of `lab` and the engine's `digest` that it reaches, and theirs
//!            ──names──▶ the third-party crates that those name, with their features, and their locked dependencies
//!            ──cfg────▶ the program's own features that those name, where they are on
//!
//! Invariants
//! - Comments, documentation, formatting and `#[cfg(test)]` items do not count.
//! - Over-counts rather than under-counts: a path that names a folder's module reaches the whole folder.
//! - The engine and the command line decide when a kind runs, not what it gives: of the engine only `digest` counts, and
//!   none of its dependencies that `digest` does not name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use sha2::{Digest, Sha256};

/// The top-level modules that a kind's digest follows paths into.
const COUNTED: [&str; 3] = ["engine", "kinds", "lab"];

/// The engine's crate as other crates name it, and the one module of it that counts.
const ENGINE: (&str, [&str; 2]) = ("recount_engine", ["engine", "digest"]);

/// Our packages in the lock, whose code is digested.
const OWN_PACKAGES: [&str; 2] = ["recount", "recount-engine"];

/// The sources and the lock, read once.
pub struct Project {
    modules: BTreeMap<Vec<String>, Module>,
    /// What the manifests say of each third-party crate: its version and features.
    dependencies: BTreeMap<String, String>,
    features: BTreeSet<String>,
    /// By name, the versions that are locked of each package.
    locked: BTreeMap<String, Vec<Locked>>,
}

struct Module {
    tokens: String,
    paths: BTreeSet<Vec<String>>,
    words: BTreeSet<String>,
}

struct Locked {
    version: String,
    checksum: String,
    /// What it needs: a name, and a version where more than one is locked.
    needs: Vec<String>,
}

impl Project {
    /// Reads every Rust file below `source`, and the manifests' and the lock's texts; `features` are those that are on.
    pub fn read(source: &Path, manifests: &[String], lock: &str, features: BTreeSet<String>) -> Self {
        let mut modules = BTreeMap::new();
        read_folder(source, &mut Vec::new(), &mut modules);
        modules.retain(|path, _| path[0] != ENGINE.1[0] || *path == ENGINE.1);
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        for (name, wanted) in manifests.iter().flat_map(|manifest| dependencies(manifest)) {
            found.entry(name).or_default().push_str(&wanted);
        }
        Self { modules, dependencies: found, features, locked: locked(lock) }
    }
}

/// Digests the code of each kind, by the name of its file in `kinds`.
pub fn digests(project: &Project) -> Vec<(String, String)> {
    let kinds = project.modules.keys().filter(|path| path.len() == 2 && path[0] == "kinds");
    kinds.map(|path| (path[1].clone(), digest(project, path))).collect()
}

fn digest(project: &Project, root: &[String]) -> String {
    let reached = reach(project, root);
    let mut sha = Sha256::new();
    let mut field = |text: &str| {
        sha.update((text.len() as u64).to_le_bytes());
        sha.update(text.as_bytes());
    };
    let mut crates = BTreeSet::new();
    for path in &reached {
        let module = &project.modules[path];
        field(&path.join("::"));
        field(&module.tokens);
        crates.extend(module.words.iter().filter(|word| project.dependencies.contains_key(*word)).cloned());
        for feature in &project.features {
            if module.tokens.contains(&format!("feature = {feature:?}")) {
                field(feature);
            }
        }
    }
    for name in &crates {
        field(&project.dependencies[name]);
    }
    for (name, versions) in lock_closure(project, &crates) {
        field(&name);
        let locked = versions.iter().map(|at| &project.locked[&name][*at]);
        field(&locked.map(|it| format!("{} {} ", it.version, it.checksum)).collect::<String>());
    }
    sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The modules that `root` reaches, itself included.
fn reach(project: &Project, root: &[String]) -> BTreeSet<Vec<String>> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![root.to_vec()];
    while let Some(path) = waiting.pop() {
        let Some(module) = project.modules.get(&path) else { continue };
        if !reached.insert(path) {
            continue;
        }
        for target in &module.paths {
            let named = (1..=target.len()).rev().map(|length| &target[..length]);
            let module = named.into_iter().find(|prefix| project.modules.contains_key(*prefix));
            // `kinds` itself only lists the kinds: following it would make each kind every kind.
            if let Some(module) = module
                && COUNTED.contains(&module[0].as_str())
                && module != ["kinds"]
            {
                waiting.push(module.to_vec());
            }
        }
    }
    reached
}

/// The packages that crates reach in the lock, each with the versions of it that they reach: another version, which something
/// else needs, decides nothing here.
fn lock_closure(project: &Project, crates: &BTreeSet<String>) -> BTreeMap<String, BTreeSet<usize>> {
    let mut closure: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    // The lock writes the package's name, the code its name as an identifier; our own packages say which version it is.
    let own =
        OWN_PACKAGES.iter().flat_map(|own| project.locked.get(*own)).flatten().flat_map(|own| &own.needs);
    let mut waiting: Vec<&String> =
        own.filter(|need| crates.contains(&split(need).0.replace('-', "_"))).collect();
    while let Some(need) = waiting.pop() {
        let (name, version) = split(need);
        let Some(versions) = project.locked.get(name) else { continue };
        for (at, locked) in versions.iter().enumerate() {
            if version.is_none_or(|version| version == locked.version)
                && closure.entry(name.to_owned()).or_default().insert(at)
            {
                waiting.extend(&locked.needs);
            }
        }
    }
    closure
}

/// The name of what is needed, and its version where that is said.
fn split(need: &str) -> (&str, Option<&str>) {
    need.split_once(' ').map_or((need, None), |(name, version)| (name, version.split(' ').next()))
}

fn read_folder(folder: &Path, path: &mut Vec<String>, modules: &mut BTreeMap<Vec<String>, Module>) {
    let mut entries: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for entry in entries {
        let stem = entry.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        if entry.is_dir() {
            path.push(stem);
            read_folder(&entry, path, modules);
            path.pop();
        } else if entry.extension().is_some_and(|extension| extension == "rs")
            && stem != "main"
            && stem != "lib"
        {
            let mut module = path.clone();
            if stem != "mod" {
                module.push(stem);
            }
            let text = fs::read_to_string(&entry).unwrap_or_default();
            // A file that does not parse stops the compiler with a better message than ours.
            let tokens: TokenStream = text.parse().unwrap_or_default();
            modules.insert(module.clone(), read_module(&module, tokens));
        }
    }
}

fn read_module(path: &[String], tokens: TokenStream) -> Module {
    let mut module = Module { tokens: String::new(), paths: BTreeSet::new(), words: BTreeSet::new() };
    let kept = without_uncounted(tokens);
    write_tokens(kept.clone(), &mut module.tokens, &mut module.words);
    find_paths(path, &kept.into_iter().collect::<Vec<_>>(), &mut module.paths);
    module
}

/// Drops documentation attributes and `#[cfg(test)]` items.
fn without_uncounted(tokens: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some((attribute, after)) = attribute(&tokens, at) {
            if attribute.starts_with("doc") {
                at = after;
                continue;
            }
            if attribute.replace(' ', "") == "cfg(test)" {
                at = after;
                while at < tokens.len() && !ends_item(&tokens[at]) {
                    at += 1;
                }
                at += 1;
                continue;
            }
        }
        kept.push(match &tokens[at] {
            TokenTree::Group(group) => TokenTree::Group(proc_macro2::Group::new(
                group.delimiter(),
                without_uncounted(group.stream()),
            )),
            other => other.clone(),
        });
        at += 1;
    }
    kept.into_iter().collect()
}

/// The text of the attribute that begins at `at`, and where it ends.
fn attribute(tokens: &[TokenTree], at: usize) -> Option<(String, usize)> {
    let punct = |index: usize, sign| matches!(tokens.get(index), Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
    if !punct(at, '#') {
        return None;
    }
    let group = at + 1 + usize::from(punct(at + 1, '!'));
    match tokens.get(group) {
        Some(TokenTree::Group(inner)) if inner.delimiter() == Delimiter::Bracket => {
            Some((inner.stream().to_string(), group + 1))
        }
        _ => None,
    }
}

fn ends_item(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    }
}

/// Writes the tokens one after another, and collects the words that begin a path.
fn write_tokens(tokens: TokenStream, text: &mut String, words: &mut BTreeSet<String>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => {
                let [open, close] = match group.delimiter() {
                    Delimiter::Brace => ["{ ", "} "],
                    Delimiter::Bracket => ["[ ", "] "],
                    Delimiter::Parenthesis | Delimiter::None => ["( ", ") "],
                };
                text.push_str(open);
                write_tokens(group.stream(), text, words);
                text.push_str(close);
            }
            TokenTree::Ident(ident) => {
                let word = ident.to_string();
                text.push_str(&word);
                text.push(' ');
                if matches!(tokens.peek(), Some(TokenTree::Punct(sign)) if sign.as_char() == ':') {
                    words.insert(word);
                }
            }
            other => {
                text.push_str(&other.to_string());
                text.push(' ');
            }
        }
    }
}

/// Collects every path that begins with `crate`, `self` or `super`, and every `mod name;`.
fn find_paths(module: &[String], tokens: &[TokenTree], paths: &mut BTreeSet<Vec<String>>) {
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                find_paths(module, &group.stream().into_iter().collect::<Vec<_>>(), paths);
            }
            TokenTree::Ident(ident) => match ident.to_string().as_str() {
                "crate" => follow(Vec::new(), &tokens[at + 1..], paths),
                name if name == ENGINE.0 => follow(vec![ENGINE.1[0].to_owned()], &tokens[at + 1..], paths),
                "self" => follow(module.to_vec(), &tokens[at + 1..], paths),
                "super" => {
                    let parent = module[..module.len().saturating_sub(1)].to_vec();
                    follow(parent, &tokens[at + 1..], paths);
                }
                "mod" => {
                    if let (Some(TokenTree::Ident(name)), Some(TokenTree::Punct(end))) =
                        (tokens.get(at + 1), tokens.get(at + 2))
                        && end.as_char() == ';'
                    {
                        paths.insert([module, &[name.to_string()]].concat());
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
}

/// Follows `::a::{b, c::d}` behind `base` and adds each path it names.
fn follow(mut base: Vec<String>, mut tokens: &[TokenTree], paths: &mut BTreeSet<Vec<String>>) {
    while let [TokenTree::Punct(first), TokenTree::Punct(second), next, rest @ ..] = tokens {
        if first.as_char() != ':' || second.as_char() != ':' {
            break;
        }
        match next {
            TokenTree::Ident(name) if name == "super" => {
                base.pop();
            }
            TokenTree::Ident(name) => base.push(name.to_string()),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                let is_comma =
                    |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
                for branch in inner.split(is_comma) {
                    let Some(TokenTree::Ident(head)) = branch.first() else { continue };
                    let mut path = base.clone();
                    if head != "self" {
                        path.push(head.to_string());
                    }
                    follow(path, &branch[1..], paths);
                }
                return;
            }
            _ => break,
        }
        tokens = rest;
    }
    if !base.is_empty() {
        paths.insert(base);
    }
}

/// The names of `[dependencies]`, as identifiers, each with what is wanted of it.
fn dependencies(manifest: &str) -> Vec<(String, String)> {
    let section = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    section
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = "))
        .filter(|(name, _)| !name.starts_with('#'))
        .map(|(name, wanted)| (name.trim().replace('-', "_"), required(wanted)))
        // Our own crate is no third-party one: the code of it that counts is followed.
        .filter(|(name, _)| name != ENGINE.0)
        .collect()
}

/// What a manifest asks of a crate. That a program can be built without it moves no bytes of one that is built with it.
fn required(wanted: &str) -> String {
    let wanted = wanted.replace(", optional = true", "");
    let version = wanted.strip_prefix("{ version = ").and_then(|rest| rest.strip_suffix(" }"));
    version.filter(|version| !version.contains(',')).unwrap_or(&wanted).to_owned()
}

/// Every package of the lock.
fn locked(lock: &str) -> BTreeMap<String, Vec<Locked>> {
    let mut packages: BTreeMap<String, Vec<Locked>> = BTreeMap::new();
    for block in lock.split("[[package]]").skip(1) {
        let text = |field: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(field));
            line.unwrap_or_default().trim_matches('"').to_owned()
        };
        let needs = block.lines().filter_map(|line| line.strip_prefix(" \""));
        let needs = needs.map(|need| need.split('"').next().unwrap_or_default().to_owned()).collect();
        let locked = Locked { version: text("version = "), checksum: text("checksum = "), needs };
        packages.entry(text("name = ")).or_default().push(locked);
    }
    packages
}
