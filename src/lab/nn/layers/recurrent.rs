//! A GRU or LSTM layer as one fused operation.

use std::marker::PhantomData;
use std::sync::Arc;

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use super::dropout::{Mask, Masked};
use super::parameter;
use crate::lab::nn::buffer::{Buffer, stale_numbers};
use crate::lab::nn::device::{Back, Operation, Slopes, Values, apply};
use crate::lab::nn::kernels::cell::{Cell, Gru, Lstm};
use crate::lab::nn::kernels::outer::Outer;
use crate::lab::nn::kernels::panels;
use crate::lab::nn::kernels::product::Transpose;
use crate::lab::nn::kernels::recurrent::{
    Backward, Extent, Forward, Incoming, InputGradient, Weights, chunk,
};
use crate::lab::nn::layout::{self, Named};
use crate::lab::nn::simd::{Kernel, Lanes, Line, Simd};
use crate::lab::settings;

/// A recurrent layer.
#[derive(Module, Debug)]
pub struct Recurrent {
    /// All parameters of the layer, in the order of [`Weights`].
    pub weights: Param<Tensor<1>>,
    inputs: usize,
    hidden: usize,
    gates: usize,
    index: usize,
}

impl Recurrent {
    /// Makes layer `index` of a model with PyTorch's initial distribution.
    pub fn new(index: usize, inputs: usize, hidden: usize, cell: settings::Cell, seed: u64) -> Self {
        let gates = gates(cell);
        let named = layout::recurrent(index, inputs, hidden, gates);
        let numbers = layout::initial(&named, Weights::lines(inputs, hidden, gates), seed);
        Self { weights: parameter(numbers), inputs, hidden, gates, index }
    }

    /// Lists its tensors under PyTorch's names.
    pub fn named(&self) -> Vec<Named> {
        layout::recurrent(self.index, self.inputs, self.hidden, self.gates)
    }

    /// Runs the layer over `[step][panel][row]` lines of inputs.
    ///
    /// `live` says how many rows have an input that is not all zeros, for each step; `mask` is dropout's.
    pub fn forward(
        &self,
        input: Tensor<1>,
        rows: usize,
        live: Vec<usize>,
        output: Output,
        mask: Option<Mask>,
        simd: Simd,
    ) -> Tensor<1> {
        let extent = Extent { inputs: self.inputs, hidden: self.hidden, rows, live };
        let pass = Pass { simd, lstm: self.gates == 4, extent: Arc::new(extent), output, mask };
        apply(pass, input, self.weights.val())
    }
}

/// Gives the number of a cell's gates.
pub fn gates(cell: settings::Cell) -> usize {
    match cell {
        settings::Cell::Gru => 3,
        settings::Cell::Lstm => 4,
    }
}

/// What of a layer's hidden states is its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Those of every step, `[step][panel][row]` lines, for a layer above.
    Sequence,
    /// Those of the batch's last step, `[panel][row]` lines.
    Last,
}

/// One pass of a layer.
#[derive(Debug)]
struct Pass {
    simd: Simd,
    lstm: bool,
    extent: Arc<Extent>,
    output: Output,
    mask: Option<Mask>,
}

/// What a pass keeps for the way back.
#[derive(Debug)]
struct Kept {
    simd: Simd,
    lstm: bool,
    extent: Arc<Extent>,
    output: Output,
    mask: Option<Mask>,
    input: Values,
    weights: Buffer,
    hidden: Buffer,
    gates: Buffer,
    memory: Buffer,
}

impl Operation for Pass {
    fn forward(&self, input: Values, weights: Values) -> (Values, Box<dyn Back>) {
        let extent = &*self.extent;
        let gates = if self.lstm { 4 } else { 3 };
        let memory = if self.lstm { Lstm::MEMORY } else { Gru::MEMORY };
        let (steps, step) = (extent.live.len(), extent.step());
        let mut kept = Kept {
            simd: self.simd,
            lstm: self.lstm,
            extent: self.extent.clone(),
            output: self.output,
            mask: self.mask.clone(),
            weights: Buffer::copy_of(&weights),
            hidden: Buffer::stale(steps * step),
            gates: Buffer::stale(steps * step * 4),
            memory: Buffer::stale(steps * step * memory),
            input,
        };
        let mut products = Buffer::stale(chunk(extent.rows) * step * gates);
        self.simd.run(RunForward {
            lstm: self.lstm,
            extent,
            inputs: kept.input.as_chunks().0,
            weights: Weights::of(&kept.weights, extent.inputs, extent.hidden, gates),
            hidden: &mut kept.hidden,
            gates: &mut kept.gates,
            memory: &mut kept.memory,
            products: &mut products,
            zeros: &Buffer::zeroed(step * memory.max(1)),
        });
        let shown = match self.output {
            Output::Sequence => &kept.hidden[..],
            Output::Last => &kept.hidden[(steps - 1) * step..],
        };
        let mut out = stale_numbers(shown.len() * 16);
        match &self.mask {
            Some(mask) => {
                self.simd.run(Masked { numbers: shown, mask, out: out.as_chunks_mut().0 });
            }
            None => out.copy_from_slice(shown.as_flattened()),
        }
        let length = out.len();
        (Values::of(out, &[length]), Box::new(kept))
    }
}

struct RunForward<'a> {
    lstm: bool,
    extent: &'a Extent,
    inputs: &'a [Line],
    weights: Weights<'a>,
    hidden: &'a mut [Line],
    gates: &'a mut [Line],
    memory: &'a mut [Line],
    products: &'a mut [Line],
    zeros: &'a [Line],
}

