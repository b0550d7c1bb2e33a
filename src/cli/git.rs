//! Asks git, as a program, what the project looked like at other commits.
//!
//! Invariants
//! - Changes nothing, and starts no program that the repository names: a `.git` may come from a stranger.
//! - The project's folder alone says which repository is asked, never GIT_DIR and the like; the user's own
//!   configuration counts.
//! - Absent git, and a project that is in no repository, are no mistakes: there is just no history.
//! - An answer has a bound of time and of length, and a stop ends the question.

use std::collections::BTreeSet;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use recount_engine::Cancel;

use super::CliError;

/// What keeps git from starting programs and from using the network, whatever a repository's configuration says.
const SAFE_CONFIG: [&str; 5] = [
    "core.fsmonitor=",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "protocol.allow=never",
    // A folder of the project that looks like a repository is none.
    "safe.bareRepository=explicit",
];

/// The same as variables: objects that a partial clone lacks are not fetched, nobody is asked for a password, and the
/// index is left as it is, as others may use it at the same time.
const SAFE_VARIABLES: [(&str, &str); 5] = [
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("LC_ALL", "C"),
];

const TIMEOUT_SECONDS: u32 = 60;
const CANCEL_POLLS_PER_SECOND: u32 = 20;
const MAX_ANSWER_BYTES: u64 = 1 << 30;
const MAX_BLOB_BYTES: u64 = 1 << 26;

/// A project's repository.
pub struct Git {
    root: PathBuf,
    cancel: Cancel,
}

struct GitOutput {
    status: ExitStatus,
    text: Vec<u8>,
    complaint: String,
}

impl Git {
    /// Finds the repository that a project is in, if it is in one.
    ///
    /// # Errors
    /// A [`CliError`] when git has a reason of its own not to look.
    pub fn of(root: &Path, cancel: &Cancel) -> Result<Option<Self>, CliError> {
        let git = Self { root: root.to_owned(), cancel: cancel.clone() };
        let Some(answer) = git.ask(&["rev-parse", "--git-dir"], "")? else { return Ok(None) };
        if !answer.status.success() && answer.complaint.contains("not a git repository") {
            return Ok(None);
        }
        answer.successful()?;
        Ok(Some(git))
    }

    /// Gives a file of the project at every branch, tag and worktree's HEAD that has it; equal ones once.
    ///
    /// # Errors
    /// A [`CliError`] with what git complains of: also where it lacks such a file, as a partial clone may.
    pub fn at_every_ref(&self, file: &str) -> Result<BTreeSet<Vec<u8>>, CliError> {
        let refs = ["for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes", "refs/tags"];
        let refs = self.run(&refs, "")?;
        let refs = String::from_utf8_lossy(&refs);
        let trees =
            String::from_utf8_lossy(&self.run(&["worktree", "list", "--porcelain"], "")?).into_owned();
        let heads = trees.lines().filter_map(|line| line.strip_prefix("HEAD "));
        // Before the first commit its id is nothing but zeros.
        let heads = heads.filter(|id| id.bytes().any(|digit| digit != b'0'));
        let refs: Vec<&str> = refs.lines().chain(heads).collect();
        let found = self.blob_ids(refs.iter().map(|name| format!("{name}:./{file}")))?;
        for (name, _) in refs.iter().zip(&found).filter(|(_, id)| id.is_none()) {
            let tree = self.ask(&["ls-tree", name, file], "")?;
            let is_absent = tree.is_some_and(|tree| match tree.status.success() {
                true => tree.text.is_empty(),
                false => tree.complaint.contains("not a tree object"),
            });
            if !is_absent {
                return Err(CliError::failed(format!(
                    "git can't give `{file}` as it is at `{name}`\n\
                     help: a partial clone has the contents of few commits alone: `git checkout {name}` fetches them"
                )));
            }
        }
        self.blobs(found)
    }

    /// Gives the files of the project that are there at a commit, in no order; equal ones once.
    ///
    /// # Errors
    /// A [`CliError`] with what git complains of.
    pub fn at(&self, commit: &str, files: &[impl AsRef<str>]) -> Result<BTreeSet<Vec<u8>>, CliError> {
        let files = files.iter().map(AsRef::as_ref).filter(|file| !file.contains('\n'));
        self.blobs(self.blob_ids(files.map(|file| format!("{commit}:./{file}")))?)
    }

