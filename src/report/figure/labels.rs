//! Names beside points, so that none covers another one or a point.
//!
//! Points and widths ──[`beside`]──▶ a box for each name, or none where there is no room for it
//!
//! Invariants
//! - Depends on the order of the points and nothing else: no random start, no time limit.
//! - A name stays within the bounds and covers no other name and no point; one that can't is left out.

use super::canvas::Pixel;
use super::text::TEXT;

/// The box of one name, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Name {
    left: f64,
    middle: f64,
    width: f64,
}

/// A rectangle between two corners, in pixels.
type Bounds = (Pixel, Pixel);

/// Half the height of a name, in pixels.
const HALF: f64 = TEXT * 0.58;
/// How far a point's mark reaches, in pixels.
const REACH: f64 = 6.0;
/// Distances of a name from its point, in pixels; the first ones need no line to it.
const DISTANCES: [f64; 7] = [9.0, 16.0, 26.0, 38.0, 52.0, 68.0, 86.0];
/// Where a name may be from its point, the best first: across, down.
const DIRECTIONS: [Pixel; 16] = [
    (1.0, 0.0),
    (1.0, -0.5),
    (1.0, 0.5),
    (-1.0, 0.0),
    (0.8, -1.0),
    (0.8, 1.0),
    (-1.0, -0.5),
    (-1.0, 0.5),
    (0.0, -1.2),
    (0.0, 1.2),
    (-0.8, -1.0),
    (-0.8, 1.0),
    (0.4, -1.1),
    (0.4, 1.1),
    (-0.4, -1.1),
    (-0.4, 1.1),
];

impl Name {
    /// Where its text begins, centred in height.
    pub(super) fn position(self) -> Pixel {
        (self.left, self.middle)
    }

    /// The place on its edge that is nearest to `point`.
    pub(super) fn edge(self, point: Pixel) -> Pixel {
        let x = point.0.clamp(self.left - 2.0, self.left + self.width + 2.0);
        (x, point.1.clamp(self.middle - HALF, self.middle + HALF))
    }

    /// Whether it is so far from its point that a line has to connect them.
    pub(super) fn needs_line(self, point: Pixel) -> bool {
        let edge = self.edge(point);
        let (across, down) = (edge.0 - point.0, edge.1 - point.1);
        across * across + down * down > 14.0 * 14.0
    }

    fn toward(point: Pixel, direction: Pixel, distance: f64, width: f64) -> Self {
        let (x, y) = (point.0 + direction.0 * distance, point.1 + direction.1 * distance);
        let left = if direction.0 > 0.5 {
            x
        } else if direction.0 < -0.5 {
            x - width
        } else {
            x - width / 2.0
        };
        Self { left, middle: y, width }
    }

    fn kept_within(self, bounds: Bounds) -> Self {
        let left = self.left.min(bounds.1.0 - self.width).max(bounds.0.0);
        Self { left, middle: self.middle.min(bounds.1.1 - HALF).max(bounds.0.1 + HALF), ..self }
    }

    fn lies_within(self, bounds: Bounds) -> bool {
        self.left >= bounds.0.0 && self.left + self.width <= bounds.1.0
    }

    fn meets(self, other: Self) -> bool {
        let apart = self.left + self.width + 4.0 < other.left || other.left + other.width + 4.0 < self.left;
        !apart && (self.middle - other.middle).abs() < 2.0 * HALF
    }

    fn covers(self, point: Pixel) -> bool {
        self.left - REACH < point.0
            && point.0 < self.left + self.width + REACH
            && (self.middle - point.1).abs() < HALF + REACH * 0.7
    }

    fn is_crossed(self, line: (Pixel, Pixel)) -> bool {
        let (left, right) = (self.left, self.left + self.width);
        let (top, bottom) = (self.middle - HALF, self.middle + HALF);
        cross(line, ((left, top), (right, bottom))) || cross(line, ((left, bottom), (right, top)))
    }
}

/// Puts a name of each of `widths` beside the point of the same index; none where it would cover something.
///
/// A name may cover one of `others`, though it rather doesn't. Takes time with the square of the number of points.
pub(super) fn beside(
    points: &[Pixel],
    others: &[Pixel],
    widths: &[f64],
    bounds: Bounds,
) -> Vec<Option<Name>> {
    /// Each pass places every name anew beside all others; later ones change little.
    const PASSES: usize = 4;
    let mut names: Vec<Option<Name>> = vec![None; points.len()];
    for _ in 0..PASSES {
        for index in 0..points.len() {
            names[index] = None;
            names[index] = Some(best(index, points, others, widths[index], &names, bounds));
        }
    }
    for index in 0..names.len() {
        let is_in_the_way = |name: Name| {
            let others = names.iter().enumerate().filter(|(other, _)| *other != index);
            points.iter().any(|point| name.covers(*point))
                || others.filter_map(|(_, other)| *other).any(|other| name.meets(other))
                || !name.lies_within(bounds)
        };
        if names[index].is_some_and(is_in_the_way) {
            names[index] = None;
        }
    }
    names
}

