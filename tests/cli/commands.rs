//! What each command prints for a person, and for a program.

use snapbox::{assert_data_eq, str};

use crate::gc::git;
use crate::project::{Project, run_to_end};

#[test]
fn why_goes_back_to_where_the_change_began() {
    let project = Project::words();
    assert_data_eq!(
        project.run(&["why", "sum"]).done().out,
        str![
            "sum · fresh: the store has its outputs

"
        ]
    );
    project.write("text.txt", "alpha\nbeta\n");
    assert_data_eq!(
        project.run(&["why", "sum.txt"]).done().out,
        str![[r#"
sum · stale: what it needs has to run first
  because of count[word=alpha], count[word=beta], count[word=gamma]
    file `text.txt` [..] → [..]

"#]]
    );
    project.edit("pipeline.yaml", "grep -c {word}", "grep -c -i {word}");
    project.run(&["count[alpha]", "count[beta]", "count[gamma]"]).done();
    let printed = project.run(&["why", "sum"]).done().out;
    assert!(printed.starts_with("sum · stale\n  input `count[word=beta]/counts/{word}.json` "), "{printed}");
    assert!(printed.contains("  because of count[word=beta]\n    `run` "), "{printed}");
    assert!(printed.contains("  because of count[word=gamma]\n    `run` "), "{printed}");
    assert!(printed.contains("`run` ") && printed.contains(" · pipeline.yaml:7"), "{printed}");
    let json = project.run(&["why", "sum", "--json"]).done().json();
    assert_eq!(json["instances"][0]["verdict"], "stale");
    assert_eq!(json["instances"][0]["causes"][0]["reasons"][0]["what"], "parameter");
}

#[test]
fn status_shows_a_stage_in_few_lines() {
    let words: Vec<String> = (0..300).map(|word| format!("w{word}")).collect();
    let project = Project::empty();
    let pipeline = crate::project::WORDS.replace("alpha, beta, gamma", &words.join(", "));
    project.write("pipeline.yaml", &pipeline).write("text.txt", "w1 w2\n");
    assert_data_eq!(
        project.run(&["status"]).done().out,
        str![[r#"
stale   count · 300 of 300 · never run before
waits   sum · for count[word=w0]
fresh 0 · stale 300 · waiting for these 1

"#]]
    );
}

#[test]
fn status_distinguishes_an_earlier_result_from_an_edit() {
    let project = Project::words();
    let before = project.read("text.txt");
    project.write("text.txt", "alpha beta\n").run(&[]).done();
    project.write("text.txt", &before);
    let printed = project.run(&["status"]).done().out;
    assert!(
        printed.contains("earlier sum.txt · a result from before; a run puts the present one there\n"),
        "{printed}"
    );
    project.run(&[]).done();
    assert!(!project.path("artifacts/edited").exists(), "nobody has edited anything");
}

#[test]
fn a_run_that_did_not_come_to_its_end_is_reported() {
    let project = Project::words();
    // What a session that was killed leaves.
    project.write("artifacts/v2/temporary/7", "half a record");
    project.write("text.txt", "beta\n");
    for words in [&["status"][..], &["why", "sum"], &["run", "--dry-run"]] {
        let printed = project.run(words).done().err;
        assert!(printed.contains("a run is under way, or was killed"), "{printed}");
    }
    project.run(&[]).done();
    assert_eq!(project.run(&["status"]).done().err, "");
}

#[test]
fn a_mistyped_command_is_reported_as_one() {
    let printed = Project::words().run(&["statsu"]).ended(2).err;
    assert!(printed.ends_with("help: a command named `status` exists\n"), "{printed}");
}

#[test]
fn status_names_what_was_edited_deleted_or_failed_last_time() {
    let project = Project::words();
    project.write("sum.txt", "mine\n");
    std::fs::remove_file(project.path("counts/beta.json")).expect("it is there");
    let untouched = "a run keeps it in artifacts/edited/ and writes it again";
    for words in [&["status"][..], &["run", "--dry-run"]] {
        let printed = project.run(words).done().out;
        assert!(printed.contains(&format!("edited  sum.txt · {untouched}\n")), "{printed}");
        assert!(printed.contains("deleted counts/beta.json · a run writes it again\n"), "{printed}");
    }
    project.run(&[]).done();
    assert_eq!(project.run(&["status"]).done().out, "fresh 4 · stale 0 · waiting for these 0\n");
    project.edit("pipeline.yaml", "> sum.txt", "> sum.txt; exit 3");
    project.run(&[]).ended(1);
    let printed = project.run(&["status"]).done().out;
    assert!(
        printed.starts_with("stale   sum · `run` ")
            && printed.contains(" · failed last time: it ended with exit code 3\n"),
        "{printed}"
    );
}

#[test]
fn a_failure_shows_the_last_lines_of_its_log_and_how_to_repeat_it() {
    let project = Project::words();
    let set = "sum.run=echo wrong; exit 3";
    let result = project.run(&["--set", set, "run"]).ended(1);
    assert!(result.err.contains("failed  sum · it ended with exit code 3\n  $ echo wrong; exit 3\n  wrong\n  log: artifacts/logs/sum.log\n"), "{}", result.err);
    assert!(result.err.contains("error: sum: it ended with exit code 3\nhelp: "), "{}", result.err);
    assert_eq!(
        result.err.lines().filter(|line| *line == "  wrong").count(),
        1,
        "once is enough: {}",
        result.err
    );
    assert!(
        result.err.contains("help: to run it alone: recount run --set 'sum.run=echo wrong; exit 3' 'sum'\n"),
        "{}",
        result.err
    );
}

#[test]
fn a_log_is_followed_until_its_program_ends() {
    let project = Project::empty();
    let script = "echo one; until [ -e go ]; do sleep 0.01; done; printf '\\033[2Jtwo\\n 1%%\\r 2%%'";
    project.write("fit.sh", script).write(
        "pipeline.yaml",
        "recount: 1\ntitle: T\nstages:\n  - { name: fit, kind: command, run: sh fit.sh }\n",
    );
    std::thread::scope(|scope| {
        let running = scope.spawn(|| project.run(&[]).done());
        while std::fs::read(project.path("artifacts/logs/fit.log")).unwrap_or_default() != b"one\n" {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let following = scope.spawn(|| project.run(&["log", "-f", "fit"]).done().out);
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert!(!following.is_finished(), "its program runs");
        project.write("go", "");
        assert_eq!(following.join().expect("it ends"), "one\n\\x1b[2Jtwo\n 2%\n");
        running.join().expect("it ends");
    });
    assert_eq!(project.run(&["log", "--follow", "fit"]).done().out, "one\n\\x1b[2Jtwo\n 2%\n");
    let result = project.run(&["log", "-f", "fti"]).ended(2);
    assert!(result.err.starts_with("error: there is no log of `fti`\nhelp: "), "{}", result.err);
}

#[test]
fn a_stage_of_several_instances_has_several_logs() {
    let project = Project::empty();
    project.write(
        "pipeline.yaml",
        "recount: 1\ntitle: T\nstages:\n  - { name: fit, kind: command, each: { s: [1, 2] }, run: \"echo {s}\" }\n",
    );
    project.run(&[]).done();
    assert_eq!(project.run(&["log", "-f", "fit[s=2]"]).done().out, "2\n");
    assert_eq!(project.run(&["log", "-f", "fit,s=1"]).done().out, "1\n");
    let result = project.run(&["log", "-f", "fit"]).ended(2);
    assert_eq!(result.err, "error: `fit` has 2 logs\nhelp: name one of `fit,s=1`, `fit,s=2`\n");
}

#[test]
fn a_run_that_only_writes_back_says_what_it_wrote() {
    let project = Project::words();
    std::fs::remove_file(project.path("sum.txt")).expect("it is there");
    project.write("counts/beta.json", "edited");
    let result = project.run(&[]).done();
    assert!(result.err.contains("wrote   counts/beta.json\nwrote   sum.txt\n"), "{}", result.err);
    assert!(result.out.starts_with("wrote 2 · fresh 4 · "), "{}", result.out);
    assert!(project.run(&[]).done().out.starts_with("nothing to do · fresh 4 · "));
    std::fs::remove_file(project.path("sum.txt")).expect("it is there");
    assert_eq!(project.run(&["--json"]).done().json()["wrote"], 1);
}

#[test]
fn after_a_failure_nothing_more_is_begun_unless_asked_for() {
    let project = Project::words();
    project.edit("pipeline.yaml", "grep -c {word} text.txt", "grep -c -i {word} text.txt").edit(
        "pipeline.yaml",
        "run: printf",
        "run: test {word} != alpha && printf",
    );
    let result = project.run(&["run", "--jobs", "1"]).ended(1);
    assert_eq!(result.ran(), [""; 0], "{}", result.err);
    assert!(result.out.starts_with("failed 1 · not finished 3 · "), "{}", result.out);
    let result = project.run(&["run", "--jobs", "1", "--keep-going"]).ended(1);
    assert_eq!(result.ran(), ["count[word=beta]", "count[word=gamma]"]);
    assert!(result.out.starts_with("ran 2 · failed 1 · skipped 1 · "), "{}", result.out);
}

#[test]
fn a_quiet_run_prints_failures_and_the_last_line_only() {
    let project = Project::words();
    project.write("text.txt", "alpha\n");
    let run = project.run(&["run", "--quiet"]).done();
    assert_eq!(run.err, "");
    assert_data_eq!(
        run.out,
        str![[r#"
ran 4 · [..] s

"#]]
    );
    assert!(project.run(&["-q"]).done().out.starts_with("nothing to do · fresh 4 · "));
    project.edit("pipeline.yaml", "> sum.txt", "> sum.txt; exit 3");
    let run = project.run(&["-q"]).ended(1);
    assert_data_eq!(
        run.err,
        str![[r#"
failed  sum · it ended with exit code 3
  $ cat counts/*.json > sum.txt; exit 3
error: sum: it ended with exit code 3
help: run again once the cause is mended; what it wrote is in `artifacts/edited/`
help: to run it alone: recount run 'sum'

"#]]
    );
    assert!(run.out.starts_with("fresh 3 · failed 1 · ") && run.out.lines().count() == 1, "{}", run.out);
}

#[test]
fn failures_that_are_alike_get_their_help_once() {
    let project = Project::empty();
    project.write(
        "pipeline.yaml",
        "recount: 1\ntitle: T\nstages:\n  \
         - { name: fit, each: { s: [1, 2, 3, 4, 5] }, run: \"exit 3 # {s}\" }\n  \
         - { name: sum, run: \"exit 4\" }\n",
    );
    let run = project.run(&["-q", "--keep-going", "--jobs", "1"]).ended(1);
    let (_, end) = run.err.split_once("error: ").expect("it failed");
    assert_data_eq!(
        end,
        str![[r#"
fit[s=1], fit[s=2], fit[s=3] and 2 more: it ended with exit code 3
help: run again once the cause is mended
help: to run one alone: recount run 'fit[s=1]'
error: sum: it ended with exit code 4
help: run again once the cause is mended
help: to run it alone: recount run 'sum'

"#]]
    );
}

#[test]
fn what_shares_a_run_or_is_skipped_takes_one_line_a_stage() {
    let project = Project::empty();
    project.write(
        "pipeline.yaml",
        "recount: 1\ntitle: T\nstages:\n  \
         - { name: fit, kind: command, each: { s: [1, 2, 3] }, run: \"true\" }\n  \
         - { name: bad, kind: command, run: exit 1 }\n  \
         - { name: last, kind: command, each: { s: [1, 2] }, needs: [bad], run: \"echo {s}\" }\n",
    );
    let run = project.run(&["run", "--keep-going", "--jobs", "1"]).ended(1);
    let ends: Vec<&str> =
        run.err.lines().filter(|it| it.starts_with("same") || it.starts_with("skipped")).collect();
    assert_eq!(
        ends,
        [
            "same    fit · 2 of 3 · one experiment with others, the first with fit[s=1]",
            "skipped last · 2 of 2 · `bad` failed"
        ]
    );
    assert!(run.out.starts_with("ran 1 · same experiment 2 · failed 1 · skipped 2 · "), "{}", run.out);
}

#[test]
fn status_of_a_target_leaves_the_rest_out() {
    let project = Project::words();
    project.write("text.txt", "alpha\n");
    assert_data_eq!(
        project.run(&["status", "count[beta]"]).done().out,
        str![[r#"
stale   count[word=beta] · file `text.txt` [..] → [..]
fresh 0 · stale 1 · waiting for these 0

"#]]
    );
    let result = project.run(&["status", "cuont"]).ended(2);
    assert_eq!(result.err, "error: nothing is called `cuont`\nhelp: did you mean `count`?\n");
}

#[test]
fn a_run_reports_to_a_program_what_became_of_each_instance() {
    let project = Project::words();
    project.write("text.txt", "alpha beta\nbeta gamma\n");
    let json = project.run(&["run", "--json"]).done().json();
    assert_eq!(
        (&json["version"], &json["command"], &json["complete"]),
        (&2.into(), &"run".into(), &true.into())
    );
    assert_eq!((&json["ran"], &json["fresh"]), (&4.into(), &0.into()));
    let first = &json["instances"][0];
    assert_eq!((&first["instance"], &first["outcome"]), (&"count[word=alpha]".into(), &"ran".into()));
    assert_eq!(first["reasons"][0]["name"], "text.txt");
    let json = project.run(&["status", "--json"]).done().json();
    assert_eq!((&json["fresh"], &json["stale"]), (&4.into(), &0.into()));
}

#[test]
fn targets_are_seen_from_the_current_folder() {
    let project = Project::words();
    project.write("text.txt", "alpha\nbeta\ngamma\n");
    assert_eq!(project.run_in("counts", &["beta.json"]).done().ran(), ["count[word=beta]"]);
    assert_eq!(project.run(&["counts/alpha.json"]).done().ran(), ["count[word=alpha]"]);
    let result = project.run(&["count[delta]"]).ended(2);
    assert!(result.err.contains("nothing is called `count[delta]`"), "{}", result.err);
}

#[test]
fn a_command_may_come_after_its_options() {
    let project = Project::words();
    let path = project.path("").display().to_string();
    let printed = project.run(&["--project", &path, "status"]).done();
    assert_eq!(printed.out, "fresh 4 · stale 0 · waiting for these 0\n");
}

#[test]
fn the_log_lists_what_each_run_did() {
    let project = Project::empty();
    for command in ["log", "gc", "fsck"] {
        let result = project.run(&[command]).ended(2);
        assert!(result.err.starts_with("error: there is no `pipeline.yaml`\n"), "{}", result.err);
    }
    project.write("pipeline.yaml", "recount: 1\n");
    assert_eq!(project.run(&["log"]).done().out, "no run has done anything yet\n");
    let project = Project::words();
    project.run(&[]).done();
    project.edit("pipeline.yaml", "> sum.txt", "> sum.txt; exit 3").run(&["run", "sum"]).ended(1);
    assert_data_eq!(
        project.run(&["log"]).done().out,
        str![[r#"
   2 [..] UTC · failed 1 · fresh 3 · [..] s · recount run sum
     failed sum · it ended with exit code 3
   1 [..] UTC · ran 4 · [..] s · recount run

"#]]
    );
    let json = project.run(&["log", "--json", "-n", "1"]).done().json();
    let failure = json["runs"][0]["failed"]["sum"].as_str().unwrap_or_default();
    assert!(failure.starts_with("it ended with exit code 3\n  $ cat counts/*.json"), "{failure}");
}

#[test]
fn diff_shows_which_change_moved_which_measure() {
    let project = Project::words();
    project.write(".gitignore", "artifacts\nhome\n");
    let result = project.run(&["diff"]).ended(2);
    assert!(result.err.contains("the project is in no git repository"), "{}", result.err);
    git(&project, &["init", "--quiet", "--initial-branch", "main"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "--message", "first"]);
    assert_eq!(project.run(&["diff"]).done().out, "HEAD → now · changed 0 · added 0 · removed 0\n");
    project.edit("pipeline.yaml", "grep -c {word}", "grep -o {word}").edit(
        "pipeline.yaml",
        "text.txt)",
        "text.txt | wc -l)",
    );
    project.write("text.txt", "alpha beta\nbeta gamma\ngamma\ngamma alpha alpha\n").run(&[]).done();
    assert_data_eq!(
        project.run(&["diff"]).done().out,
        str![[r#"
changed count[word=alpha] · 1 measure moved
  because of `run` [..] → [..]
  because of file `text.txt` [..] → [..]
  counts/{word}.json#/count  1 → 3  +2  unclear: one run on a side
...
"#]]
    );
    let json = project.run(&["diff", "--json"]).done().json();
    assert_eq!(json["changed"][0]["measures"][0]["difference"], 2.0);
    assert_eq!(json["changed"][3]["causes"][0]["instance"], "count[word=alpha]");
    project.run(&["gc", "--keep-runs", "1"]).done();
    git(&project, &["commit", "--quiet", "--all", "--message", "second"]);
    let printed = project.run(&["diff", "HEAD~1", "HEAD"]).done().out;
    assert!(!printed.contains("lacking"), "{printed}");
    project.run(&["gc", "--keep-runs", "1"]).done();
    let printed = project.run(&["diff", "HEAD~1", "HEAD"]).done().out;
    let found = "  no record says what it is because of\n  counts/{word}.json#/count  1 → 3  +2  unclear: one run on a side\n";
    assert!(
        printed.contains(found) && !printed.contains("lacking"),
        "git has what the store lacks: {printed}"
    );
    assert!(project.run(&["diff", "nowhere"]).ended(2).err.contains("git knows no revision `nowhere`"));
}

#[test]
fn what_init_writes_runs_and_is_never_overwritten() {
    let project = Project::empty();
    project.run(&["init", "--minimal"]).done();
    let result = project.run(&[]).done();
    assert_eq!(result.ran(), ["count[word=sea]", "count[word=ship]", "count[word=storm]", "table"]);
    assert_eq!(
        project.read("table.md"),
        "| word | count |\n|---|---|\n| sea | 3 |\n| ship | 3 |\n| storm | 3 |\n"
    );
    let result = project.run(&["init", "--minimal"]).ended(2);
    assert!(result.err.contains("`./pipeline.yaml` exists, and nothing is overwritten"), "{}", result.err);
    let other = Project::empty();
    other.write("sub/scripts/count.sh", "mine");
    other.run(&["init", "--minimal", "sub"]).ended(2);
    assert!(!other.path("sub/pipeline.yaml").exists());
}

#[test]
fn dag_draws_stages_or_instances() {
    let project = Project::words();
    assert_eq!(project.run(&["dag"]).done().out, "sum\n└── count × 3\n");
    let printed = project.run(&["dag", "--instances", "--format", "mermaid"]).done().out;
    assert!(printed.contains("n2[\"count[word=gamma]\"]\n") && printed.contains("n2 --> n3\n"), "{printed}");
}

#[test]
fn a_shell_is_offered_words_and_targets() {
    let project = Project::words();
    let mut shell = project.command(&["--", "recount", "why", "count"]);
    let offered =
        run_to_end(shell.env("COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", "2").env("_CLAP_IFS", "\n"))
            .done()
            .out;
    assert_eq!(
        offered.lines().collect::<Vec<_>>(),
        [
            "count",
            "count[word=alpha]",
            "count[word=beta]",
            "count[word=gamma]",
            "counts/alpha.json",
            "counts/beta.json",
            "counts/gamma.json"
        ]
    );
    for shell in ["bash", "zsh", "fish"] {
        assert!(project.run(&["completions", shell]).done().out.contains("COMPLETE"), "{shell}");
    }
}

#[test]
fn a_target_that_looks_like_a_number_is_the_target() {
    let project = Project::empty();
    let stage = |name: &str| {
        format!("  - {{ name: \"{name}\", kind: command, run: echo > {name}.txt, outputs: [{name}.txt] }}\n")
    };
    let pipeline = format!("recount: 1\ntitle: numbers\nstages:\n{}{}", stage("42"), stage("n7"));
    project.write("pipeline.yaml", &pipeline).run(&["run"]).done();
    for target in ["42", "n7"] {
        let printed = project.run(&["verify", target]).done().out;
        assert!(printed.starts_with(&format!("equal   {target}\nequal 1 · ")), "{printed}");
    }
    let other = project.run(&["verify", "43"]);
    assert_eq!(other.code, Some(2), "{}", other.err);
    assert_data_eq!(
        other.err,
        str![[r#"
error: no stage writes a report, so there is none to ask
help: a report is a stage of kind `render` in pipeline.yaml

"#]]
    );
    let misspelled = project.run(&["verify", "n7.tx"]);
    assert!(misspelled.err.contains("did you mean `n7.txt`?"), "{}", misspelled.err);
}

#[cfg(feature = "lab")]
#[test]
fn verify_names_what_was_not_the_same_when_a_differing_output_was_recorded() {
    let project = Project::empty();
    let stages = "stages: [{ name: a, kind: command, run: date +%s%N > a.txt, outputs: [a.txt] }]\n";
    project.write("pipeline.yaml", &format!("recount: 1\ntitle: t\n{stages}"));
    run_to_end(project.command(&["run"]).env("RECOUNT_SIMD", "portable")).done();
    let differs =
        run_to_end(project.command(&["verify", "--all"]).env("RECOUNT_SIMD", "portable")).ended(1).out;
    assert!(
        differs.starts_with("differs a · a.txt: byte ") && !differs.contains("recorded with"),
        "{differs}"
    );
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        let differs = project.run(&["verify", "--all"]).ended(1).out;
        assert!(differs.contains("; recorded with simd portable, now avx"), "{differs}");
    }
}
