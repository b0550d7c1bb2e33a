//! Weight gradients: sums over all steps and rows of activation times gradient.

use super::panels;
use super::product::add_outer;
use super::recurrent::Extent;
use crate::lab::nn::simd::{Kernel, Lanes, Line};

/// The gradient of one weight matrix of a layer with `GATES` gates.
pub struct Outer<'a, const GATES: usize> {
    /// The pass.
    pub extent: &'a Extent,
    /// The activations that the weights were multiplied with: `[step][panel][row]`.
    pub left: &'a [Line],
    /// How many of them a row has.
    pub width: usize,
    /// Gradients of the products, `[step][panel][row][4]`, from the step that belongs to `left`'s first.
    pub gates: &'a [Line],
    /// Which of the four belong to this matrix.
    pub columns: [usize; GATES],
    /// How many rows take part, for each step.
    pub live: &'a [usize],
    /// `[panel][element][gate]`, written.
    pub out: &'a mut [Line],
}

impl<const GATES: usize> Kernel for Outer<'_, GATES> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        for panel in 0..panels(self.extent.hidden) {
            let mut first = 0;
            while first < self.width {
                // A tile of eight elements by three gates, or four by four, fills the wide registers.
                let height = if !L::WIDE {
                    if GATES == 3 {
                        self.tile::<L, 2>(lanes, panel, first)
                    } else {
                        self.tile::<L, 1>(lanes, panel, first)
                    }
                } else if GATES == 3 && self.width - first > 4 {
                    self.tile::<L, 8>(lanes, panel, first)
                } else {
                    self.tile::<L, 4>(lanes, panel, first)
                };
                first += height;
            }
        }
    }
}

impl<const GATES: usize> Outer<'_, GATES> {
    /// Computes `HEIGHT` elements' gradients and gives `HEIGHT`.
    #[inline(always)]
    fn tile<L: Lanes, const HEIGHT: usize>(&mut self, lanes: L, panel: usize, first: usize) -> usize {
        let rows = self.extent.rows;
        let (step, left_step) = (self.extent.step(), panels(self.width) * rows);
        let (block, offset) = (first / 16, first % 16);
        let mut sums = [[lanes.splat(0.0); GATES]; HEIGHT];
        for (now, &live) in self.live.iter().enumerate() {
            let left = &self.left[now * left_step + block * rows..][..live];
            let gates = &self.gates[(now * step + panel * rows) * 4..][..live * 4];
            for (left, gates) in left.iter().zip(gates.as_chunks::<4>().0) {
                let (elements, _) = left[offset..].split_at(HEIGHT);
                let mut factors = [lanes.splat(0.0); HEIGHT];
                for (factor, &element) in factors.iter_mut().zip(elements) {
                    *factor = lanes.splat(element);
                }
                add_outer(lanes, &mut sums, factors, self.columns.map(|column| &gates[column]));
            }
        }
        let out = &mut self.out[panel * self.width * GATES..][..self.width * GATES];
        let (_, out) = out.as_chunks_mut::<GATES>().0.split_at_mut(first);
        // The loop has a constant length, so that the sums stay in registers; the last tile may reach past
        // the last element, where the activations are zero.
        for (element, sums) in sums.iter().enumerate() {
            if let Some(lines) = out.get_mut(element) {
                for (&sum, line) in sums.iter().zip(lines) {
                    lanes.store(sum, line);
                }
            }
        }
        HEIGHT
    }
}
