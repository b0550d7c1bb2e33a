//! `recount results`, the measures at the end of a run, and those of a trial beside the recorded ones.

use snapbox::{assert_data_eq, str};

use crate::project::Project;

/// Three models whose score depends on the seed: `twin` is `plain` under another name, and `lame` has no score at seed 2.
const MODELS: &str = r#"recount: 1
title: models
stages:
  - name: fit
    each: [variant, seed]
    run: [sh, fit.sh, "{params}", "{seed}", "{out}"]
    inputs: [fit.sh]
    out: "runs/{variant}/{seed}"
    params: { base: 70 }
    variants: [{ name: plain }, { name: twin }, { name: good, base: 90 }, { name: lame, base: 0 }]
    seeds: [1, 2, 3]
    measures:
      score: { from: "scores.json#/score", unit: fraction, better: higher, out_of: 400 }
      size: { from: "log.csv#last/size", unit: B, better: lower, exact: true }
      waste: { ratio: [size, score] }
  - name: count
    each: [variant, seed]
    needs: [fit]
    run: wc -c {fit.out}/log.csv | cut -d' ' -f1 > {out}/n.yaml
    out: "counts/{variant}/{seed}"
    measures: { length: n.yaml#/ }
"#;

const FIT: &str = r#"base=$(tr -dc 0-9 < "$1")
score="0.$((base + $2))"
[ "$base$2" = 02 ] && score=NaN
printf '{"score": %s, "all": {"n": [1, 2]}}\n' "$score" > "$3/scores.json"
printf 'step,size\n1,10\n2,%s\n' "$((base * 2))" > "$3/log.csv"
"#;

fn models() -> Project {
    let project = Project::empty();
    let pipeline = MODELS.replace("    measures: { length: n.yaml#/ }\n", "");
    project.write("pipeline.yaml", &pipeline).write("fit.sh", FIT);
    project
}

#[test]
fn a_run_ends_with_the_measures_of_what_ran_and_results_lists_them() {
    let project = models();
    let ran = project.run(&[]).done();
    assert_data_eq!(
        ran.out,
        str![[r#"
variant                   score  size (B)            waste
plain           0.720 ± 0.010       140      194.5 ± 2.7
..."#]]
    );
}