impl RunForward<'_> {
    #[inline(always)]
    fn on<L: Lanes, C: Cell<GATES>, const GATES: usize>(self, lanes: L) {
        let forward = Forward::<C> {
            extent: self.extent,
            inputs: self.inputs,
            weights: self.weights,
            hidden: self.hidden,
            gates: self.gates,
            memory: self.memory,
            products: self.products,
            zeros: self.zeros,
            cell: PhantomData,
        };
        forward.through_time::<L, GATES>(lanes);
    }
}

impl Kernel for RunForward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        if self.lstm { self.on::<L, Lstm, 4>(lanes) } else { self.on::<L, Gru, 3>(lanes) }
    }
}

impl Back for Kept {
    fn backward(self: Box<Self>, gradient: &[f32], wants_input: bool) -> Slopes {
        if self.lstm {
            self.on::<Lstm, 4>(gradient, wants_input)
        } else {
            self.on::<Gru, 3>(gradient, wants_input)
        }
    }
}

/// Gives how many panels of units are handled together on the way back: more where there are few rows.
fn group(units: usize, rows: usize) -> usize {
    match units {
        units if units.is_multiple_of(4) && rows <= 6 => 4,
        units if units.is_multiple_of(2) => 2,
        _ => 1,
    }
}

/// Turns weights around in groups of `size` panels.
fn turned(simd: Simd, weights: &[Line], inputs: usize, gates: usize, size: usize) -> Buffer {
    let mut buffer = Buffer::stale(weights.len() / inputs * panels(inputs) * 16);
    let out = &mut buffer;
    match size {
        4 => simd.run(Transpose::<4> { weights, inputs, gates, out }),
        2 => simd.run(Transpose::<2> { weights, inputs, gates, out }),
        _ => simd.run(Transpose::<1> { weights, inputs, gates, out }),
    }
    buffer
}

impl Kept {
    fn on<C: Cell<GATES>, const GATES: usize>(mut self, gradient: &[f32], wants_input: bool) -> Slopes {
        let extent = &*self.extent;
        let (units, rows, step) = (panels(extent.hidden), extent.rows, extent.step());
        let weights = Weights::of(&self.weights, extent.inputs, extent.hidden, GATES);
        let mut incoming: &[Line] = gradient.as_chunks().0;
        let mut unmasked = Buffer::stale(0);
        if let Some(mask) = &self.mask {
            unmasked = Buffer::stale(incoming.len());
            self.simd.run(Masked { numbers: incoming, mask, out: &mut unmasked });
            incoming = &unmasked;
        }
        let size = group(units, rows);
        let mut sums = Buffer::zeroed(units * 4);
        self.simd.run(RunBackward {
            backward: Backward::<C> {
                extent,
                transposed: &turned(self.simd, weights.recurrent, extent.hidden, GATES, size),
                hidden: &self.hidden,
                gates: &mut self.gates,
                memory: &self.memory,
                incoming: match self.output {
                    Output::Last => Incoming::Last(incoming),
                    Output::Sequence => Incoming::Sequence(incoming),
                },
                carry: &mut Buffer::zeroed(step),
                sums: &mut sums,
                zeros: &Buffer::zeroed(step * C::MEMORY.max(1)),
                cell: PhantomData,
            },
            size,
        });
        drop(unmasked);
        let mut to_weights = stale_numbers(self.weights.len() * 16);
        let (lines, _) = to_weights.as_chunks_mut::<16>();
        let (to_input, rest) = lines.split_at_mut(weights.input.len());
        let (to_recurrent, rest) = rest.split_at_mut(weights.recurrent.len());
        let (to_input_bias, to_recurrent_bias) = rest.split_at_mut(units * GATES);
        self.simd.run(Outer {
            extent,
            left: self.input.as_chunks().0,
            width: extent.inputs,
            gates: &self.gates,
            columns: C::INPUT,
            live: &extent.live,
            out: to_input,
        });
        // The hidden state before the first step is zero: the sum runs over the later ones.
        self.simd.run(Outer {
            extent,
            left: &self.hidden,
            width: extent.hidden,
            gates: &self.gates[step * 4..],
            columns: C::RECURRENT,
            live: &vec![rows; extent.live.len() - 1],
            out: to_recurrent,
        });
        for (unit, sums) in sums.as_chunks::<4>().0.iter().enumerate() {
            for gate in 0..GATES {
                to_input_bias[unit * GATES + gate] = sums[C::INPUT[gate]];
                to_recurrent_bias[unit * GATES + gate] = sums[C::RECURRENT[gate]];
            }
        }
        let input = wants_input.then(|| self.input_gradient::<C, GATES>());
        let length = to_weights.len();
        Slopes { input, weights: Some(Values::of(to_weights, &[length])) }
    }

    fn input_gradient<C: Cell<GATES>, const GATES: usize>(&self) -> Values {
        let extent = &*self.extent;
        let weights = Weights::of(&self.weights, extent.inputs, extent.hidden, GATES);
        let group = if panels(extent.inputs).is_multiple_of(2) { 2 } else { 1 };
        let mut out = stale_numbers(extent.live.len() * extent.input_step() * 16);
        self.simd.run(InputGradient {
            extent,
            transposed: &turned(self.simd, weights.input, extent.inputs, GATES, group),
            gates: &self.gates,
            columns: &C::INPUT,
            out: out.as_chunks_mut().0,
            group,
        });
        let length = out.len();
        Values::of(out, &[length])
    }
}

struct RunBackward<'a, C, const GATES: usize> {
    backward: Backward<'a, C>,
    size: usize,
}

impl<C: Cell<GATES>, const GATES: usize> Kernel for RunBackward<'_, C, GATES> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        match self.size {
            4 => self.backward.through_time::<L, GATES, 4>(lanes),
            2 => self.backward.through_time::<L, GATES, 2>(lanes),
            _ => self.backward.through_time::<L, GATES, 1>(lanes),
        }
    }
}
