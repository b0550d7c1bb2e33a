//! How often the rule errs and what it finds: simulated, with stored seeds; and what it says of real results.

use std::num::NonZeroU64;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal, StandardUniform};

use super::comparison::{Repeats, compare};
use super::ranking::{Direction, best};
use super::sample::Sample;
use super::verdict::{Comparison, Relation};

const TRIALS: usize = 10_000;

/// 5 % of the trials.
const FIVE_PER_CENT: usize = TRIALS / 20;

/// How a made-up measure varies about its true mean.
#[derive(Clone, Copy)]
struct Noise {
    repeats: usize,
    /// Standard deviation over repeats.
    sd: f64,
    /// Number of cases that all repeats of a sample are scored on; each sample has cases of its own.
    cases: Option<u64>,
}

impl Noise {
    fn draw(self, mean: f64, random: &mut ChaCha8Rng) -> Sample {
        let mut normal = || -> f64 { StandardNormal.sample(random) };
        let of_cases = self.cases.map_or(0.0, |cases| (mean * (1.0 - mean) / cases as f64).sqrt() * normal());
        let sample = Sample::new((0..self.repeats).map(|_| Some(mean + of_cases + self.sd * normal())));
        match self.cases.and_then(NonZeroU64::new) {
            Some(cases) => sample.out_of(cases),
            None => sample,
        }
    }
}

fn is_different(comparison: Comparison) -> bool {
    matches!(comparison.relation, Relation::Higher | Relation::Lower)
}

/// Counts the pairs that are called different, of which the second is `shift` above the first.
fn count_different(seed: u64, noise: [Noise; 2], shift: f64, repeats: Repeats) -> usize {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut is_found = || {
        let [a, b] =
            [(noise[0], 0.8), (noise[1], 0.8 + shift)].map(|(noise, mean)| noise.draw(mean, &mut random));
        is_different(compare(&a, &b, repeats))
    };
    (0..TRIALS).filter(|_| is_found()).count()
}

#[test]
fn of_10_000_pairs_that_do_not_differ_at_most_5_per_cent_are_called_different() {
    for (seed, cases) in [(1, None), (2, Some(640))] {
        for repeats in [3, 5, 10] {
            let noise = Noise { repeats, sd: 0.02, cases };
            let wrong = count_different(seed, [noise; 2], 0.0, Repeats::Independent);
            assert!(wrong <= FIVE_PER_CENT, "{repeats} repeats, {cases:?} cases: {wrong} of {TRIALS}");
        }
    }
}

#[test]
fn shares_of_counted_cases_that_do_not_differ_are_called_different_in_at_most_5_per_cent() {
    const CASES: u64 = 100;
    let mut random = ChaCha8Rng::seed_from_u64(3);
    for (mean, sd) in [(0.9, 0.02), (0.9, 0.002), (0.97, 0.005)] {
        let mut draw = || {
            // How difficult a case is for every repeat; a repeat is right about what is easier than its own skill.
            let difficulties: Vec<f64> = (0..CASES).map(|_| StandardUniform.sample(&mut random)).collect();
            let share = |normal: f64| {
                let skill = mean + sd * normal;
                difficulties.iter().filter(|difficulty| **difficulty < skill).count() as f64 / CASES as f64
            };
            let values: Vec<f64> = (0..3).map(|_| share(StandardNormal.sample(&mut random))).collect();
            Sample::new(values.into_iter().map(Some)).out_of(NonZeroU64::new(CASES).expect("not zero"))
        };
        let mut is_found = || is_different(compare(&draw(), &draw(), Repeats::Independent));
        let wrong = (0..TRIALS).filter(|_| is_found()).count();
        assert!(wrong <= FIVE_PER_CENT, "{mean} ± {sd}: {wrong} of {TRIALS}");
    }
}

