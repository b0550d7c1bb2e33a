//! Adam over a model's parameters, in place.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Gradients, Tensor};

use super::buffer::Buffer;
use super::device::Values;
use super::kernels::adam::{Rates, Squares, Step};
use super::simd::{Line, Simd};

/// β₁ and β₂, PyTorch's defaults.
const BETAS: [f64; 2] = [0.9, 0.999];
/// PyTorch's default.
const EPSILON: f64 = 1e-8;

/// `torch.optim.Adam` with coupled weight decay.
///
/// Its state belongs to the parameters of one model in the order in which burn visits them.
#[derive(Debug)]
pub struct Adam {
    simd: Simd,
    decay: f64,
    /// β₁ᵗ and β₂ᵗ after t steps, as running products: a power function's rounding is not ours to know.
    pub(super) powers: [f64; 2],
    /// Running means of gradient and squared gradient, a pair for each parameter; none before the first step.
    pub(super) moments: Vec<[Buffer; 2]>,
}

impl Adam {
    /// Starts without a step done.
    pub fn new(decay: f64, simd: Simd) -> Self {
        Self { simd, decay, powers: [1.0; 2], moments: Vec::new() }
    }

    /// Moves the parameters of `model` against `gradients`, unless the gradient's norm is not finite.
    ///
    /// Returns the model and the norm; with a norm that is not finite (or whose square overflows `f32`),
    /// model and state are as before.
    pub fn step<M: Module>(&mut self, model: M, gradients: Gradients, learning_rate: f64) -> (M, f64) {
        let mut collected = Collect { gradients, found: Vec::new() };
        let model = model.map(&mut collected);
        let squares = collected.found.iter().map(|found| self.squares(found)).sum::<f64>();
        let norm = squares.sqrt();
        if !norm.is_finite() {
            return (model, norm);
        }
        for (power, beta) in self.powers.iter_mut().zip(BETAS) {
            *power *= beta;
        }
        let rates = self.rates(learning_rate);
        let mut moved = Move { adam: self, rates, gradients: collected.found.into_iter(), index: 0 };
        (model.map(&mut moved), norm)
    }

    fn squares(&self, gradient: &Values) -> f64 {
        let (lines, rest) = gradient.as_chunks();
        self.simd.run(Squares(lines)) + rest.iter().map(|&lane| f64::from(lane * lane)).sum::<f64>()
    }

    fn rates(&self, learning_rate: f64) -> Rates {
        let [mean, square] = self.powers;
        Rates {
            step: (learning_rate / (1.0 - mean)) as f32,
            root: (1.0 / (1.0 - square).sqrt()) as f32,
            mean: (1.0 - BETAS[0]) as f32,
            square: BETAS[1] as f32,
            square_share: (1.0 - BETAS[1]) as f32,
            epsilon: EPSILON as f32,
            decay: self.decay as f32,
        }
    }
}

/// Takes each parameter's gradient out of burn's container.
struct Collect {
    gradients: Gradients,
    found: Vec<Values>,
}

impl ModuleMapper for Collect {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let gradient = parameter.val().grad_remove(&mut self.gradients);
        // A parameter that the loss does not depend on has a gradient of zero.
        self.found.push(match gradient {
            Some(gradient) => Values::of_tensor(gradient),
            None => {
                Values::of(vec![0.0; parameter.shape().num_elements()], &[parameter.shape().num_elements()])
            }
        });
        parameter
    }
}

/// Moves each parameter.
struct Move<'a> {
    adam: &'a mut Adam,
    rates: Rates,
    gradients: std::vec::IntoIter<Values>,
    index: usize,
}

impl ModuleMapper for Move<'_> {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let gradient = self.gradients.next().expect("burn visits the same parameters twice");
        let (id, tensor, mapper) = parameter.consume();
        let mut numbers = Values::of_tensor(tensor);
        self.step(&mut numbers, &gradient);
        let tensor = Tensor::from_inner(numbers.to_tensor::<D>()).require_grad();
        Param::from_mapped_value(id, tensor, mapper)
    }
}

impl Move<'_> {
    fn step(&mut self, numbers: &mut Values, gradient: &Values) {
        let lines = gradient.len().div_ceil(16);
        if self.adam.moments.len() == self.index {
            self.adam.moments.push([Buffer::zeroed(lines), Buffer::zeroed(lines)]);
        }
        let [mean, square] = &mut self.adam.moments[self.index];
        self.index += 1;
        let (simd, rates) = (self.adam.simd, self.rates);
        let mut step = |parameter: &mut [Line], gradient: &[Line], from: usize| {
            let lines = from..from + parameter.len();
            let (mean, square) = (&mut mean[lines.clone()], &mut square[lines]);
            simd.run(Step { parameter, gradient, mean, square, rates });
        };
        let (whole, rest) = numbers.make_mut().as_chunks_mut();
        let (whole_gradient, rest_gradient) = gradient.as_chunks();
        step(whole, whole_gradient, 0);
        // Our own layers' parameters are whole lines; those of burn's layers need not be.
        if !rest.is_empty() {
            let (mut line, mut line_gradient) = ([[0.0; 16]], [[0.0; 16]]);
            line[0][..rest.len()].copy_from_slice(rest);
            line_gradient[0][..rest.len()].copy_from_slice(rest_gradient);
            step(&mut line, &line_gradient, lines - 1);
            rest.copy_from_slice(&line[0][..rest.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::nn::layers::parameter;

    /// One parameter of eighteen numbers: a whole line and two.
    #[derive(Module, Debug)]
    struct Eighteen {
        numbers: Param<Tensor<1>>,
    }

    impl Eighteen {
        /// The gradients of a loss whose slope is `slope` everywhere.
        fn gradients(&self, slope: f32) -> Gradients {
            (self.numbers.val() * slope).sum().backward()
        }
    }

    #[test]
    fn two_steps_agree_with_values_worked_by_hand() {
        for simd in Simd::all() {
            let mut model = Eighteen { numbers: parameter(vec![1.0; 18]) };
            let mut adam = Adam::new(0.1, simd);
            // Gradient with decay 0.5 + 0.1 · 1 = 0.6: the first step is the learning rate itself. Then
            // −0.3 + 0.1 · 0.9 = −0.21 with means 0.033 / 0.19 and 0.00040374 / 0.001999.
            for (slope, expected) in [(0.5, 0.9), (-0.3, 0.861_352_9)] {
                let gradients = model.gradients(slope);
                let norm;
                (model, norm) = adam.step(model, gradients, 0.1);
                assert!((norm - (18.0_f64).sqrt() * f64::from(slope.abs())).abs() < 1e-6, "{norm}");
                for &number in Values::of_tensor(model.numbers.val()).iter() {
                    assert!((number - expected).abs() < 1e-6, "{number} for {expected}");
                }
            }
        }
    }

    #[test]
    fn a_gradient_that_is_no_number_moves_nothing() {
        let model = Eighteen { numbers: parameter(vec![1.0; 18]) };
        let mut adam = Adam::new(0.0, Simd::best());
        let gradients = model.gradients(f32::NAN);
        let (model, norm) = adam.step(model, gradients, 0.1);
        assert!(norm.is_nan());
        assert_eq!(&*Values::of_tensor(model.numbers.val()), &[1.0; 18]);
    }
}
