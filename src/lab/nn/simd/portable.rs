//! Sixteen lanes as sixteen numbers, for any CPU.

use super::{Lanes, Line, ONE_BITS};

/// Code for any CPU; `mul_add` is correctly rounded with or without FMA hardware.
#[derive(Clone, Copy)]
pub struct Portable;

/// Applies an operation to each lane.
#[inline(always)]
fn each(left: Line, right: Line, operation: impl Fn(f32, f32) -> f32) -> Line {
    let mut out = left;
    for (lane, other) in out.iter_mut().zip(right) {
        *lane = operation(*lane, other);
    }
    out
}

impl Lanes for Portable {
    type Vector = Line;
    const WIDE: bool = false;

    #[inline(always)]
    fn splat(self, number: f32) -> Line {
        [number; 16]
    }
    #[inline(always)]
    fn load(self, line: &Line) -> Line {
        *line
    }
    #[inline(always)]
    fn store(self, vector: Line, line: &mut Line) {
        *line = vector;
    }
    #[inline(always)]
    fn fused(self, factor: Line, other: Line, addend: Line) -> Line {
        let mut out = addend;
        for ((lane, factor), other) in out.iter_mut().zip(factor).zip(other) {
            *lane = factor.mul_add(other, *lane);
        }
        out
    }
    #[inline(always)]
    fn add(self, left: Line, right: Line) -> Line {
        each(left, right, |left, right| left + right)
    }
    #[inline(always)]
    fn subtract(self, left: Line, right: Line) -> Line {
        each(left, right, |left, right| left - right)
    }
    #[inline(always)]
    fn multiply(self, left: Line, right: Line) -> Line {
        each(left, right, |left, right| left * right)
    }
    #[inline(always)]
    fn divide(self, left: Line, right: Line) -> Line {
        each(left, right, |left, right| left / right)
    }
    #[inline(always)]
    fn root(self, vector: Line) -> Line {
        each(vector, vector, |lane, _| lane.sqrt())
    }
    #[inline(always)]
    fn least(self, left: Line, right: Line) -> Line {
        each(left, right, |left, right| if left < right { left } else { right })
    }
    #[inline(always)]
    fn most(self, left: Line, right: Line) -> Line {
        each(left, right, |left, right| if left > right { left } else { right })
    }
    #[inline(always)]
    fn zero_below(self, least: Line, vector: Line) -> Line {
        each(vector, least, |lane, least| if lane.abs() < least { 0.0 } else { lane })
    }
    #[inline(always)]
    fn power_of_two(self, shifted: Line) -> Line {
        each(shifted, shifted, |lane, _| {
            f32::from_bits((lane.to_bits() << 23).wrapping_add(ONE_BITS.cast_unsigned()))
        })
    }
}
