//! The example projects, run as a reader would: what runs, what `recount results` prints, and what the figures say.

use std::fs;
use std::path::Path;
use std::process::Command;

use walkdir::WalkDir;

/// A copy of an example, so that running it leaves the repository as it is.
fn copy_of(example: &str) -> tempfile::TempDir {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    // What somebody has run there stays behind.
    let is_part = |name: &std::ffi::OsStr| {
        let parts = [
            "pipeline.yaml",
            "params.yaml",
            "report.md.j2",
            "claims.yaml",
            "data",
            "scripts",
            "src",
            "stages",
        ];
        parts.iter().any(|part| name == *part)
    };
    let entries = WalkDir::new(&home).min_depth(1).into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() > 1 || is_part(entry.file_name())) {
        let entry = entry.expect("the example can be walked");
        let place = folder.path().join(entry.path().strip_prefix(&home).expect("walked below it"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(place).expect("a folder can be made");
        } else {
            fs::copy(entry.path(), place).expect("a file can be copied");
        }
    }
    folder
}

/// Runs the program there, asserts that it ended well, and gives the instances that ran.
#[track_caller]
fn run(project: &Path) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_recount"))
        .current_dir(project)
        .output()
        .expect("the program can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let ran = said.lines().filter_map(|line| line.strip_prefix("ran     "));
    let mut ran: Vec<String> =
        ran.map(|line| line.split(" ·").next().unwrap_or_default().to_owned()).collect();
    ran.sort();
    ran
}

/// The namespace of SVG.
const SVG: &str = "http://www.w3.org/2000/svg";

/// What `recount results` says of the licences.
const LICENCES_RESULTS: &str = "\
accuracy  accuracy_on_learnt  overfit  always_commonest  mozilla_as_gpl (sentences)  gpl_as_mozilla (sentences)
\x200.77083             0.92857  0.15774             0.625                          13                           1
";

/// What `recount diff` says of sixty trees instead of fifty.
const LICENCES_DIFF: &str = "\
changed train
  because of `params.yaml#/train/n_est` 50 → 60
  and 343 numbers in lists: --all lists them
changed evaluate · 10 measures moved, 1 clearly
  because of train · `params.yaml#/train/n_est` 50 → 60
  accuracy                                      0.770833 → 0.739583  -0.031250  unclear: one run on a side
  accuracy_on_learnt                            0.928571 → 0.919643  -0.008929  unclear: one run on a side
  overfit                                       0.157738 → 0.180060  +0.022321  unclear: one run on a side
  mozilla_as_gpl                                      13 →       14         +1  higher
  curve.csv#last/learnt                         0.928571 → 0.919643  -0.008929  unclear: one run on a side
  curve.csv#last/new                            0.770833 → 0.739583  -0.031250  unclear: one run on a side
  curve.csv#last/trees                                50 →       60        +10  unclear: one run on a side
  scores.json#/confusion/apache-2.0/apache-2.0         8 →        6         -2  unclear: one run on a side
  scores.json#/confusion/apache-2.0/gpl-3              5 →        7         +2  unclear: one run on a side
  scores.json#/confusion/mpl-2.0/mpl-2.0               7 →        6         -1  unclear: one run on a side
changed plot
  because of train · `params.yaml#/train/n_est` 50 → 60
changed report
  because of train · `params.yaml#/train/n_est` 50 → 60
  because of file `params.yaml` e0a28f… → d4c78d…
HEAD → now · changed 4 · added 0 · removed 0
";

/// What `out/text/abstract.md` of the Nile says.
const NILE: &str = "\
From 1871 to 1970 the Nile carried 919 · 10⁸ m³ a year past Aswan, with a standard deviation of 169.
Of 100 years up to 1970, 1899 is the likeliest to begin another mean: 1098 before, 850 from then on, which explains 44% of the variance.
Of 72 years up to 1970, 1968 is the likeliest to begin another mean: 855 before, 724 from then on, which explains 4% of the variance.
";

/// What `recount results` says of the Nile.
const NILE_RESULTS: &str = "\
describe
years  mean_flow (10⁸ m³)  deviation (10⁸ m³)  year_to_year
  100              919.35              169.23       0.49841

decades
decade     flow (10⁸ m³)  lowest (10⁸ m³)  highest (10⁸ m³)
1871-1880         1132.6              813              1370
1881-1890         1009.1              799              1180
1891-1900         1093.4              774              1260
1901-1910          868.9              692              1050
1911-1920          817.6              456              1120
1921-1930          822.1              698              1040
1931-1940          859.5              676              1010
1941-1950          836.2              649              1040
1951-1960          879.5              744              1050
1961-1970          874.6              714              1170

