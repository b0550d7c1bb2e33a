//! Instances that are one experiment under several names, with the reason.

use recount_engine::same_experiments;
use snapbox::{assert_data_eq, str};

use crate::support::written::Written;

/// Gives a line for each experiment that has several names, by the keys of a run, and by those that are known before one.
fn lines(stages: &str) -> [String; 2] {
    let project = Written::new(&format!("recount: 1\ntitle: T\nstages:\n{stages}"));
    let pipeline = project.pipeline();
    let lines = |reports: &[recount_engine::Report]| -> String {
        same_experiments(&pipeline, reports).iter().map(|same| format!("{same}\n")).collect()
    };
    let before = lines(&project.status().reports);
    let ran = project.run();
    assert_eq!(ran.failures().count(), 0);
    let after = lines(&ran.reports);
    assert_eq!(after, lines(&project.status().reports), "what is fresh has the same keys");
    [before, after]
}

#[test]
fn variants_with_equal_settings_and_seeds_that_nothing_reads_are_named_once() {
    let [before, after] = lines(
        "  - name: fit
    each: [variant, seed]
    seeds: [1, 2]
    run: echo {C} {seed} > {out}/n
    out: \"fit/{variant}/{seed}\"
    params: { C: 1 }
    variants: [{ name: one }, { name: two, from: one }, { name: three, C: 3 }, { name: text, C: \"1\" }]
  - name: sum
    each: [variant, { fold: [x, y] }]
    needs: [fit]
    run: [sh, -c, 'cat \"$@\" > {out}/n', sh, \"{fit.out}/n\"]
    out: \"sum/{variant}/{fold}\"
  - name: read
    each: [variant, seed]
    needs: [fit]
    run: cp {fit.out}/n {out}/n
    out: \"read/{variant}/{seed}\"
",
    );
    assert_data_eq!(
        before,
        str![[r#"
fit[one|two|text] · one experiment: `C` has no effect

"#]]
    );
    assert_data_eq!(
        after,
        str![[r#"
fit[one|two|text] · one experiment: `C` has no effect
sum[fold=x|y] · one experiment: `fold` has no effect

"#]]
    );
}

#[test]
fn a_part_of_the_points_is_named_as_such() {
    let [_, after] = lines(
        "  - name: fit
    each: [variant, { fold: [x, y, z] }]
    exclude: [{ variant: two, fold: z }]
    run: [sh, -c, 'cp {params} {out}/n; echo {fold} >> {out}/n']
    out: \"fit/{variant}/{fold}\"
    params: { C: 1, options: { rate: 1 } }
    variants: [{ name: one }, { name: two }]
",
    );
    assert_data_eq!(
        after,
        str![[r#"
fit[one|two,fold=x] and at 1 more · one experiment: their settings are equal

"#]]
    );
}
