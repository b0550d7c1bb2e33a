//! `recount audit` on a stranger's project: what a number answers, and that whatever is changed by hand is found.

#[path = "cli/project.rs"]
#[expect(dead_code, reason = "the tests of the command line use the rest")]
mod project;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use project::Project;
use snapbox::{assert_data_eq, str};

const PIPELINE: &str = r#"recount: 1
title: Apples
stages:
  - name: split
    each: [seed]
    run: [sh, split.sh, "{seed}", "{out}"]
    inputs: [split.sh, data/apples.csv]
    out: "work/{seed}"
    seeds: [1, 2, 3]
  - name: weigh
    each: [variant, seed]
    needs: [split]
    run: [sh, weigh.sh, "{scale}", "{offset}", "{seed}", "{split.out}", "{out}"]
    inputs: [weigh.sh]
    out: "runs/{variant}/{seed}"
    params: { scale: 100, offset: 2 }
    variants:
      - { name: plain }
      - { name: fine, from: plain, scale: 1000 }
      - { name: shifted, from: fine, offset: 3 }
    measures:
      accuracy: { from: "metrics.json#/test/accuracy", unit: fraction, better: higher }
      loss: { from: "history.csv#last/loss", better: lower }
      weight: { from: "metrics.json#/weight", unit: g }
      seconds: { from: "observed.json#/seconds", unit: s, better: lower, observed: true }
  - name: plot
    kind: plot
    figures: { accuracy: { title: Accuracy of scales, points: weigh.accuracy, over: variant } }
  - { name: report, kind: render, template: week.md.j2, output: report/week.md }
  - { name: short, kind: render, template: short.md.j2, output: report/short.md }
"#;

const SPLIT: &str = r#"mkdir -p "$2"
awk -F, -v seed="$1" 'NR > 1 && (NR + seed) % 2 == 0 { print $1 "," $2 }' data/apples.csv > "$2/half.csv"
"#;

const WEIGH: &str = r#"mkdir -p "$5"
awk -F, -v scale="$1" -v offset="$2" -v seed="$3" -v out="$5" '
  { sum += $2; n += 1 }
  END {
    accuracy = 0.9 + seed / 100 + (scale > 100) * 0.05 - offset / 1000
    printf "{\"test\": {\"accuracy\": %.4f}, \"weight\": %.2f}\n", accuracy, sum / n > (out "/metrics.json")
    printf "epoch,loss\n1,0.5\n2,%.3f\n", 1 - accuracy > (out "/history.csv")
    printf "{\"seconds\": 0.5}\n" > (out "/observed.json")
  }' "$4/half.csv"
"#;

const REPORT: &str = r#"# {{ title }}

{% set plain = weigh("plain") %}{% set fine = weigh("fine") %}
Plain scales reach {{ plain.accuracy | percent(1) }}, fine ones {{ fine.accuracy | fixed(3) }}, shifted ones
{{ weigh("shifted").accuracy | fixed(3) }}; the scale was {{ fine.params.scale }}. The final loss is {{ fine.loss | fixed(3) }}.
{{ compare(fine.accuracy, plain.accuracy) | say("{a} is above {b}, by {by}", "below", "alike") }}.

{{ table(weigh.over("variant"), ["accuracy"]) }}

{{ figure("accuracy") }}
"#;

const SHORT: &str = "The gap is {{ difference(weigh(\"fine\").accuracy, weigh(\"plain\").accuracy) | percent(1) }}, \
                     the goal {{ \"90 %\" | stated(\"the grower\") }}.\n";

fn apples() -> Project {
    let project = Project::empty();
    project
        .write("pipeline.yaml", PIPELINE)
        .write("split.sh", SPLIT)
        .write("weigh.sh", WEIGH)
        .write("week.md.j2", REPORT)
        .write("short.md.j2", SHORT)
        .write("data/apples.csv", "name,weight\na,101\nb,99\nc,150\nd,120\ne,130\nf,140\n");
    project.run(&["run"]).done();
    project
}

