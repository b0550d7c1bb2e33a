//! The arithmetic of training over plain slices: knows no tensor, no burn, no file.
//!
//! [`product`] (tiles of matrix products) ──▶ [`recurrent`] (a layer through time, over a [`cell`])
//! and [`outer`] (weight gradients); [`dense`], [`convolution`] and [`loss`] around them; [`adam`] after them.
//!
//! # Layout
//! Sixteen units, or channels, or labels make a *panel*; a panel of one row is one [`Line`](super::simd::Line). A sequence of
//! activations is `[step][panel][row]` lines, so that one step is one slice. Weights of a layer are
//! `[panel][input][gate]` lines: for one input, all gates of sixteen units side by side. Lanes past the last
//! unit hold zeros, in weights as in activations, and stay zero through forward, backward and Adam.
//!
//! # Invariants
//! - Each output element is one chain of fused multiply-adds in a fixed order; lanes and tiles run over
//!   outputs, never over the sum. So neither the instruction set nor the tile's size changes a bit.
//! - Everything here is safe code; the SIMD module below it is the only one that isn't.

pub mod activation;
pub mod adam;
pub mod cell;
pub mod convolution;
pub mod dense;
pub mod loss;
pub mod outer;
pub mod product;
pub mod recurrent;

/// Gives how many panels hold `units` units.
pub fn panels(units: usize) -> usize {
    units.div_ceil(16)
}
