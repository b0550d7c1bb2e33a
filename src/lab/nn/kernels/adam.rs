//! One step of Adam on one parameter, and the gradient's size.

use crate::lab::nn::simd::{Kernel, Lanes, Line};

/// Adam with coupled weight decay, as `torch.optim.Adam(weight_decay=…)`, on lines of one parameter.
///
/// # Source
/// D. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, in PyTorch's order of operations.
pub struct Step<'a> {
    /// The parameter, changed.
    pub parameter: &'a mut [Line],
    /// Its gradient, without weight decay.
    pub gradient: &'a [Line],
    /// Running mean of the gradient, changed.
    pub mean: &'a mut [Line],
    /// Running mean of its square, changed.
    pub square: &'a mut [Line],
    /// The numbers of this step.
    pub rates: Rates,
}

/// The numbers of one step, the same for every parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Learning rate over the bias correction of the mean.
    pub step: f32,
    /// One over the root of the bias correction of the square.
    pub root: f32,
    /// How much of the gradient enters its mean: 1 − β₁.
    pub mean: f32,
    /// What remains of the square: β₂.
    pub square: f32,
    /// How much of the squared gradient enters its mean: 1 − β₂.
    pub square_share: f32,
    /// Keeps the denominator from zero.
    pub epsilon: f32,
    /// Weight decay.
    pub decay: f32,
}

impl Kernel for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let rates = self.rates;
        let gradients = self.gradient.iter().zip(self.mean.iter_mut()).zip(self.square.iter_mut());
        for (line, ((gradient, mean), square)) in self.parameter.iter_mut().zip(gradients) {
            let parameter = lanes.load(line);
            let gradient = lanes.fused(lanes.splat(rates.decay), parameter, lanes.load(gradient));
            let before = lanes.load(mean);
            let new_mean = lanes.fused(lanes.splat(rates.mean), lanes.subtract(gradient, before), before);
            let decayed = lanes.multiply(lanes.splat(rates.square), lanes.load(square));
            let share = lanes.multiply(lanes.splat(rates.square_share), gradient);
            let new_square = lanes.fused(share, gradient, decayed);
            let root = lanes.root(new_square);
            let below = lanes.fused(root, lanes.splat(rates.root), lanes.splat(rates.epsilon));
            let change = lanes.divide(lanes.multiply(lanes.splat(rates.step), new_mean), below);
            lanes.store(lanes.subtract(parameter, change), line);
            lanes.store(new_mean, mean);
            lanes.store(new_square, square);
        }
    }
}

/// Sums the squares of a gradient; infinite where a square is.
pub struct Squares<'a>(pub &'a [Line]);

impl Kernel for Squares<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> f64 {
        let mut sum = lanes.splat(0.0);
        for line in self.0 {
            let vector = lanes.load(line);
            sum = lanes.fused(vector, vector, sum);
        }
        let mut line = [0.0; 16];
        lanes.store(sum, &mut line);
        line.iter().map(|&lane| f64::from(lane)).sum()
    }
}
