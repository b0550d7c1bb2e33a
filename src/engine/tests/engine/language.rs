//! What a `command` says: its own folder, the folders of its needs, patterns, values of files, what is only observed.

use std::fs;

use recount_engine::spec::{Resources, Value};
use recount_engine::{Cancel, Options};

use crate::support::{Project, Toy, toy};

fn list(texts: &[&str]) -> Value {
    Value::List(texts.iter().map(|text| Value::from(*text)).collect())
}

fn fit(out: &str) -> Toy {
    toy("fit", "echo {fold} > {out}/score; mkdir {out}/more; touch {out}/more/log")
        .each("fold", &["1", "2"])
        .set("out", out)
}

#[test]
fn what_a_stage_writes_into_its_own_folder_is_named_by_its_path_there() {
    let mut project = Project::new(vec![fit("runs/{fold}")]);
    project.write("runs/1/stray", "left by another run");
    project.run().assert_ran(["fit[fold=1]", "fit[fold=2]"]);
    assert_eq!(project.read("runs/2/score"), "2\n");
    assert!(!project.exists("runs/1/stray"), "the folder is emptied");
    let lock = project.read("pipeline.lock");
    assert!(lock.contains("\tscore=") && lock.contains("\tmore/log=") && !lock.contains("runs/"), "{lock}");
    // Where it is decides nothing.
    project.set(fit("elsewhere/{fold}")).run().assert_ran([]);
    assert_eq!(project.read("elsewhere/2/score"), "2\n");
    assert!(!project.exists("runs"), "the old places are emptied");
}

#[test]
fn a_stage_is_given_the_folders_of_what_it_needs() {
    let all = toy("all", "").runs(&["sh", "-c", "cat \"$@\" > all.txt", "sh", "{fit.out}/score"]);
    let each =
        toy("each", "cp {fit.out}/score {out}/copy").each("fold", &["1", "2"]).set("out", "copies/{fold}");
    let mut project = Project::new(vec![
        fit("runs/{fold}"),
        all.writes(&["all.txt"]).needs(&["fit"]),
        each.needs(&["fit"]),
    ]);
    project.run();
    assert_eq!(project.read("all.txt"), "1\n2\n");
    assert_eq!(project.read("copies/2/copy"), "2\n");
    project.set(fit("a b/{fold}")).run().assert_ran([]);
}

#[test]
fn a_value_in_a_line_is_one_word_and_never_runs() {
    let words = ["it's", "a b", "$(touch pwned)", "; touch pwned", "\"", "plain-1.5"];
    let line = "printf '%s\\n' {word} \"<{word}>\" '<{word}>' x{word} > {out}/words # it's";
    let project = Project::new(vec![toy("say", line).each("word", &words).set("out", "run/{word}/b c")]);
    assert_eq!(project.run().failures(), Vec::<String>::new());
    for word in words {
        let expected = format!("{word}\n<{word}>\n<{word}>\nx{word}\n");
        assert_eq!(project.read(&format!("run/{word}/b c/words")), expected);
    }
    assert!(!project.exists("pwned"));
    // Where a shell would read it once more it is refused.
    let project = Project::new(vec![
        toy("say", "echo `echo {word}` > {out}/n").each("word", &words).set("out", "run/{word}"),
    ]);
    assert_eq!(project.run().failures().len(), 5);
    assert_eq!(
        project.run().failures()[1],
        "say[word=a b]: `{word}` in its `run` is `a b`, which a shell would not read as one word there"
    );
}

#[test]
fn a_name_in_braces_that_is_meant_as_such_is_no_folder() {
    let project = Project::new(vec![
        toy("fit", "").runs(&["sh", "-c", "echo \"$1\" > {out}/text", "sh", "{{out}}"]).set("out", "one"),
        toy("other", "").runs(&["sh", "-c", "echo \"$1\" > {out}/text", "sh", "{out}"]).set("out", "two"),
    ]);
    project.run().assert_ran(["fit", "other"]);
    assert_eq!(
        (project.read("one/text"), project.read("two/text")),
        ("{out}\n".to_owned(), "two\n".to_owned())
    );
}

#[test]
fn a_file_in_the_place_of_its_own_folder_is_refused() {
    let project = Project::new(vec![toy("fit", "rmdir {out}; echo 1 > {out}").set("out", "run")]);
    assert_eq!(project.run().failures(), ["fit: its `out`, `run`, is no folder"]);
    let twice = toy("fit", "mkdir a; echo 1 > a/x; mkdir {out}/a; echo 2 > {out}/a/x").set("out", "run");
    let project = Project::new(vec![twice.writes(&["a"])]);
    assert_eq!(
        project.run().failures(),
        ["fit: its own folder has `a/x`, which is also the name of one of its `outputs`"]
    );
}