change
span       from_year  before (10⁸ m³)  after (10⁸ m³)     kept  explained
1871-1970       1899          1097.8           849.97  0.77429    0.43655
1899-1970       1968           855.45          724     0.84634    0.04494
";

/// What `recount results` says of the penguins, but for how long it took.
const PENGUINS_RESULTS: &str = "\
variant            accuracy  learnt_accuracy           overfit  size (numbers)
logistic    0.9922 ± 0.0043  0.9967 ± 0.0019   0.0044 ± 0.0051      15
nearest-5   0.9903 ± 0.0069  0.9941 ± 0.0056   0.004 ± 0.012      1195
perceptron  0.9825 ± 0.0043  1                 0.0175 ± 0.0043      15
nearest     0.977 ± 0.011    1                 0.023 ± 0.011      1195
tree        0.967 ± 0.015    0.9925 ± 0.0035   0.025 ± 0.018        27.4 ± 1.3
stump       0.814 ± 0.038    0.782 ± 0.016    -0.031 ± 0.053         4
flipper     0.794 ± 0.043    0.814 ± 0.019     0.020 ± 0.060         6
bill        0.744 ± 0.049    0.743 ± 0.029    -0.001 ± 0.059         6
mean ± standard deviation over 5 repeats
";

/// Asks the program something there, asserts that it ended well, and gives what it printed.
#[track_caller]
fn printed(project: &Path, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_recount"))
        .args(args)
        .current_dir(project)
        .output()
        .expect("the program can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints UTF-8")
}

/// Asserts that a figure is a well-formed SVG in which each of these stands as a text of its own.
#[track_caller]
fn assert_figure(project: &Path, path: &str, labels: &[&str]) {
    let svg = fs::read_to_string(project.join(path)).expect("the figure is there");
    let parsed = roxmltree::Document::parse(&svg).expect("the figure is well-formed");
    assert_eq!(parsed.root_element().tag_name().name(), "svg");
    let texts = parsed.descendants().filter(|node| node.has_tag_name((SVG, "text")));
    let texts: Vec<&str> = texts.filter_map(|node| node.text()).map(str::trim).collect();
    let missing: Vec<&&str> = labels.iter().filter(|label| !texts.contains(label)).collect();
    assert!(missing.is_empty(), "{path} lacks {missing:?}, and has {texts:?}");
}

/// Asserts that a report has a sentence, a figure, a claim and twenty numbers, and that all of these answer.
fn assert_reported(project: &Path, report: &str, sentence: &str) {
    let text = fs::read_to_string(project.join(report)).expect("the report is there");
    assert!(text.contains(sentence), "{text}");
    assert!(text.contains("\n![") && text.contains("\n| Claim | Verdict | Measured |\n"), "{text}");
    let checked = printed(project, &["audit", "--check"]);
    let numbers = checked.strip_prefix("all agrees · 1 report · ").and_then(|rest| rest.split(' ').next());
    let numbers: Option<usize> = numbers.and_then(|numbers| numbers.parse().ok());
    assert!(numbers >= Some(20), "{checked}");
}

/// Asserts that each number of a report leads to where its page says what it is from.
fn assert_every_number_answers(project: &Path, report: &str) {
    printed(project, &["page"]);
    let read = |path: &str| fs::read_to_string(project.join(path)).expect("it is there");
    let (text, page) = (read(report), read(&report.replace(".md", ".html")));
    let links = text.split("][").skip(1).filter_map(|rest| rest.split_once(']'));
    let references: Vec<&str> = links.map(|(reference, _)| reference).collect();
    assert!(references.len() >= 20, "{} numbers", references.len());
    for reference in references {
        assert!(page.contains(&format!("<a href=\"#n-{reference}\">")), "no link leads to {reference}");
        assert_eq!(
            page.matches(&format!("<dd id=\"n-{reference}\">")).count(),
            1,
            "{reference} has no chain"
        );
    }
}

/// Says whether there is a Python; where there is none, also that a test is skipped.
#[expect(clippy::print_stderr, reason = "a test that was skipped must not look like one that passed")]
fn has_python() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: there is no `python3`");
    }
    found
}

/// Asserts that an example's README has a text, so that it says what the program prints.
#[track_caller]
fn assert_in_readme(example: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example).join("README.md");
    let readme = fs::read_to_string(path).expect("the README is there");
    assert!(readme.contains(text), "the README of {example} lacks:\n{text}");
}

