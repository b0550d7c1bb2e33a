//! The way forward through a layer.
//!
//! inputs ──[`Stored`] product──▶ a chunk of steps' input products ──step by step──▶ hidden states, gates
//!
//! The recurrent product's sums go straight from the registers into the gates.

use std::marker::PhantomData;

use super::{Extent, Weights};
use crate::lab::nn::kernels::cell::Cell;
use crate::lab::nn::kernels::panels;
use crate::lab::nn::kernels::product::{Left, Stored, Tile, in_tiles, tile};
use crate::lab::nn::simd::{Lanes, Line};

/// The way forward.
pub struct Forward<'a, C> {
    /// The pass.
    pub extent: &'a Extent,
    /// `[step][panel][row]`.
    pub inputs: &'a [Line],
    /// The parameters.
    pub weights: Weights<'a>,
    /// `[step][panel][row]`, written.
    pub hidden: &'a mut [Line],
    /// `[step][panel][row][4]`, written.
    pub gates: &'a mut [Line],
    /// `[step][panel][row][Cell::MEMORY]`, written.
    pub memory: &'a mut [Line],
    /// Scratch for the input products of [`chunk`] steps: `[step][panel][row][gate]`.
    pub products: &'a mut [Line],
    /// One step of zeros, as many lines as the hidden states or the memory take.
    pub zeros: &'a [Line],
    /// The cell.
    pub cell: PhantomData<C>,
}

/// Gives for how many steps the input products are computed at once.
///
/// Enough rows that the weights are reused from the first-level cache, few enough that the products are
/// still in the second-level cache when the steps read them.
pub fn chunk(rows: usize) -> usize {
    (96 / rows).max(1)
}

impl<C> Forward<'_, C> {
    /// Runs a layer whose cell has `GATES` gates.
    #[inline(always)]
    pub fn through_time<L: Lanes, const GATES: usize>(self, lanes: L)
    where
        C: Cell<GATES>,
    {
        let extent = self.extent;
        let (rows, units) = (extent.rows, panels(extent.hidden));
        let (step, inputs) = (extent.step(), extent.input_step());
        let input_weights = self.weights.input.as_chunks::<GATES>().0;
        let input_bias = self.weights.input_bias.as_chunks::<GATES>().0;
        let recurrent_weights = self.weights.recurrent.as_chunks::<GATES>().0;
        let recurrent_bias = self.weights.recurrent_bias.as_chunks::<GATES>().0;
        let steps = extent.live.len();
        for first in (0..steps).step_by(chunk(rows)) {
            let last = steps.min(first + chunk(rows));
            for panel in 0..units {
                for now in first..last {
                    let live = extent.live[now];
                    let out =
                        &mut self.products[((now - first) * units + panel) * rows * GATES..][..rows * GATES];
                    let mut product = Stored::<L, GATES, 1> {
                        lanes,
                        left: Left {
                            lines: &self.inputs[now * inputs..][..inputs],
                            panel: rows,
                            columns: &[0],
                        },
                        weights: &input_weights[panel * extent.inputs..][..extent.inputs],
                        start: input_bias[panel],
                        out,
                        row_step: GATES,
                        column_step: 1,
                    };
                    in_tiles::<L, GATES>(live, &mut product);
                    for padded in out.as_chunks_mut::<GATES>().0[live..].iter_mut() {
                        *padded = input_bias[panel];
                    }
                }
            }
            for now in first..last {
                let (earlier, later) = self.hidden.split_at_mut(now * step);
                let (remembered, memory) = self.memory.split_at_mut(now * step * C::MEMORY);
                let before = if now == 0 { self.zeros } else { &earlier[(now - 1) * step..] };
                let remembered =
                    if now == 0 { self.zeros } else { &remembered[(now - 1) * step * C::MEMORY..] };
                for panel in 0..units {
                    let block = panel * rows..(panel + 1) * rows;
                    let mut work = ForwardTile::<L, C, GATES> {
                        lanes,
                        left: Left { lines: before, panel: rows, columns: &[0] },
                        // A product with the zeros before the first step would only add zeros.
                        weights: if now == 0 {
                            &[]
                        } else {
                            &recurrent_weights[panel * extent.hidden..][..extent.hidden]
                        },
                        bias: &recurrent_bias[panel],
                        products: self.products[(now - first) * step * GATES..]
                            [panel * rows * GATES..(panel + 1) * rows * GATES]
                            .as_chunks()
                            .0,
                        before: &before[block.clone()],
                        remembered: &remembered[panel * rows * C::MEMORY..(panel + 1) * rows * C::MEMORY],
                        hidden: &mut later[block],
                        gates: self.gates[(now * step + panel * rows) * 4..][..rows * 4].as_chunks_mut().0,
                        memory: &mut memory[panel * rows * C::MEMORY..(panel + 1) * rows * C::MEMORY],
                        cell: PhantomData,
                    };
                    in_tiles::<L, GATES>(rows, &mut work);
                }
            }
        }
    }
}

/// One step of one panel of units, for all rows.
struct ForwardTile<'a, L, C, const GATES: usize> {
    lanes: L,
    left: Left<'a, 1>,
    weights: &'a [[Line; GATES]],
    bias: &'a [Line; GATES],
    products: &'a [[Line; GATES]],
    before: &'a [Line],
    remembered: &'a [Line],
    hidden: &'a mut [Line],
    gates: &'a mut [[Line; 4]],
    memory: &'a mut [Line],
    cell: PhantomData<C>,
}

impl<L: Lanes, C: Cell<GATES>, const GATES: usize> Tile for ForwardTile<'_, L, C, GATES> {
    #[inline(always)]
    fn tile<const ROWS: usize>(&mut self, first: usize) {
        let lanes = self.lanes;
        let mut bias = [lanes.splat(0.0); GATES];
        for (vector, line) in bias.iter_mut().zip(self.bias) {
            *vector = lanes.load(line);
        }
        let sums = tile::<L, ROWS, GATES, 1>(lanes, self.left, first, self.weights, bias);
        for (offset, &sums) in sums.iter().enumerate() {
            let row = first + offset;
            let memory = row * C::MEMORY..(row + 1) * C::MEMORY;
            let hidden = C::forward(
                lanes,
                sums,
                &self.products[row],
                lanes.load(&self.before[row]),
                &self.remembered[memory.clone()],
                &mut self.gates[row],
                &mut self.memory[memory],
            );
            lanes.store(hidden, &mut self.hidden[row]);
        }
    }
}
