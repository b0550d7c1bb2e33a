//! Generates gestures of the same shape as the archive's, for where the archive can't be had.
//!
//! gesture's motion × user's style × repetition's chance ──generate──▶ [`RawSequence`]s, by name
//!
//! 20 gestures × 8 users × 20 repetitions. A gesture is a sum of harmonics along each axis; a user has a
//! tempo, a force, and a way to hold the wrist, which tilts gravity and motion alike; a repetition varies
//! all of that a little. Lengths, means and spreads are near the archive's (median 19 steps, 95th
//! percentile 29), and so is the difficulty: see the constants.
//!
//! Invariants
//! - The same bits on every machine: `random`, `number` and basic operations alone.
//! - Every sequence draws from its own stream, named like it.

use super::raw::{CHANNELS, GESTURES, RawSequence};
use crate::lab::number::{exp, turn};
use crate::lab::random::Random;
use recount_engine::digest::Digest;

/// How the sequences came to be, for a person.
pub(super) const ORIGIN: &str = "generated: 20 gestures × 8 users × 20 repetitions";

const SEED: u64 = 1;
const USERS: u32 = 8;
const REPETITIONS: u32 = 20;

/// How far the two gestures of a pair lie apart, from 0 (the same motion) to 1 (unrelated).
///
/// The archive's gestures come in pairs too, such as one motion to the left and to the right. Together with the
/// next two constants it is the difficulty, chosen by trial: the notebook protocol with 64 hidden units
/// reaches about 0.3 after 3 epochs and 0.9 after 16, as on the archive. Less separation or more chance is harder.
const SEPARATION: f64 = 0.33;

/// How much users differ: 1 is about as much as the archive's.
const STYLE: f64 = 1.0;

/// How much repetitions of one user differ, and how much the sensor trembles: 1 is about as much as the archive's.
const CHANCE: f64 = 1.15;

/// Harmonics of a gesture along each axis; the first is half a turn long, so that a gesture may end where it
/// did not begin.
const HARMONICS: usize = 4;

/// Shortest and longest sequence of the archive, in time steps.
const LENGTHS: [f64; 2] = [10.0, 51.0];

/// Acceleration of a watch at rest, as the archive's users hold it on average, m/s².
const REST: [f64; CHANNELS] = [3.5, -1.4, 8.0];

/// Lengths of the archive's gestures at an average tempo, pair by pair, in time steps.
const STEPS: [f64; (GESTURES / 2) as usize] = [16.0, 15.5, 20.0, 25.0, 17.5, 18.0, 17.5, 18.0, 21.5, 22.0];

/// Spread of a harmonic's amplitude along each axis, m/s².
const FORCE: [f64; CHANNELS] = [4.2, 3.4, 4.2];

/// The motion that makes a gesture: along each axis, each harmonic's weights of cosine and sine, m/s².
struct Motion {
    weights: [[[f64; 2]; HARMONICS]; CHANNELS],
    /// Its length at an average tempo, in time steps.
    steps: f64,
}

/// How a user moves, or how a repetition departs from that.
#[derive(Clone, Copy)]
struct Style {
    /// Factor of the length.
    tempo: f64,
    /// Factor of the motion.
    force: f64,
    /// Rotation of the wrist about x, y and z, in turns.
    tilt: [f64; 3],
    /// Where in the motion the recording begins, in turns of the second harmonic.
    start: f64,
}

/// Generates every sequence, sorted by name.
pub(super) fn generate() -> Vec<RawSequence> {
    let motions: Vec<Motion> = (0..GESTURES).map(Motion::of).collect();
    let mut sequences = Vec::with_capacity((USERS * GESTURES * REPETITIONS) as usize);
    for user in 1..=USERS {
        let habit = Style::draw(&mut Random::new(SEED, &format!("synthetic U{user:02}")), STYLE);
        for (gesture, motion) in (1..).zip(&motions) {
            for repetition in 1..=REPETITIONS {
                let name = format!("U{user:02}/{gesture:02}/{repetition:02}.txt");
                let rows = record(motion, habit, &mut Random::new(SEED, &format!("synthetic {name}")));
                let digest = digest_of(&rows);
                sequences.push(RawSequence { name, user: format!("U{user:02}"), gesture, rows, digest });
            }
        }
    }
    sequences
}