/// Has git commit all of a project.
#[track_caller]
fn commit(project: &Path) {
    let commands: [&[&str]; 3] =
        [&["init", "--quiet"], &["add", "--all"], &["commit", "--quiet", "--message", "results"]];
    for command in commands {
        let who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
        let status = Command::new("git").args(who).args(command).current_dir(project).status();
        assert!(status.expect("git can be started").success(), "{command:?}");
    }
}

/// Replaces a text in a file of a project.
fn edit(path: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(path).expect("it can be read");
    assert!(text.contains(old), "{text}");
    fs::write(path, text.replace(old, new)).expect("it can be written");
}

#[test]
fn of_the_licences_only_the_stages_run_whose_parameters_changed() {
    if !has_python() {
        return;
    }
    let folder = copy_of("licences");
    let project = folder.path();
    let params = project.join("params.yaml");
    assert_eq!(run(project), ["evaluate", "featurise", "plot", "prepare", "report", "train"]);
    assert_eq!(printed(project, &["results"]), LICENCES_RESULTS);
    assert_in_readme("licences", LICENCES_RESULTS);
    assert_reported(project, "report.md", "It is right about [77.1 %][");
    assert_every_number_answers(project, "report.md");
    let answer = printed(project, &["audit", "77.1"]);
    let answer: String = answer.split_inclusive('\n').take(4).collect();
    assert_in_readme("licences", &answer);
    let trees = ["What more trees are good for", "trees", "learnt", "new"];
    assert_figure(project, "plots/trees.svg", &trees);
    commit(project);
    edit(&params, "\"n_est\": 50", "\"n_est\": 60");
    assert_eq!(printed(project, &["why", "train"]), "train · stale\n  `params.yaml#/train/n_est` 50 → 60\n");
    assert_eq!(run(project), ["evaluate", "plot", "report", "train"]);
    assert_eq!(printed(project, &["diff"]), LICENCES_DIFF);
    assert_in_readme("licences", LICENCES_DIFF);
    edit(&params, "\"max_words\": 200", "\"max_words\": 100");
    assert_eq!(run(project), ["evaluate", "featurise", "plot", "report", "train"]);
    edit(&params, "\"max_words\": 100", "\"max_words\": 200");
    edit(&params, "\"n_est\": 60", "\"n_est\": 50");
    assert_eq!(run(project), [""; 0]);
}

#[test]
fn the_nile_changed_once_and_what_its_readme_says_to_try_is_so() {
    if !has_python() {
        return;
    }
    let folder = copy_of("nile");
    let project = folder.path();
    let summary = || fs::read_to_string(project.join("out/text/abstract.md")).expect("the abstract is there");
    let changes = ["change[span=1871-1970]", "change[span=1899-1970]"];
    let ran = run(project);
    let (decades, others): (Vec<_>, Vec<_>) = ran.iter().partition(|name| name.starts_with("decades["));
    assert_eq!(decades.len(), 10, "{ran:?}");
    assert_eq!(others, [&["abstract"], &changes[..], &["describe", "plot", "report"]].concat());
    assert_eq!(summary(), NILE);
    assert_in_readme("nile", NILE);
    assert_reported(project, "out/report.md", "The likeliest change is in [1899][");
    assert_every_number_answers(project, "out/report.md");
    assert_eq!(printed(project, &["results"]), NILE_RESULTS);
    assert_in_readme("nile", &printed(project, &["results", "change"]));
    let flow = "The flow and its mean before and after the likeliest change";
    assert_figure(project, "out/plots/series.svg", &[flow, "flow", "mean", "year", "1871-1970", "1899-1970"]);
    let decades = "The mean flow of each decade";
    assert_figure(project, "out/plots/decades.svg", &[decades, "flow (10⁸ m³)", "1871-1880", "1961-1970"]);
    assert_eq!(run(project), [""; 0], "again: nothing is done");

    let script = project.join("scripts/change_point.py");
    let text = fs::read_to_string(&script).expect("the script is there");
    fs::write(&script, format!("{text}# The least squared error is the likeliest split.\n"))
        .expect("it is ours");
    let ran = run(project);
    let expected = [&changes[..], &["report"]].concat();
    assert_eq!(ran, expected, "a comment: the same outputs, and only the report says which runs they are of");

    fs::remove_dir_all(project.join("out")).expect("the outputs are there");
    assert_eq!(run(project), [""; 0], "what was deleted comes back");
    assert_eq!(summary(), NILE);

    let table = project.join("data/flow.csv");
    let flow = fs::read_to_string(&table).expect("the table is there");
    fs::write(&table, flow.replace("1913,456", "1913,556")).expect("it is ours");
    assert_eq!(run(project).len(), 16, "a correction runs everything");
    let sum = "From 1871 to 1970 the Nile carried 920 · 10⁸ m³ a year";
    assert!(summary().starts_with(sum), "{}", summary());
    fs::write(&table, flow.replace("1913,456\n", "")).expect("it is ours");
    let failed = Command::new(env!("CARGO_BIN_EXE_recount")).current_dir(project).output();
    let failed = failed.expect("the program can be started");
    let said = String::from_utf8_lossy(&failed.stderr);
    assert_eq!(failed.status.code(), Some(1), "{said}");
    assert!(said.lines().any(|line| line == "  data/flow.csv: 1912 is followed by 1914"), "{said}");
    fs::write(&table, flow).expect("it is ours");
    assert_eq!(run(project), [""; 0], "and taken back it runs nothing");
    assert_eq!(summary(), NILE);
}

