//! The two recurrent cells: what happens at one step, for sixteen units of one sequence.
//!
//! Invariants
//! - PyTorch's equations and gate order: GRU r, z, n with two biases, the reset gate acting on `W_hn h + b_hn`;
//!   LSTM i, f, g, o.
//! - Lanes whose weights are zero stay at hidden state 0 and gradient 0.

use super::activation::{sigmoid, tangent};
use crate::lab::nn::simd::{Lanes, Line};

/// A recurrent cell with `GATES` gates.
///
/// It leaves four lines for each step, row and panel: its activations on the way forward, which the way
/// back overwrites with the gradients of its products.
pub trait Cell<const GATES: usize> {
    /// Which of the four gradients belong to the recurrent product, gate by gate.
    const RECURRENT: [usize; GATES];
    /// Which of the four gradients belong to the input's product, gate by gate.
    const INPUT: [usize; GATES];
    /// Lines that it remembers besides the hidden state.
    const MEMORY: usize;

    /// Steps forward; gives the new hidden state.
    ///
    /// `recurrent` and `input` are the two products with their biases, `before` the hidden state and
    /// `remembered` the memory of the step before.
    fn forward<L: Lanes>(
        lanes: L,
        recurrent: [L::Vector; GATES],
        input: &[Line; GATES],
        before: L::Vector,
        remembered: &[Line],
        gates: &mut [Line; 4],
        memory: &mut [Line],
    ) -> L::Vector;

    /// Steps back; gives the gradients that replace `gates`.
    ///
    /// `gradient` is that of the hidden state, except for what `carry` brings from the later step past the
    /// products; `carry` takes what goes on to the earlier step.
    fn backward<L: Lanes>(
        lanes: L,
        gradient: L::Vector,
        before: L::Vector,
        remembered: &[Line],
        gates: &[Line; 4],
        memory: &[Line],
        carry: &mut Line,
    ) -> [L::Vector; 4];
}

/// Gradients nearer to zero than this count as zero: 2⁻⁸⁰, about 8e-25.
///
/// Where gates are saturated, gradients shrink from step to step until they are subnormal, and many CPUs
/// multiply subnormal numbers a hundred times more slowly. Adam divides by a root of squares plus 1e-8, so what
/// is left out moves no parameter by more than 1e-16 of the learning rate.
pub const NEGLIGIBLE: f32 = 1.0 / (1_u128 << 80) as f32;

/// Leaves out a gradient that is negligible.
#[inline(always)]
fn significant<L: Lanes>(lanes: L, gradient: L::Vector) -> L::Vector {
    lanes.zero_below(lanes.splat(NEGLIGIBLE), gradient)
}

/// Leaves out the gradients that are negligible.
#[inline(always)]
fn all_significant<L: Lanes>(lanes: L, mut gradients: [L::Vector; 4]) -> [L::Vector; 4] {
    for gradient in &mut gradients {
        *gradient = significant(lanes, *gradient);
    }
    gradients
}

/// The sigmoid's slope where its value is `gate`.
#[inline(always)]
fn sigmoid_slope<L: Lanes>(lanes: L, gate: L::Vector) -> L::Vector {
    lanes.multiply(gate, lanes.subtract(lanes.splat(1.0), gate))
}

/// Gated recurrent unit.
///
/// # Source
/// `torch.nn.GRU`: h' = (1 − z)·n + z·h, n = tanh(W_in x + b_in + r·(W_hn h + b_hn)).
pub struct Gru;

impl Cell<3> for Gru {
    const RECURRENT: [usize; 3] = [0, 1, 3];
    const INPUT: [usize; 3] = [0, 1, 2];
    const MEMORY: usize = 0;

    #[inline(always)]
    fn forward<L: Lanes>(
        lanes: L,
        recurrent: [L::Vector; 3],
        input: &[Line; 3],
        before: L::Vector,
        _remembered: &[Line],
        gates: &mut [Line; 4],
        _memory: &mut [Line],
    ) -> L::Vector {
        let reset = sigmoid(lanes, lanes.add(recurrent[0], lanes.load(&input[0])));
        let update = sigmoid(lanes, lanes.add(recurrent[1], lanes.load(&input[1])));
        let new = tangent(lanes, lanes.fused(reset, recurrent[2], lanes.load(&input[2])));
        lanes.store(reset, &mut gates[0]);
        lanes.store(update, &mut gates[1]);
        lanes.store(new, &mut gates[2]);
        lanes.store(recurrent[2], &mut gates[3]);
        lanes.fused(update, lanes.subtract(before, new), new)
    }

    #[inline(always)]
    fn backward<L: Lanes>(
        lanes: L,
        gradient: L::Vector,
        before: L::Vector,
        _remembered: &[Line],
        gates: &[Line; 4],
        _memory: &[Line],
        carry: &mut Line,
    ) -> [L::Vector; 4] {
        let one = lanes.splat(1.0);
        let gradient = significant(lanes, lanes.add(gradient, lanes.load(carry)));
        let (reset, update) = (lanes.load(&gates[0]), lanes.load(&gates[1]));
        let (new, product) = (lanes.load(&gates[2]), lanes.load(&gates[3]));
        let kept = lanes.subtract(one, update);
        let slope = lanes.subtract(one, lanes.multiply(new, new));
        let to_new = lanes.multiply(lanes.multiply(gradient, kept), slope);
        let to_update = lanes
            .multiply(lanes.multiply(gradient, lanes.subtract(before, new)), lanes.multiply(update, kept));
        let to_reset = lanes.multiply(lanes.multiply(to_new, product), sigmoid_slope(lanes, reset));
        lanes.store(significant(lanes, lanes.multiply(gradient, update)), carry);
        all_significant(lanes, [to_reset, to_update, to_new, lanes.multiply(to_new, reset)])
    }
}

