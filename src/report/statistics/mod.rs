//! When two samples differ, and which of many is best: the one rule for every comparison.
//!
//! ```text
//! [`Sample`]s ──compare, two-sided at 5 %──▶ [`Comparison`]: higher, lower, same, or unclear with its [`Reason`]
//!            └─best: each against each other──▶ [`Ranking`]: first, rivals, rest, incomplete
//! ```
//!
//! | file | its duty |
//! |---|---|
//! | `sample` | values over repeats, and their summary |
//! | `comparison` | two samples, or a sample and a stated number → higher, lower, same or unclear |
//! | `verdict` | what a comparison found, and why where that is nothing |
//! | `welch` | the p value of a difference |
//! | `tail` | the tails of Student's distribution |
//! | `ranking` | which of many is clearly ahead of each other one |
//! | `holm` | p values adjusted for how many there are |
//!
//! Invariants
//! - Pure: whatever it needs is in its arguments; it knows no file, no stage and no measure's name.
//! - No result is NaN or infinite, and none depends on the order of independent repeats.
//! - The same bits on every platform: it uses basic operations, square roots and `libm` in Rust, nothing of the C
//!   library.
//! - No verdict hangs on the last bits: values that differ by less than 1e-12 of their size do not differ, unless they
//!   are exact, and a p value within 1e-9 of 5 % is not significant.

mod comparison;
mod holm;
#[cfg(test)]
mod properties;
mod ranking;
mod sample;
#[cfg(test)]
mod simulation;
mod tail;
mod verdict;
mod welch;

pub use comparison::{Repeats, StatedNumber, compare, compare_with_stated};
pub use holm::holm;
pub use ranking::{Direction, Ranking, best};
pub use sample::{Sample, Summary, subtract};
pub use verdict::{ALPHA, Comparison, Reason, Relation};