impl Motion {
    /// Draws the motion of a gesture: part of it is its pair's, part its own.
    fn of(gesture: u32) -> Self {
        let mut pair = Random::new(SEED, &format!("synthetic pair {}", gesture / 2));
        let mut own = Random::new(SEED, &format!("synthetic gesture {gesture}"));
        let mut weights = [[[0.0; 2]; HARMONICS]; CHANNELS];
        for (axis, force) in weights.iter_mut().zip(FORCE) {
            for (harmonic, order) in axis.iter_mut().zip(1..) {
                for weight in harmonic {
                    let blend = (1.0 - SEPARATION) * normal(&mut pair) + SEPARATION * normal(&mut own);
                    *weight = force * blend * 2.0 / f64::from(order + 1);
                }
            }
        }
        Self { weights, steps: STEPS[(gesture / 2) as usize] }
    }

    /// Gives the acceleration along each axis at a point of the motion, in turns of the second harmonic.
    fn at(&self, point: f64) -> [f64; CHANNELS] {
        self.weights.map(|axis| {
            axis.iter().zip(1..).fold(0.0, |sum, (weight, order)| {
                let [cosine, sine] = turn(0.5 * point * f64::from(order));
                sum + weight[0] * cosine + weight[1] * sine
            })
        })
    }
}

impl Style {
    fn draw(random: &mut Random, strength: f64) -> Self {
        Self {
            tempo: exp(0.13 * strength * normal(random)),
            force: exp(0.2 * strength * normal(random)),
            tilt: [0.0; 3].map(|_: f64| 0.03 * strength * normal(random)),
            start: 0.03 * strength * normal(random),
        }
    }
}

/// Makes one repetition of a gesture.
fn record(motion: &Motion, habit: Style, random: &mut Random) -> Vec<[f32; CHANNELS]> {
    let chance = Style::draw(random, CHANCE);
    // Now and then the hand hesitates: the archive's few very long recordings.
    let hesitation = if random.below(100) == 0 { 1.6 } else { 1.0 };
    let steps =
        (motion.steps * habit.tempo * chance.tempo * hesitation).clamp(LENGTHS[0], LENGTHS[1]).round();
    let force = habit.force * chance.force;
    let tilts = [habit.tilt, chance.tilt].map(|tilt| tilt.map(turn));
    (0..steps as u32)
        .map(|step| {
            let moved = motion.at((f64::from(step) + 0.5) / steps + habit.start + chance.start);
            let mut row = [0, 1, 2].map(|axis| REST[axis] + force * moved[axis]);
            for tilt in &tilts {
                row = rotate(row, tilt);
            }
            row.map(|value| (value + 0.8 * CHANCE * normal(random)) as f32)
        })
        .collect()
}

/// Rotates about x, then y, then z, by angles given as cosine and sine.
fn rotate(mut row: [f64; CHANNELS], angles: &[[f64; 2]; 3]) -> [f64; CHANNELS] {
    for (axis, [cosine, sine]) in angles.iter().enumerate() {
        let (one, other) = ((axis + 1) % 3, (axis + 2) % 3);
        (row[one], row[other]) =
            (cosine * row[one] - sine * row[other], sine * row[one] + cosine * row[other]);
    }
    row
}

/// Draws from a distribution near the standard normal one: twelve uniform draws summed, which needs no logarithm.
fn normal(random: &mut Random) -> f64 {
    (0..12).fold(-6.0, |sum, _| sum + f64::from(random.unit()))
}

fn digest_of(rows: &[[f32; CHANNELS]]) -> Digest {
    let bytes: Vec<u8> = rows.iter().flatten().copied().flat_map(f32::to_le_bytes).collect();
    Digest::of(&bytes)
}
