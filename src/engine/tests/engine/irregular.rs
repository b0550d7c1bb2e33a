//! Pipes, devices and names that are no text: refused by name, and never waited for.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::support::{Project, toy};

fn copy() -> Project {
    let copy = toy("copy", "cat data/notes > out.txt").reads(&["data"]).writes(&["out.txt"]);
    let project = Project::new(vec![copy]);
    project.write("data/notes", "notes");
    project
}

fn make_pipe(project: &Project, path: &str) {
    let path = project.root().join(path);
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).expect("pipes can be made");
}

/// Fails when something is waited for that never comes.
fn within_seconds<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || drop(done.send(work())));
    is_done.recv_timeout(Duration::from_secs(20)).expect("it neither hangs nor panics")
}

#[test]
fn a_pipe_or_a_device_among_the_inputs_is_refused_by_name() {
    within_seconds(|| {
        let project = copy();
        make_pipe(&project, "data/pipe");
        let expected = "copy: `data/pipe` is neither a file nor a folder";
        assert_eq!(project.run().failures(), [expected]);
        project.remove("data/pipe").run().assert_ran(["copy"]);
        symlink("/dev/zero", project.root().join("data/endless")).expect("links can be made");
        assert_eq!(project.run().failures(), ["copy: `data/endless` is neither a file nor a folder"]);
        project.remove("data/endless").remove("data/notes");
        make_pipe(&project, "data/notes");
        for forgotten in [false, true] {
            if forgotten {
                project.forget();
            }
            assert!(
                project.status()[0].contains("`data/notes` is neither a file nor a folder"),
                "{:?}",
                project.status()
            );
        }
    });
}

#[test]
fn a_single_input_that_is_a_pipe_or_a_device_is_refused_by_name() {
    within_seconds(|| {
        let project = Project::new(vec![toy("copy", "true").reads(&["notes"])]);
        make_pipe(&project, "notes");
        let expected = ["copy: input `notes` can't be read: it is neither a file nor a folder"];
        assert_eq!(project.run().failures(), expected);
        project.remove("notes");
        symlink("/dev/zero", project.root().join("notes")).expect("links can be made");
        assert_eq!(project.run().failures(), expected);
    });
}

#[test]
fn a_pipe_at_an_outputs_place_makes_room_and_one_that_a_program_leaves_is_refused() {
    within_seconds(|| {
        let project = copy();
        project.run().assert_ran(["copy"]);
        project.remove("out.txt");
        make_pipe(&project, "out.txt");
        project.status();
        project.run().assert_ran([]);
        assert_eq!(project.read("out.txt"), "notes");
        let project = Project::new(vec![toy("make", "mkdir out; mkfifo out/pipe").writes(&["out"])]);
        assert_eq!(project.run().failures(), ["make: its output `out/pipe` is neither a file nor a folder"]);
        assert!(!project.exists("out"));
    });
}

#[test]
fn an_endless_file_in_the_store_is_as_good_as_damaged() {
    within_seconds(|| {
        let project = copy();
        project.run().assert_ran(["copy"]);
        let files = [project.stored("objects"), project.stored("records")].concat();
        for path in files.iter().chain([&project.root().join("artifacts/v2/snapshot")]) {
            for to in ["/dev/zero", ""] {
                std::fs::remove_file(path).expect("it is there");
                let name = path
                    .strip_prefix(project.root())
                    .expect("it is the project's")
                    .to_str()
                    .expect("it is text");
                if to.is_empty() {
                    make_pipe(&project, name);
                } else {
                    symlink(to, path).expect("links can be made");
                }
                drop(std::fs::remove_file(project.root().join("out.txt")));
                project.status();
                assert_eq!(project.run().failures(), Vec::<String>::new(), "{name}");
                assert_eq!(project.read("out.txt"), "notes");
            }
        }
    });
}

#[test]
fn names_that_are_no_text_are_refused_by_name() {
    let line = r#"mkdir out; : > "out/$(printf 'caf\351')""#;
    let project = Project::new(vec![toy("make", line).writes(&["out"])]);
    let expected = "make: its output `out` can't be read: the name of `caf\u{fffd}` is not UTF-8";
    assert_eq!(project.run().failures(), [expected]);
    assert!(!project.exists("out"), "it does not pass for an output");
    assert_eq!(project.run().failures(), [expected], "what it left before is not in its way");
    let project = copy();
    let name = std::ffi::OsStr::from_bytes(b"data/caf\xe9");
    std::fs::write(project.root().join(name), "x").expect("there is room");
    assert_eq!(project.run().failures(), ["copy: the name of `data/caf\u{fffd}` is not UTF-8"]);
}

#[test]
fn a_folder_with_a_name_that_is_no_path_is_kept_as_a_whole() {
    for name in [&b"caf\xe9"[..], b"ta\tb"] {
        let make = toy("make", "mkdir -p out; echo 1 > out/x").writes(&["out"]);
        let project =
            Project::new(vec![make, toy("list", "ls out > list").writes(&["list"]).needs(&["make"])]);
        let (root, name) = (project.root(), std::ffi::OsStr::from_bytes(name));
        project.write("out/mine", "mine");
        std::fs::write(root.join("out").join(name), "mine too").expect("there is room");
        project.run().assert_ran(["list", "make"]);
        std::fs::write(root.join("out").join(name), "and this").expect("there is room");
        project.run().assert_ran([]);
        assert_eq!(project.read("list"), "x\n");
        assert_eq!(std::fs::read_dir(root.join("out")).expect("it is there").count(), 1);
        let kept = |path: &str| std::fs::read_to_string(root.join("artifacts/edited").join(path).join(name));
        assert_eq!(kept("unread/out").ok().as_deref(), Some("mine too"));
        assert_eq!(kept("unread.2/out").ok().as_deref(), Some("and this"));
        assert_eq!(project.read("artifacts/edited/unread/out/mine"), "mine");
    }
}