/// The same project as git has it: with its outputs, without its store.
fn clone_of(project: &Project) -> Project {
    let clone = Project::empty();
    let copied = Command::new("cp").arg("-a").arg(project.path(".")).arg(clone.path(".")).status();
    assert!(copied.expect("cp can be started").success());
    fs::remove_dir_all(clone.path("artifacts")).expect("it was copied");
    for words in [&["init", "-q"][..], &["add", "-A"]] {
        let git = Command::new("git").args(words).current_dir(clone.path(".")).status();
        assert!(git.expect("git can be started").success());
    }
    clone
}

/// Asks for something in the project, with and without a store.
#[track_caller]
fn answer(query: &str) -> (String, String) {
    let project = apples();
    let stored = project.run(&["audit", query]).done().out;
    fs::remove_dir_all(project.path("artifacts")).expect("the store is there");
    (stored, project.run(&["audit", query]).done().out)
}

#[test]
fn a_number_answers_what_it_is_before_all_that_it_rests_on() {
    let (stored, alone) = answer("0.968");
    assert_data_eq!(
        &stored,
        str![[r#"
0.968 (0.958–0.978) is weigh[fine]/metrics.json#/test/accuracy: mean and range over 3 repeats
  stands    report/week.md:3:62, report/week.md:10:10 · gstufp
  rounding  fixed(3) of 0.968 fraction, from 0.958 to 0.978
  values    0.958  weigh[fine,seed=1]
            0.968  weigh[fine,seed=2]
            0.978  weigh[fine,seed=3]
  settings  offset  2     pipeline.yaml:16
            scale   1000  pipeline.yaml:19

runs
  weigh[fine,seed=1] · key [..] · ran [..]
  weigh[fine,seed=2] · key [..] · ran [..]
  weigh[fine,seed=3] · key [..] · ran [..]
  split[seed=1] · key [..] · ran [..]
  split[seed=2] · key [..] · ran [..]
  split[seed=3] · key [..] · ran [..]

files of the project
  data/apples.csv · SHA-256 146aaa44977904135bf267ee286420debac8ccdc71722a1f1bfb72e5cc42b180 · read by split
  split.sh · SHA-256 e13556e091e8abc956edf341f5df2137691c27cb6c5ccbe3f50773259a174cab · read by split
  weigh.sh · SHA-256 f6818bdf8fcda81ee37699f8d5584e7f98e877419ee48c3aa6ae83e923ddca2f · read by weigh

code
  kind command · [..] · split, weigh

"#]]
    );
    let head = |text: &str| text.lines().take(10).map(|line| format!("{line}\n")).collect::<String>();
    assert_eq!(head(&stored), head(&alone));
    assert!(alone.contains("this store has no record of them, so that no machine and no time is known"));
}

#[test]
fn a_number_is_found_however_one_points_at_it() {
    let project = apples();
    let first = |query: &str| {
        let said = project.run(&["audit", query]);
        let text = if said.code == Some(0) { said.out } else { said.err };
        format!("{query}\n  {}\n", text.lines().take(4).collect::<Vec<_>>().join("\n  "))
    };
    let asked = [
        "gstufp",
        "91.8 %",
        "0.97",
        "0.958",
        "1000",
        "report/week.md:4",
        "week.md:3:70",
        "https://example.org/apples/blob/main/report/week.md#L4",
        "https://example.org/apples/blob/main/report/week.audit.md#gstufp",
        "weigh[fine]/history.csv#last/loss",
        "pipeline.yaml:19",
        "5.0 points",
        "90 %",
        "plots/accuracy.svg",
        "shifted",
        "weigh[plain,seed=2]",
        "0.5",
        "shiftet",
    ];
    assert_data_eq!(
        asked.map(first).concat(),
        str![[r#"
gstufp
  0.968 (0.958–0.978) is weigh[fine]/metrics.json#/test/accuracy: mean and range over 3 repeats
    stands    report/week.md:3:62, report/week.md:10:10 · gstufp
    rounding  fixed(3) of 0.968 fraction, from 0.958 to 0.978
    values    0.958  weigh[fine,seed=1]
91.8 %
  91.8 % (90.8–92.8 %) is weigh[plain]/metrics.json#/test/accuracy: mean and range over 3 repeats
    stands    report/week.md:3:20 · uafevh
    rounding  percent(1) of 0.918 fraction, from 0.908 to 0.928
    values    0.908  weigh[plain,seed=1]
0.97
  2 numbers
    gstufp · 0.968 (0.958–0.978) · weigh[fine]/metrics.json#/test/accuracy · report/week.md:3
    tcvcqj · 0.967 (0.957–0.977) · weigh[shifted]/metrics.json#/test/accuracy · report/week.md:4
  `recount audit gstufp` says all of one
0.958
  0.968 (0.958–0.978) is weigh[fine]/metrics.json#/test/accuracy: mean and range over 3 repeats
    stands    report/week.md:3:62, report/week.md:10:10 · gstufp
    rounding  fixed(3) of 0.968 fraction, from 0.958 to 0.978
    values    0.958  weigh[fine,seed=1]
1000
  1000 is weigh[fine].params.scale, written in pipeline.yaml:19, of variant fine
    stands    report/week.md:4:46 · fcmpor
report/week.md:4
  3 numbers
    tcvcqj · 0.967 (0.957–0.977) · weigh[shifted]/metrics.json#/test/accuracy · report/week.md:4
    fcmpor · 1000 · weigh[fine].params.scale · report/week.md:4
    prbmbg · 0.032 (0.022–0.042) · weigh[fine]/history.csv#last/loss · report/week.md:4
week.md:3:70
  0.968 (0.958–0.978) is weigh[fine]/metrics.json#/test/accuracy: mean and range over 3 repeats
    stands    report/week.md:3:62, report/week.md:10:10 · gstufp
    rounding  fixed(3) of 0.968 fraction, from 0.958 to 0.978
    values    0.958  weigh[fine,seed=1]
https://example.org/apples/blob/main/report/week.md#L4
  3 numbers
    tcvcqj · 0.967 (0.957–0.977) · weigh[shifted]/metrics.json#/test/accuracy · report/week.md:4
    fcmpor · 1000 · weigh[fine].params.scale · report/week.md:4
    prbmbg · 0.032 (0.022–0.042) · weigh[fine]/history.csv#last/loss · report/week.md:4
https://example.org/apples/blob/main/report/week.audit.md#gstufp
  0.968 (0.958–0.978) is weigh[fine]/metrics.json#/test/accuracy: mean and range over 3 repeats
    stands    report/week.md:3:62, report/week.md:10:10 · gstufp
    rounding  fixed(3) of 0.968 fraction, from 0.958 to 0.978
    values    0.958  weigh[fine,seed=1]
weigh[fine]/history.csv#last/loss
  0.032 (0.022–0.042) is weigh[fine]/history.csv#last/loss: mean and range over 3 repeats
    stands    report/week.md:4:80 · prbmbg
    rounding  fixed(3) of 0.032, from 0.022 to 0.042
    values    0.042  weigh[fine,seed=1]
pipeline.yaml:19
  1000 is weigh[fine].params.scale, written in pipeline.yaml:19, of variant fine
    stands    report/week.md:4:46 · fcmpor
  
  6 runs fit, too: `recount audit 'weigh'`
5.0 points
  5.0 points is weigh[fine]/metrics.json#/test/accuracy − weigh[plain]/metrics.json#/test/accuracy
    stands    report/short.md:1:12 · hstj77
    stands    report/week.md:5:25 · hstj77
    rounding  percent(1) of 0.04999999999999993 points
90 %
  90 % is stated by the grower in short.md.j2:1: no run answers for it
    stands    report/short.md:1:43 · w35e5z
plots/accuracy.svg
  plots/accuracy.svg is figure accuracy of stage plot
    shown     in report/week.md
    draws     weigh.accuracy
shifted
  shifted is 3 runs that report/week.md rests on
    settings  offset  3     pipeline.yaml:20
              scale   1000  pipeline.yaml:19, from fine
  
weigh[plain,seed=2]
  weigh[plain,seed=2] is 1 run that report/week.md rests on
    settings  offset  2    pipeline.yaml:16
              scale   100  pipeline.yaml:16
  
0.5
  error: no number is printed as `0.5` in `report/week.md` and `report/short.md`
  help: the nearest are
    90 % · w35e5z · stated by the grower: 90 %
    0.918 (0.908–0.928) · vb7qjb · weigh[plain]/metrics.json#/test/accuracy
shiftet
  error: nothing in `report/week.md` and `report/short.md` is `shiftet`
  help: `shifted` is in it

"#]]
    );
}

#[test]
fn an_answer_for_programs_has_the_entry_with_its_runs_and_results() {
    let project = apples();
    let json = project.run(&["audit", "gstufp", "--json"]).done().json();
    assert_eq!(json["numbers"][0]["text"], "0.968 (0.958–0.978)");
    assert_eq!(json["numbers"][0]["from"]["runs"][2]["value"], 0.978);
    let keys = |part: &str| {
        let entries = json[part].as_object().into_iter().flatten();
        entries.map(|(name, _)| name.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        keys("runs"),
        "split[seed=1] split[seed=2] split[seed=3] weigh[fine,seed=1] weigh[fine,seed=2] weigh[fine,seed=3]"
    );
    assert_eq!(keys("settings"), "weigh[fine]");
    let results = json["results"].as_object().expect("it is a map");
    assert_eq!(results.len(), 6);
    assert!(results.values().all(|result| result["observed"]["seconds"].is_number()), "{results:?}");
}

#[test]
fn what_is_measured_and_not_reported_is_listed() {
    let project = apples();
    assert_data_eq!(
        project.run(&["audit", "--unreported"]).done().out,
        str![[r#"
weigh.weight · weigh/metrics.json#/weight

"#]]
    );
    let short = project.run(&["audit", "--unreported", "--report", "short.md"]).done().out;
    assert_data_eq!(
        short,
        str![[r#"
weigh.loss · weigh/history.csv#last/loss
weigh.weight · weigh/metrics.json#/weight

"#]]
    );
}

#[test]
fn a_number_is_verified_by_its_runs() {
    let project = apples();
    let said = project.run(&["verify", "gstufp"]).done();
    assert_data_eq!(said.err.lines().next().unwrap_or_default(), str!["number  gstufp · rests on 6 runs"]);
}

/// Changes a letter or a digit of a file, at a place and into something that a number chooses.
fn mutate(path: &Path, number: u64) -> String {
    let bytes = fs::read(path).expect("the file can be read");
    let places: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at].is_ascii_alphanumeric()).collect();
    let at = places[(number % places.len() as u64) as usize];
    let mut changed = bytes.clone();
    let letters: &[u8] =
        if bytes[at].is_ascii_digit() { b"0123456789" } else { b"abcdefghijklmnopqrstuvwxyz" };
    let new = letters[(number / 7 % letters.len() as u64) as usize];
    changed[at] = if new == bytes[at] { letters[(number / 7 + 1) as usize % letters.len()] } else { new };
    // What a run writes may be read-only; a new file in its place is what an editor leaves.
    fs::remove_file(path).expect("the file is ours");
    fs::write(path, &changed).expect("the folder is ours");
    let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    format!("line {line}, `{}` for `{}`", changed[at] as char, bytes[at] as char)
}

/// Changes files one after another, and gives what was not found.
fn unfound(project: &Project, files: &[PathBuf], mutations: u64) -> Vec<String> {
    let before = project.run(&["audit", "--check"]).done().out;
    assert!(before.starts_with("all agrees"), "{before}");
    let mut number: u64 = 12345;
    let mut unfound = Vec::new();
    for mutation in 0..mutations {
        let file = &files[mutation as usize % files.len()];
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let kept = file.with_extension("kept");
        assert!(Command::new("cp").arg("-a").args([file, &kept]).status().is_ok_and(|it| it.success()));
        let what = mutate(file, number >> 33);
        let said = project.run(&["audit", "--check"]);
        if said.code != Some(1) || said.out.is_empty() {
            unfound.push(format!("{}: {what}\n{}{}", file.display(), said.out, said.err));
        }
        fs::rename(&kept, file).expect("it was copied");
    }
    unfound
}

/// What a person may change in a project and its clone.
const FILES: [&str; 9] = [
    "report/week.md",
    "report/week.audit.json",
    "report/week.audit.md",
    "report/short.md",
    "plots/accuracy.svg",
    "runs/fine/2/metrics.json",
    "runs/plain/1/history.csv",
    "work/3/half.csv",
    "pipeline.lock",
];

fn assert_all_found_in_a_project(mutations: u64) {
    let project = apples();
    let mut files: Vec<PathBuf> = FILES.iter().map(|file| project.path(file)).collect();
    files.push(project.stored("records").swap_remove(3));
    files.extend(["runs/fine/1/observed.json", "report/week.times.md"].map(|file| project.path(file)));
    let unfound = unfound(&project, &files, mutations);
    assert!(unfound.is_empty(), "{}", unfound.join("\n"));
}

fn assert_all_found_in_a_clone(mutations: u64) {
    let project = clone_of(&apples());
    let files: Vec<PathBuf> = FILES.iter().map(|file| project.path(file)).collect();
    let found = unfound(&project, &files, mutations);
    assert!(found.is_empty(), "{}", found.join("\n"));
    // No two honest runs agree in these, so that neither the lock nor a report says anything of them.
    let observed = ["runs/fine/1/observed.json", "report/week.times.md"].map(|file| project.path(file));
    assert_eq!(unfound(&project, &observed, 4).len(), 4);
}

#[test]
fn whatever_is_changed_in_a_project_is_found() {
    assert_all_found_in_a_project(180);
}

#[test]
fn whatever_is_changed_in_a_clone_without_a_store_is_found_but_for_what_was_only_observed() {
    assert_all_found_in_a_clone(180);
}

#[test]
#[ignore = "six hundred of each; .ci/long runs them"]
fn whatever_is_changed_in_a_project_or_a_clone_is_found_six_hundred_times() {
    assert_all_found_in_a_project(600);
    assert_all_found_in_a_clone(600);
}

#[test]
fn a_check_says_how_far_it_went() {
    let project = apples();
    assert_data_eq!(
        project.run(&["audit", "--check"]).done().out,
        str![[r#"
all agrees · 2 reports · 9 numbers · 9 files made again, byte by byte

"#]]
    );
    let clone = clone_of(&project);
    let said = clone.run(&["audit", "--check"]).done();
    assert_data_eq!(
        said.err + &said.out,
        str![[r#"
note    this store has no record of `plot`, `report`, `short` as the project is, so that they were not made again
all agrees that could be checked · 2 reports · 9 numbers · 0 files made again, byte by byte

"#]]
    );
    fs::remove_dir_all(clone.path("runs")).expect("the outputs are there");
    let said = clone.run(&["audit", "--check"]).done();
    assert_data_eq!(
        said.err + &said.out,
        str![[r#"
note    this store has no record of `plot`, `report`, `short` as the project is, so that they were not made again
note    12 of 12 values of `report/week.md` could not be read again, as their outputs are not here
note    6 of 6 values of `report/short.md` could not be read again, as their outputs are not here
all agrees that could be checked · 2 reports · 9 numbers · 0 files made again, byte by byte

"#]]
    );
}

#[test]
fn a_finding_has_its_line_and_what_should_be_there() {
    let project = apples();
    let clone = clone_of(&project);
    for project in [&project, &clone] {
        project.edit("report/week.md", "0.958–0.978)][gstufp], shifted", "0.958–0.979)][gstufp], shifted");
        project.edit("runs/plain/1/history.csv", "0.5", "0.6");
    }
    assert_data_eq!(
        project.run(&["audit", "--check"]).ended(1).out,
        str![[r#"
report/week.md:3:80: `… (0.958–0.979)][gstufp], shifted ones` where the runs give `… (0.958–0.978)][gstufp], shifted ones`
runs/plain/1/history.csv: it is not what its run left

"#]]
    );
    assert_data_eq!(
        clone.run(&["audit", "--check"]).ended(1).out,
        str![[r#"
report/week.md:3:62: `0.968 (0.958–0.978)` does not stand here, the number of gstufp
runs/plain/1/history.csv: it is not what pipeline.lock has of `weigh[plain,seed=1]`

"#]]
    );
}
