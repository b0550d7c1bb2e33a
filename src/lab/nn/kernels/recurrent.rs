//! One recurrent layer through time, forward and back.
//!
//! forward: inputs ──[`Stored`] product──▶ a chunk of steps' input products ──step by step──▶ hidden states, gates
//! back:    gradient of the hidden states, gates ──step by step, latest first──▶ gradients of the products
//!
//! The gates' activations feed straight from a product's registers, and the way back overwrites them with
//! gradients in place.

use std::marker::PhantomData;

use super::cell::Cell;
use super::panels;
use super::product::{Left, Stored, Tile, in_tiles, tile};
use crate::lab::nn::simd::{Kernel, Lanes, Line};

/// How large a layer's pass is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Numbers of one input row.
    pub inputs: usize,
    /// Hidden units.
    pub hidden: usize,
    /// Sequences.
    pub rows: usize,
    /// How many rows, from row 0, have an input that is not all zeros, for each step.
    pub live: Vec<usize>,
}

impl Extent {
    /// Lines of one step's hidden states.
    pub fn step(&self) -> usize {
        panels(self.hidden) * self.rows
    }

    /// Lines of one step's inputs.
    pub fn input_step(&self) -> usize {
        panels(self.inputs) * self.rows
    }
}

/// A layer's parameters in lines; see [`super`] for their order.
#[derive(Clone, Copy)]
pub struct Weights<'a> {
    /// `[panel][input][gate]`.
    pub input: &'a [Line],
    /// `[panel][unit][gate]`.
    pub recurrent: &'a [Line],
    /// `[panel][gate]`.
    pub input_bias: &'a [Line],
    /// `[panel][gate]`.
    pub recurrent_bias: &'a [Line],
}

impl<'a> Weights<'a> {
    /// Cuts a layer's parameters, which lie one after another.
    pub fn of(lines: &'a [Line], inputs: usize, hidden: usize, gates: usize) -> Self {
        let block = panels(hidden) * gates;
        let (input, rest) = lines.split_at(block * inputs);
        let (recurrent, rest) = rest.split_at(block * hidden);
        let (input_bias, recurrent_bias) = rest.split_at(block);
        Self { input, recurrent, input_bias, recurrent_bias }
    }

    /// Gives how many lines a layer's parameters take.
    pub fn lines(inputs: usize, hidden: usize, gates: usize) -> usize {
        panels(hidden) * gates * (inputs + hidden + 2)
    }
}

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
    /// As [`Forward`] left them.
    pub hidden: &'a [Line],
    /// As [`Forward`] left them; become the gradients of the products.
    pub gates: &'a mut [Line],
    /// As [`Forward`] left it.
    pub memory: &'a [Line],
    /// From above.
    pub incoming: Incoming<'a>,
    /// Scratch, one step of hidden states, zero at the start.
    pub carry: &'a mut [Line],
    /// Sums of `gates` over all steps and rows: `[panel][4]`, zero at the start.
    pub sums: &'a mut [Line],
    /// One step of zeros, as in [`Forward::zeros`].
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
