//! Verdicts.

use proptest::prelude::*;
use snapbox::{assert_data_eq, str};

use super::*;

fn judged(text: &str, measured: &Measured) -> String {
    verdicts(&claims(text).judge(measured))
}

#[test]
fn comparisons_are_judged_by_the_one_rule() {
    let text = r#"
- { of: "fit[svm].accuracy", is: above, than: "fit[forest].accuracy" }
- { of: "fit[svm].accuracy", is: below, than: "fit[forest].accuracy" }
- { of: "fit[svm].accuracy", is: above, than: ["fit[forest].accuracy", "fit[tree].accuracy"] }
- { of: "fit[svm].accuracy", is: below, than: ["fit[tree].accuracy", "fit[forest].accuracy"] }
- { of: "fit[svm].accuracy", is: above, than: "fit[again].accuracy" }
- { of: "fit[svm].accuracy", is: highest, than: ["[forest]"] }
- { of: "fit[svm]/metrics.json#/weights", is: above, than: "[forest]" }
- { of: "fit[svm].accuracy", is: highest }
- { of: "fit[forest].accuracy", is: lowest }
- { of: "fit[forest].accuracy", is: highest }
- { of: ["fit[forest].accuracy", "fit[svm].accuracy"], is: monotone }
- { of: ["fit[svm].accuracy", "fit[tree].accuracy", "fit[forest].accuracy"], is: monotone }
"#;
    assert_data_eq!(
        judged(text, &Measured::new()),
        str![[r#"
2: ✓ holds
3: ✗ contradicted
4: ? not shown · not clearly different
5: ✗ contradicted
6: ✗ contradicted
7: ✓ holds
8: ? not shown · a value can't be read
9: ? not shown · not clearly different
10: ✓ holds
11: ✗ contradicted
12: ✓ holds
13: ✗ contradicted

"#]]
    );
}

#[test]
fn same_is_the_same_run_or_clearly_within_the_margin() {
    let text = r#"
- { of: "fit[svm].accuracy", is: same, than: "fit[again].accuracy" }
- { of: "fit[svm].accuracy", is: same, than: "fit[tree].accuracy" }
- { of: "fit[svm].accuracy", is: same, than: "fit[tree].accuracy", within: 0.05 }
- { of: "fit[svm].accuracy", is: same, than: "fit[tree].accuracy", within: 0.001 }
- { of: "fit[svm].accuracy", is: same, than: "fit[forest].accuracy" }
- { of: "fit[svm].accuracy", is: same, than: "fit[forest].accuracy", within: "0.1 %" }
- { of: "fit[svm].accuracy", is: same, than: { stated: "98 %", by: "the paper" }, within: 0.02 }
- { of: "fit[svm].weights", is: same, than: "fit[forest].weights" }
- { of: "fit[svm].weights", is: same, than: "fit[forest].weights", within: 20000 }
- { of: "fit[svm].loss", is: near_zero, within: 0.05 }
- { of: "fit[tree].loss", is: near_zero, within: 0.05 }
- { of: "fit[forest].loss", is: near_zero, within: 0.05 }
- { of: "fit[svm].loss", is: between, values: [0.001, 0.1] }
- { of: "fit[tree].loss", is: between, values: [0.001, 0.1] }
- { of: "fit[forest].loss", is: between, values: [0.001, 0.1] }
"#;
    assert_data_eq!(
        judged(text, &Measured::new()),
        str![[r#"
2: ✓ holds
3: ? not shown · not clearly different
4: ✓ holds
5: ? not shown · neither clearly inside nor clearly outside
6: ✗ contradicted
7: ✗ contradicted
8: ✓ holds
9: ✗ contradicted
10: ✓ holds
11: ✓ holds
12: ✗ contradicted
13: ? not shown · neither clearly inside nor clearly outside
14: ✓ holds
15: ✗ contradicted
16: ? not shown · neither clearly inside nor clearly outside

"#]]
    );
}

#[test]
fn a_stated_number_is_a_bound_and_zero_needs_nobody() {
    let text = r#"
- { of: "fit[svm].accuracy", is: above, than: { stated: "90 %", by: "the assignment" } }
- { of: "fit[svm].accuracy", is: above, than: { by: "the assignment", stated: 0.99 } }
- { of: "fit[svm].accuracy", is: above, than: { stated: 0.978, by: "the assignment" } }
- { of: "fit[tree].loss", is: above, than: 0 }
- { of: "fit[forest].loss", is: above, than: 0 }
- { of: "fit[forest].loss", is: above, than: 0, repeats: 2 }
- { of: "fit[forest].loss", is: below, than: 0, repeats: 2 }
- { of: "fit[forest].loss", is: above, than: "fit[tree].loss", repeats: 1 }
- { of: "fit[forest].accuracy", is: reported, values: 0.96, repeats: 2 }
- { of: "fit[forest].accuracy", is: between, values: [0.96, 0.97], repeats: 3 }
- { of: ["fit[forest].accuracy", "fit[svm].accuracy"], is: monotone, repeats: 3 }
- { of: "fit[tree].loss", is: above, than: 0, repeats: 4 }
"#;
    assert_data_eq!(
        judged(text, &Measured::new()),
        str![[r#"
2: ✓ holds
3: ✗ contradicted
4: ? not shown · not clearly different
5: ✓ holds
6: ? not shown · not clearly different
7: ✓ holds
8: ✗ contradicted
9: ✓ holds
10: ✓ holds
11: ✗ contradicted
12: ✓ holds
13: ? not shown · fewer repeats than it counts

"#]]
    );
}

#[test]
fn reported_numbers_are_reached_or_clearly_elsewhere() {
    let text = r#"
- { of: "fit[svm].accuracy", is: reported, values: 0.98 }
- { of: "fit[svm].accuracy", is: reported, values: 0.985 }
- { of: "fit[svm].accuracy", is: reported, values: 0.91 }
- { of: "fit[svm].accuracy", is: reported, values: 0.97, within: 0.01 }
- { of: "fit[svm].accuracy", is: reported, values: [0.95, 0.99], runs: range }
- { of: "fit[svm].accuracy", is: reported, values: [0.90, 0.92], runs: range }
- { of: "fit[svm].accuracy", is: reported, values: [0.977, 0.980, 0.974], runs: each }
- { of: "fit[svm].accuracy", is: reported, values: [0.91, 0.92, 0.915], runs: each }
- { of: "fit[svm].accuracy", is: reported, values: 0.979, runs: max }
- { of: "fit[svm].accuracy", is: reported, values: 0.95, runs: max }
- { of: "fit[forest].weights", is: reported, values: 14548 }
- { of: "fit[forest].weights", is: reported, values: 14547 }
- { of: "fit[forest].weights", is: reported, values: 15e3 }
"#;
    assert_data_eq!(
        judged(text, &Measured::new()),
        str![[r#"
2: ✓ holds
3: ? not shown · not reached, and not clearly different
4: ✗ contradicted
5: ✓ holds
6: ✓ holds
7: ✗ contradicted
8: ✓ holds
9: ✗ contradicted
10: ✓ holds
11: ✗ contradicted
12: ✓ holds
13: ✗ contradicted
14: ✓ holds

"#]]
    );
}

#[test]
fn a_missing_repeat_or_a_single_one_shows_nothing() {
    let text = r#"
- { of: "fit[svm].accuracy", is: above, than: "fit[forest].accuracy" }
- { of: "fit[forest].accuracy", is: below, than: ["fit[svm].accuracy"] }
- { of: "fit[svm].accuracy", is: same, than: "fit[again].accuracy" }
- { of: "fit[svm].accuracy", is: reported, values: 0.98 }
- { of: "fit[svm].accuracy", is: above, than: "fit[forest].accuracy", repeats: 1 }
- { of: "fit[svm].accuracy", is: above, than: { stated: "90 %", by: "the assignment" } }
- { of: "fit[svm]/metrics.json#/f1", is: above, than: { stated: "90 %", by: "the assignment" } }
"#;
    let diverged = [Some(0.975), None, Some(0.977)];
    let measured = Measured::new().with("svm", "accuracy", &diverged).with("again", "accuracy", &diverged);
    assert_data_eq!(
        judged(text, &measured),
        str![[r#"
2: ? not shown · a repeat lacks its value
3: ? not shown · a repeat lacks its value
4: ? not shown · a repeat lacks its value
5: ? not shown · a repeat lacks its value
6: ? not shown · a repeat lacks its value
7: ? not shown · a repeat lacks its value
8: ? not shown · a value can't be read

"#]]
    );
    let tally = claims(text).judge(&measured).tally();
    assert_data_eq!(
        format!("{tally:?}"),
        str![
            "Tally { holds: 0, contradicted: 0, not_shown: 7, not_judged: 7, not_applicable: 0, depends_on_machine: 0 }"
        ]
    );
    let one =
        Measured::new().with("svm", "accuracy", &[Some(0.975)]).with("again", "accuracy", &[Some(0.975)]);
    assert_data_eq!(
        judged(text, &one),
        str![[r#"
2: ? not shown · one run on a side
3: ? not shown · one run on a side
4: ✓ holds
5: ? not shown · one run on a side
6: ? not shown · the sides have different repeats
7: ? not shown · one run on a side
8: ? not shown · a value can't be read

"#]]
    );
}

#[test]
fn no_verdict_hangs_on_what_is_observed() {
    let text = r#"
- { of: "fit[svm].seconds", is: above, than: "fit[forest].seconds" }
- { of: "fit[svm]/observed.json#/seconds", is: reported, values: 3 }
- { of: "fit[svm]/metrics.json#/seconds", is: reported, values: 3 }
"#;
    let judged = claims(text);
    let judged = judged.judge(&Measured::new());
    assert_data_eq!(
        verdicts(&judged),
        str![[r#"
2: – depends on the machine
3: – depends on the machine
4: – depends on the machine

"#]]
    );
    assert_eq!((judged.tally().counted(), judged.tally().depends_on_machine), (0, 3));
}

#[test]
fn a_reading_each_has_a_verdict_and_the_first_is_counted() {
    let text = r#"
- of: { as planned: "fit[forest].accuracy", as done: "fit[svm].accuracy" }
  is: above
  than: { as planned: "fit[tree].accuracy", as done: "fit[again].accuracy" }
- { applies: as done, values: 0.98, is: reported, of: { as planned: "fit[forest].accuracy", as done: "fit[svm].accuracy" } }
- { is: above, than: { as planned: "fit[forest].accuracy", as done: "fit[again].accuracy" }, of: "fit[tree].accuracy" }
"#;
    let judged = claims(text);
    let judged = judged.judge(&Measured::new());
    assert_data_eq!(
        verdicts(&judged),
        str![[r#"
2: as planned: ✗ contradicted
2: as done: ✗ contradicted
5: as planned: – not applicable · it is about another reading
5: as done: ✓ holds
6: as planned: ✓ holds
6: as done: ? not shown · not clearly different

"#]]
    );
    assert_data_eq!(
        format!("{:?}", judged.tally()),
        str![
            "Tally { holds: 1, contradicted: 1, not_shown: 0, not_judged: 0, not_applicable: 1, depends_on_machine: 0 }"
        ]
    );
}

#[test]
fn on_stand_in_data_reported_numbers_do_not_apply() {
    let text = r#"
- { of: "fit[svm].accuracy", is: reported, values: 0.98 }
- { of: "fit[svm].accuracy", is: above, than: "fit[forest].accuracy" }
"#;
    let measured = Measured { is_stand_in: true, ..Measured::new() };
    assert_data_eq!(
        judged(text, &measured),
        str![[r#"
2: – not applicable · the data is a stand-in
3: ✓ holds

"#]]
    );
}

#[test]
fn paired_repeats_are_compared_with_their_partners() {
    let text = r#"
- { of: "fit[svm].loss", is: above, than: "fit[forest].loss" }
- { of: "fit[svm].loss", is: same, than: "fit[forest].loss", within: 1 }
"#;
    let hard = [0.5, 0.7, 0.9, 0.6, 0.8].map(Some);
    let easy = [0.51, 0.715, 0.91, 0.615, 0.81].map(Some);
    let measured = || Measured::new().with("forest", "loss", &hard).with("svm", "loss", &easy);
    let paired = Measured { is_paired: true, ..measured() };
    let shifted = Measured { is_paired: true, shifted: Some("svm"), ..measured() };
    assert_data_eq!(
        judged(text, &measured()),
        str![[r#"
2: ? not shown · not clearly different
3: ✓ holds

"#]]
    );
    assert_data_eq!(
        judged(text, &paired),
        str![[r#"
2: ✓ holds
3: ✓ holds

"#]]
    );
    assert_data_eq!(
        judged(text, &shifted),
        str![[r#"
2: ? not shown · a repeat lacks its value
3: ? not shown · a repeat lacks its value

"#]]
    );
}

proptest! {
    #[test]
    fn whatever_is_measured_a_claim_has_a_verdict_and_sound_comparisons(
        own in prop::collection::vec(prop::option::of(any::<f64>()), 0..5),
        other in prop::collection::vec(prop::option::of(0.0..1.0), 0..5),
    ) {
        let text = r#"
- { of: "fit[svm].loss", is: above, than: "fit[forest].loss" }
- { of: "fit[svm].accuracy", is: same, than: "fit[forest].accuracy", within: 0.1 }
- { of: "fit[svm].loss", is: reported, values: [0.1, 1e90], runs: each }
- { of: "fit[svm].loss", is: reported, values: [0.1, 1e90], runs: range }
- { of: "fit[svm].loss", is: same, than: "fit[forest].loss", within: 1e100, repeats: 1 }
- { of: "fit[svm].loss", is: near_zero, within: 0 }
- { of: ["fit[svm].loss", "fit[forest].loss"], is: monotone }
"#;
        let measured = Measured::new().with("svm", "loss", &own).with("svm", "accuracy", &other);
        let measured = measured.with("forest", "loss", &other).with("forest", "accuracy", &own);
        let claims = claims(text);
        let judged = claims.judge(&measured);
        prop_assert_eq!(judged.tally().counted(), 7);
        let comparisons = judged.iter().flat_map(|(_, judgements)| judgements).flat_map(|it| &it.comparisons);
        for comparison in comparisons {
            prop_assert!(comparison.p.is_none_or(|p| (0.0..=1.0).contains(&p)), "{comparison:?}");
        }
    }
}
