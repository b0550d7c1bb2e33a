//! Many processes in one project at once.

use std::process::{Child, Stdio};

use crate::project::{Project, Run};

#[test]
fn sixteen_processes_on_one_store_run_each_of_two_hundred_keys_once() {
    let words: Vec<String> = (0..200).map(|word| format!("w{word:03}")).collect();
    let pipeline = format!(
        "recount: 1\ntitle: Crowd\nstages:\n  - name: say\n    kind: command\n    each: {{ word: [{}] }}\n    \
         run: echo {{word}} > out/{{word}}; echo {{word}} >> ../ran.log\n    outputs: [\"out/{{word}}\"]\n",
        words.join(", ")
    );
    let project = Project::new(&pipeline);
    let start = |_| {
        let mut command = project.command(&["run", "-j2"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program can be started")
    };
    let crowd: Vec<Child> = (0..16).map(start).collect();
    let mut ran = 0;
    for child in crowd {
        let output = child.wait_with_output().expect("it was started here");
        ran += Run::of(&output).done("one of sixteen").ran();
    }
    assert_eq!(ran, words.len());
    assert_eq!(project.ran_log(), words, "each key runs once");
    assert_eq!(project.stored("records").len(), words.len());
    project.assert_whole("after sixteen processes");
    project.recount(&["fsck"]).done("after sixteen processes");
}
