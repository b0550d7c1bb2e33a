//! Sixteen lanes as one register of AVX-512.

use core::arch::x86_64::*;

use super::{Lanes, Line, ONE_BITS};

/// Proof that the CPU has AVX-512F, AVX2 and FMA.
#[derive(Clone, Copy)]
pub struct Avx512(pub(super) ());

// SAFETY of every block in this implementation: `self` proves the features; see the header of `simd`.
impl Lanes for Avx512 {
    type Vector = __m512;
    const WIDE: bool = true;

    #[inline(always)]
    fn splat(self, number: f32) -> __m512 {
        unsafe { _mm512_set1_ps(number) }
    }
    #[inline(always)]
    fn load(self, line: &Line) -> __m512 {
        unsafe { _mm512_loadu_ps(line.as_ptr()) }
    }
    #[inline(always)]
    fn store(self, vector: __m512, line: &mut Line) {
        unsafe { _mm512_storeu_ps(line.as_mut_ptr(), vector) }
    }
    #[inline(always)]
    fn fused(self, factor: __m512, other: __m512, addend: __m512) -> __m512 {
        unsafe { _mm512_fmadd_ps(factor, other, addend) }
    }
    #[inline(always)]
    fn add(self, left: __m512, right: __m512) -> __m512 {
        unsafe { _mm512_add_ps(left, right) }
    }
    #[inline(always)]
    fn subtract(self, left: __m512, right: __m512) -> __m512 {
        unsafe { _mm512_sub_ps(left, right) }
    }
    #[inline(always)]
    fn multiply(self, left: __m512, right: __m512) -> __m512 {
        unsafe { _mm512_mul_ps(left, right) }
    }
    #[inline(always)]
    fn divide(self, left: __m512, right: __m512) -> __m512 {
        unsafe { _mm512_div_ps(left, right) }
    }
    #[inline(always)]
    fn root(self, vector: __m512) -> __m512 {
        unsafe { _mm512_sqrt_ps(vector) }
    }
    #[inline(always)]
    fn least(self, left: __m512, right: __m512) -> __m512 {
        unsafe { _mm512_min_ps(left, right) }
    }
    #[inline(always)]
    fn most(self, left: __m512, right: __m512) -> __m512 {
        unsafe { _mm512_max_ps(left, right) }
    }
    #[inline(always)]
    fn zero_below(self, least: __m512, vector: __m512) -> __m512 {
        unsafe {
            let kept = _mm512_cmp_ps_mask::<_CMP_NLT_UQ>(_mm512_abs_ps(vector), least);
            _mm512_maskz_mov_ps(kept, vector)
        }
    }
    #[inline(always)]
    fn transpose(self, rows: [__m512; 16]) -> [__m512; 16] {
        let (mut quads, mut out) = (rows, rows);
        // Within each four rows: block b of quad j holds column 4b + j of those rows.
        for (rows, quads) in rows.as_chunks::<4>().0.iter().zip(quads.as_chunks_mut::<4>().0) {
            unsafe {
                let pairs = [
                    _mm512_castps_pd(_mm512_unpacklo_ps(rows[0], rows[1])),
                    _mm512_castps_pd(_mm512_unpackhi_ps(rows[0], rows[1])),
                    _mm512_castps_pd(_mm512_unpacklo_ps(rows[2], rows[3])),
                    _mm512_castps_pd(_mm512_unpackhi_ps(rows[2], rows[3])),
                ];
                quads[0] = _mm512_castpd_ps(_mm512_unpacklo_pd(pairs[0], pairs[2]));
                quads[1] = _mm512_castpd_ps(_mm512_unpackhi_pd(pairs[0], pairs[2]));
                quads[2] = _mm512_castpd_ps(_mm512_unpacklo_pd(pairs[1], pairs[3]));
                quads[3] = _mm512_castpd_ps(_mm512_unpackhi_pd(pairs[1], pairs[3]));
            }
        }
        // Across the fours: the blocks are turned around like the elements of a 4 × 4 matrix.
        for column in 0..4 {
            unsafe {
                let even = _mm512_shuffle_f32x4::<0x88>(quads[column], quads[4 + column]);
                let odd = _mm512_shuffle_f32x4::<0xdd>(quads[column], quads[4 + column]);
                let late_even = _mm512_shuffle_f32x4::<0x88>(quads[8 + column], quads[12 + column]);
                let late_odd = _mm512_shuffle_f32x4::<0xdd>(quads[8 + column], quads[12 + column]);
                out[column] = _mm512_shuffle_f32x4::<0x88>(even, late_even);
                out[4 + column] = _mm512_shuffle_f32x4::<0x88>(odd, late_odd);
                out[8 + column] = _mm512_shuffle_f32x4::<0xdd>(even, late_even);
                out[12 + column] = _mm512_shuffle_f32x4::<0xdd>(odd, late_odd);
            }
        }
        out
    }
    #[inline(always)]
    fn power_of_two(self, shifted: __m512) -> __m512 {
        unsafe {
            let exponent = _mm512_slli_epi32::<23>(_mm512_castps_si512(shifted));
            _mm512_castsi512_ps(_mm512_add_epi32(exponent, _mm512_set1_epi32(ONE_BITS)))
        }
    }
}