    /// Names the project's files at a commit, or as it is now, without those that git ignores.
    ///
    /// # Errors
    /// A [`CliError`] with what git complains of.
    pub fn files(&self, commit: Option<&str>) -> Result<Vec<String>, CliError> {
        let listed = match commit {
            Some(commit) => self.run(&["ls-tree", "-r", "-z", "--name-only", commit], "")?,
            None => self.run(&["ls-files", "-z", "--cached", "--others", "--exclude-standard"], "")?,
        };
        Ok(String::from_utf8_lossy(&listed).split_terminator('\0').map(str::to_owned).collect())
    }

    /// Names the project's files that git keeps, sorted.
    ///
    /// # Errors
    /// A [`CliError`] with what git complains of.
    pub fn kept(&self) -> Result<BTreeSet<String>, CliError> {
        let listed = self.run(&["ls-files", "-z", "--cached"], "")?;
        Ok(String::from_utf8_lossy(&listed).split_terminator('\0').map(str::to_owned).collect())
    }

    /// Gives the commit that a revision names, if there is one.
    ///
    /// # Errors
    /// A [`CliError`] when git can't be asked.
    pub fn commit(&self, revision: &str) -> Result<Option<String>, CliError> {
        let named = format!("{revision}^{{commit}}");
        let answer = self.ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &named], "")?;
        let commit = answer.filter(|answer| answer.status.success()).map(|answer| answer.text);
        Ok(commit.map(|commit| String::from_utf8_lossy(&commit).trim_end().to_owned()))
    }

    /// Says whether a file that git keeps is not as it was committed.
    ///
    /// # Errors
    /// A [`CliError`] with what git complains of: also where a file can be compared only by a filter.
    pub fn is_edited(&self) -> Result<bool, CliError> {
        let listed = self.ask(&["config", "--null", "--name-only", "--get-regexp", r"^filter\."], "")?;
        let listed = listed.map(|answer| answer.text).unwrap_or_default();
        let mut args: Vec<String> = Vec::new();
        for name in String::from_utf8_lossy(&listed).split_terminator('\0') {
            let Some((driver, _)) = name.rsplit_once('.') else { continue };
            if driver.contains(['=', char::REPLACEMENT_CHARACTER]) {
                return Err(CliError::failed(format!("git can't leave out the filter `{driver}`")));
            }
            // A filter that is required and has no command makes git fail, rather than compare without it.
            for setting in ["clean=", "smudge=", "process=", "required=true"] {
                args.extend(["-c".to_owned(), format!("{driver}.{setting}")]);
            }
        }
        let args = args.iter().map(String::as_str);
        let status =
            ["status", "--porcelain", "--untracked-files=no", "--no-renames", "--ignore-submodules=all"];
        Ok(!self.run(&args.chain(status).collect::<Vec<_>>(), "")?.is_empty())
    }

    /// Says whether the repository was cloned without its whole history.
    pub fn is_shallow(&self) -> bool {
        self.run(&["rev-parse", "--is-shallow-repository"], "")
            .is_ok_and(|answer| answer.starts_with(b"true"))
    }

    /// Gives the ids of names such as `HEAD:./file`, in their order; `None` for what is no file, or too large.
    fn blob_ids(&self, names: impl Iterator<Item = String>) -> Result<Vec<Option<String>>, CliError> {
        let names: String = names.map(|name| name + "\n").collect();
        let listed = self.run(&["cat-file", "--batch-check"], &names)?;
        Ok(String::from_utf8_lossy(&listed).lines().map(blob_id).collect())
    }

    /// Gives the contents of blobs; equal ones once.
    fn blobs(&self, ids: Vec<Option<String>>) -> Result<BTreeSet<Vec<u8>>, CliError> {
        let ids: BTreeSet<String> = ids.into_iter().flatten().map(|id| id + "\n").collect();
        Ok(contents(&self.run(&["cat-file", "--batch"], &String::from_iter(ids))?))
    }

    fn run(&self, args: &[&str], input: &str) -> Result<Vec<u8>, CliError> {
        let answer = self.ask(args, input)?;
        answer.ok_or_else(|| CliError::failed("`git` is not there any more"))?.successful()
    }

    /// Runs git with a text on its standard input; `None` where there is no git. Every call goes through here.
    fn ask(&self, args: &[&str], input: &str) -> Result<Option<GitOutput>, CliError> {
        let failed = |error: io::Error| CliError::failed(format!("`git` can't be run: {error}"));
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"GIT_") {
                command.env_remove(name);
            }
        }
        command.envs(SAFE_VARIABLES).arg("-C").arg(&self.root);
        command.args(SAFE_CONFIG.iter().flat_map(|setting| ["-c", setting])).args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let pipe = "the program's input and outputs are pipes";
        let mut stdin = child.stdin.take().expect(pipe);
        let (stdout, stderr) = (child.stdout.take().expect(pipe), child.stderr.take().expect(pipe));
        thread::scope(|scope| {
            // Git answers while it reads: whoever only writes first may wait for ever.
            scope.spawn(move || drop(stdin.write_all(input.as_bytes())));
            let complaint = scope.spawn(move || read_bounded(stderr));
            let (sender, receiver) = mpsc::channel();
            scope.spawn(move || drop(sender.send(read_bounded(stdout))));
            let poll = Duration::from_secs(1) / CANCEL_POLLS_PER_SECOND;
            let mut polls =
                (0..TIMEOUT_SECONDS * CANCEL_POLLS_PER_SECOND).take_while(|_| !self.cancel.is_cancelled());
            let text = polls.find_map(|_| receiver.recv_timeout(poll).ok());
            if text.is_none() {
                child.kill().map_err(failed)?;
            }
            let status = child.wait().map_err(failed)?;
            let complaint = complaint.join().expect("reading does not panic").map_err(failed)?;
            let complaint = String::from_utf8_lossy(&complaint).trim().to_owned();
            match text {
                Some(text) => Ok(Some(GitOutput { status, text: text.map_err(failed)?, complaint })),
                None if self.cancel.is_cancelled() => Err(CliError::stopped()),
                None => {
                    Err(CliError::failed(format!("`git` did not answer within {TIMEOUT_SECONDS} seconds")))
                }
            }
        })
    }
}

