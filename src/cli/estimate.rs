//! How much of a run is done, and how long the rest will take.
//!
//! Invariants
//! - Work is counted in the kinds' own cost; what turns out to be fresh or shared costs nothing.
//! - Knows no clock: seconds are arguments.

/// Work known so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Estimate {
    /// Cost of all instances that are not known to be fresh or shared.
    total: f64,
    /// Cost of those that have run.
    done: f64,
}

impl Estimate {
    /// Counts an instance that may have to run.
    pub fn expect(&mut self, cost: f64) {
        self.total += cost;
    }

    /// Takes back an instance that needs no run.
    pub fn spare(&mut self, cost: f64) {
        self.total = (self.total - cost).max(0.0);
    }

    /// Counts an instance that has run.
    pub fn finish(&mut self, cost: f64) {
        self.done += cost;
    }

    /// The share that is done, as a fraction; `running` is the cost of what running instances have done.
    pub fn fraction(&self, running: f64) -> f64 {
        if self.total > 0.0 { ((self.done + running) / self.total).clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// Gives the seconds left at the pace of the `elapsed` seconds so far, once enough is done for an estimate.
pub fn seconds_left(fraction: f64, elapsed: f64) -> Option<f64> {
    (fraction > 0.01 && elapsed > 1.0).then(|| elapsed * (1.0 - fraction) / fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spared_no_longer_counts() {
        let mut estimate = Estimate::default();
        for cost in [1.0, 1.0, 2.0] {
            estimate.expect(cost);
        }
        estimate.spare(2.0);
        estimate.finish(1.0);
        assert_eq!(estimate.fraction(0.0), 0.5);
        assert_eq!(seconds_left(estimate.fraction(0.0), 10.0), Some(10.0));
    }

    #[test]
    fn nothing_done_gives_no_estimate() {
        let mut estimate = Estimate::default();
        estimate.expect(1.0);
        assert_eq!(seconds_left(estimate.fraction(0.0), 10.0), None);
    }
}