#[test]
fn three_repeats_of_unequal_variance_are_called_different_in_at_most_6_per_cent() {
    // Known of Welch's test with so few: it errs somewhat more often than it is held to where one side varies more.
    for (seed, sds, cases) in [
        (4, [0.02, 0.005], None),
        (5, [0.02, 0.000_2], None),
        (6, [0.02, 0.002], Some(640)),
        (7, [0.02, 0.02], Some(60)),
    ] {
        let noise = sds.map(|sd| Noise { repeats: 3, sd, cases });
        let wrong = count_different(seed, noise, 0.0, Repeats::Independent);
        assert!(wrong <= TRIALS * 6 / 100, "{sds:?}, {cases:?} cases: {wrong} of {TRIALS}");
    }
}

#[test]
fn of_10_000_paired_samples_that_do_not_differ_about_5_per_cent_are_called_different() {
    let noise = Noise { repeats: 5, sd: 0.02, cases: None };
    let wrong = count_different(8, [noise; 2], 0.0, Repeats::Paired);
    // The test is exact: 5 % of them, give or take three standard deviations.
    assert!((435..=565).contains(&wrong), "{wrong} of {TRIALS}");
}

#[test]
fn of_10_000_rankings_of_ten_that_do_not_differ_at_most_5_per_cent_have_a_best() {
    for (seed, repeats, cases) in [(9, 3, None), (10, 5, Some(60))] {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let noise = Noise { repeats, sd: 0.02, cases };
        let mut has_best = || {
            let samples: Vec<Sample> = (0..10).map(|_| noise.draw(0.8, &mut random)).collect();
            best(&samples, Direction::Higher, Repeats::Independent).best().is_some()
        };
        let wrong = (0..TRIALS).filter(|_| has_best()).count();
        assert!(wrong <= FIVE_PER_CENT, "{repeats} repeats, {cases:?} cases: {wrong} of {TRIALS}");
    }
}

#[test]
fn at_five_repeats_a_difference_of_two_and_a_half_deviations_is_found_four_times_in_five() {
    let noise = Noise { repeats: 5, sd: 0.02, cases: None };
    let found = count_different(11, [noise; 2], 2.5 * noise.sd, Repeats::Independent);
    assert!(found >= TRIALS * 4 / 5, "{found} of {TRIALS}");
}

/// Accuracies of three seeds at the best epoch, as this repository's own pipeline has them; each is of 640 cases.
///
/// 2.2 and 2.4.2 differ by little more than it takes.
const ACCURACIES: [(&str, [f64; 3]); 6] = [
    ("1.2", [0.948_437_5, 0.932_812_5, 0.942_187_5]),
    ("1.4", [0.567_187_5, 0.351_562_5, 0.479_687_5]),
    ("2.1", [0.326_562_5, 0.317_187_5, 0.2875]),
    ("2.2", [0.948_437_5, 0.932_812_5, 0.942_187_5]),
    ("2.4.2", [0.971_875, 0.960_937_5, 0.975]),
    ("2.5.3", [0.640_625, 0.510_937_5, 0.540_625]),
];

#[test]
fn real_results_that_differ_are_called_different() {
    let cases = NonZeroU64::new(640).expect("not zero");
    let sample = |name: &str| {
        let (_, values) = ACCURACIES.iter().find(|(other, _)| *other == name).expect("the variant is listed");
        Sample::new(values.map(Some)).out_of(cases)
    };
    let lines: String = [("2.1", "2.2"), ("1.2", "1.4"), ("2.2", "2.4.2"), ("2.4.2", "2.5.3")]
        .map(|(a, b)| {
            let Comparison { relation, difference, p } =
                compare(&sample(a), &sample(b), Repeats::Independent);
            let (difference, p) = (difference.expect("no value is missing"), p.expect("there was a test"));
            format!("{a} {b} {relation} {difference:.4} {p:.4}\n")
        })
        .concat();
    snapbox::assert_data_eq!(
        lines,
        snapbox::str![[r#"
2.1 2.2 lower -0.6307 0.0001
1.2 1.4 higher 0.4750 0.0165
2.2 2.4.2 lower -0.0281 0.0473
2.4.2 2.5.3 higher 0.4052 0.0087

"#]]
    );
}
