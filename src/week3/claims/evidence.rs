//! Is a difference more than noise? Welch's test, with the validation set's share of the noise in it.
//!
//! What is measured of a variant differs from what holds of it for two reasons: another seed would have given
//! another model, and another validation set another score. The first is estimated from the seeds, with as few
//! degrees of freedom as they leave; the second is known from the set's size, and the same for every seed, since all
//! are scored on the same sequences: it does not become less with more seeds.
//!
//! ```text
//! t = (x̄ − ȳ) / √(S + v)     S = s²ₓ/k + s²ᵧ/m     ν = S² / ((s²ₓ/k)²/(k−1) + (s²ᵧ/m)²/(m−1))
//! chance = (S · P(Tᵥ ≥ t) + v · P(T∞ ≥ t)) / (S + v)
//! ```
//!
//! `s²` is the sample variance over `k` or `m` seeds and `v` the variance from the validation set, of both sides together:
//! `p̃(1−p̃)/(n+z²)` of an accuracy, `p̃` being the centre of its Wilson interval, and the sequences' own variance over `n`
//! of a mean loss. `ν` is rounded down. The tails are weighted as Cochran weights critical values: to count `v` in `ν`
//! would err too often, as seeds that agree by chance would pass for many.
//!
//! Assumptions
//! - A variant's results over seeds are independent and about normal.
//! - The validation set is a random sample of the sequences that a variant is to recognise.
//! - The two sides are scored independently. Here they share a set, which makes what they have in common cancel: the
//!   test then finds less than it could, and errs no more often.
//! - A run of the source was scored on another set of about the same size, with a spread like that over our seeds.
//!
//! # Source
//! B. L. Welch, "The generalization of 'Student's' problem when several different population variances are involved",
//! Biometrika 34 (1947), 28–35; W. G. Cochran, "Approximate significance levels of the Behrens–Fisher test", Biometrics
//! 20 (1964), 191–195; E. B. Wilson, JASA 22 (1927), 209–212. The tail of Student's distribution: M. Abramowitz and
//! I. A. Stegun, "Handbook of Mathematical Functions" (1964), 26.7.3 and 26.7.4. How often it errs is simulated below.

/// Degrees of freedom with which Student's tail is that of a normal distribution to three digits, a little above it.
const NORMAL: u32 = 2_000;

/// The square of the 97.5 % quantile of the standard normal distribution.
const Z_SQUARED: f64 = 3.841_458_820_694_124;

/// A mean over seeds, and what its noise is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    mean: f64,
    seeds: u32,
    /// Sample variance over the seeds; `None` with a single one.
    spread: Option<f64>,
    /// Variance that comes from the validation set.
    sampling: f64,
}

impl Estimate {
    /// Estimates from one value for each seed, at least one; `sampling` is the variance that comes from the
    /// validation set.
    pub fn of(values: &[f64], sampling: f64) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Self {
            mean,
            seeds: u32::try_from(values.len()).expect("seeds are counted in 32 bits"),
            spread: (values.len() > 1).then(|| squares / (count - 1.0)),
            sampling,
        }
    }

    /// Estimates an accuracy, scored on `examples` sequences.
    pub fn of_accuracies(values: &[f64], examples: f64) -> Self {
        let plain = Self::of(values, 0.0);
        let size = examples + Z_SQUARED;
        let centre = (plain.mean * examples + Z_SQUARED / 2.0) / size;
        Self { sampling: (centre * (1.0 - centre) / size).max(0.0), ..plain }
    }

    /// Gives the variance that comes from the validation set.
    pub fn sampling(&self) -> f64 {
        self.sampling
    }

    /// The variance of the mean that comes from the seeds, with its degrees of freedom.
    fn of_mean(&self) -> Option<(f64, u32)> {
        Some((self.spread? / f64::from(self.seeds), self.seeds - 1))
    }
}

/// A distance between two quantities, and how far chance alone may carry it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    distance: f64,
    /// Variance that comes from the seeds, and its degrees of freedom.
    seeds: f64,
    freedom: u32,
    /// Variance that is known.
    known: f64,
}

impl Contrast {
    /// Holds one variant against another; `None` where one has a single seed, so that nothing is known of its spread.
    pub fn of(own: &Estimate, other: &Estimate) -> Option<Self> {
        let parts = [own.of_mean()?, other.of_mean()?];
        Some(Self::new(own.mean - other.mean, &parts, own.sampling + other.sampling))
    }

