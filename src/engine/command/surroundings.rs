//! What of the machine a program depends on: the tools that it names, and the environment.
//!
//! | setting | enters the recipe | the program gets |
//! |---|---|---|
//! | `tools` | the digest of the file that the name leads to | nothing more: it finds them itself |
//! | `env` | a digest of the value, never the value | the variable |
//! | `pass_env` | nothing | the variable |
//!
//! Invariants
//! - A variable that is not set is left out: naming it changes nothing for the program.
//! - A value is bytes: one that is not UTF-8 reaches the program as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{Access, access};
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::digest::{Canonical, Digest};
use crate::folder::open_through_links;
use crate::spec::{Pipeline, Value};
use crate::stamp::Stamp;

/// Environment variables, by name.
pub type Variables = BTreeMap<OsString, OsString>;

/// The variables that every program gets.
const ALWAYS_PASSED: [&str; 2] = ["PATH", "HOME"];

/// Gives what a program gets of the environment: PATH, HOME, and the variables that it names.
pub fn select_variables<'n>(environment: &Variables, names: impl IntoIterator<Item = &'n str>) -> Variables {
    let names = ALWAYS_PASSED.into_iter().chain(names);
    let set = |name: &str| environment.get_key_value(OsStr::new(name));
    names.filter_map(set).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Gives the digest of a variable's value; equal values of two variables have different ones.
pub fn digest_variable(name: &str, value: &OsStr) -> Digest {
    let mut canonical = Canonical::default();
    canonical.field(name.as_bytes()).field(value.as_bytes());
    canonical.finish()
}

/// Finds a program as the system does: a name along `path`, and a name with a slash from `root`.
pub fn find_program(name: &str, path: Option<&OsStr>, root: &Path) -> Option<PathBuf> {
    let is_program = |place: &PathBuf| place.is_file() && access(place, Access::EXEC_OK).is_ok();
    if name.contains('/') {
        return Some(root.join(name)).filter(is_program);
    }
    // An empty folder is the one that the program starts in.
    std::env::split_paths(path?).map(|folder| root.join(folder).join(name)).find(is_program)
}

/// Finds the file that a tool's name leads to in the end.
///
/// # Errors
/// A [`Failure`] where there is no such program.
pub fn resolve_tool(name: &str, path: Option<&OsStr>, root: &Path) -> Result<PathBuf, Failure> {
    let found = find_program(name, path, root).ok_or_else(|| {
        let (place, help) = if name.contains('/') {
            (
                "in the project",
                "check its path, which is relative to the project, and that it may be executed",
            )
        } else {
            ("on the PATH", "install it, or take it out of `tools`")
        };
        Failure::new(format!("there is no program `{name}` {place}")).with_help(help)
    })?;
    fs::canonicalize(&found).map_err(|error| unreadable(name, &found, &error))
}

/// What of the machine the stages of a pipeline name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surroundings {
    variables: BTreeSet<String>,
    tools: BTreeSet<String>,
}

impl Surroundings {
    /// Gathers what stages have in `env` and `tools`.
    pub fn of(pipeline: &Pipeline) -> Self {
        let settings = pipeline.stages.iter().map(|stage| &stage.fields);
        let mut named = Self::default();
        for settings in settings {
            for (name, value, _) in settings.that_were_set() {
                let (names, listed) = match (name, value) {
                    ("env", Value::List(listed)) => (&mut named.variables, listed),
                    ("tools", Value::List(listed)) => (&mut named.tools, listed),
                    _ => continue,
                };
                names.extend(listed.iter().filter_map(Value::as_text).map(str::to_owned));
            }
        }
        named
    }

    /// Digests what they are now: the values of variables, and what the files of tools look like.
    pub fn digest(&self, environment: &Variables, root: &Path) -> Digest {
        let mut canonical = Canonical::default();
        for name in &self.variables {
            let value = environment.get(OsStr::new(name));
            canonical.field(format!("{name}={value:?}").as_bytes());
        }
        let path = environment.get(OsStr::new("PATH")).map(OsString::as_os_str);
        for name in &self.tools {
            let file = resolve_tool(name, path, root).ok();
            let stamp = file.as_ref().and_then(|file| Some(Stamp::of(&fs::metadata(file).ok()?)));
            canonical.field(format!("{name}={file:?} {stamp:?}").as_bytes());
        }
        canonical.finish()
    }
}

