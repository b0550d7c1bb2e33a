//! What a comparison says, of samples whose answer is known.

use std::num::NonZeroU64;

use snapbox::{assert_data_eq, str};

use super::*;

fn sample(values: &[f64]) -> Sample {
    Sample::new(values.iter().copied().map(Some))
}

fn share(values: &[f64], cases: u64) -> Sample {
    sample(values).out_of(NonZeroU64::new(cases).expect("there are cases"))
}

fn independent(a: &Sample, b: &Sample) -> Comparison {
    compare(a, b, Repeats::Independent)
}

/// Writes a comparison as one line: relation, difference, p and reason.
fn line(comparison: Comparison) -> String {
    let number = |number: Option<f64>| number.map_or("none".into(), |number| format!("{number:.4}"));
    let reason = comparison.reason().map_or(String::new(), |reason| format!(" · {reason}"));
    let (difference, p) = (number(comparison.difference), number(comparison.p));
    format!("{} · difference {difference} · p {p}{reason}\n", comparison.relation)
}

/// The additional hours of sleep of ten patients with two drugs: Student, "The probable error of a mean" (1908).
const SLEEP: [[f64; 10]; 2] = [
    [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
    [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
];

#[test]
fn the_sleep_data_are_judged_as_in_the_textbook() {
    let [a, b] = SLEEP.map(|values| sample(&values));
    // R: t.test(extra ~ group) has p = 0.07939.
    assert_data_eq!(
        line(independent(&a, &b)),
        str![[r#"
unclear · difference -1.5800 · p 0.0794 · not significant at 5 %

"#]]
    );
    // R: t.test(x, y, paired = TRUE) has p = 0.002833.
    assert_data_eq!(
        line(compare(&a, &b, Repeats::Paired)),
        str![[r#"
lower · difference -1.5800 · p 0.0028

"#]]
    );
    // R: t.test(y, mu = 0) has p = 0.005076.
    let zero = StatedNumber::bound(0.0).expect("finite");
    assert_data_eq!(
        line(compare_with_stated(&b, zero)),
        str![[r#"
higher · difference 2.3300 · p 0.0051

"#]]
    );
}

#[test]
fn a_comparison_that_says_nothing_says_why() {
    let good = sample(&[0.9, 0.91, 0.92]);
    let cases = [
        (good.clone(), Sample::new([Some(0.1), None, Some(0.2)])),
        (Sample::new([None, Some(f64::NAN), Some(0.2)]), sample(&[0.1])),
        (good.clone(), Sample::new([None, None])),
        (Sample::new([]), good.clone()),
        (good.clone(), sample(&[0.1])),
        (sample(&[0.9; 4]), sample(&[0.1; 9])),
        (sample(&[0.9; 3]), sample(&[0.9; 3])),
        (share(&[0.9; 3], 640), share(&[0.1; 3], 640)),
        (good.clone(), sample(&[0.89, 0.92, 0.91])),
        (share(&[90.0, 91.0, 92.0], 640), share(&[0.9, 0.91, 0.92], 640)),
        (sample(&[1.0, 3.0]).exact(), sample(&[2.0, 2.0]).exact()),
    ];
    let lines: String = cases.iter().map(|(a, b)| line(independent(a, b))).collect();
    assert_data_eq!(
        lines,
        str![[r#"
unclear · difference none · p none · 2 of 3 repeats have a value
unclear · difference none · p none · 1 of 3 repeats has a value
unclear · difference none · p none · 0 of 2 repeats have a value
unclear · difference none · p none · no repeats on a side
unclear · difference 0.8100 · p none · one run on a side
unclear · difference 0.8000 · p none · no variance over fewer than 5 repeats
unclear · difference 0.0000 · p none · no variance over fewer than 5 repeats
unclear · difference 0.8000 · p none · no variance over fewer than 5 repeats
unclear · difference 0.0033 · p 0.7700 · not significant at 5 %
unclear · difference 90.0900 · p none · not all values are shares between 0 and 1
unclear · difference 0.0000 · p none · different values with equal means

"#]]
    );
}

#[test]
fn equal_constants_are_never_the_same() {
    assert_data_eq!(
        line(independent(&sample(&[0.9; 8]), &sample(&[0.9; 8]))),
        str![[r#"
unclear · difference 0.0000 · p 1.0000 · not significant at 5 %

"#]]
    );
}

#[test]
fn the_same_run_is_the_same() {
    assert_data_eq!(
        line(Comparison::of_same_run()),
        str![[r#"
same · difference 0.0000 · p none

"#]]
    );
}

#[test]
fn five_constant_repeats_a_side_are_enough() {
    assert_data_eq!(
        line(independent(&sample(&[0.9; 5]), &sample(&[0.8; 5]))),
        str![[r#"
higher · difference 0.1000 · p 0.0079

"#]]
    );
    // The cases' noise stays.
    let shares = |cases| line(independent(&share(&[0.9; 5], cases), &share(&[0.8; 5], cases)));
    assert_data_eq!(
        shares(50) + &shares(640),
        str![[r#"
unclear · difference 0.1000 · p 0.1636 · not significant at 5 %
higher · difference 0.1000 · p 0.0079

"#]]
    );
}

#[test]
fn one_constant_side_is_enough_variance() {
    assert_data_eq!(
        line(independent(&sample(&[0.9, 0.91, 0.92]), &sample(&[0.5; 3]))),
        str![[r#"
higher · difference 0.4100 · p 0.0002

"#]]
    );
}

#[test]
fn a_share_of_few_cases_has_the_noise_of_its_cases() {
    let values = [[0.9, 0.91, 0.92], [0.95, 0.96, 0.97]];
    let lines: String = [100, 10_000]
        .map(|cases| line(independent(&share(&values[0], cases), &share(&values[1], cases))))
        .concat();
    assert_data_eq!(
        line(independent(&sample(&values[0]), &sample(&values[1]))) + &lines,
        str![[r#"
lower · difference -0.0500 · p 0.0036
unclear · difference -0.0500 · p 0.1673 · not significant at 5 %
lower · difference -0.0500 · p 0.0041

"#]]
    );
}

#[test]
fn exact_values_compare_as_numbers() {
    let exact = |values: &[f64]| sample(values).exact();
    let cases = [
        (exact(&[10.0]), exact(&[10.0, 10.0])),
        (exact(&[-0.0]), exact(&[0.0])),
        (exact(&[10.0, 10.0, 10.0]), exact(&[12.0, 12.0, 12.0])),
        (exact(&[0.1]), exact(&[0.1 - 1e-17])),
        (exact(&[1.0, 2.0]), exact(&[2.0, 1.0])),
        (exact(&[1.0, 2.0]), exact(&[1.0, 1.0])),
        (Sample::new([Some(1.0), None]).exact(), exact(&[1.0, 1.0])),
        // A bound for what is not exact.
        (sample(&[0.9, 0.91, 0.92]), exact(&[0.8])),
        (exact(&[0.8]), sample(&[0.9; 6])),
    ];
    let lines: String = cases.iter().map(|(a, b)| line(independent(a, b))).collect();
    assert_data_eq!(
        lines,
        str![[r#"
same · difference 0.0000 · p none
same · difference 0.0000 · p none
lower · difference -2.0000 · p none
same · difference 0.0000 · p none
same · difference 0.0000 · p none
higher · difference 0.5000 · p none
unclear · difference none · p none · 1 of 2 repeats has a value
higher · difference 0.1100 · p 0.0027
lower · difference -0.1000 · p 0.0312

"#]]
    );
}

#[test]
fn pairs_are_compared_by_their_differences() {
    let (a, b) = (sample(&[0.5, 0.7, 0.9, 0.6]), sample(&[0.51, 0.715, 0.91, 0.615]));
    let shifted = |by: f64, n: usize| {
        let values: Vec<f64> = (0..n).map(|fold| 0.5 + by + 0.03 * fold as f64).collect();
        sample(&values)
    };
    let cases = [
        (a.clone(), b.clone()),
        (a.clone(), sample(&[0.51, 0.715, 0.91])),
        (a.clone(), Sample::new([Some(0.51), None, Some(0.91), Some(0.615)])),
        (Sample::new([Some(1.0), None]), Sample::new([None, Some(1.0)])),
        (Sample::new([]), Sample::new([])),
        (sample(&[0.5]), sample(&[0.6])),
        (a.clone(), a.clone()),
        // Constant differences, but for rounding.
        (shifted(0.1, 4), shifted(0.0, 4)),
        (shifted(0.1, 5), shifted(0.0, 5)),
        (shifted(0.1, 6), shifted(0.0, 6)),
        (shifted(0.0, 6), shifted(0.0, 6)),
    ];
    let lines: String = cases.iter().map(|(a, b)| line(compare(a, b, Repeats::Paired))).collect();
    assert_data_eq!(
        lines,
        str![[r#"
lower · difference -0.0125 · p 0.0032
unclear · difference none · p none · 3 of 4 repeats have a value on both sides
unclear · difference none · p none · 3 of 4 repeats have a value on both sides
unclear · difference none · p none · 0 of 2 repeats have a value on both sides
unclear · difference none · p none · no repeats on a side
unclear · difference -0.1000 · p none · one run on a side
unclear · difference 0.0000 · p none · no variance over fewer than 5 repeats
unclear · difference 0.1000 · p none · no variance over fewer than 5 repeats
unclear · difference 0.1000 · p 0.0625 · not significant at 5 %
higher · difference 0.1000 · p 0.0312
unclear · difference 0.0000 · p 1.0000 · not significant at 5 %

"#]]
    );
}

#[test]
fn a_stated_number_is_a_bound_or_one_run() {
    let own = share(&[0.90, 0.92, 0.94], 640);
    let bound = |value| line(compare_with_stated(&own, StatedNumber::bound(value).expect("finite")));
    let run = |sample: &Sample, value, step| {
        line(compare_with_stated(sample, StatedNumber::one_run(value, step).expect("finite")))
    };
    assert_data_eq!(
        bound(0.85) + &bound(0.8) + &run(&own, 0.8, 0.01) + &run(&own, 0.5, 0.01),
        str![[r#"
higher · difference 0.0700 · p 0.0253
higher · difference 0.1200 · p 0.0090
higher · difference 0.1200 · p 0.0343
higher · difference 0.4200 · p 0.0030

"#]]
    );
    // An exact number is the same as what it is printed as.
    let exact = sample(&[0.914]).exact();
    assert_data_eq!(
        run(&exact, 0.91, 0.01) + &run(&exact, 0.92, 0.01) + &run(&exact, 0.914, 0.0),
        str![[r#"
same · difference 0.0040 · p none
lower · difference -0.0060 · p none
same · difference 0.0000 · p none

"#]]
    );
    let lines = run(&sample(&[0.9]), 0.5, 0.01) + &run(&sample(&[0.9; 3]), 0.5, 0.01);
    let constants = run(&sample(&[0.9; 30]), 0.5, 0.01) + &run(&sample(&[0.9; 40]), 0.5, 0.01);
    assert_data_eq!(
        lines + &constants,
        str![[r#"
unclear · difference 0.4000 · p none · one run on a side
unclear · difference 0.4000 · p none · no variance over fewer than 5 repeats
unclear · difference 0.4000 · p 0.0645 · not significant at 5 %
higher · difference 0.4000 · p 0.0488

"#]]
    );
    assert_eq!((StatedNumber::bound(f64::NAN), StatedNumber::one_run(1.0, -0.1)), (None, None));
}

#[test]
fn rounding_in_the_last_place_is_no_variance_and_no_difference() {
    let noisy = [0.3, 0.1 + 0.2, 0.3];
    let lines = [
        (sample(&noisy), sample(&[0.4; 3])),
        (sample(&[0.1 + 0.2; 5]), sample(&[0.3; 5])),
        (sample(&[1e7 + 0.3, 1e7 + 0.1 + 0.2, 1e7 + 0.3]), sample(&[5.0; 3])),
    ]
    .map(|(a, b)| line(independent(&a, &b)))
    .concat();
    assert_data_eq!(
        lines,
        str![[r#"
unclear · difference -0.1000 · p none · no variance over fewer than 5 repeats
unclear · difference 0.0000 · p 1.0000 · not significant at 5 %
unclear · difference 9999995.3000 · p none · no variance over fewer than 5 repeats

"#]]
    );
}

#[test]
fn p_values_have_the_same_bits_on_every_platform() {
    let [a, b] = SLEEP.map(|values| sample(&values));
    let shares = [share(&[0.90, 0.92, 0.94], 640), share(&[0.8, 0.83, 0.81], 640)];
    let bits = [independent(&a, &b), compare(&a, &b, Repeats::Paired), independent(&shares[0], &shares[1])]
        .map(|comparison| format!("{:016x}\n", comparison.p.expect("there was a test").to_bits()));
    assert_data_eq!(
        bits.concat(),
        str![[r#"
3fb4532ca399472b
3f673500580792aa
3f73759ccb0cebe0

"#]]
    );
}