fn best(
    index: usize,
    points: &[Pixel],
    others: &[Pixel],
    width: f64,
    names: &[Option<Name>],
    bounds: Bounds,
) -> Name {
    /// Distance that it is worth to leave one of `others` free, in pixels.
    const COVER_OTHER: f64 = 60.0;
    let candidates = DISTANCES.iter().flat_map(|distance| {
        DIRECTIONS.iter().enumerate().map(move |(rank, direction)| {
            let name = Name::toward(points[index], *direction, *distance, width).kept_within(bounds);
            let covered = others.iter().filter(|other| name.covers(**other)).count() as f64;
            let preference = distance + rank as f64 * 0.7 + covered * COVER_OTHER;
            (preference + disorder(name, index, points, names), name)
        })
    });
    let (_, name) = candidates
        .reduce(|best, other| if other.0 < best.0 { other } else { best })
        .expect("there are candidates");
    name
}

/// How much a name at this place disturbs; in pixels of distance that it is worth to avoid that.
fn disorder(name: Name, index: usize, points: &[Pixel], names: &[Option<Name>]) -> f64 {
    const COVER: f64 = 1000.0;
    const LINE_OVER_NAME: f64 = 150.0;
    const LINES_CROSS: f64 = 80.0;
    const LINE_NEAR_POINT: f64 = 40.0;
    let line = (points[index], name.edge(points[index]));
    let mut disorder = 0.0;
    for (other, point) in points.iter().enumerate() {
        if name.covers(*point) {
            disorder += COVER;
        }
        if other != index && distance_to(line, *point) < REACH {
            disorder += LINE_NEAR_POINT;
        }
        let Some(placed) = names[other] else { continue };
        let placed_line = (*point, placed.edge(*point));
        if name.meets(placed) {
            disorder += COVER;
        }
        if placed.is_crossed(line) || name.is_crossed(placed_line) {
            disorder += LINE_OVER_NAME;
        }
        if cross(line, placed_line) {
            disorder += LINES_CROSS;
        }
    }
    disorder
}

/// Whether two lines cross between their ends.
fn cross(one: (Pixel, Pixel), other: (Pixel, Pixel)) -> bool {
    let side = |line: (Pixel, Pixel), point: Pixel| {
        (line.1.0 - line.0.0) * (point.1 - line.0.1) - (line.1.1 - line.0.1) * (point.0 - line.0.0)
    };
    side(one, other.0) * side(one, other.1) < 0.0 && side(other, one.0) * side(other, one.1) < 0.0
}

/// The distance of `point` from a line between two ends, in pixels.
fn distance_to(line: (Pixel, Pixel), point: Pixel) -> f64 {
    let (across, down) = (line.1.0 - line.0.0, line.1.1 - line.0.1);
    let length = across * across + down * down;
    let along = if length > 0.0 {
        (((point.0 - line.0.0) * across + (point.1 - line.0.1) * down) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let (x, y) = (line.0.0 + across * along - point.0, line.0.1 + down * along - point.1);
    (x * x + y * y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = ((0.0, 0.0), (400.0, 300.0));

    #[test]
    fn a_lone_name_is_at_the_right_of_its_point() {
        let names = beside(&[(100.0, 100.0)], &[], &[40.0], BOUNDS);
        let name = names[0].expect("there is room");
        assert_eq!(name.position(), (109.0, 100.0));
        assert!(!name.needs_line((100.0, 100.0)));
    }

    #[test]
    fn names_of_crowded_points_cover_nothing_and_stay_within_the_bounds() {
        let points: Vec<Pixel> = (0..12)
            .map(|index| (380.0 - 3.0 * f64::from(index % 4), 60.0 + 4.0 * f64::from(index)))
            .collect();
        let names: Vec<Name> = beside(&points, &[], &[45.0; 12], BOUNDS).into_iter().flatten().collect();
        assert_eq!(names.len(), 12);
        for (index, name) in names.iter().enumerate() {
            assert!(name.left >= 0.0 && name.left + name.width <= 400.0, "{name:?}");
            assert!(points.iter().all(|point| !name.covers(*point)), "{name:?}");
            assert!(names[..index].iter().all(|other| !name.meets(*other)), "{name:?}");
        }
    }

    #[test]
    fn a_name_without_room_is_left_out() {
        let names = beside(&[(50.0, 50.0); 300], &[], &[90.0; 300], ((0.0, 0.0), (100.0, 100.0)));
        let placed: Vec<Name> = names.into_iter().flatten().collect();
        assert!(!placed.is_empty() && placed.len() < 20, "{}", placed.len());
        for (index, name) in placed.iter().enumerate() {
            assert!(placed[..index].iter().all(|other| !name.meets(*other)), "{name:?}");
        }
    }
}
