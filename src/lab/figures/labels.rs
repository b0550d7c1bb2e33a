//! Names beside points, so that none covers another one or a point.
//!
//! Points and widths ──[`beside`]──▶ a box for each name
//!
//! Invariants
//! - Depends on the order of the points and nothing else: no random start, no time limit.
//! - A name stays within the bounds, even where it then has to cover something.

use super::canvas::{Place, TEXT};

/// The box of one name, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Name {
    left: f64,
    middle: f64,
    width: f64,
}

/// A rectangle between two corners, in pixels.
type Bounds = (Place, Place);

/// Half the height of a name, in pixels.
const HALF: f64 = TEXT * 0.58;
/// How far a point's mark reaches, in pixels.
const REACH: f64 = 6.0;
/// Distances of a name from its point, in pixels; the first ones need no line to it.
const DISTANCES: [f64; 10] = [9.0, 16.0, 26.0, 38.0, 52.0, 68.0, 86.0, 106.0, 128.0, 152.0];
/// Where a name may lie from its point, the best first: across, down.
const DIRECTIONS: [Place; 16] = [
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
    pub(super) fn place(self) -> Place {
        (self.left, self.middle)
    }

    /// The place on its edge that is nearest to `point`.
    pub(super) fn edge(self, point: Place) -> Place {
        let x = point.0.clamp(self.left - 2.0, self.left + self.width + 2.0);
        (x, point.1.clamp(self.middle - HALF, self.middle + HALF))
    }

    /// Whether it lies so far from its point that a line has to connect them.
    pub(super) fn needs_line(self, point: Place) -> bool {
        let edge = self.edge(point);
        let (across, down) = (edge.0 - point.0, edge.1 - point.1);
        across * across + down * down > 14.0 * 14.0
    }

    fn toward(point: Place, direction: Place, distance: f64, width: f64) -> Self {
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

    fn meets(self, other: Self) -> bool {
        let apart = self.left + self.width + 4.0 < other.left || other.left + other.width + 4.0 < self.left;
        !apart && (self.middle - other.middle).abs() < 2.0 * HALF
    }

    fn covers(self, point: Place) -> bool {
        self.left - REACH < point.0
            && point.0 < self.left + self.width + REACH
            && (self.middle - point.1).abs() < HALF + REACH * 0.7
    }

    fn is_crossed(self, line: (Place, Place)) -> bool {
        let (left, right) = (self.left, self.left + self.width);
        let (top, bottom) = (self.middle - HALF, self.middle + HALF);
        cross(line, ((left, top), (right, bottom))) || cross(line, ((left, bottom), (right, top)))
    }
}

/// Places a name of each of `widths` beside the point of the same index.
///
/// A name may cover one of `others`, though it rather doesn't.
pub(super) fn beside(points: &[Place], others: &[Place], widths: &[f64], bounds: Bounds) -> Vec<Name> {
    /// Each pass places every name anew beside all others; later ones change little.
    const PASSES: usize = 4;
    let mut names: Vec<Option<Name>> = vec![None; points.len()];
    for _ in 0..PASSES {
        for index in 0..points.len() {
            names[index] = None;
            names[index] = Some(best(index, points, others, widths[index], &names, bounds));
        }
    }
    names.into_iter().map(|name| name.expect("every name has been placed")).collect()
}

fn best(
    index: usize,
    points: &[Place],
    others: &[Place],
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
fn disorder(name: Name, index: usize, points: &[Place], names: &[Option<Name>]) -> f64 {
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
fn cross(one: (Place, Place), other: (Place, Place)) -> bool {
    let side = |line: (Place, Place), point: Place| {
        (line.1.0 - line.0.0) * (point.1 - line.0.1) - (line.1.1 - line.0.1) * (point.0 - line.0.0)
    };
    side(one, other.0) * side(one, other.1) < 0.0 && side(other, one.0) * side(other, one.1) < 0.0
}

/// The distance of `point` from a line between two ends, in pixels.
fn distance_to(line: (Place, Place), point: Place) -> f64 {
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
    fn a_lone_name_stands_at_the_right_of_its_point() {
        let names = beside(&[(100.0, 100.0)], &[], &[40.0], BOUNDS);
        assert_eq!(names[0].place(), (109.0, 100.0));
        assert!(!names[0].needs_line((100.0, 100.0)));
    }

    #[test]
    fn names_of_crowded_points_cover_nothing_and_stay_within_the_bounds() {
        let points: Vec<Place> = (0..12)
            .map(|index| (380.0 - 3.0 * f64::from(index % 4), 60.0 + 4.0 * f64::from(index)))
            .collect();
        let names = beside(&points, &[], &[45.0; 12], BOUNDS);
        for (index, name) in names.iter().enumerate() {
            assert!(name.left >= 0.0 && name.left + name.width <= 400.0, "{name:?}");
            assert!(points.iter().all(|point| !name.covers(*point)), "{name:?}");
            assert!(names[..index].iter().all(|other| !name.meets(*other)), "{name:?}");
        }
    }

    #[test]
    fn points_at_one_place_keep_their_names_apart() {
        let names = beside(&[(50.0, 50.0); 3], &[], &[30.0; 3], BOUNDS);
        assert!(!names[0].meets(names[1]) && !names[1].meets(names[2]) && !names[0].meets(names[2]));
    }
}
