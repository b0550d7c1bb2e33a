//! A disk that fills up while a run goes on, and one that can't be written to.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::project::{Project, Run};

/// A small file system of one's own, and a shell that sees it; it goes with that.
struct Disk {
    shell: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    folder: tempfile::TempDir,
}

impl Disk {
    /// Mounts one in a name space of its own, where the system lets us.
    fn new(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut shell = Command::new("unshare")
            .args(["--map-root-user", "--mount", "sh"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let orders = shell.stdin.take().expect("its input is a pipe");
        let answers = BufReader::new(shell.stdout.take().expect("its output is a pipe"));
        let mut disk = Self { shell, orders, answers, folder };
        std::fs::create_dir(disk.place()).expect("the temporary folder is ours");
        let mount = format!("mount -t tmpfs -o size={size} none '{}'", disk.place().display());
        (disk.order(&mount) == Some(0)).then_some(disk)
    }

    /// Mounts it again with other options.
    fn remount(&mut self, options: &str) {
        let mount = format!("mount -o remount,{options} '{}'", self.place().display());
        assert_eq!(self.order(&mount), Some(0), "what was mounted can be mounted again");
    }

    /// Runs the program on the project there.
    fn recount(&mut self, words: &str) -> Run {
        let printed = self.folder.path().join("printed");
        let (program, project) = (env!("CARGO_BIN_EXE_recount"), self.place().join("project"));
        let order =
            format!("'{program}' {words} --project '{}' >'{}' 2>&1", project.display(), printed.display());
        let code = self.order(&order);
        Run { code, printed: std::fs::read_to_string(printed).expect("the shell made it") }
    }

    /// Has the shell carry a line out, and gives its exit code.
    fn order(&mut self, line: &str) -> Option<i32> {
        let mut answer = String::new();
        self.orders.write_all(format!("{line} </dev/null\necho $?\n").as_bytes()).ok()?;
        self.answers.read_line(&mut answer).ok()?;
        answer.trim().parse().ok()
    }

    /// Where the file system is for the shell.
    fn place(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    /// Where it is for everybody else.
    fn seen_from_here(&self) -> PathBuf {
        let place = self.place();
        let inside = place.strip_prefix("/").expect("temporary folders are absolute");
        PathBuf::from(format!("/proc/{}/root", self.shell.id())).join(inside)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Whether it can be killed or has ended, the file system is gone with it.
        drop(self.shell.kill());
        drop(self.shell.wait());
    }
}

const PIPELINE: &str = r#"
recount: 1
title: Full
stages:
  - name: fill
    kind: command
    each: { word: [a, b, c, d, e, f, g, h] }
    run: (echo {word}; head -c 60000 /dev/zero) > out/{word} && echo {word} >> log/{word}
    inputs: [seed.txt]
    outputs: ["out/{word}"]
  - name: join
    kind: command
    needs: [fill]
    run: cat out/* | wc -c > size.txt
    outputs: [size.txt]
"#;

#[test]
#[expect(clippy::print_stderr, reason = "a test that was skipped must not look like one that passed")]
fn a_full_disk_fails_a_run_clearly_and_room_lets_it_go_on() {
    let Some(mut disk) = Disk::new("700k") else {
        eprintln!("skipped: no file system can be mounted here");
        return;
    };
    let project = Project::at(&disk.seen_from_here().join("project"), PIPELINE);
    project.write("seed.txt", "seed\n").write("log/none", "");
    let full = disk.recount("run -j1");
    assert_eq!(full.code, Some(1), "{}", full.printed);
    assert!(full.printed.contains("No space left on device"), "{}", full.printed);
    assert!(full.printed.contains("/artifacts/") || full.printed.contains("out/"), "{}", full.printed);
    project.assert_whole("on a full disk");
    let recorded = project.stored("records").len();
    assert!((1..8).contains(&recorded), "the disk was full after {recorded} of 8");

    disk.remount("size=16m");
    disk.recount("fsck").done("once there is room");
    let run = disk.recount("run -j1").done("once there is room");
    assert_eq!(run.ran(), 9 - recorded, "{}", run.printed);
    assert_eq!(project.read("size.txt").trim(), "480016");
    assert_eq!(disk.recount("run").done("again").ran(), 0);
    for litter in ["scratch", "temporary", "quarantine"] {
        assert!(project.stored(litter).is_empty(), "{litter}: {:?}", project.stored(litter));
    }
    // The program that found no room has left the beginning of its output, which was kept; all else was recorded.
    for (place, text) in project.kept() {
        let word = place.strip_prefix("out/").unwrap_or_else(|| panic!("`{place}` is no output of `fill`"));
        let whole = format!("{word}\n{}", "\0".repeat(60000));
        assert!(whole.starts_with(&text), "`{place}` is kept, with bytes that no program wrote");
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that was skipped must not look like one that passed")]
fn a_project_that_can_not_be_written_to_is_as_up_to_date() {
    let Some(mut disk) = Disk::new("16m") else {
        eprintln!("skipped: no file system can be mounted here");
        return;
    };
    let project = Project::at(&disk.seen_from_here().join("project"), PIPELINE);
    project.write("seed.txt", "seed\n").write("log/none", "");
    disk.recount("run").done("at first");
    // It looks different, so that another look at it would be worth a note.
    project.write("seed.txt", "seed\n");
    disk.remount("ro");
    let run = disk.recount("run").done("on a read-only file system");
    assert!(run.printed.starts_with("nothing to do · fresh 9 · "), "{}", run.printed);
    let status = disk.recount("status").done("on a read-only file system");
    assert_eq!(status.printed, "fresh 9 · stale 0 · waiting for these 0\n");
}
