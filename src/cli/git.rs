//! Asks git, as a program, what the project looked like at other commits.
//!
//! Invariants
//! - Absent git, and a project that is in no repository, are no mistakes: there is just no history.
//! - Changes nothing.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::Refusal;

/// A project's repository.
pub struct Git {
    root: PathBuf,
    /// The project's folder within the repository, empty or with a slash at its end.
    prefix: String,
}

impl Git {
    /// Finds the repository that a project is in, if it is in one.
    ///
    /// # Errors
    /// A [`Refusal`] when git has a reason of its own not to look.
    pub fn of(root: &Path) -> Result<Option<Self>, Refusal> {
        let mut git = Self { root: root.to_owned(), prefix: String::new() };
        let output = match git.command(&["rev-parse", "--show-prefix"]).output() {
            Ok(output) => output,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Refusal::failed(format!("`git` can't be started: {error}"))),
        };
        if !output.status.success() && complaint(&output).contains("not a git repository") {
            return Ok(None);
        }
        let output = successful(output)?;
        git.prefix = String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned();
        Ok(Some(git))
    }

    /// Gives a file of the project at every branch, tag and HEAD that has it; equal ones once.
    ///
    /// # Errors
    /// A [`Refusal`] with what git complains of.
    pub fn at_every_ref(&self, file: &str) -> Result<BTreeSet<String>, Refusal> {
        let listed =
            self.run(&["for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes", "refs/tags"])?;
        let refs = String::from_utf8_lossy(&listed);
        let asked: String =
            refs.lines().chain(["HEAD"]).map(|name| format!("{name}:{}{file}\n", self.prefix)).collect();
        let answer = self.feed(&["cat-file", "--batch"], asked.into_bytes())?;
        Ok(blobs(&answer))
    }

    /// Gives a file of the project at a revision; `None` if it is not there.
    ///
    /// # Errors
    /// A [`Refusal`] when there is no such revision.
    pub fn at(&self, revision: &str, file: &str) -> Result<Option<String>, Refusal> {
        let commit = format!("{revision}^{{commit}}");
        let known = self.command(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]).output();
        if !known.is_ok_and(|known| known.status.success()) {
            let help = if self.is_shallow() {
                "this clone has a part of the history alone: `git fetch --unshallow` gets the rest"
            } else {
                "a revision is a commit, a branch or a tag, such as HEAD~1: `git log --oneline` lists commits"
            };
            return Err(Refusal::input(format!("git knows no revision `{revision}`\nhelp: {help}")));
        }
        let asked = format!("{revision}:{}{file}\n", self.prefix);
        let answer = self.feed(&["cat-file", "--batch"], asked.into_bytes())?;
        Ok(blobs(&answer).pop_first())
    }

    /// Says whether a file that git keeps is not as it was committed.
    ///
    /// # Errors
    /// A [`Refusal`] with what git complains of.
    pub fn is_edited(&self) -> Result<bool, Refusal> {
        // Its index is left as it is, as others may use it meanwhile.
        let words = ["--no-optional-locks", "status", "--porcelain", "--untracked-files=no"];
        Ok(!self.run(&words)?.is_empty())
    }

    /// Says whether the repository was cloned without its whole history.
    fn is_shallow(&self) -> bool {
        self.run(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|said| said.starts_with(b"true"))
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.root).args(words).env("LC_ALL", "C").stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> Result<Vec<u8>, Refusal> {
        let output = self.command(words).output();
        let output = output.map_err(|error| Refusal::failed(format!("`git` can't be started: {error}")))?;
        Ok(successful(output)?.stdout)
    }

    /// Runs git with a text on its standard input.
    fn feed(&self, words: &[&str], text: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let lost = |error: io::Error| Refusal::failed(format!("`git` got lost: {error}"));
        let mut command = self.command(words);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.map_err(lost)?;
        let mut input = child.stdin.take().expect("the program's input is a pipe");
        // Git answers while it reads: whoever only writes first may wait for ever.
        let writer = std::thread::spawn(move || input.write_all(&text));
        let output = child.wait_with_output().map_err(lost)?;
        // Git that stopped reading says why itself.
        drop(writer.join());
        Ok(successful(output)?.stdout)
    }
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}

fn successful(output: Output) -> Result<Output, Refusal> {
    if output.status.success() {
        return Ok(output);
    }
    Err(Refusal::failed(format!("git says: {}", complaint(&output))))
}

/// Takes the texts out of what `git cat-file --batch` prints.
fn blobs(mut answer: &[u8]) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    while let Some(end) = answer.iter().position(|byte| *byte == b'\n') {
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        answer = &answer[end + 1..];
        let mut words = head.rsplit(' ');
        let (size, sort) = (words.next().and_then(|size| size.parse::<usize>().ok()), words.next());
        // What is missing has no size, and no text follows.
        let Some((size, sort)) = size.zip(sort) else { continue };
        let Some((text, rest)) = answer.split_at_checked(size) else { break };
        if sort == "blob" {
            texts.insert(String::from_utf8_lossy(text).into_owned());
        }
        answer = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_texts_that_are_there_are_taken() {
        let answer =
            b"refs/heads/a:pipeline.lock missing\n0a0a blob 3\nx\ny\n0b0b tree 2\nzz\n0c0c blob 0\n\n";
        assert_eq!(blobs(answer), BTreeSet::from(["x\ny".to_owned(), String::new()]));
        assert_eq!(blobs(b"0a0a blob 9\ncut"), BTreeSet::new());
    }
}