impl GitOutput {
    fn successful(self) -> Result<Vec<u8>, CliError> {
        if self.status.success() {
            return Ok(self.text);
        }
        Err(CliError::failed(format!("git says: {}", self.complaint)))
    }
}

fn read_bounded(pipe: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if pipe.take(MAX_ANSWER_BYTES).read_to_end(&mut bytes)? as u64 == MAX_ANSWER_BYTES {
        return Err(io::Error::other(format!("it answers with more than {MAX_ANSWER_BYTES} bytes")));
    }
    Ok(bytes)
}

/// Takes the id out of a line of `git cat-file --batch-check`; `None` for what is missing, no file, or too large.
fn blob_id(line: &str) -> Option<String> {
    let (rest, size) = line.rsplit_once(' ')?;
    let id = rest.strip_suffix(" blob")?;
    size.parse::<u64>().is_ok_and(|size| size <= MAX_BLOB_BYTES).then(|| id.to_owned())
}

/// Takes the contents out of what `git cat-file --batch` prints of blobs.
fn contents(mut answer: &[u8]) -> BTreeSet<Vec<u8>> {
    let mut contents = BTreeSet::new();
    while let Some(end) = answer.iter().position(|byte| *byte == b'\n') {
        let head = String::from_utf8_lossy(&answer[..end]);
        answer = &answer[end + 1..];
        // An object that is gone by now has no size, and no content follows.
        let size = head.rsplit(' ').next().and_then(|size| size.parse::<usize>().ok());
        let Some((content, rest)) = size.and_then(|size| answer.split_at_checked(size)) else { continue };
        contents.insert(content.to_owned());
        answer = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    contents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_files_that_are_there_are_taken() {
        assert_eq!(blob_id("0a0a blob 3").as_deref(), Some("0a0a"));
        for line in ["refs/heads/a:./pipeline.lock missing", "0b0b tree 2", "0c0c blob 999999999", ""] {
            assert_eq!(blob_id(line), None, "{line}");
        }
        let answer = b"0a0a blob 3\nx\ny\n0d0d missing\n0c0c blob 0\n\n";
        assert_eq!(contents(answer), BTreeSet::from([b"x\ny".to_vec(), Vec::new()]));
        assert_eq!(contents(b"0a0a blob 9\ncut"), BTreeSet::new());
    }
}
