//! Tables of a made-up stage, in each format.

use std::borrow::Cow;
use std::collections::BTreeMap;

use recount_engine::digest::{Digest, Key, ObjectId};
use recount_engine::spec::{Better, Measure, Origin, Parameters, Settings};
use snapbox::{assert_data_eq, str};

use super::*;
use crate::measure::{Left, Objects, Run};

/// Bytes by their digest.
#[derive(Default)]
struct Memory(BTreeMap<ObjectId, Vec<u8>>);

impl Objects for Memory {
    fn read(&self, object: ObjectId) -> Result<Vec<u8>, String> {
        self.0.get(&object).cloned().ok_or_else(|| "nothing has it any more".to_owned())
    }
}

impl Memory {
    /// Makes the run of `fit` at a variant, a seed and a fold; equal `key`s are one experiment.
    fn run(&mut self, [variant, seed, fold]: [&str; 3], key: &str, metrics: &str) -> Run {
        let object = ObjectId(Digest::of(metrics.as_bytes()));
        self.0.insert(object, metrics.as_bytes().to_vec());
        let coordinates = [("variant", variant), ("seed", seed), ("fold", fold)];
        Run {
            instance: format!("fit[{variant},seed={seed},fold={fold}]"),
            coordinates: coordinates.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            left: Some(Left {
                key: Key(Digest::of(key.as_bytes())),
                outputs: vec![("metrics.json".to_owned(), object)],
            }),
        }
    }
}

fn measures() -> Vec<Measure> {
    vec![
        Measure::at("score", "metrics.json#/score").with_better(Better::Higher).out_of("metrics.json#/cases"),
        Measure::at("seconds", "metrics.json#/seconds").in_unit("s").with_better(Better::Lower).as_observed(),
    ]
}

/// Three variants over two seeds and two folds: `twin` is `plain`, and a run of `lame` has no score.
fn tables() -> (Table, Table) {
    let mut memory = Memory::default();
    let mut runs = Vec::new();
    for (variant, base) in [("plain", 0.5), ("twin", 0.5), ("lame", 0.75)] {
        for (seed, fold, add) in [("1", "1", 0.0), ("1", "2", 0.25), ("2", "1", 0.0), ("2", "2", 0.125)] {
            let missing = variant == "lame" && seed == "2" && fold == "1";
            let score = if missing { "NaN".to_owned() } else { (base + add).to_string() };
            let metrics = format!("{{\"score\": {score}, \"cases\": 400, \"seconds\": {base}}}");
            let key = format!("{base} {seed} {fold}");
            runs.push(memory.run([variant, seed, fold], &key, &metrics));
        }
    }
    let lost = memory.run(["lost", "1", "1"], "lost", "{ }");
    memory.0.remove(&lost.left.as_ref().expect("it ran").outputs[0].1);
    let never = Run { left: None, ..memory.run(["lost", "2", "1"], "never", "{}") };
    runs.extend([lost, never]);
    let measures = measures();
    let settings = Settings::set_at(&Origin::Default, Parameters::from([("C".to_owned(), 1.5.into())]));
    let stage = |repeats: &[&str]| StageRuns {
        stage: "fit",
        runs: runs.clone(),
        repeats: repeats.iter().map(|name| (*name).to_owned()).collect(),
        paired: Vec::new(),
        measures: &measures,
        settings: Box::new(|_| Cow::Borrowed(&settings)),
    };
    let columns: Vec<Column> = measures
        .iter()
        .map(|measure| Column::of_measure(0, measure.clone()))
        .chain([Column::of_parameter(0, "C")])
        .collect();
    let aggregated = table(&[stage(&["seed", "fold"])], columns.clone(), &memory);
    (aggregated, table(&[stage(&[])], columns, &memory))
}

