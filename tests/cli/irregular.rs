//! A pipe, a device or an endless file in the place of a file of ours: refused by name, never waited for.

use std::os::unix::fs::symlink;

use snapbox::{assert_data_eq, str};

use crate::gc::git;
use crate::project::{CommandResult, Project};

/// Runs a command on a project whose lock is endless.
fn with_endless_lock(words: &[&str]) -> CommandResult {
    let project = Project::words();
    git(&project, &["init", "--quiet", "--initial-branch", "main"]);
    git(&project, &["add", "pipeline.yaml", "pipeline.lock"]);
    git(&project, &["commit", "--quiet", "--message", "first"]);
    std::fs::remove_file(project.path("pipeline.lock")).expect("a run has written it");
    symlink("/dev/zero", project.path("pipeline.lock")).expect("links can be made");
    project.run(words)
}

#[test]
fn a_lock_that_is_a_link_to_an_endless_file_is_not_read() {
    assert_data_eq!(
        with_endless_lock(&["gc"]).ended(1).err,
        str![[r#"
error: `pipeline.lock` can't be read: `pipeline.lock` is a symbolic link, and none is followed here

"#]]
    );
    assert_data_eq!(
        with_endless_lock(&["diff", "HEAD"]).ended(1).err,
        str![[r#"
error: `pipeline.lock` can't be read: `pipeline.lock` is a symbolic link, and none is followed here

"#]]
    );
}

#[cfg(feature = "lab")]
#[test]
fn an_archive_that_is_a_link_to_an_endless_file_is_refused_by_name() {
    let project = Project::empty();
    let prepare = "recount: 1\ntitle: t\nstages:\n  - { name: prepare, kind: prepare }\n";
    project.write("pipeline.yaml", prepare);
    std::fs::create_dir(project.path("data")).expect("it is new");
    symlink("/dev/zero", project.path("data/gestures-dataset.zip")).expect("links can be made");
    for words in [&["status"][..], &["run"], &["why", "prepare"]] {
        let refused = project.run(words).ended(2).err;
        assert_data_eq!(
            refused,
            str![[r#"
error: `[..]/data/gestures-dataset.zip` can't be read: it is no regular file

"#]]
        );
    }
}
