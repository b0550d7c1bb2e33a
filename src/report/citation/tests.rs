//! What is printed of a stranger's measures, and what it is cited by.

use snapbox::{assert_data_eq, str};

use super::*;
use crate::quantity::{Statistic, count, difference, measure_at, measure_named, ratio, setting};
use crate::selection::Selection;
use crate::test_project::runs;

fn measured(stage: &str, values: &[&str], name: &str) -> Arc<Quantity> {
    Arc::new(measure_named(&runs(stage, values), name).expect("it is measured"))
}

fn line(quantity: impl Into<Arc<Quantity>>, format: Format) -> String {
    let quantity = quantity.into();
    match Citation::new(Arc::clone(&quantity), format) {
        Ok(citation) => format!("{} | {}\n", citation.text, quantity.address),
        Err(reason) => format!("error: {reason}\n"),
    }
}

#[test]
fn a_measure_over_repeats_is_one_citation_with_mean_and_range() {
    let svm = measured("fit", &["svm"], "accuracy");
    let forest = measured("fit", &["forest"], "accuracy");
    let lame = measured("fit", &["lame"], "accuracy");
    let weights = measured("fit", &["svm"], "weights");
    let gap = measured("fit", &["svm"], "gap");
    let lines: String = [
        line(Arc::clone(&svm), Format::Fixed(3)),
        line(Arc::clone(&svm), Format::Percent(1)),
        line(Arc::clone(&lame), Format::Fixed(2)),
        line(lame.statistic(Statistic::Mean), Format::Fixed(2)),
        line(lame.statistic(Statistic::Count), Format::Whole),
        line(weights, Format::Whole),
        line(gap, Format::Fixed(3)),
        line(svm.statistic(Statistic::StandardDeviation), Format::Fixed(4)),
        line(difference(&svm, &forest).expect("both are shares"), Format::Percent(1)),
        line(ratio(&svm, &forest).expect("both are numbers"), Format::Fixed(2)),
        line(measured("check", &["wet"], "score"), Format::Fixed(1)),
        line(
            difference(&measured("check", &["dry"], "score"), &measured("check", &["wet"], "score"))
                .expect("one unit"),
            Format::Fixed(2),
        ),
        line(measured("fit", &["svm", "1"], "accuracy"), Format::Fixed(3)),
        line(count("variants of fit", 5, Vec::new()), Format::Whole),
        line(measured("fit", &["svm"], "seconds"), Format::Seconds),
        line(measured("fit", &["svm"], "weights").statistic(Statistic::Max), Format::Percent(1)),
    ]
    .concat();
    assert_data_eq!(
        lines,
        str![[r#"
0.975 (0.970–0.980) | fit[svm]/metrics.json#/test/accuracy
97.5 % (97.0–98.0 %) | fit[svm]/metrics.json#/test/accuracy
0.55 (0.50–0.60; 2 of 3) | fit[lame]/metrics.json#/test/accuracy
0.55 (2 of 3) | mean of fit[lame]/metrics.json#/test/accuracy
2 | n of fit[lame]/metrics.json#/test/accuracy
512 | fit[svm]/metrics.json#/weights
0.017 (0.015–0.020) | fit[svm]/metrics.json#/train/accuracy − fit[svm]/metrics.json#/test/accuracy
0.0050 | standard deviation of fit[svm]/metrics.json#/test/accuracy
16.5 points | fit[svm]/metrics.json#/test/accuracy − fit[forest]/metrics.json#/test/accuracy
1.20 | fit[svm]/metrics.json#/test/accuracy / fit[forest]/metrics.json#/test/accuracy
10.6 (9.0–12.5) | check[route=wet]/score.json#/score
−0.90 (−1.00 to −0.75) | check[route=dry]/score.json#/score − check[route=wet]/score.json#/score
0.975 | fit[svm,seed=1]/metrics.json#/test/accuracy
5 | number of variants of fit
error: `fit[svm]/metrics.json#/seconds` is only observed, and a report is to be the same on every machine
51200.0 % | maximum of fit[svm]/metrics.json#/weights

"#]]
    );
}

#[test]
fn a_coordinate_that_is_left_open_is_named() {
    assert_data_eq!(
        measure_named(&runs("fit", &[]), "accuracy").expect_err("it is open"),
        str![[
            r#"`fit` leaves the coordinate `variant` open: name its value, `(variant="svm")`, go through all with `.over("variant")`, or list it under `repeats` of stage `fit`"#
        ]]
    );
    assert_data_eq!(
        runs("fit", &[]).narrow(None, "svn").expect_err("there is none"),
        str!["`fit` has no run at `svn`: one named `svm` exists"]
    );
    assert_data_eq!(
        runs("fit", &[]).over("fold").expect_err("there is none"),
        str!["stage `fit` isn't repeated over `fold`: its coordinates are `variant`, `seed`"]
    );
    assert_data_eq!(
        measure_named(&runs("fit", &["svm"]), "acuracy").expect_err("there is none"),
        str!["stage `fit` has no measure `acuracy`: a measure named `accuracy` exists"]
    );
    assert_data_eq!(
        measure_at(&runs("fit", &["svm"]), "metrics.json").expect_err("it is a file"),
        str!["`metrics.json` says no place in a file: expected `FILE#/NAME`"]
    );
}

#[test]
fn an_address_has_what_is_declared_of_it() {
    let found = measure_at(&runs("fit", &["svm"]), "metrics.json#/test/accuracy").expect("it is an address");
    assert_eq!(found.unit.as_deref(), Some("fraction"));
    assert_eq!(found.sample, measured("fit", &["svm"], "accuracy").sample);
    assert!(measure_at(&runs("fit", &["svm"]), "metrics.json#/seconds").expect("it is an address").observed);
}

#[test]
fn a_setting_is_printed_as_it_is_written_with_its_line() {
    let shown = |runs: &Selection, name: &str| match setting(runs, name) {
        Ok(Some(it)) => format!("{:?} {} {:?}\n", it.spelled.unwrap_or_default(), it.address, it.origin),
        Ok(None) => "none\n".to_owned(),
        Err(reason) => format!("error: {reason}\n"),
    };
    let lines = [
        shown(&runs("fit", &["soft_margin"]), "C"),
        shown(&runs("fit", &["soft_margin"]), "model"),
        shown(&runs("fit", &["forest"]), "C"),
        shown(&runs("fit", &[]), "test_size"),
        shown(&runs("fit", &[]), "C"),
    ];
    assert_data_eq!(
        lines.concat(),
        str![[r#"
"0.1" fit[soft_margin].params.C Written(WrittenAt { file: Some("pipeline.yaml"), line: Some(15), variant: Some("soft_margin"), by: None })
"svm" fit[soft_margin].params.model Written(WrittenAt { file: Some("pipeline.yaml"), line: Some(11), variant: None, by: None })
none
"0.3" fit.params.test_size Written(WrittenAt { file: Some("pipeline.yaml"), line: Some(11), variant: None, by: None })
error: `fit.params.C` differs between variants: name one, `(variant="svm")`

"#]]
    );
}

#[test]
fn the_same_runs_are_the_same_and_those_that_agree_by_chance_are_not() {
    let compared = |one: &Arc<Quantity>, other: &Arc<Quantity>| {
        let comparison = one.compare(other).expect("they are numbers");
        format!("{} {:?}", comparison.relation, comparison.p.map(|p| format!("{p:.4}")))
    };
    let [svm, twin, soft, forest, lame] = ["svm", "twin", "soft_margin", "forest", "lame"]
        .map(|variant| measured("fit", &[variant], "accuracy"));
    assert_eq!(compared(&svm, &twin), "same None");
    assert_eq!(compared(&svm, &forest), "higher Some(\"0.0001\")");
    assert_eq!(compared(&svm, &soft), "unclear Some(\"1.0000\")");
    assert_eq!(compared(&svm, &lame), "unclear None");
    let [wet, dry] = ["wet", "dry"].map(|route| measured("check", &[route], "score"));
    assert_eq!(compared(&wet, &dry), "higher Some(\"0.0001\")");
    let names: Vec<String> = runs("fit", &["twin"]).same_experiments().iter().map(Selection::label).collect();
    assert_eq!(names, ["svm", "twin"]);
}

#[test]
fn references_are_of_address_and_format_and_longer_where_two_agree() {
    let mut registry = CitationRegistry::default();
    let svm = measured("fit", &["svm"], "accuracy");
    let formats = [Format::Fixed(3), Format::Percent(1), Format::Fixed(3)];
    let places = formats
        .map(|format| registry.add(Citation::new(Arc::clone(&svm), format).expect("it can be printed")));
    assert_eq!(places, [0, 1, 0]);
    let references: Vec<String> = registry.references(places).values().map(ToString::to_string).collect();
    assert_data_eq!(references.join(" "), str!["ji2ysv wwaiz7"]);

    // Of so many, some agree in their first six letters.
    let counts = (0..80_000).map(|number| count(format!("things {number}"), number, Vec::new()));
    for quantity in counts {
        registry.add(Citation::new(Arc::new(quantity), Format::Whole).expect("it can be printed"));
    }
    let references = registry.references(0..registry.citations().len());
    let mut spelled: Vec<String> = references.values().map(ToString::to_string).collect();
    assert!(spelled.iter().all(|it| it.starts_with(|letter: char| letter.is_ascii_lowercase())));
    let longer = spelled.iter().filter(|it| it.len() > 6).count();
    assert!((2..40).contains(&longer), "{longer}");
    spelled.sort();
    spelled.dedup();
    assert_eq!(spelled.len(), registry.citations().len());
}