/// Long short-term memory; remembers the cell state and its tanh.
///
/// # Source
/// `torch.nn.LSTM`: c' = f·c + i·g, h' = o·tanh(c').
pub struct Lstm;

impl Cell<4> for Lstm {
    const RECURRENT: [usize; 4] = [0, 1, 2, 3];
    const INPUT: [usize; 4] = [0, 1, 2, 3];
    const MEMORY: usize = 2;

    #[inline(always)]
    fn forward<L: Lanes>(
        lanes: L,
        recurrent: [L::Vector; 4],
        input: &[Line; 4],
        _before: L::Vector,
        remembered: &[Line],
        gates: &mut [Line; 4],
        memory: &mut [Line],
    ) -> L::Vector {
        let write = sigmoid(lanes, lanes.add(recurrent[0], lanes.load(&input[0])));
        let keep = sigmoid(lanes, lanes.add(recurrent[1], lanes.load(&input[1])));
        let new = tangent(lanes, lanes.add(recurrent[2], lanes.load(&input[2])));
        let show = sigmoid(lanes, lanes.add(recurrent[3], lanes.load(&input[3])));
        let state = lanes.fused(keep, lanes.load(&remembered[0]), lanes.multiply(write, new));
        let shown = tangent(lanes, state);
        for (vector, line) in [write, keep, new, show].into_iter().zip(gates) {
            lanes.store(vector, line);
        }
        lanes.store(state, &mut memory[0]);
        lanes.store(shown, &mut memory[1]);
        lanes.multiply(show, shown)
    }

    #[inline(always)]
    fn backward<L: Lanes>(
        lanes: L,
        gradient: L::Vector,
        _before: L::Vector,
        remembered: &[Line],
        gates: &[Line; 4],
        memory: &[Line],
        carry: &mut Line,
    ) -> [L::Vector; 4] {
        let one = lanes.splat(1.0);
        let (write, keep) = (lanes.load(&gates[0]), lanes.load(&gates[1]));
        let (new, show) = (lanes.load(&gates[2]), lanes.load(&gates[3]));
        let shown = lanes.load(&memory[1]);
        let slope = lanes.subtract(one, lanes.multiply(shown, shown));
        let gradient = significant(lanes, gradient);
        let to_state = lanes.add(lanes.multiply(lanes.multiply(gradient, show), slope), lanes.load(carry));
        let to_state = significant(lanes, to_state);
        let to_write = lanes.multiply(lanes.multiply(to_state, new), sigmoid_slope(lanes, write));
        let to_keep =
            lanes.multiply(lanes.multiply(to_state, lanes.load(&remembered[0])), sigmoid_slope(lanes, keep));
        let to_new =
            lanes.multiply(lanes.multiply(to_state, write), lanes.subtract(one, lanes.multiply(new, new)));
        let to_show = lanes.multiply(lanes.multiply(gradient, shown), sigmoid_slope(lanes, show));
        lanes.store(significant(lanes, lanes.multiply(to_state, keep)), carry);
        all_significant(lanes, [to_write, to_keep, to_new, to_show])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::nn::simd::{Kernel, Simd};

    /// A step back through both cells, whose sixteen lanes get `gradient` times 2⁰, 2⁻¹⁰, … 2⁻¹⁵⁰.
    struct Fading {
        gradient: f32,
    }

    impl Kernel for Fading {
        /// The four gradients and the carry of each cell.
        type Output = [[Line; 5]; 2];

        #[inline(always)]
        fn run<L: Lanes>(self, lanes: L) -> [[Line; 5]; 2] {
            let mut fading = [self.gradient; 16];
            for lane in 1..16 {
                fading[lane] = fading[lane - 1] / 1024.0;
            }
            let gradient = lanes.load(&fading);
            let gates = [[0.25; 16], [0.75; 16], [0.5; 16], [0.125; 16]];
            let lines = [[0.5; 16], [0.375; 16]];
            let mut out = [[[0.0; 16]; 5]; 2];
            let [gru, lstm] = &mut out;
            let before = lanes.splat(0.25);
            let found = Gru::backward(lanes, gradient, before, &[], &gates, &[], &mut gru[4]);
            for (vector, line) in found.into_iter().zip(gru) {
                lanes.store(vector, line);
            }
            let found = Lstm::backward(lanes, gradient, before, &lines, &gates, &lines, &mut lstm[4]);
            for (vector, line) in found.into_iter().zip(lstm) {
                lanes.store(vector, line);
            }
            out
        }
    }

    #[test]
    fn a_gradient_that_fades_is_left_out_before_it_is_subnormal() {
        for simd in Simd::all() {
            let lines = simd.run(Fading { gradient: 1.0 });
            for &number in lines.as_flattened().as_flattened() {
                assert!(number == 0.0 || number.abs() >= NEGLIGIBLE, "{}: {number:e}", simd.name());
            }
            for line in lines.as_flattened() {
                assert!(line[..7].iter().all(|&number| number != 0.0), "{}: {line:?}", simd.name());
                assert_eq!(line[9..], [0.0; 7], "{}", simd.name());
            }
        }
    }

    #[test]
    fn a_gradient_that_is_no_number_stays_one_that_is_none() {
        for simd in Simd::all() {
            let lines = simd.run(Fading { gradient: f32::NAN });
            assert!(
                lines.as_flattened().as_flattened().iter().all(|number| number.is_nan()),
                "{}",
                simd.name()
            );
        }
    }
}
