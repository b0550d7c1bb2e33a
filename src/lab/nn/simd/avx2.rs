//! Sixteen lanes as two registers of AVX2.

use core::arch::x86_64::*;

use super::{Lanes, Line, ONE_BITS};

/// Proof that the CPU has AVX2 and FMA.
#[derive(Clone, Copy)]
pub struct Avx2(pub(super) ());

/// Two registers of AVX2 as sixteen lanes.
#[derive(Clone, Copy)]
pub struct Halves(__m256, __m256);

// SAFETY of every block in this implementation: `self` proves the features; see the header of `simd`.
impl Lanes for Avx2 {
    type Vector = Halves;
    const WIDE: bool = false;

    #[inline(always)]
    fn splat(self, number: f32) -> Halves {
        let half = unsafe { _mm256_set1_ps(number) };
        Halves(half, half)
    }
    #[inline(always)]
    fn load(self, line: &Line) -> Halves {
        let (low, high) = line.split_at(8);
        unsafe { Halves(_mm256_loadu_ps(low.as_ptr()), _mm256_loadu_ps(high.as_ptr())) }
    }
    #[inline(always)]
    fn store(self, vector: Halves, line: &mut Line) {
        let (low, high) = line.split_at_mut(8);
        unsafe {
            _mm256_storeu_ps(low.as_mut_ptr(), vector.0);
            _mm256_storeu_ps(high.as_mut_ptr(), vector.1);
        }
    }
    #[inline(always)]
    fn fused(self, factor: Halves, other: Halves, addend: Halves) -> Halves {
        unsafe {
            Halves(_mm256_fmadd_ps(factor.0, other.0, addend.0), _mm256_fmadd_ps(factor.1, other.1, addend.1))
        }
    }
    #[inline(always)]
    fn add(self, left: Halves, right: Halves) -> Halves {
        unsafe { Halves(_mm256_add_ps(left.0, right.0), _mm256_add_ps(left.1, right.1)) }
    }
    #[inline(always)]
    fn subtract(self, left: Halves, right: Halves) -> Halves {
        unsafe { Halves(_mm256_sub_ps(left.0, right.0), _mm256_sub_ps(left.1, right.1)) }
    }
    #[inline(always)]
    fn multiply(self, left: Halves, right: Halves) -> Halves {
        unsafe { Halves(_mm256_mul_ps(left.0, right.0), _mm256_mul_ps(left.1, right.1)) }
    }
    #[inline(always)]
    fn divide(self, left: Halves, right: Halves) -> Halves {
        unsafe { Halves(_mm256_div_ps(left.0, right.0), _mm256_div_ps(left.1, right.1)) }
    }
    #[inline(always)]
    fn root(self, vector: Halves) -> Halves {
        unsafe { Halves(_mm256_sqrt_ps(vector.0), _mm256_sqrt_ps(vector.1)) }
    }
    #[inline(always)]
    fn least(self, left: Halves, right: Halves) -> Halves {
        unsafe { Halves(_mm256_min_ps(left.0, right.0), _mm256_min_ps(left.1, right.1)) }
    }
    #[inline(always)]
    fn most(self, left: Halves, right: Halves) -> Halves {
        unsafe { Halves(_mm256_max_ps(left.0, right.0), _mm256_max_ps(left.1, right.1)) }
    }
    #[inline(always)]
    fn zero_below(self, least: Halves, vector: Halves) -> Halves {
        unsafe {
            let sign = _mm256_set1_ps(-0.0);
            let low = _mm256_cmp_ps::<_CMP_NLT_UQ>(_mm256_andnot_ps(sign, vector.0), least.0);
            let high = _mm256_cmp_ps::<_CMP_NLT_UQ>(_mm256_andnot_ps(sign, vector.1), least.1);
            Halves(_mm256_and_ps(low, vector.0), _mm256_and_ps(high, vector.1))
        }
    }
    #[inline(always)]
    fn power_of_two(self, shifted: Halves) -> Halves {
        unsafe {
            let one = _mm256_set1_epi32(ONE_BITS);
            let low = _mm256_slli_epi32::<23>(_mm256_castps_si256(shifted.0));
            let high = _mm256_slli_epi32::<23>(_mm256_castps_si256(shifted.1));
            Halves(
                _mm256_castsi256_ps(_mm256_add_epi32(low, one)),
                _mm256_castsi256_ps(_mm256_add_epi32(high, one)),
            )
        }
    }
}