/// The digests of tools, each taken once as long as its file looks the same.
#[derive(Default)]
pub struct ToolDigests(Mutex<BTreeMap<PathBuf, (Stamp, Digest)>>);

impl ToolDigests {
    /// Gives the digest of the file that a tool's name leads to.
    ///
    /// # Errors
    /// A [`Failure`] where there is no such program, or it can't be read.
    pub fn digest(&self, name: &str, path: Option<&OsStr>, root: &Path) -> Result<Digest, Failure> {
        let file = resolve_tool(name, path, root)?;
        self.digest_file(&file).map_err(|error| unreadable(name, &file, &error))
    }

    fn digest_file(&self, path: &Path) -> io::Result<Digest> {
        // The lock is held while the tool is hashed, as many instances name one tool.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let file = open_through_links(path)?;
        let stamp = Stamp::of(&file.metadata()?);
        if let Some((_, digest)) = known.get(path).filter(|(before, _)| *before == stamp) {
            return Ok(*digest);
        }
        let digest = Digest::of_reader(file)?;
        known.insert(path.to_owned(), (stamp, digest));
        Ok(digest)
    }
}

fn unreadable(name: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("the tool `{name}`, which is `{}`, can't be read: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn project() -> (tempfile::TempDir, OsString) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        for name in ["one", "two"] {
            fs::create_dir(folder.path().join(name)).expect("it can be made");
        }
        let path = std::env::join_paths(["one", "two"].map(|name| folder.path().join(name)));
        let path = path.expect("the folder's name has no colon");
        (folder, path)
    }

    fn write(place: &Path, text: &str, mode: u32) {
        fs::write(place, text).expect("there is room");
        fs::set_permissions(place, fs::Permissions::from_mode(mode)).expect("it is ours");
    }

    #[test]
    fn a_tool_is_the_file_that_the_system_would_start() {
        let (folder, path) = project();
        let root = fs::canonicalize(folder.path()).expect("it is there");
        write(&root.join("one/tool"), "not a program", 0o644);
        write(&root.join("two/tool-3"), "#!/bin/sh\n", 0o755);
        symlink("tool-3", root.join("two/tool")).expect("it can be linked");
        let resolve = |name: &str| resolve_tool(name, Some(&path), &root);
        assert_eq!(resolve("tool"), Ok(root.join("two/tool-3")));
        assert_eq!(resolve("two/tool-3"), Ok(root.join("two/tool-3")));
        let message = |name: &str| resolve(name).expect_err("there is none").to_string();
        assert_eq!(message("spade"), "there is no program `spade` on the PATH");
        assert_eq!(message("one/tool"), "there is no program `one/tool` in the project");
        assert_eq!(
            resolve_tool("tool", None, &root).map_err(|error| error.to_string()),
            Err("there is no program `tool` on the PATH".to_owned())
        );
    }

    #[test]
    fn a_program_gets_path_home_and_what_it_names_as_it_is() {
        let bytes = OsString::from_vec(b"caf\xe9".to_vec());
        let environment = Variables::from([
            ("PATH".into(), "/bin".into()),
            ("NAMED".into(), bytes.clone()),
            ("OTHER".into(), "1".into()),
        ]);
        let selected = select_variables(&environment, ["NAMED", "UNSET"]);
        let expected = Variables::from([("NAMED".into(), bytes.clone()), ("PATH".into(), "/bin".into())]);
        assert_eq!(selected, expected);
        assert_ne!(digest_variable("A", &bytes), digest_variable("B", &bytes));
        assert_ne!(digest_variable("A", &bytes), digest_variable("A", OsStr::new("café")));
    }
}
