//! Pipelines that are large, deep or hostile: they load, or are refused, in time and memory that grow with the text.

use std::fmt::Write as _;
use std::fs;

use recount_engine::Plan;
use recount_engine::command;
use recount_engine::spec::{Field, Pipeline, Schema, Shape, load};
use snapbox::{assert_data_eq, str};

/// Loads stages of the kinds `command`, `fit` (which has variants of its own) and `score` (which takes them).
fn loaded(stages: &str) -> Result<Pipeline, String> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let text = format!("recount: 1\ntitle: Large\nstages:\n{stages}");
    fs::write(folder.path().join("pipeline.yaml"), text).expect("there is room");
    if stages.starts_with(FIT) {
        fs::create_dir(folder.path().join("stages")).expect("there is room");
        let variants = "variants: [{ name: a }, { name: b }]\n";
        fs::write(folder.path().join("stages/fit.yaml"), variants).expect("there is room");
    }
    let rate = Field { name: "rate", shape: Shape::Text, default: Some("low".into()), about: "a setting" };
    let schemas = [
        command::schema(),
        Schema { kind: "fit", fields: vec![rate], repeats: true, ..Schema::default() },
        Schema { kind: "score", repeats: true, ..Schema::default() },
    ];
    load(folder.path(), &schemas, &[]).map_err(|mistakes| mistakes.render(false))
}

fn instances(stages: &str) -> usize {
    let pipeline = loaded(stages).expect("the pipeline has no mistake");
    Plan::of(&pipeline).expect("every need matches").instances.len()
}

const FIT: &str = "  - { name: fit, kind: fit, each: [variant] }\n";

#[test]
fn a_chain_of_a_hundred_thousand_stages_loads_and_plans() {
    let mut stages = FIT.to_owned();
    for at in 0..100_000 {
        let need = if at == 0 { "fit".to_owned() } else { format!("s{}", at - 1) };
        writeln!(stages, "  - {{ name: s{at}, kind: score, each: [variant], needs: [{need}] }}")
            .expect("a String takes any text");
    }
    assert_eq!(instances(&stages), 200_002);
}

#[test]
fn a_ladder_of_ten_thousand_rungs_loads_and_plans() {
    let mut stages = FIT.to_owned();
    for at in 0..10_000 {
        let needs = if at == 0 { "fit".to_owned() } else { format!("a{0}, b{0}", at - 1) };
        for side in ["a", "b"] {
            writeln!(stages, "  - {{ name: {side}{at}, kind: score, each: [variant], needs: [{needs}] }}")
                .expect("a String takes any text");
        }
    }
    assert_eq!(instances(&stages), 40_002);
}

#[test]
fn a_chain_in_which_each_stage_reads_from_far_above_loads() {
    let mut stages = String::new();
    for at in 0..20_000 {
        let (need, input) = match at {
            0 => (String::new(), String::new()),
            _ => (format!("s{}", at - 1), format!("out/{}", at / 2)),
        };
        writeln!(
            stages,
            "  - {{ name: s{at}, kind: command, run: x, outputs: [out/{at}], needs: [{need}], inputs: [{input}] }}"
        )
        .expect("a String takes any text");
    }
    assert_eq!(instances(&stages), 20_000);
}

#[test]
fn nesting_without_end_is_refused() {
    let open = ["[", "{a: ", "- ", "? ", "!a ", "'"].map(|part| part.repeat(200_000));
    for open in open.iter().chain([&format!("\n{}", "a:\n ".repeat(1_000))]) {
        let mistakes =
            loaded(&format!("  - {{ name: a, kind: command, run: {open}")).expect_err("it is no YAML");
        assert!(mistakes.len() < 4_000, "{mistakes}");
    }
    assert_data_eq!(
        loaded(&format!("\n  - {}", "[".repeat(200_000))).expect_err("it is nested too deep"),
        str![[r#"
error: more than 16 lists and maps are nested here
 --> pipeline.yaml:5:260
  |
5 | ...[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
  |                                                                    ^
  |
help: write it flatter

"#]]
    );
}

#[test]
fn of_a_hundred_thousand_mistakes_a_hundred_are_shown() {
    let fields: Vec<String> = (0..100_000).map(|at| format!("k{at}: 1")).collect();
    let mistakes = loaded(&format!("  - {{ name: a, kind: command, run: x, {} }}\n", fields.join(", ")))
        .expect_err("the fields are unknown");
    assert_eq!(mistakes.matches("has no field").count(), 100);
    assert!(
        mistakes.ends_with("error: 99900 more mistakes are not shown\n |\nhelp: correct these first\n"),
        "{mistakes}"
    );
    let mut stages = String::new();
    for at in 0..20_000 {
        writeln!(stages, "  - {{ name: s{at}, kind: command, run: x, needs: [t{at}], inputs: [u{at}] }}")
            .expect("a String takes any text");
    }
    let mistakes = loaded(&stages).expect_err("nothing of it exists");
    assert!(mistakes.contains("39900 more mistakes are not shown"), "{mistakes}");
}

#[test]
fn names_and_paths_have_an_end() {
    let long = "n".repeat(100_000);
    for (stage, message) in [
        (
            format!("{{ name: {long}, kind: command, run: x }}"),
            "error: the name of a stage is longer than 200 bytes\n",
        ),
        (
            format!("{{ name: a, kind: command, run: x, '{long}': 1 }}"),
            "error: a name is longer than 1000 bytes\n",
        ),
        (
            format!("{{ name: a, kind: command, run: x, each: {{ w: [1, 2] }}, outputs: ['{{w}}{long}'] }}"),
            "is longer than 3,000 bytes\n",
        ),
        (
            format!("{{ name: a, kind: command, run: x, each: {{ w: [{long}] }} }}"),
            "error: a value of `w` is longer than 200 bytes\n",
        ),
    ] {
        let mistakes = loaded(&format!("  - {stage}\n")).expect_err("it is too long");
        assert!(mistakes.contains(message), "{mistakes}");
        assert!(mistakes.len() < 10_000, "{}", mistakes.len());
    }
}