    /// Holds a figure of one run of the source, printed to the nearest multiple of `unit`, against a variant.
    pub fn of_run(figure: f64, unit: f64, own: &Estimate) -> Option<Self> {
        let (of_mean, freedom) = own.of_mean()?;
        let spread = own.spread?;
        let rounding = unit * unit / 12.0;
        let parts = [(of_mean + spread, freedom)];
        Some(Self::new(figure - own.mean, &parts, 2.0 * own.sampling + rounding))
    }

    /// Holds figures of several runs of the source, one each, against a variant.
    pub fn of_runs(figures: &[f64], own: &Estimate) -> Option<Self> {
        Self::of(&Estimate::of(figures, own.sampling), own)
    }

    /// Holds a variant against a bound that is exact.
    pub fn of_bound(own: &Estimate, bound: f64) -> Option<Self> {
        Some(Self::new(own.mean - bound, &[own.of_mean()?], own.sampling))
    }

    fn new(distance: f64, parts: &[(f64, u32)], known: f64) -> Self {
        let seeds = parts.iter().map(|(variance, _)| variance).sum::<f64>();
        let squares = parts.iter().map(|(variance, freedom)| variance * variance / f64::from(*freedom));
        // The cast rounds down; seeds without any spread weigh nothing, whatever their freedom.
        let freedom = (seeds * seeds / squares.sum::<f64>()) as u32;
        Self { distance, seeds, freedom: freedom.max(1), known }
    }

    /// The chance of so large a distance if the true one were at most `bound`.
    pub fn chance_above(&self, bound: f64) -> f64 {
        self.chance(self.distance - bound)
    }

    /// The chance of so small a distance if the true one were at least `bound`.
    pub fn chance_below(&self, bound: f64) -> f64 {
        self.chance(bound - self.distance)
    }

    /// The chance of a distance so far from zero, on either side, if there were none.
    pub fn chance_apart(&self) -> f64 {
        (2.0 * self.chance_above(0.0).min(self.chance_below(0.0))).min(1.0)
    }

    fn chance(&self, beyond: f64) -> f64 {
        let variance = self.seeds + self.known;
        if variance == 0.0 {
            return if beyond > 0.0 { 0.0 } else { 1.0 };
        }
        let t = beyond / variance.sqrt();
        (self.seeds * upper_tail(t, self.freedom) + self.known * upper_tail(t, NORMAL)) / variance
    }
}

/// Gives the chance that Student's t with `freedom` degrees of freedom, at least one, is at least `t`.
fn upper_tail(t: f64, freedom: u32) -> f64 {
    let degrees = f64::from(freedom);
    let hypotenuse = (degrees + t * t).sqrt();
    if hypotenuse.is_infinite() {
        return if t > 0.0 { 0.0 } else { 1.0 };
    }
    let (sine, square) = (t.abs() / hypotenuse, degrees / (degrees + t * t));
    let odd = freedom % 2 == 1;
    // Σ of products (1·3…)/(2·4…) of cos²θ for even degrees, (2·4…)/(3·5…) for odd ones.
    let (mut term, mut sum) = (1.0, if freedom > 1 { 1.0 } else { 0.0 });
    let mut above = if odd { 2 } else { 1 };
    while above + 2 < freedom {
        term *= square * f64::from(above) / f64::from(above + 1);
        sum += term;
        above += 2;
    }
    let within = if odd {
        let angle = arc_tangent(t.abs() / degrees.sqrt());
        (angle + sine * square.sqrt() * sum) * std::f64::consts::FRAC_2_PI
    } else {
        sine * sum
    };
    let beyond = ((1.0 - within) / 2.0).max(0.0);
    if t < 0.0 { 1.0 - beyond } else { beyond }
}

/// Computes the arc tangent of a number that is not negative, from basic operations; within 1e-15.
fn arc_tangent(x: f64) -> f64 {
    // Halving the angle three times makes it at most π/16, where Taylor's series soon ends.
    let halved = (0..3).fold(x, |x, _| x / (1.0 + (1.0 + x * x).sqrt()));
    let square = halved * halved;
    let series = (0..12).rev().fold(0.0, |sum, term| 1.0 / f64::from(2 * term + 1) - square * sum);
    8.0 * halved * series
}

