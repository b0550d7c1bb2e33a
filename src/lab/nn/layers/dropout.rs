//! Dropout between layers: the mask, drawn from a stream of our own, and its product with activations.

use std::sync::Arc;

use crate::lab::nn::buffer::Buffer;
use crate::lab::nn::kernels::panels;
use crate::lab::nn::simd::{Kernel, Lanes, Line};
use crate::lab::random::Random;

/// Which outputs of a layer dropout lets through, and by how much they are scaled up.
#[derive(Clone, Debug)]
pub struct Mask(Arc<Buffer>);

impl Mask {
    /// Draws a mask for `steps · rows` rows of `hidden` units: each is dropped with `probability`, else scaled
    /// by 1 / (1 − `probability`), so that the mean stays.
    ///
    /// The probability is met to within 2⁻¹⁷: a unit costs sixteen random bits.
    pub fn draw(random: &mut Random, steps: usize, rows: usize, hidden: usize, probability: f32) -> Self {
        let blocks = panels(hidden);
        let scale = 1.0 / (1.0 - probability);
        let threshold = (probability * 65_536.0).round() as u32;
        let mut buffer = Buffer::stale(steps * blocks * rows);
        let factor = |bits: u32| if bits < threshold { 0.0 } else { scale };
        for step in 0..steps {
            for row in 0..rows {
                for block in 0..blocks {
                    let live = (hidden - block * 16).min(16);
                    let line = &mut buffer[(step * blocks + block) * rows + row];
                    let mut drawn = [0; 8];
                    drawn[..live.div_ceil(2)].fill_with(|| random.bits());
                    for (pair, bits) in line.as_chunks_mut::<2>().0.iter_mut().zip(drawn) {
                        *pair = [factor(bits & 0xffff), factor(bits >> 16)];
                    }
                    line[live..].fill(0.0);
                }
            }
        }
        Self(Arc::new(buffer))
    }

    /// Gives the factors as `[step][panel][row]` lines.
    pub fn lines(&self) -> &[Line] {
        &self.0
    }
}

/// Multiplies numbers with a mask's factors.
pub struct Masked<'a> {
    /// `[step][panel][row]`.
    pub numbers: &'a [Line],
    /// The factors.
    pub mask: &'a Mask,
    /// Written.
    pub out: &'a mut [Line],
}

impl Kernel for Masked<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        for ((out, number), mask) in self.out.iter_mut().zip(self.numbers).zip(self.mask.lines()) {
            lanes.store(lanes.multiply(lanes.load(number), lanes.load(mask)), out);
        }
    }
}