/// Gives the names of a variant's five fits, and what comes behind them.
fn fits(variant: &str) -> Vec<String> {
    let fits = (1..=5).map(|seed| format!("fit[{variant},seed={seed}]"));
    fits.chain(["plot", "report"].map(str::to_owned)).collect()
}

#[test]
fn of_the_penguins_a_changed_model_is_fitted_alone_and_the_results_are_a_table_and_figures() {
    if !has_python() {
        return;
    }
    let folder = copy_of("penguins");
    let project = folder.path();
    let ran = run(project);
    assert_eq!(ran.len(), 5 + 8 * 5 + 2, "{ran:?}");
    assert_reported(project, "report.md", "logistic names [99.2 % (99.0–100.0 %)][");
    assert_every_number_answers(project, "report.md");
    let columns = ["accuracy", "learnt_accuracy", "overfit", "size"].map(|column| ["-c", column]);
    let results = [&["results", "--sort", "accuracy"], columns.as_flattened()].concat();
    assert_eq!(printed(project, &results), PENGUINS_RESULTS);
    assert_in_readme("penguins", PENGUINS_RESULTS);
    let header = printed(project, &["results", "--csv", "-c", "seconds"]);
    let header = header.lines().next();
    assert_eq!(
        header,
        Some(
            "variant,seconds.mean (s),seconds.sd (s),seconds.min (s),seconds.max (s),seconds.n,seconds.repeats"
        )
    );

    let variants = ["nearest", "nearest-5", "perceptron", "logistic", "tree", "stump", "flipper", "bill"];
    let figure = |name: &str, labels: &[&str]| {
        assert_figure(project, &format!("plots/{name}.svg"), labels);
    };
    let with_variants = |labels: &[&'static str]| [labels, &variants].concat();
    figure("accuracy", &with_variants(&["Accuracy on penguins that were not learnt", "a seed", "mean"]));
    let curves = "Accuracy by how many penguins were learnt";
    figure("curves", &with_variants(&[curves, "learnt_accuracy", "accuracy", "penguins"]));
    figure("overfit", &with_variants(&["What is lost from known to new penguins", "overfit"]));
    figure("size", &with_variants(&["Accuracy against what a model keeps", "size (numbers), logarithmic"]));
    let species = ["Adelie", "Chinstrap", "Gentoo"];
    let matrix = ["What the flipper takes for what", "species", "taken for", "204", "183"];
    figure("confusion", &[&matrix[..], &species].concat());

    let models = project.join("stages/fit.yaml");
    edit(&models, "model: nearest, k: 1", "model: nearest, k: 3");
    let why = printed(project, &["why", "fit[nearest,seed=1]"]);
    assert_eq!(why, "fit[nearest,seed=1] · stale\n  `params.k` 1 → 3 · stages/fit.yaml:5\n");
    assert_eq!(run(project), fits("nearest"));
    edit(&models, "model: nearest, k: 3", "model: nearest, k: 1");
    assert_eq!(run(project), [""; 0], "taken back it runs nothing");

    edit(&models, "from: nearest, k: 5", "from: nearest");
    assert_eq!(run(project), ["plot", "report"], "what two variants share is fitted once");
    let row = "nearest-5 = nearest  0.977 ± 0.011\n";
    let table = printed(project, &["results", "-c", "accuracy"]);
    assert!(table.contains(row), "{table}");
    assert_figure(project, "plots/accuracy.svg", &["nearest = nearest-5"]);

    let added = "  - { name: deep, from: tree, depth: 8 }\n";
    let text = fs::read_to_string(&models).expect("the models are there");
    fs::write(&models, text + added).expect("it is ours");
    assert_eq!(run(project), fits("deep"));
}