/// Gives the chance of counts at least as unlikely as these if both had the same share (Fisher's exact test, two
/// sides); `own` and `other` are how many of how many.
///
/// # Source
/// R. A. Fisher, "Statistical Methods for Research Workers", 5th edition (1934), section 21.02.
pub(super) fn chance_of_counts(own: (u32, u32), other: (u32, u32)) -> f64 {
    let (all, some) = (own.1 + other.1, own.0 + other.0);
    let ways = |of: u32, chosen: u32| {
        (0..chosen).fold(1.0, |ways, step| ways * f64::from(of - step) / f64::from(step + 1))
    };
    let chance = |count: u32| ways(own.1, count) * ways(other.1, some - count) / ways(all, some);
    let possible = some.saturating_sub(other.1)..=some.min(own.1);
    let seen = chance(own.0);
    // Chances that are equal but for rounding are equal.
    possible.map(chance).filter(|chance| *chance <= seen * (1.0 + 1e-9)).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::random::Random;

    #[test]
    fn tails_agree_with_the_tables() {
        // Abramowitz and Stegun, table 26.10, and R. A. Fisher's table of t: quantiles at 0.025 and 0.005.
        for (freedom, t, tail) in [
            (1, 12.7062, 0.025),
            (2, 4.30265, 0.025),
            (3, 3.18245, 0.025),
            (4, 2.77645, 0.025),
            (5, 4.03214, 0.005),
            (10, 2.22814, 0.025),
            (11, 3.10581, 0.005),
            (30, 2.04227, 0.025),
            (2_000, 1.96115, 0.025),
        ] {
            assert!((upper_tail(t, freedom) - tail).abs() < 2e-6, "{freedom}: {}", upper_tail(t, freedom));
            assert!((upper_tail(-t, freedom) - (1.0 - tail)).abs() < 2e-6, "{freedom}");
        }
        assert_eq!(upper_tail(0.0, 3), 0.5);
        assert_eq!((upper_tail(f64::INFINITY, 3), upper_tail(f64::NEG_INFINITY, 4)), (0.0, 1.0));
    }

    #[test]
    fn arc_tangents_of_known_numbers_are_right() {
        for (x, angle) in [(0.0, 0.0), (1.0, std::f64::consts::FRAC_PI_4), (1e9, 1.570_796_325_794_896_6)] {
            assert!((arc_tangent(x) - angle).abs() < 1e-15, "{x}: {}", arc_tangent(x));
        }
        assert!((arc_tangent(3_f64.sqrt() / 3.0) - std::f64::consts::FRAC_PI_6).abs() < 1e-15);
    }

    #[test]
    fn without_a_validation_set_it_is_welch_s_test() {
        let own = Estimate::of(&[27.5, 21.0, 19.0, 23.6, 17.0, 17.9], 0.0);
        let other = Estimate::of(&[27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0], 0.0);
        let contrast = Contrast::of(&own, &other).expect("both have several values");
        // By hand: means 21, 23.5; s² 15.724, 4.294 286; S = 2.620 667 + 0.536 786; ν = 7.05; t = −1.4069.
        assert!((contrast.seeds - 3.157_452).abs() < 1e-6, "{contrast:?}");
        assert_eq!(contrast.freedom, 7);
        assert!((contrast.chance_apart() - 0.2023).abs() < 1e-4, "{}", contrast.chance_apart());
    }

    #[test]
    fn one_seed_tells_nothing_of_the_spread() {
        let (one, three) = (Estimate::of(&[0.9], 0.0), Estimate::of(&[0.1, 0.2, 0.3], 0.0));
        assert_eq!(Contrast::of(&one, &three), None);
        assert_eq!(Contrast::of_run(0.5, 0.01, &one), None);
    }

    #[test]
    fn seeds_that_agree_leave_the_size_of_the_validation_set() {
        let [own, other] = [0.90, 0.92].map(|accuracy| Estimate::of_accuracies(&[accuracy; 3], 651.0));
        let contrast = Contrast::of(&own, &other).expect("both have several seeds");
        // √(0.9·0.1/651 + 0.92·0.08/651) is about 0.016, so that 0.02 apart is nothing.
        assert!(contrast.chance_apart() > 0.2, "{}", contrast.chance_apart());
        let [own, other] = [0.90, 0.98].map(|accuracy| Estimate::of_accuracies(&[accuracy; 3], 651.0));
        let contrast = Contrast::of(&own, &other).expect("both have several seeds");
        assert!(contrast.chance_apart() < 1e-6);
    }

    #[test]
    fn fisher_agrees_with_the_lady_tasting_tea() {
        assert!((chance_of_counts((3, 4), (1, 4)) - 34.0 / 70.0).abs() < 1e-12);
        assert!((chance_of_counts((4, 4), (0, 4)) - 2.0 / 70.0).abs() < 1e-12);
        assert_eq!(chance_of_counts((0, 3), (0, 3)), 1.0);
    }

    /// A made-up world in which the truth is known.
    struct World {
        /// Chance that a variant's model is right about a sequence, on average over seeds.
        truth: f64,
        /// How far a seed's own chance lies from that at most.
        spread: f64,
        /// Whether all seeds are wrong about the same sequences, as far as they are wrong equally often.
        shared: bool,
    }

    impl World {
        fn measured(&self, random: &mut Random, seeds: usize) -> Vec<f64> {
            const SEQUENCES: usize = 651;
            let draw = |random: &mut Random| (0..SEQUENCES).map(|_| f64::from(random.unit())).collect();
            let difficulty: Vec<f64> = draw(random);
            let run = |_| {
                // The sum of four uniform numbers is near enough to normal.
                let normal = (0..4).map(|_| f64::from(random.symmetric(0.5))).sum::<f64>();
                let chance = self.truth + self.spread * normal;
                let own: Vec<f64> = if self.shared { difficulty.clone() } else { draw(random) };
                own.iter().filter(|difficulty| **difficulty < chance).count() as f64 / SEQUENCES as f64
            };
            (0..seeds).map(run).collect()
        }
    }

    const TRIALS: u32 = 2_000;

    /// How often a test at one in twenty says that two things differ that do not: with 2,000 trials, more than 130 of
    /// them (6.5 %) come about one time in a thousand if it errs one time in twenty.
    const MOST_ERRORS: u32 = 130;

    #[test]
    fn variants_that_do_not_differ_are_told_apart_one_time_in_twenty_at_most() {
        for (place, truth, spread, shared) in [
            (0, 0.91, 0.0, true),
            (1, 0.91, 0.02, true),
            (2, 0.91, 0.02, false),
            (3, 0.5, 0.1, true),
            (4, 0.985, 0.004, true),
            (5, 0.985, 0.004, false),
        ] {
            let mut random = Random::new(place, "simulated seeds");
            let world = World { truth, spread, shared };
            let wrong = (0..TRIALS).filter(|_| {
                let [own, other] =
                    [3, 3].map(|seeds| Estimate::of_accuracies(&world.measured(&mut random, seeds), 651.0));
                Contrast::of(&own, &other).expect("three seeds each").chance_apart() < 0.05
            });
            let wrong = wrong.count();
            assert!(
                wrong <= MOST_ERRORS as usize,
                "{truth} ± {spread}, shared {shared}: {wrong} of {TRIALS}"
            );
        }
    }

    #[test]
    fn a_figure_of_the_same_experiment_is_refused_one_time_in_twenty_at_most() {
        for (place, truth, spread) in [(0, 0.91, 0.01), (1, 0.55, 0.08), (2, 0.985, 0.003)] {
            let mut random = Random::new(place, "simulated figures");
            let world = World { truth, spread, shared: true };
            let (mut single, mut each) = (0, 0);
            for _ in 0..TRIALS {
                let own = Estimate::of_accuracies(&world.measured(&mut random, 3), 651.0);
                let printed: Vec<f64> = world
                    .measured(&mut random, 3)
                    .iter()
                    .map(|accuracy| (accuracy * 100.0).round() / 100.0)
                    .collect();
                let run = Contrast::of_run(printed[0], 0.01, &own).expect("three seeds");
                single += u32::from(run.chance_apart() < 0.05);
                let runs = Contrast::of_runs(&printed, &own).expect("three seeds");
                each += u32::from(runs.chance_apart() < 0.05);
            }

            assert!(single <= MOST_ERRORS && each <= MOST_ERRORS, "{truth} ± {spread}: {single}, {each}");
        }
    }

    #[test]
    fn variants_that_differ_are_told_apart() {
        let mut random = Random::new(1, "simulated differences");
        let mut found = 0;
        for _ in 0..TRIALS {
            let [own, other] = [0.92, 0.98].map(|truth| {
                let world = World { truth, spread: 0.01, shared: true };
                Estimate::of_accuracies(&world.measured(&mut random, 3), 651.0)
            });
            let contrast = Contrast::of(&own, &other).expect("three seeds each");
            found += u32::from(contrast.chance_below(0.0) < 0.025);
        }
        assert!(found > TRIALS * 9 / 10, "{found} of {TRIALS}");
    }
}
