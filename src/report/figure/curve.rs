//! Curves: the mean of several, the part of one that is on a panel, and how far a panel reaches.
//!
//! A curve is a list of (x, y) in the order of x; where y is not finite, it has a gap.
//!
//! Invariants
//! - A curve that leaves a panel ends at its edge; what is beyond is never drawn within.

use super::canvas::Pixel;
use super::repeats::drawable;

/// Points in the order of x.
pub(super) type Curve = Vec<(f64, f64)>;

/// Sorts points by x, and leaves out those whose x can't be drawn; a y that can't becomes NaN.
pub(super) fn curve(points: &[(f64, f64)]) -> Curve {
    let mut curve: Curve = points
        .iter()
        .filter(|(x, _)| drawable(*x).is_some())
        .map(|(x, y)| (*x, drawable(*y).unwrap_or(f64::NAN)))
        .collect();
    curve.sort_by(|one, other| one.0.total_cmp(&other.0));
    curve
}

/// The points of a curve after which its next value is not finite.
pub(super) fn divergences(curve: &Curve) -> impl Iterator<Item = (f64, f64)> {
    let pairs = curve.windows(2).filter(|pair| pair[0].1.is_finite() && pair[1].1.is_nan());
    pairs.map(|pair| pair[0])
}

/// The mean at each x that all `curves` share, up to the end of the shortest one; a gap where one has a gap.
pub(super) fn mean_curve(curves: &[&Curve]) -> Curve {
    let Some((first, others)) = curves.split_first() else { return Vec::new() };
    let mean = |(x, y): &(f64, f64)| {
        let mut sum = *y;
        for other in others {
            let index = other.partition_point(|(earlier, _)| earlier < x);
            sum += other.get(index).filter(|(found, _)| found == x)?.1;
        }
        Some((*x, sum / curves.len() as f64))
    };
    first.iter().filter_map(mean).collect()
}

/// The values that a panel of `curves` has room for: all, but for those of curves that leave the others far behind.
///
/// A training that diverges must not press the others into a line, so a panel reaches five times as far as half of the
/// curves do.
pub(super) fn values_in_reach(curves: &[&Curve]) -> Vec<f64> {
    /// How many times as far as half of the curves a panel reaches.
    const REACH: f64 = 5.0;
    /// From this many times on, already one of two curves is too far.
    const FAR: f64 = 1000.0;
    let finite =
        |curve: &Curve| -> Vec<f64> { curve.iter().map(|(_, y)| *y).filter(|y| y.is_finite()).collect() };
    let curves: Vec<Vec<f64>> =
        curves.iter().map(|curve| finite(curve)).filter(|ys| !ys.is_empty()).collect();
    let extremes = |pick: fn(f64, f64) -> f64| {
        let mut all: Vec<f64> = curves.iter().filter_map(|ys| ys.iter().copied().reduce(pick)).collect();
        all.sort_by(f64::total_cmp);
        all
    };
    let (lows, highs) = (extremes(f64::min), extremes(f64::max));
    let Some(before_middle) = curves.len().checked_sub(1).map(|last| last / 2) else { return Vec::new() };
    let middle = curves.len() / 2;
    // Curves at different levels are as far from zero as they are high, however flat each of them is.
    let size_of = |low: f64, high: f64| (high - low).abs().max(high.abs()).max(low.abs());
    let (near, far) = ((lows[middle], highs[before_middle]), (lows[before_middle], highs[middle]));
    // Of an even number the middle ones that reach farther count, unless they are far away.
    let is_far = size_of(far.0, far.1) > FAR * size_of(near.0, near.1);
    let (low, high) = if is_far { near } else { far };
    let size = size_of(low, high);
    let is_in_reach = |value: &f64| size == 0.0 || (low - REACH * size..=high + REACH * size).contains(value);
    curves.into_iter().flatten().filter(is_in_reach).collect()
}

