//! Values in the place of measured ones, to try a template with.
//!
//! Invariants
//! - The same measure of the same run has the same value, between one quarter and three quarters.

use std::num::NonZeroU64;

use recount_engine::digest::Digest;
use recount_engine::spec::Measure;

use crate::measure::{Reading, Run};

/// How many cases a share is of.
const CASES: u64 = 100;

pub(super) fn read(run: &Run, measure: &Measure) -> (Reading, Option<NonZeroU64>) {
    let digest = Digest::of(format!("{} {}", run.instance, measure.name).as_bytes()).to_bytes();
    let value = 0.25 + f64::from(u16::from_le_bytes([digest[0], digest[1]])) / f64::from(u16::MAX) / 2.0;
    (Ok(value), measure.out_of.as_ref().and_then(|_| NonZeroU64::new(CASES)))
}
