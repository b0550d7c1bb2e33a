//! Trainings that are stopped anywhere and go on from what was kept.

use super::*;

/// How many points a training is stopped at.
const POINTS: u32 = 20;

/// Stops a training after some steps, and keeps its state now and then.
struct Stopping {
    /// Steps to be done before it stops.
    left: u32,
    /// Steps between two states that are kept.
    interval: u32,
    since: u32,
    state: Option<Vec<u8>>,
    resumed: Option<u32>,
}

impl Stopping {
    fn after(left: u32, interval: u32) -> Self {
        Self { left, interval, since: 0, state: None, resumed: None }
    }
}

impl Watch for Stopping {
    fn step(&mut self, _epoch: u32, _step: u32, _steps: u32) {
        self.left -= 1;
        self.since += 1;
    }
    fn epoch(&mut self, _epoch: &Epoch) {}
    fn cancelled(&self) -> bool {
        self.left == 0
    }
    fn kept(&mut self) -> Option<Vec<u8>> {
        self.state.clone()
    }
    fn resumed(&mut self, epoch: u32) {
        self.resumed = Some(epoch);
    }
    fn wants_state(&mut self) -> bool {
        self.since >= self.interval
    }
    fn keep(&mut self, state: &[u8]) {
        self.since = 0;
        self.state = Some(state.to_vec());
    }
}

/// Steps of an epoch of [`stacked`] and [`convolved`] on [`data`].
const STEPS: u32 = 7;

fn data() -> Dataset {
    waves(48, 5, 7)
}

fn stacked() -> Settings {
    // A patience of none, so that the scheduler is at work too.
    let base = Settings { dropout: 0.3, batch: 5, epochs: 6, plateau_patience: 0, ..settings() };
    Settings { hidden: 10, layers: 2, learning_rate: 0.05, ..base }
}

fn convolved() -> Settings {
    Settings { cell: Cell::Lstm, conv: Conv::Same, ..stacked() }
}

#[test]
fn a_training_stopped_at_any_of_twenty_points_ends_as_one_never_stopped() {
    let dataset = data();
    let mut points = Random::new(20_261_123, "points to stop at");
    for settings in [stacked(), convolved()] {
        let whole = run(&dataset, &settings, 1, Simd::best());
        let steps = whole.history.epochs.len() as u32 * STEPS;
        for interval in [STEPS, 1] {
            for _ in 0..POINTS {
                let point = 1 + points.below(steps - 1);
                let mut watch = Stopping::after(point, interval);
                let stopped = train(&dataset, &settings, 1, Simd::best(), &mut watch);
                assert_eq!(stopped, Err(TrainError::Cancelled), "{settings:?}, step {point}");
                let mut again = Stopping { state: watch.state, ..Stopping::after(u32::MAX, u32::MAX) };
                let resumed = train(&dataset, &settings, 1, Simd::best(), &mut again);
                assert!(resumed.as_ref() == Ok(&whole), "{settings:?}, step {point}, interval {interval}");
                // After the last step of an epoch it is stopped while validating, where no state is kept.
                let reached = if point.is_multiple_of(STEPS) { point - 1 } else { point };
                let kept = reached / interval * interval;
                let epoch = (kept > 0).then(|| kept / STEPS + 1);
                assert_eq!(again.resumed, epoch, "{settings:?}, step {point}, interval {interval}");
            }
        }
    }
}

#[test]
fn a_training_stopped_again_and_again_ends_as_one_never_stopped() {
    let dataset = data();
    let settings = stacked();
    let whole = run(&dataset, &settings, 1, Simd::best());
    let mut points = Random::new(20_261_124, "points to stop at");
    let (mut state, mut starts) = (None, 1);
    let ended = loop {
        let mut watch = Stopping { state, ..Stopping::after(1 + points.below(5), 1) };
        match train(&dataset, &settings, 1, Simd::best(), &mut watch) {
            Err(TrainError::Cancelled) => (state, starts) = (watch.state, starts + 1),
            ended => break ended,
        }
        assert!(starts < 500, "it does not get on");
    };
    assert!(starts > 6, "{starts} starts");
    assert!(ended == Ok(whole));
}

#[test]
fn a_state_that_does_not_fit_is_not_gone_on_from() {
    let dataset = data();
    let settings = stacked();
    let whole = run(&dataset, &settings, 1, Simd::best());
    let mut watch = Stopping::after(10, STEPS);
    let stopped = train(&dataset, &settings, 1, Simd::best(), &mut watch);
    assert_eq!(stopped, Err(TrainError::Cancelled));
    let state = watch.state.expect("an epoch is over");
    let cut = (0..state.len()).step_by(97).map(|length| state[..length].to_vec());
    let long_header = [&u64::MAX.to_le_bytes()[..], &state[8..]].concat();
    let no_json = [&state[..8], b"?", &state[9..]].concat();
    for wrong in cut.chain([long_header, no_json, [&state[..], &[0]].concat()]) {
        let mut watch = Stopping { state: Some(wrong), ..Stopping::after(1, u32::MAX) };
        let stopped = train(&dataset, &settings, 1, Simd::best(), &mut watch);
        assert_eq!((stopped, watch.resumed), (Err(TrainError::Cancelled), None));
    }
    let mut watch = Stopping { state: Some(state), ..Stopping::after(u32::MAX, u32::MAX) };
    assert!(train(&dataset, &settings, 1, Simd::best(), &mut watch) == Ok(whole));
    assert_eq!(watch.resumed, Some(2));
}
