//! Exponential, sigmoid, hyperbolic tangent and logarithm from basic operations.
//!
//! Invariants
//! - No C library: its bits change with its version.
//! - NaN in, NaN out, so that a diverging training is seen.

use crate::lab::nn::simd::Lanes;

/// Computes eˣ to about one unit in the last place; beyond ±86 it stays at e^±86.
///
/// # Source
/// Cody and Waite's reduction by multiples of ln 2, and the polynomial of S. Moshier's Cephes `expf`.
#[inline(always)]
pub fn exponential<L: Lanes>(lanes: L, x: L::Vector) -> L::Vector {
    let x = lanes.least(lanes.splat(86.0), lanes.most(lanes.splat(-86.0), x));
    // Adding 1.5·2²³ rounds to a whole number, which then stands in the sum's low bits.
    let magic = lanes.splat(12_582_912.0);
    let shifted = lanes.fused(x, lanes.splat(core::f32::consts::LOG2_E), magic);
    let whole = lanes.subtract(shifted, magic);
    let rest = lanes.fused(whole, lanes.splat(-0.693_145_75), x);
    let rest = lanes.fused(whole, lanes.splat(-1.428_606_8e-6), rest);
    let mut sum = lanes.splat(1.987_569_1e-4);
    for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        sum = lanes.fused(sum, rest, lanes.splat(coefficient));
    }
    let sum = lanes.fused(sum, lanes.multiply(rest, rest), rest);
    lanes.multiply(lanes.add(sum, lanes.splat(1.0)), lanes.power_of_two(shifted))
}

/// Computes 1 / (1 + e⁻ˣ).
#[inline(always)]
pub fn sigmoid<L: Lanes>(lanes: L, x: L::Vector) -> L::Vector {
    let one = lanes.splat(1.0);
    let power = exponential(lanes, lanes.subtract(lanes.splat(0.0), x));
    lanes.divide(one, lanes.add(one, power))
}

/// Computes tanh x; beyond ±7.9 it is ±1.
///
/// # Source
/// The rational approximation of degree 13 over 6 that the Eigen library uses.
#[inline(always)]
pub fn tangent<L: Lanes>(lanes: L, x: L::Vector) -> L::Vector {
    const BOUND: f32 = 7.905_311;
    let x = lanes.least(lanes.splat(BOUND), lanes.most(lanes.splat(-BOUND), x));
    let square = lanes.multiply(x, x);
    let mut above = lanes.splat(-2.760_768_5e-16);
    for coefficient in
        [2.000_188e-13, -8.604_672e-11, 5.122_297_1e-8, 1.485_722_4e-5, 6.372_619e-4, 4.893_524_6e-3]
    {
        above = lanes.fused(above, square, lanes.splat(coefficient));
    }
    let mut below = lanes.splat(1.198_258_4e-6);
    for coefficient in [1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3] {
        below = lanes.fused(below, square, lanes.splat(coefficient));
    }
    lanes.divide(lanes.multiply(above, x), below)
}

/// Computes the natural logarithm of a positive, finite, normal number to about 1e-15.
///
/// # Source
/// x = m·2ᵉ with m in √½..√2, and ln m = 2·artanh((m − 1) / (m + 1)) as its power series.
pub fn logarithm(x: f64) -> f64 {
    const FRACTION: u64 = (1 << 52) - 1;
    let bits = x.to_bits();
    let mut exponent = f64::from((bits >> 52) as i32 - 1023);
    let mut mantissa = f64::from_bits(bits & FRACTION | 1023 << 52);
    if mantissa > core::f64::consts::SQRT_2 {
        mantissa *= 0.5;
        exponent += 1.0;
    }
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let series = (0..12).rev().fold(0.0, |sum, term| sum * square + 1.0 / f64::from(2 * term + 1));
    exponent * core::f64::consts::LN_2 + 2.0 * ratio * series
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::nn::simd::{Kernel, Line, Simd};

    struct All(Line);

    impl Kernel for All {
        type Output = [Line; 3];
        #[inline(always)]
        fn run<L: Lanes>(self, lanes: L) -> [Line; 3] {
            let x = lanes.load(&self.0);
            let mut out = [[0.0; 16]; 3];
            lanes.store(exponential(lanes, x), &mut out[0]);
            lanes.store(sigmoid(lanes, x), &mut out[1]);
            lanes.store(tangent(lanes, x), &mut out[2]);
            out
        }
    }

    /// eˣ from its power series after halving x often enough.
    fn reference(x: f64) -> f64 {
        let halved = x / 1024.0;
        let series = (1..20).rev().fold(1.0, |sum, term| 1.0 + halved / f64::from(term) * sum);
        (0..10).fold(series, |power, _| power * power)
    }

    #[test]
    fn activations_are_close_to_their_definition_and_equal_on_every_instruction_set() {
        for start in -400..400 {
            let line: Line = core::array::from_fn(|lane| start as f32 * 0.05 + lane as f32 * 0.003);
            let portable = Simd::named("portable").expect("the portable code is everywhere").run(All(line));
            for simd in Simd::all() {
                let out = simd.run(All(line));
                assert_eq!(
                    out.map(|line| line.map(f32::to_bits)),
                    portable.map(|line| line.map(f32::to_bits))
                );
            }
            for (lane, &x) in line.iter().enumerate() {
                let power = reference(f64::from(x));
                let close = |found: f32, wanted: f64| {
                    (f64::from(found) - wanted).abs() <= 4e-7 * wanted.abs().max(1e-3)
                };
                assert!(close(portable[0][lane], power), "exp {x}");
                assert!(close(portable[1][lane], power / (1.0 + power)), "sigmoid {x}");
                let twice = power * power;
                assert!(
                    (f64::from(portable[2][lane]) - (twice - 1.0) / (twice + 1.0)).abs() < 4e-7,
                    "tanh {x}"
                );
            }
        }
    }

    #[test]
    fn not_a_number_comes_through_every_activation() {
        for simd in Simd::all() {
            let out = simd.run(All([f32::NAN; 16]));
            assert!(out.iter().flatten().all(|lane| lane.is_nan()), "{}", simd.name());
        }
    }

    #[test]
    fn the_logarithm_undoes_the_exponential() {
        for step in -200..200 {
            let x = f64::from(step) * 0.17;
            assert!((logarithm(reference(x)) - x).abs() < 1e-12, "{x}");
        }
        assert_eq!(logarithm(1.0), 0.0);
    }
}