/// Splits a curve of shares of a panel's axes where it has a gap and where it leaves through the top or the bottom.
pub(super) fn visible_pieces(shares: &[Pixel]) -> Vec<Vec<Pixel>> {
    let mut pieces: Vec<Vec<Pixel>> = Vec::new();
    let mut open: Vec<Pixel> = Vec::new();
    let mut before: Option<Pixel> = None;
    for point in shares {
        let segment = before.and_then(|before| clipped(before, *point));
        match segment {
            Some((start, end)) => {
                if open.last() != Some(&start) {
                    pieces.push(std::mem::take(&mut open));
                    open.push(start);
                }
                open.push(end);
            }
            None => {
                pieces.push(std::mem::take(&mut open));
                if (0.0..=1.0).contains(&point.1) {
                    open.push(*point);
                }
            }
        }
        before = point.1.is_finite().then_some(*point);
    }
    pieces.push(open);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// The part of a straight line that is between 0 and 1 upwards; none where that is at most a point.
fn clipped(from: Pixel, to: Pixel) -> Option<(Pixel, Pixel)> {
    let rise = to.1 - from.1;
    if !rise.is_finite() {
        return None;
    }
    if rise == 0.0 {
        return (0.0..=1.0).contains(&from.1).then_some((from, to));
    }
    let (bottom, top) = (-from.1 / rise, (1.0 - from.1) / rise);
    let (start, end) = (bottom.min(top).max(0.0), bottom.max(top).min(1.0));
    let at = |part: f64| (from.0 + (to.0 - from.0) * part, (from.1 + rise * part).clamp(0.0, 1.0));
    let start_point = if start == 0.0 { from } else { at(start) };
    let end_point = if end == 1.0 { to } else { at(end) };
    (start < end).then_some((start_point, end_point))
}

/// Leaves out points that no pixel would show: of those in one column of pixels the first, the lowest, the highest and
/// the last remain.
pub(super) fn thinned(piece: Vec<Pixel>) -> Vec<Pixel> {
    let column = |pixel: &Pixel| pixel.0.floor();
    let mut kept = Vec::new();
    for group in piece.chunk_by(|one, other| column(one) == column(other)) {
        let extreme = |is_better: fn(f64, f64) -> bool| {
            let better = |best: usize, index: usize| {
                if is_better(group[index].1, group[best].1) { index } else { best }
            };
            (0..group.len()).fold(0, better)
        };
        let mut indices = vec![0, extreme(|a, b| a < b), extreme(|a, b| a > b), group.len() - 1];
        indices.sort_unstable();
        indices.dedup();
        kept.extend(indices.into_iter().map(|index| group[index]));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_ends_where_it_leaves_and_begins_where_it_returns() {
        let shares = [(0.0, 0.0), (1.0, 2.0), (2.0, 0.5), (3.0, f64::NAN), (4.0, 0.25)];
        let expected =
            vec![vec![(0.0, 0.0), (0.5, 1.0)], vec![(1.0 + 2.0 / 3.0, 1.0), (2.0, 0.5)], vec![(4.0, 0.25)]];
        assert_eq!(visible_pieces(&shares), expected);
        assert_eq!(visible_pieces(&[(0.0, 3.0), (1.0, -1.0)]), [vec![(0.5, 1.0), (0.75, 0.0)]]);
        assert_eq!(visible_pieces(&[(0.0, 3.0), (1.0, 3.0)]), Vec::<Vec<Pixel>>::new());
    }

    #[test]
    fn a_mean_goes_as_far_as_all_curves_go() {
        let (one, other) = (vec![(1.0, 1.0), (2.0, 3.0), (3.0, 5.0)], vec![(1.0, 3.0), (2.0, 5.0)]);
        assert_eq!(mean_curve(&[&one, &other]), [(1.0, 2.0), (2.0, 4.0)]);
        assert_eq!(mean_curve(&[]), []);
    }

    #[test]
    fn a_curve_that_diverges_does_not_press_the_others_together() {
        let usual: Vec<Curve> = (0..3).map(|_| vec![(1.0, 3.0), (2.0, 0.1)]).collect();
        let diverging = vec![(1.0, 3.0), (2.0, 1e9)];
        let all: Vec<&Curve> = usual.iter().chain([&diverging]).collect();
        assert_eq!(values_in_reach(&all), [3.0, 0.1, 3.0, 0.1, 3.0, 0.1, 3.0]);
        assert_eq!(values_in_reach(&[&usual[0], &diverging]), [3.0, 0.1, 3.0]);
        let growing = vec![(1.0, 1.0), (2.0, 100.0)];
        assert_eq!(values_in_reach(&[&usual[0], &growing]), [3.0, 0.1, 1.0, 100.0]);
    }

    #[test]
    fn flat_curves_at_different_levels_are_all_in_reach() {
        let levels: Vec<Curve> =
            (1..=5).map(|level| vec![(1.0, f64::from(level)), (2.0, f64::from(level))]).collect();
        let all: Vec<&Curve> = levels.iter().collect();
        assert_eq!(values_in_reach(&all), [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 5.0, 5.0]);
    }

    #[test]
    fn a_curve_of_many_points_keeps_its_peaks() {
        let mut piece: Vec<Pixel> = (0..100_000).map(|index| (f64::from(index) / 1000.0, 50.0)).collect();
        piece[70_123].1 = 7.0;
        let kept = thinned(piece);
        assert!(kept.len() <= 400, "{}", kept.len());
        assert!(kept.contains(&(70.123, 7.0)));
    }
}
