//! What is observed of every run besides its time: the program, the machine, the project's commit and edits.
//!
//! Invariants
//! - Nothing of it enters a key or a result; what can't be found out is left out.
//! - Nothing names a person or a network: no host, no user.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::git::Git;

/// Gathers the facts for runs of the project in `root`.
pub fn facts(root: &Path, environment: &Environment) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::from([
        ("recount".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ("simd".to_owned(), environment.simd.name().to_owned()),
        ("machine".to_owned(), machine(environment.cores)),
    ]);
    if let Some(commit) = commit(root) {
        facts.insert("commit".to_owned(), commit);
        facts.extend(tree(root).map(|tree| ("tree".to_owned(), tree.to_owned())));
    }
    facts
}

/// Names the processor, as Linux does, and how many of its threads there are.
fn machine(cores: usize) -> String {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let processor = processor.map_or(std::env::consts::ARCH, |(_, name)| name.trim());
    let threads = if cores == 1 { "thread" } else { "threads" };
    format!("{processor}, {cores} {threads}, {}", std::env::consts::OS)
}

/// Says whether the files that git keeps are as they were committed; which are not, the digests in every recipe
/// tell. Without git as a program it is not known.
fn tree(root: &Path) -> Option<&'static str> {
    let is_edited = Git::of(root).ok()??.is_edited().ok()?;
    Some(if is_edited { "edited" } else { "as committed" })
}

/// Finds the commit that the project's folder is at, from git's own files.
fn commit(root: &Path) -> Option<String> {
    let git = root.ancestors().map(|folder| folder.join(".git")).find(|git| git.exists())?;
    let folder = if git.is_dir() { git } else { linked(&git)? };
    // A linked worktree has a head of its own and shares the branches.
    let shared = match fs::read_to_string(folder.join("commondir")) {
        Ok(path) => folder.join(path.trim()),
        Err(_) => folder.clone(),
    };
    let head = fs::read_to_string(folder.join("HEAD")).ok()?;
    let commit = match head.trim().strip_prefix("ref: ") {
        Some(branch) => match fs::read_to_string(shared.join(branch)) {
            Ok(commit) => commit,
            Err(_) => packed(&shared, branch)?,
        },
        None => head,
    };
    let commit = commit.trim();
    (commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| commit.to_owned())
}

fn linked(git: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(git).ok()?;
    let folder = Path::new(text.strip_prefix("gitdir: ")?.trim());
    Some(git.parent()?.join(folder))
}

fn packed(shared: &Path, branch: &str) -> Option<String> {
    let packed = fs::read_to_string(shared.join("packed-refs")).ok()?;
    let line =
        packed.lines().find(|line| line.strip_suffix(branch).is_some_and(|rest| rest.ends_with(' ')))?;
    line.split(' ').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn project() -> tempfile::TempDir {
        let project = tempfile::tempdir().expect("a temporary folder can be made");
        fs::create_dir_all(project.path().join(".git/refs/heads")).expect("a folder can be made");
        fs::write(project.path().join(".git/HEAD"), "ref: refs/heads/main\n").expect("it can be written");
        project
    }

    #[test]
    fn the_commit_is_found_loose_and_packed() {
        let project = project();
        assert_eq!(commit(project.path()), None);
        let packed = format!("# pack-refs\n{COMMIT} refs/heads/main\n");
        fs::write(project.path().join(".git/packed-refs"), packed).expect("it can be written");
        assert_eq!(commit(project.path()).as_deref(), Some(COMMIT));
        let other = COMMIT.replace('0', "f");
        fs::write(project.path().join(".git/refs/heads/main"), &other).expect("it can be written");
        assert_eq!(commit(project.path()), Some(other));
    }

    #[test]
    fn an_edit_of_a_committed_file_is_told() {
        let project = tempfile::tempdir().expect("a temporary folder can be made");
        let git = |words: &[&str]| {
            let mut command = std::process::Command::new("git");
            command.arg("-C").arg(project.path()).args([
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@example.org",
            ]);
            let done = command.args(words).status();
            assert!(done.expect("git is there").success(), "git {words:?}");
        };
        git(&["init", "--quiet"]);
        fs::write(project.path().join("a"), "1").expect("it can be written");
        git(&["add", "a"]);
        git(&["commit", "--quiet", "--message", "a file"]);
        assert_eq!(tree(project.path()), Some("as committed"));
        fs::write(project.path().join("b"), "1").expect("it can be written");
        assert_eq!(tree(project.path()), Some("as committed"), "what git does not keep is no edit");
        fs::write(project.path().join("a"), "20").expect("it can be written");
        assert_eq!(tree(project.path()), Some("edited"));
    }
}
