//! Which of many samples is clearly ahead of each other one.
//!
//! Invariants
//! - A sample is in exactly one of the four lists.
//! - Samples whose means are equal but for rounding keep the order in which they are given.

use super::comparison::{Repeats, compare};
use super::sample::Sample;
use super::verdict::Relation;

/// Which values of a measure are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Higher ones, as of an accuracy.
    Higher,
    /// Lower ones, as of a loss.
    Lower,
}

/// Samples in the order of their means, by their positions in what was ranked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranking {
    /// The one with the best mean; `None` where none has all its values.
    pub first: Option<usize>,
    /// Those that the first is not clearly ahead of, best mean first; none where it is the best.
    pub rivals: Vec<usize>,
    /// Those that the first is clearly ahead of, best mean first.
    pub rest: Vec<usize>,
    /// Those that lack the value of a repeat and are not ranked, in the order given.
    pub incomplete: Vec<usize>,
}

impl Ranking {
    /// Returns the one that is clearly ahead of each other one that is ranked; of one alone there is nothing to say.
    pub fn best(&self) -> Option<usize> {
        self.first.filter(|_| self.rivals.is_empty() && !self.rest.is_empty())
    }
}

/// Ranks samples; each is compared with the first by [`compare`].
pub fn best(samples: &[Sample], direction: Direction, repeats: Repeats) -> Ranking {
    let mut ranked: Vec<(f64, usize)> = Vec::new();
    let mut incomplete = Vec::new();
    for (index, sample) in samples.iter().enumerate() {
        match sample.summary().filter(|summary| summary.missing == 0) {
            Some(summary) => ranked.push((rank_value(summary.mean, direction), index)),
            None => incomplete.push(index),
        }
    }
    ranked.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let mut by_mean = ranked.into_iter().map(|(_, index)| index);
    let first = by_mean.next();
    let ahead = match direction {
        Direction::Higher => Relation::Higher,
        Direction::Lower => Relation::Lower,
    };
    let is_behind = |other: &usize| {
        first.is_some_and(|first| compare(&samples[first], &samples[*other], repeats).relation == ahead)
    };
    let (rest, rivals) = by_mean.partition(is_behind);
    Ranking { first, rivals, rest, incomplete }
}

/// Gives the number by which a mean is ranked, the highest first: to 12 significant digits, so that rounding does not
/// decide.
fn rank_value(mean: f64, direction: Direction) -> f64 {
    let rounded: f64 = format!("{mean:.11e}").parse().expect("a number that was just printed");
    // The sum makes −0 a 0, so that both rank the same.
    0.0 + match direction {
        Direction::Higher => rounded,
        Direction::Lower => -rounded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::new(values.iter().copied().map(Some))
    }

    fn rank(samples: &[Sample], direction: Direction) -> Ranking {
        best(samples, direction, Repeats::Independent)
    }

    #[test]
    fn what_is_clearly_ahead_of_each_other_one_is_the_best() {
        let samples = [sample(&[0.5, 0.51, 0.52]), sample(&[0.9, 0.91, 0.92]), sample(&[0.6, 0.61, 0.62])];
        let ranking = rank(&samples, Direction::Higher);
        assert_eq!(ranking, Ranking { first: Some(1), rivals: vec![], rest: vec![2, 0], incomplete: vec![] });
        assert_eq!(ranking.best(), Some(1));
        let ranking = rank(&samples, Direction::Lower);
        assert_eq!(ranking, Ranking { first: Some(0), rivals: vec![], rest: vec![2, 1], incomplete: vec![] });
    }

    #[test]
    fn those_that_the_first_is_not_clearly_ahead_of_are_its_rivals() {
        let samples = [sample(&[0.88, 0.92, 0.9]), sample(&[0.5, 0.51, 0.52]), sample(&[0.9, 0.91, 0.92])];
        let ranking = rank(&samples, Direction::Higher);
        assert_eq!(ranking, Ranking { first: Some(2), rivals: vec![0], rest: vec![1], incomplete: vec![] });
        assert_eq!(ranking.best(), None);
    }

    #[test]
    fn what_lacks_a_repeat_is_not_ranked() {
        let diverged = Sample::new([Some(0.99), Some(0.99), None]);
        let samples =
            [diverged.clone(), sample(&[0.9, 0.91, 0.92]), sample(&[0.5, 0.51, 0.52]), Sample::new([])];
        let ranking = rank(&samples, Direction::Higher);
        assert_eq!(
            ranking,
            Ranking { first: Some(1), rivals: vec![], rest: vec![2], incomplete: vec![0, 3] }
        );
        let ranking = rank(&[diverged], Direction::Higher);
        assert_eq!(ranking, Ranking { first: None, rivals: vec![], rest: vec![], incomplete: vec![0] });
    }

    #[test]
    fn one_alone_is_first_and_not_called_the_best() {
        let ranking = rank(&[sample(&[0.9, 0.91])], Direction::Higher);
        assert_eq!(ranking, Ranking { first: Some(0), rivals: vec![], rest: vec![], incomplete: vec![] });
        assert_eq!(ranking.best(), None);
    }

    #[test]
    fn one_repeat_is_a_rival_of_whatever_is_first() {
        let samples = [sample(&[0.9, 0.91, 0.92]), sample(&[0.1])];
        let ranking = rank(&samples, Direction::Higher);
        assert_eq!(ranking, Ranking { first: Some(0), rivals: vec![1], rest: vec![], incomplete: vec![] });
    }

    #[test]
    fn equal_means_keep_their_order_whatever_their_last_bits() {
        let samples = [sample(&[0.3, 0.3]), sample(&[0.1 + 0.2, 0.1 + 0.2]), sample(&[0.2, 0.4])];
        for direction in [Direction::Higher, Direction::Lower] {
            let ranking = rank(&samples, direction);
            let expected = Ranking { first: Some(0), rivals: vec![1, 2], rest: vec![], incomplete: vec![] };
            assert_eq!(ranking, expected);
        }
        let zeros = [sample(&[-0.0, -0.0]).exact(), sample(&[0.0, 0.0]).exact(), sample(&[-1.0]).exact()];
        let ranking = rank(&zeros, Direction::Higher);
        assert_eq!(ranking, Ranking { first: Some(0), rivals: vec![1], rest: vec![2], incomplete: vec![] });
    }

    #[test]
    fn folds_are_ranked_by_pairs() {
        let hard = [0.5, 0.7, 0.9, 0.6, 0.8];
        let samples = [sample(&hard), sample(&[0.51, 0.715, 0.91, 0.615, 0.81])];
        let paired = best(&samples, Direction::Higher, Repeats::Paired);
        assert_eq!(paired, Ranking { first: Some(1), rivals: vec![], rest: vec![0], incomplete: vec![] });
        let ranking = rank(&samples, Direction::Higher);
        assert_eq!(ranking, Ranking { first: Some(1), rivals: vec![0], rest: vec![], incomplete: vec![] });
    }
}
