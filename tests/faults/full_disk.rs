//! A disk that fills up while a run goes on.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::project::Project;

/// A small file system of one's own, which goes with the process that holds it.
struct Disk {
    holder: Child,
    orders: ChildStdin,
    answers: BufReader<std::process::ChildStdout>,
    folder: tempfile::TempDir,
}

impl Disk {
    /// Mounts one in a name space of its own, where the system lets us.
    fn new(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut holder = Command::new("unshare")
            .args(["--map-root-user", "--mount", "sh"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let orders = holder.stdin.take().expect("its input is a pipe");
        let answers = BufReader::new(holder.stdout.take().expect("its output is a pipe"));
        let mut disk = Self { holder, orders, answers, folder };
        disk.order("mount -t tmpfs -o size=", size).then_some(disk)
    }

    fn grow(&mut self, size: &str) {
        assert!(self.order("mount -t tmpfs -o remount,size=", size), "what was mounted can be resized");
    }

    /// Has the holder mount, and says whether it could.
    fn order(&mut self, mount: &str, size: &str) -> bool {
        let place = self.folder.path().display();
        let order = format!("{mount}{size} none {place} && echo done || echo failed\n");
        let mut answer = String::new();
        self.orders.write_all(order.as_bytes()).is_ok()
            && self.answers.read_line(&mut answer).is_ok()
            && answer == "done\n"
    }

    /// The file system's folder as it is seen from here.
    fn root(&self) -> PathBuf {
        let inside = self.folder.path().strip_prefix("/").expect("temporary folders are absolute");
        PathBuf::from(format!("/proc/{}/root", self.holder.id())).join(inside)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Whether it can be killed or has ended, the file system is gone with it.
        drop(self.holder.kill());
        drop(self.holder.wait());
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
    let project = Project::at(&disk.root().join("project"), PIPELINE);
    project.write("seed.txt", "seed\n").write("log/none", "");
    let full = project.recount(&["run", "-j1"]);
    assert_eq!(full.code, Some(1), "{}", full.said);
    assert!(full.said.contains("No space left on device"), "{}", full.said);
    assert!(full.said.contains("`artifacts/") || full.said.contains("out/"), "{}", full.said);
    project.assert_whole("on a full disk");
    let recorded = project.stored("records").len();
    assert!((1..8).contains(&recorded), "the disk was full after {recorded} of 8");

    disk.grow("16m");
    project.recount(&["fsck"]).done("once there is room");
    let run = project.recount(&["run", "-j1"]).done("once there is room");
    assert_eq!(run.ran(), 9 - recorded, "{}", run.said);
    assert_eq!(project.read("size.txt").trim(), "480016");
    assert_eq!(project.recount(&["run"]).done("again").ran(), 0);
    for litter in ["scratch", "temporary", "quarantine", "edited"] {
        assert!(project.stored(litter).is_empty(), "{litter}: {:?}", project.stored(litter));
    }
}
