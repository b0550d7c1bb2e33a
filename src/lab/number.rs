//! Exponential, logarithm and rotation in double precision, from basic operations alone.
//!
//! Invariants
//! - Only additions, multiplications, divisions and bit patterns, each rounded as IEEE 754 says: the same
//!   bits on every machine, which no C library promises.
//! - Within 2 units in the last place of the true value, except where the docs say otherwise.

/// The logarithm of 2 in two parts: the first has trailing zeros, so that small multiples of it are exact.
const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];

/// Computes `e` to the power of `x`.
///
/// Beyond the range of `f64` it gives 0 or infinity; NaN gives NaN.
pub fn exp(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x > 709.782_712_893_384 {
        return f64::INFINITY;
    }
    if x < -745.133_219_101_941_2 {
        return 0.0;
    }
    let doublings = (x / std::f64::consts::LN_2).round();
    let rest = (x - doublings * LN_2[0]) - doublings * LN_2[1];
    // Taylor's series; the rest is at most ln 2 / 2, where the first dropped term is below 2⁻⁵⁷.
    let sum = (1..=14).rev().fold(1.0, |sum, term| 1.0 + sum * rest / f64::from(term));
    let doublings = doublings as i32;
    let half = doublings / 2;
    sum * power_of_two(half) * power_of_two(doublings - half)
}

/// Computes the natural logarithm of `x`.
///
/// Zero gives minus infinity; a negative number or NaN gives NaN.
pub fn ln(x: f64) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    if x.is_infinite() {
        return x;
    }
    let (x, shift) = if x < f64::MIN_POSITIVE { (x * power_of_two(54), -54) } else { (x, 0) };
    let bits = x.to_bits();
    let exponent = i32::try_from(bits >> 52).expect("a positive number's exponent has 11 bits") - 1023;
    let mantissa = f64::from_bits(bits & ((1 << 52) - 1) | 1023 << 52);
    let (mantissa, exponent) = if mantissa > std::f64::consts::SQRT_2 {
        (mantissa * 0.5, exponent + 1)
    } else {
        (mantissa, exponent)
    };
    // ln m = 2 artanh((m − 1) / (m + 1)), whose argument stays below 0.172.
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let series = (1..=11).rev().fold(0.0, |sum, term| square * (sum + 1.0 / f64::from(2 * term + 1)));
    let doublings = f64::from(exponent + shift);
    doublings * LN_2[0] + (doublings * LN_2[1] + 2.0 * ratio * series + 2.0 * ratio)
}

/// Computes cosine and sine of an angle in turns: `[cos 2πt, sin 2πt]`.
///
/// Whole turns cancel exactly. Within 2⁻⁵⁰ of the true values, absolutely; NaN or infinity gives NaN.
pub fn turn(turns: f64) -> [f64; 2] {
    let quarters = (turns * 4.0).round();
    let angle = (turns - quarters * 0.25) * std::f64::consts::TAU;
    let square = angle * angle;
    // Taylor's series up to the 17th power; the angle is at most π/4.
    let series = |first: i32| {
        (0..8).rev().fold(1.0, |sum, term| {
            let next = f64::from(2 * term + first);
            1.0 - sum * square / (next * (next + 1.0))
        })
    };
    let (cosine, sine) = (series(1), angle * series(2));
    match quarters.rem_euclid(4.0) as u8 {
        0 => [cosine, sine],
        1 => [-sine, cosine],
        2 => [-cosine, -sine],
        _ => [sine, -cosine],
    }
}

/// Gives 2 to the power of `exponent`, which is in `-1022..=1023`.
fn power_of_two(exponent: i32) -> f64 {
    let biased = u64::try_from(exponent + 1023).expect("the exponent is that of a normal number");
    f64::from_bits(biased << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) -> bool {
        found == expected || (found - expected).abs() <= 2.0 * f64::EPSILON * expected.abs()
    }

    #[test]
    fn exponentials_of_known_numbers_are_right() {
        // Values from the 20-digit tables of Abramowitz and Stegun, table 4.4, and of e.
        for (x, expected) in [
            (0.0, 1.0),
            (1.0, std::f64::consts::E),
            (-1.0, 0.367_879_441_171_442_33),
            (0.5, 1.648_721_270_700_128_2),
            (10.0, 22_026.465_794_806_718),
            (-745.0, 5e-324),
        ] {
            assert!(near(exp(x), expected), "exp({x}) gave {}", exp(x));
        }
        assert_eq!((exp(710.0), exp(-746.0)), (f64::INFINITY, 0.0));
        assert_eq!((exp(f64::INFINITY), exp(f64::NEG_INFINITY)), (f64::INFINITY, 0.0));
        assert!(exp(f64::NAN).is_nan());
    }

    #[test]
    fn logarithms_of_known_numbers_are_right() {
        for (x, expected) in [
            (1.0, 0.0),
            (2.0, std::f64::consts::LN_2),
            (10.0, std::f64::consts::LN_10),
            (std::f64::consts::E, 1.0),
            (0.1, -std::f64::consts::LN_10),
            (5e-324, -744.440_071_921_381_3),
        ] {
            assert!(near(ln(x), expected), "ln({x}) gave {}", ln(x));
        }
        assert_eq!((ln(0.0), ln(f64::INFINITY)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(ln(-1.0).is_nan() && ln(f64::NAN).is_nan());
    }

    #[test]
    fn the_logarithm_undoes_the_exponential() {
        for step in -700..=700 {
            let x = f64::from(step) + 0.3;
            assert!((ln(exp(x)) - x).abs() <= 4.0 * f64::EPSILON * x.abs().max(1.0), "{x}");
        }
    }

    #[test]
    fn turns_of_known_angles_are_right() {
        let half_root = std::f64::consts::FRAC_1_SQRT_2;
        for (turns, [cosine, sine]) in [
            (0.0, [1.0, 0.0]),
            (0.25, [0.0, 1.0]),
            (-0.25, [0.0, -1.0]),
            (0.125, [half_root, half_root]),
            (1.0 / 12.0, [3_f64.sqrt() / 2.0, 0.5]),
            (7.5, [-1.0, 0.0]),
        ] {
            let found = turn(turns);
            assert!(
                (found[0] - cosine).abs() < 1e-15 && (found[1] - sine).abs() < 1e-15,
                "{turns}: {found:?}"
            );
        }
        assert!(turn(f64::INFINITY)[0].is_nan() && turn(f64::NAN)[1].is_nan());
    }

    #[test]
    fn a_turned_point_stays_on_the_circle() {
        for step in 0..1_000 {
            let [cosine, sine] = turn(f64::from(step) * 0.001 - 0.3);
            assert!((cosine * cosine + sine * sine - 1.0).abs() < 1e-15);
        }
    }
}
