//! Weight gradients: sums over all steps and rows of activation times gradient.
//!
//! A sum takes its steps and rows in their order; between blocks of them it waits in memory, which changes no bit.

use std::ops::Range;

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

/// Rows whose gradients of one panel stay in the first-level cache while all elements pass over them.
const CLOSE: usize = 64;

impl<const GATES: usize> Kernel for Outer<'_, GATES> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        let (steps, block) = (self.live.len(), (CLOSE / self.extent.rows).max(1));
        for panel in 0..panels(self.extent.hidden) {
            // The first block is there even where there is no step: it sets the sums to zero.
            for start in (0..steps.max(1)).step_by(block) {
                let mut first = 0;
                while first < self.width {
                    first += self.elements(lanes, panel, first, start..steps.min(start + block));
                }
            }
        }
    }
}

impl<const GATES: usize> Outer<'_, GATES> {
    /// Adds some steps to as many elements' gradients as fit the registers, and gives how many.
    #[inline(always)]
    fn elements<L: Lanes>(&mut self, lanes: L, panel: usize, first: usize, steps: Range<usize>) -> usize {
        let few = self.width - first <= 4;
        if L::WIDE {
            // Eight elements by three gates, or four by four.
            if GATES == 3 && !few {
                self.tile::<L, 8, GATES>(lanes, panel, first, steps, self.columns, 0)
            } else {
                self.tile::<L, 4, GATES>(lanes, panel, first, steps, self.columns, 0)
            }
        } else {
            // Six elements by one gate, and at a panel's end four.
            let mut height = 0;
            for gate in 0..GATES {
                let column = [self.columns[gate]];
                height = if first % 16 < 12 && !few {
                    self.tile::<L, 6, 1>(lanes, panel, first, steps.clone(), column, gate)
                } else {
                    self.tile::<L, 4, 1>(lanes, panel, first, steps.clone(), column, gate)
                };
            }
            height
        }
    }

    /// Adds some steps to the gradients of `HEIGHT` elements for `W` gates from `gate`, and gives `HEIGHT`.
    #[inline(always)]
    fn tile<L: Lanes, const HEIGHT: usize, const W: usize>(
        &mut self,
        lanes: L,
        panel: usize,
        first: usize,
        steps: Range<usize>,
        columns: [usize; W],
        gate: usize,
    ) -> usize {
        let rows = self.extent.rows;
        let (step, left_step) = (self.extent.step(), panels(self.width) * rows);
        let (block, offset) = (first / 16, first % 16);
        let out = &mut self.out[panel * self.width * GATES..][..self.width * GATES];
        let (_, out) = out.as_chunks_mut::<GATES>().0.split_at_mut(first);
        let mut sums = [[lanes.splat(0.0); W]; HEIGHT];
        // These loops have a constant length, so that the sums stay in registers; the last tile may reach past
        // the last element, where the activations are zero.
        if steps.start > 0 {
            for (element, sums) in sums.iter_mut().enumerate() {
                if let Some(lines) = out.get(element) {
                    for (sum, line) in sums.iter_mut().zip(&lines[gate..]) {
                        *sum = lanes.load(line);
                    }
                }
            }
        }
        for now in steps {
            let live = self.live[now];
            let left = &self.left[now * left_step + block * rows..][..live];
            let gates = &self.gates[(now * step + panel * rows) * 4..][..live * 4];
            for (left, gates) in left.iter().zip(gates.as_chunks::<4>().0) {
                let (elements, _) = left[offset..].split_at(HEIGHT);
                let mut factors = [lanes.splat(0.0); HEIGHT];
                for (factor, &element) in factors.iter_mut().zip(elements) {
                    *factor = lanes.splat(element);
                }
                add_outer(lanes, &mut sums, factors, columns.map(|column| &gates[column]));
            }
        }
        for (element, sums) in sums.iter().enumerate() {
            if let Some(lines) = out.get_mut(element) {
                for (&sum, line) in sums.iter().zip(&mut lines[gate..]) {
                    lanes.store(sum, line);
                }
            }
        }
        HEIGHT
    }
}