#[test]
fn what_is_only_observed_is_in_no_lock_and_no_comparison() {
    let fit = toy("fit", "echo 1 > {out}/score; date +%s%N > {out}/seconds").set("out", "run");
    let project = Project::new(vec![fit.observes(&["seconds"])]);
    project.run().assert_ran(["fit"]);
    let lock = project.read("pipeline.lock");
    assert!(lock.contains("score") && !lock.contains("seconds"), "{lock}");
    assert_eq!(project.verify(), ["fit: Equal"]);
    let wrong = toy("fit", "echo 1 > {out}/score").set("out", "run").observes(&["seconds"]);
    let project = Project::new(vec![wrong]);
    assert_eq!(project.run().failures(), ["fit: it made no output `seconds`, which its `observed` names"]);
}

#[test]
fn a_pattern_reads_what_fits_and_a_folder_leaves_out_what_is_ignored() {
    let project = Project::new(vec![
        toy("count", "cat data/*.csv | wc -l > {out}/n").reads(&["data/*.csv"]).set("out", "count"),
        toy("pack", "cat data/* > {out}/all")
            .reads(&["data"])
            .set("ignore", list(&["*.tmp"]))
            .set("out", "pack"),
    ]);
    project.write("data/a.csv", "1\n").write("data/note.tmp", "x\n");
    project.run().assert_ran(["count", "pack"]);
    project.write("data/note.tmp", "y\n").run().assert_ran([]);
    project.write("data/readme.md", "z\n").run().assert_ran(["pack"]);
    let ran = project.write("data/b.csv", "2\n").run();
    ran.assert_ran(["count", "pack"]);
    assert!(
        ran.events("ran").contains(&"count: file `data/b.csv` is new: 53c234…"),
        "{:?}",
        ran.events("ran")
    );
    project.remove("data/b.csv").run().assert_ran([]);
    project.remove("data/a.csv");
    let failures = project.run().failures();
    assert_eq!(failures, ["count: no file fits the input `data/*.csv`"]);
}

#[test]
fn of_an_address_that_value_alone_enters_with_what_it_was() {
    for (file, one, other, elsewhere) in [
        (
            "s.json",
            r#"{"fit": {"C": 1.0}, "x": 1}"#,
            r#"{"fit": {"C": 0.5}, "x": 1}"#,
            r#"{"x": 2, "fit": {"C": 0.5}}"#,
        ),
        ("s.yaml", "fit: { C: 1.0 }\nx: 1\n", "fit: { C: 0.5 }\nx: 1\n", "x: 2\nfit: { C: 0.5 }\n"),
        ("s.toml", "x = 1\n[fit]\nC = 1.0\n", "x = 1\n[fit]\nC = 0.5\n", "x = 2\n[fit]\nC = 0.5\n"),
    ] {
        let address = format!("{file}#/fit");
        let fit = toy("fit", &format!("grep -o 'C.*[05]' {file} > {{out}}/used"))
            .reads(&[&address])
            .set("out", "run");
        let project = Project::new(vec![fit]);
        project.write(file, one).run().assert_ran(["fit"]);
        let ran = project.write(file, other).run();
        ran.assert_ran(["fit"]);
        assert_eq!(ran.events("ran"), [format!("fit: `{address}/C` 1 → 0.5")]);
        project.write(file, elsewhere).run().assert_ran([]);
        assert_eq!(project.verify(), ["fit: Equal"]);
        project.write(file, "");
        assert!(project.run().failures()[0].contains(&format!("input `{address}` can't be read")));
    }
}

#[test]
fn what_runs_at_a_time_takes_no_more_than_the_machine_has() {
    let line = "[ ! -e busy ] || exit 1; touch busy; sleep 0.2; rm busy";
    let gpu = Resources { gpus: 1, ..Resources::default() };
    let fold = |stage: Toy| stage.each("fold", &["1", "2", "3"]);
    let project = Project::new(vec![fold(toy("fit", &format!(": {{fold}}; {line}"))).takes(gpu)]);
    let options = Options { jobs: 4, gpus: 1, ..Options::default() };
    let ran = project.run_as(&options, &Cancel::default());
    ran.assert_ran(["fit[fold=1]", "fit[fold=2]", "fit[fold=3]"]);
    // One that asks for more than there is runs alone.
    let all = Resources { cpus: 64, ..Resources::default() };
    let project = Project::new(vec![fold(toy("fit", &format!(": {{fold}}; {line}"))).takes(all)]);
    let ran = project.run_as(&Options { jobs: 3, ..Options::default() }, &Cancel::default());
    ran.assert_ran(["fit[fold=1]", "fit[fold=2]", "fit[fold=3]"]);
    assert!(fs::metadata(project.root().join("busy")).is_err());
}
