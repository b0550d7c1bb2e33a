//! What a `run` starts: a program with its arguments, or a line for a shell, behind a gate.
//!
//! | `run` | `shell` | starts |
//! |---|---|---|
//! | a list | | the program itself |
//! | a text | | `bash -eo pipefail -c LINE`, so that a failure in the middle is one |
//! | a text | `[sh, -eu, -c]` | that, with the line behind it |
//!
//! Invariant: nothing of it runs before a line comes on its standard input, which is empty from then on.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::printable::printable;
use super::surroundings::find_program;
use crate::Failure;
use crate::spec::{Quoting, Value};

/// The shell that waits for its start; by its path, since a bare name would be looked for along the program's own PATH,
/// after a copy of this whole process.
pub(super) const GATE_SHELL: &str = "/bin/sh";

/// Waits for the line that lets the program begin.
const GATE: &str = "read -r _ || exit 125; ";

/// Where bash is on systems whose PATH may not say so.
const BASH_PLACES: [&str; 2] = ["/bin/bash", "/usr/bin/bash"];

/// How many characters of a command a message shows.
const MAX_COMMAND_CHARACTERS: usize = 1000;

/// What is started for a `run`.
pub(super) struct Invocation {
    pub program: PathBuf,
    pub arguments: Vec<String>,
}

impl Invocation {
    /// Finds out what a `run` with these settings starts in `root`.
    pub(super) fn of(
        run: Option<&Value>,
        shell: Option<&Value>,
        path: Option<&OsStr>,
        root: &Path,
    ) -> Result<Self, Failure> {
        match (run, shell) {
            (Some(Value::Text(line)), None) => Self::of_bash(line, path, root),
            (Some(Value::Text(line)), Some(shell)) => {
                let mut words = shell_words(shell);
                words.push(line.clone());
                Ok(Self::of_words(words))
            }
            (words, _) => Ok(Self::of_words(super::texts(words))),
        }
    }

    /// Bash itself waits at the gate: a shell before it would cost a program.
    fn of_bash(line: &str, path: Option<&OsStr>, root: &Path) -> Result<Self, Failure> {
        let places = BASH_PLACES.iter().map(PathBuf::from).filter(|place| place.is_file());
        let program = find_program("bash", path, root).or_else(|| places.into_iter().next());
        let program = program.ok_or_else(|| {
            Failure::new("there is no `bash` here to run its line")
                .with_help("install bash, or name another shell: `shell: [sh, -eu, -c]`")
        })?;
        // On one line with the gate, so that bash counts the lines as they were written.
        let script = format!("{GATE}exec </dev/null; {line}");
        let arguments = ["-eo", "pipefail", "-c", &script, "bash"];
        Ok(Self { program, arguments: arguments.map(str::to_owned).to_vec() })
    }

    fn of_words(words: Vec<String>) -> Self {
        let mut arguments = vec!["-c".to_owned(), format!("{GATE}exec \"$@\" </dev/null"), "sh".to_owned()];
        arguments.extend(words);
        Self { program: PathBuf::from(GATE_SHELL), arguments }
    }
}

/// Gives a shell's words; one without any option gets `-c`, which shells and interpreters take alike.
fn shell_words(shell: &Value) -> Vec<String> {
    let mut words = match shell {
        Value::Text(text) => text.split_whitespace().map(str::to_owned).collect(),
        other => super::texts(Some(other)),
    };
    if words.len() == 1 {
        words.push("-c".to_owned());
    }
    words
}

/// Gives a `run` as a person would type it, shortened for a message.
pub(super) fn format_run(run: Option<&Value>) -> String {
    let text = match run {
        Some(Value::Text(line)) => {
            let mut lines = line.lines().map(str::trim_end).filter(|line| !line.is_empty());
            let first = lines.next().unwrap_or_default().to_owned();
            if lines.next().is_some() { format!("{first} …") } else { first }
        }
        words => {
            let words: Vec<String> = super::texts(words).iter().map(|word| quote(word)).collect();
            words.join(" ")
        }
    };
    printable(text.replace('\n', " ").as_bytes(), MAX_COMMAND_CHARACTERS)
}

/// Puts a word in quotes where a shell would need them.
fn quote(word: &str) -> String {
    Quoting::Free.write(word).expect("a free place takes any value")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(words: &[&str]) -> Value {
        Value::List(words.iter().map(|word| Value::from(*word)).collect())
    }

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let shown = |run: Value| format_run(Some(&run));
        assert_eq!(
            shown(list(&["python3", "-c", "print('a b')", ""])),
            r"python3 -c 'print('\''a b'\'')' ''"
        );
        assert_eq!(shown("cat a | wc -l > n".into()), "cat a | wc -l > n");
        assert_eq!(shown("\nfirst line\nsecond\n".into()), "first line …");
        assert_eq!(shown("a\u{1b}[31m".into()), r"a\x1b[31m");
        let long = shown("x".repeat(1100).as_str().into());
        assert_eq!(long, format!("{} … (100 characters more)", "x".repeat(1000)));
    }

    #[test]
    fn a_shell_may_be_a_list_or_a_text() {
        let words = |shell: Value| {
            let run = Value::from("echo hi");
            let started = Invocation::of(Some(&run), Some(&shell), None, Path::new("/"));
            started.expect("a named shell is not looked for").arguments[3..].join(" ")
        };
        assert_eq!(words(list(&["sh", "-eu", "-c"])), "sh -eu -c echo hi");
        assert_eq!(words("zsh -c".into()), "zsh -c echo hi");
        assert_eq!(words("fish".into()), "fish -c echo hi");
    }
}