#[test]
fn the_first_repeat_is_the_unit_and_what_lacks_a_value_says_so() {
    let (mut table, _) = tables();
    assert_data_eq!(
        text(&table, None),
        str![[r#"
variant                   score  seconds (s)  params.C
plain            0.594 ± 0.044        0.5     1.5
twin = plain     0.594 ± 0.044        0.5     1.5
lame             0.875 (1 of 2)       0.75    1.5
lost          none of 2            none of 2  1.5
mean ± standard deviation over 2 repeats
fit[lost,seed=2,fold=1]/metrics.json#/score: it has not run
fit[lame,seed=2,fold=1]/metrics.json#/score: line 1, column 11: expected a finite number, found `NaN`
fit[lost,seed=1,fold=1]/metrics.json#/score: nothing has it any more
fit[lost,seed=2,fold=1]/metrics.json#/seconds: it has not run
fit[lost,seed=1,fold=1]/metrics.json#/seconds: nothing has it any more

"#]]
    );
    table.sort(0);
    let order: Vec<&str> = table.rows.iter().map(|row| row.coordinates[0].as_str()).collect();
    assert_eq!(order, ["plain", "twin", "lame", "lost"], "what lacks a repeat is not ranked");
}

#[test]
fn markdown_takes_its_letters_and_csv_has_every_digit() {
    let (table, runs) = tables();
    assert_data_eq!(
        markdown(&table, None),
        str![[r#"
| variant | score | seconds (s) | params.C |
| --- | --: | --: | --- |
| plain | 0.594 ± 0.044 | 0.5 | 1.5 |
| twin = plain | 0.594 ± 0.044 | 0.5 | 1.5 |
| lame | 0.875 (1 of 2) | 0.75 | 1.5 |
| lost | none of 2 | none of 2 | 1.5 |

mean ± standard deviation over 2 repeats

fit/[lost,seed=2,fold=1/]/metrics.json/#/score: it has not run

fit/[lame,seed=2,fold=1/]/metrics.json/#/score: line 1, column 11: expected a finite number, found /`NaN/`

fit/[lost,seed=1,fold=1/]/metrics.json/#/score: nothing has it any more

fit/[lost,seed=2,fold=1/]/metrics.json/#/seconds: it has not run

fit/[lost,seed=1,fold=1/]/metrics.json/#/seconds: nothing has it any more

"#]]
    );
    assert_data_eq!(
        csv(&table),
        str![[r#"
variant,score.mean,score.sd,score.min,score.max,score.n,score.repeats,seconds.mean (s),seconds.sd (s),seconds.min (s),seconds.max (s),seconds.n,seconds.repeats,params.C
plain,0.59375,0.04419417382415922,0.5625,0.625,2,2,0.5,0,0.5,0.5,2,2,1.5
twin,0.59375,0.04419417382415922,0.5625,0.625,2,2,0.5,0,0.5,0.5,2,2,1.5
lame,0.875,,0.875,0.875,1,2,0.75,0,0.75,0.75,2,2,1.5
lost,,,,,0,2,,,,,0,2,1.5

"#]]
    );
    assert_data_eq!(
        csv(&runs),
        str![[r#"
variant,seed,fold,score,seconds (s),params.C
plain,1,1,0.5,0.5,1.5
plain,1,2,0.75,0.5,1.5
plain,2,1,0.5,0.5,1.5
plain,2,2,0.625,0.5,1.5
twin,1,1,0.5,0.5,1.5
twin,1,2,0.75,0.5,1.5
twin,2,1,0.5,0.5,1.5
twin,2,2,0.625,0.5,1.5
lame,1,1,0.75,0.75,1.5
lame,1,2,1,0.75,1.5
lame,2,1,,0.75,1.5
lame,2,2,0.875,0.75,1.5
lost,1,1,,,1.5
lost,2,1,,,1.5

"#]]
    );
}

#[test]
fn a_table_beside_what_it_was_says_what_has_changed() {
    let (table, _) = tables();
    let mut was = table.clone();
    let Cell::Measured { sample, .. } = &mut was.rows[0].cells[0] else { panic!("a measure") };
    *sample = crate::statistics::Sample::new([Some(0.25), Some(0.3125)]);
    let before = Before { table: &was, name: "HEAD~1" };
    assert_data_eq!(
        text(&table, Some(&before)),
        str![[r#"
variant                   score             HEAD~1  change            seconds (s)     HEAD~1  change    params.C
plain            0.594 ± 0.044      0.281 ± 0.044   higher by 0.3125       0.5        0.5     observed  1.5
twin = plain     0.594 ± 0.044      0.594 ± 0.044   same                   0.5        0.5     observed  1.5
lame             0.875 (1 of 2)     0.875 (1 of 2)  same                   0.75       0.75    observed  1.5
lost          none of 2          none of 2                              none of 2  none of 2  observed  1.5
mean ± standard deviation over 2 repeats
fit[lost,seed=2,fold=1]/metrics.json#/score: it has not run
fit[lame,seed=2,fold=1]/metrics.json#/score: line 1, column 11: expected a finite number, found `NaN`
fit[lost,seed=1,fold=1]/metrics.json#/score: nothing has it any more
fit[lost,seed=2,fold=1]/metrics.json#/seconds: it has not run
fit[lost,seed=1,fold=1]/metrics.json#/seconds: nothing has it any more

"#]]
    );
}

#[test]
fn a_number_that_would_be_rounded_is_none() {
    let mut memory = Memory::default();
    let metrics =
        "{\"whole\": 9007199254740993, \"tiny\": 1e-400, \"zero\": 0.0, \"fine\": 9007199254740991}";
    let run = memory.run(["a", "1", "1"], "a", metrics);
    let measures =
        ["whole", "tiny", "zero", "fine"].map(|name| Measure::at(name, &format!("metrics.json#/{name}")));
    let readings = crate::measure::read_measures(&run, &measures.each_ref(), &[], &memory);
    let shown = |(reading, _): (crate::measure::Reading, _)| reading.map_err(|unread| unread.reason);
    let shown: Vec<Result<f64, String>> = readings.into_iter().map(shown).collect();
    assert_eq!(
        shown,
        [
            Err("9007199254740993 is larger than any whole number that is exact here (2^53)".to_owned()),
            Err("`1e-400` is too small to differ from zero".to_owned()),
            Ok(0.0),
            Ok(9_007_199_254_740_991.0),
        ]
    );
}
