//! The way back through a layer.
//!
//! gradient of the hidden states, gates ──step by step, latest first──▶ gradients of the products, in the gates' place
//! ──[`InputGradient`]──▶ gradient of the inputs

use std::marker::PhantomData;

use super::Extent;
use crate::lab::nn::kernels::cell::Cell;
use crate::lab::nn::kernels::panels;
use crate::lab::nn::kernels::product::{Left, Stored, Tile, in_tiles, tile};
use crate::lab::nn::simd::{Kernel, Lanes, Line};

/// The gradient that reaches a layer's hidden states from above.
#[derive(Clone, Copy)]
pub enum Incoming<'a> {
    /// Of the last step alone: `[panel][row]`.
    Last(&'a [Line]),
    /// Of every step: `[step][panel][row]`.
    Sequence(&'a [Line]),
}

/// The way back.
pub struct Backward<'a, C> {
    /// The pass.
    pub extent: &'a Extent,
    /// The recurrent weights, turned around in groups of the `N` of [`Backward::through_time`].
    pub transposed: &'a [Line],
    /// As [`Forward`](super::Forward) left them.
    pub hidden: &'a [Line],
    /// As [`Forward`](super::Forward) left them; become the gradients of the products.
    pub gates: &'a mut [Line],
    /// As [`Forward`](super::Forward) left it.
    pub memory: &'a [Line],
    /// From above.
    pub incoming: Incoming<'a>,
    /// Scratch, one step of hidden states, zero at the start.
    pub carry: &'a mut [Line],
    /// Sums of `gates` over all steps and rows: `[panel][4]`, zero at the start.
    pub sums: &'a mut [Line],
    /// One step of zeros, as in [`Forward::zeros`](super::Forward::zeros).
    pub zeros: &'a [Line],
    /// The cell.
    pub cell: PhantomData<C>,
}

impl<C> Backward<'_, C> {
    /// Runs back through a layer, `N` panels of units at a time; `N` divides the number of panels.
    #[inline(always)]
    pub fn through_time<L: Lanes, const GATES: usize, const N: usize>(self, lanes: L)
    where
        C: Cell<GATES>,
    {
        let extent = self.extent;
        let (rows, units, step) = (extent.rows, panels(extent.hidden), extent.step());
        let weights = self.transposed.as_chunks::<N>().0;
        let height = units * GATES * 16;
        let steps = extent.live.len();
        for now in (0..steps).rev() {
            let is_last = now + 1 == steps;
            let (earlier, later) = self.gates.split_at_mut((now + 1) * step * 4);
            let gates = &mut earlier[now * step * 4..];
            let before = if now == 0 { self.zeros } else { &self.hidden[(now - 1) * step..][..step] };
            let memory_step = step * C::MEMORY;
            let remembered =
                if now == 0 { self.zeros } else { &self.memory[(now - 1) * memory_step..][..memory_step] };
            let incoming = match self.incoming {
                Incoming::Sequence(lines) => Some(&lines[now * step..][..step]),
                Incoming::Last(lines) => is_last.then_some(lines),
            };
            for group in 0..units / N {
                let mut work = BackwardTile::<L, C, GATES, N> {
                    lanes,
                    left: Left { lines: later, panel: rows * 4, columns: &C::RECURRENT },
                    weights: if is_last { &[] } else { &weights[group * height..][..height] },
                    first_panel: group * N,
                    rows,
                    before,
                    remembered,
                    gates,
                    memory: &self.memory[now * memory_step..][..memory_step],
                    incoming,
                    carry: self.carry,
                    sums: self.sums,
                    cell: PhantomData,
                };
                in_tiles::<L, N>(rows, &mut work);
            }
        }
    }
}

/// One step of `N` panels of units, for all rows.
struct BackwardTile<'a, L, C, const GATES: usize, const N: usize> {
    lanes: L,
    left: Left<'a, 4>,
    weights: &'a [[Line; N]],
    first_panel: usize,
    rows: usize,
    before: &'a [Line],
    remembered: &'a [Line],
    gates: &'a mut [Line],
    memory: &'a [Line],
    incoming: Option<&'a [Line]>,
    carry: &'a mut [Line],
    sums: &'a mut [Line],
    cell: PhantomData<C>,
}

impl<L: Lanes, C: Cell<GATES>, const GATES: usize, const N: usize> Tile for BackwardTile<'_, L, C, GATES, N> {
    #[inline(always)]
    fn tile<const ROWS: usize>(&mut self, first: usize) {
        let lanes = self.lanes;
        let zero = lanes.splat(0.0);
        let products = tile::<L, ROWS, N, 4>(lanes, self.left, first, self.weights, [zero; N]);
        for n in 0..N {
            let panel = self.first_panel + n;
            let kept = &mut self.sums.as_chunks_mut::<4>().0[panel];
            let mut sums = [zero; 4];
            for (sum, line) in sums.iter_mut().zip(kept.iter()) {
                *sum = lanes.load(line);
            }
            for (offset, products) in products.iter().enumerate() {
                let row = panel * self.rows + first + offset;
                let memory = row * C::MEMORY..(row + 1) * C::MEMORY;
                let mut gradient = products[n];
                if let Some(incoming) = self.incoming {
                    gradient = lanes.add(gradient, lanes.load(&incoming[row]));
                }
                let gates = &mut self.gates.as_chunks_mut::<4>().0[row];
                let gradients = C::backward(
                    lanes,
                    gradient,
                    lanes.load(&self.before[row]),
                    &self.remembered[memory.clone()],
                    gates,
                    &self.memory[memory],
                    &mut self.carry[row],
                );
                for ((sum, line), gradient) in sums.iter_mut().zip(gates.iter_mut()).zip(gradients) {
                    lanes.store(gradient, line);
                    *sum = lanes.add(*sum, gradient);
                }
            }
            for (sum, line) in sums.into_iter().zip(kept) {
                lanes.store(sum, line);
            }
        }
    }
}

/// The gradient of a layer's inputs.
pub struct InputGradient<'a> {
    /// The pass.
    pub extent: &'a Extent,
    /// The input weights, turned around one panel at a time.
    pub transposed: &'a [Line],
    /// Gradients of the products, as [`Backward`] left them.
    pub gates: &'a [Line],
    /// Which of them belong to the input's product.
    pub columns: &'a [usize],
    /// `[step][panel][row]`, written.
    pub out: &'a mut [Line],
    /// Panels turned around together: 1 or 2.
    pub group: usize,
}

impl Kernel for InputGradient<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        if self.group == 2 { self.grouped::<L, 2>(lanes) } else { self.grouped::<L, 1>(lanes) }
    }
}

impl InputGradient<'_> {
    #[inline(always)]
    fn grouped<L: Lanes, const N: usize>(self, lanes: L) {
        let extent = self.extent;
        let (rows, step, inputs) = (extent.rows, extent.step(), extent.input_step());
        let height = panels(extent.hidden) * self.columns.len() * 16;
        let weights = self.transposed.as_chunks::<N>().0;
        for group in 0..panels(extent.inputs) / N {
            for now in 0..extent.live.len() {
                let mut product = Stored::<L, N, 4> {
                    lanes,
                    left: Left {
                        lines: &self.gates[now * step * 4..][..step * 4],
                        panel: rows * 4,
                        columns: self.columns,
                    },
                    weights: &weights[group * height..][..height],
                    start: [[0.0; 16]; N],
                    out: &mut self.out[now * inputs + group * N * rows..][..N * rows],
                    row_step: 1,
                    column_step: rows,
                };
                in_tiles::<L, N>(rows, &mut product);
            }
        }
    }
}
