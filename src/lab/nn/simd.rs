//! Sixteen `f32` lanes with the same bits on AVX-512, AVX2 with FMA, and portable code.
//!
//! [`Simd`] (what this CPU offers, chosen at run time) ──[`Simd::run`]──▶ [`Kernel`], compiled for each [`Lanes`]
//!
//! Invariants
//! - Every operation is one IEEE 754 operation on each lane, correctly rounded: no approximate
//!   reciprocal and no sum across lanes, so a result never depends on the register's width.
//! - A NaN in the second operand of `least` and `most` comes through, on every path.
//! - This is the only module with `unsafe`.
//!
//! Why the `unsafe` is sound
//! - An intrinsic needs its CPU feature. Each is called in a method of a token ([`Avx512`], [`Avx2`]) whose
//!   field is private to this file and which is made in [`Simd::run`] alone, from a [`Simd`] that only
//!   [`Simd::all`] makes, after asking the CPU for exactly the features that the token's methods need.
//! - Loads and stores go through `&[f32; 16]` and `&mut [f32; 16]`: 64 valid bytes, and no alignment is assumed.
//! - [`Aligned`] is a line with a stricter alignment, so a slice of it may be seen as a slice of lines.

#![expect(unsafe_code, reason = "SIMD intrinsics and the call into code compiled for their features")]

#[cfg(target_arch = "x86_64")]
use core::arch::x86_64::*;

/// One register of lanes in memory: 64 bytes, one cache line where it is aligned.
pub type Line = [f32; 16];

/// A line that begins at a cache line, for memory that kernels stream through.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Aligned(pub Line);

/// Sees aligned lines as lines.
pub fn lines(aligned: &[Aligned]) -> &[Line] {
    // SAFETY: `Aligned` is `repr(C)` around one `Line` and both have 64 bytes, so `n` of one are `n` of the other.
    unsafe { core::slice::from_raw_parts(aligned.as_ptr().cast(), aligned.len()) }
}

/// Sees aligned lines as lines, to write them.
pub fn lines_mut(aligned: &mut [Aligned]) -> &mut [Line] {
    // SAFETY: as in `lines`; the borrow is exclusive and its lifetime is kept.
    unsafe { core::slice::from_raw_parts_mut(aligned.as_mut_ptr().cast(), aligned.len()) }
}

/// The instruction set that kernels run on. The choice changes the speed, never a bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simd(Set);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

/// Why an instruction set can't be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SimdError {
    /// It is not one of ours.
    #[error("no instruction set is named `{0}`: `avx512`, `avx2` and `portable` are")]
    Unknown(String),
    /// It is one of ours, but not one of this CPU's.
    #[error("this CPU has no `{0}`")]
    Missing(String),
}

impl Simd {
    /// Lists what this CPU offers, the fastest first; the last is always the portable code.
    pub fn all() -> Vec<Self> {
        let mut sets = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            if avx2 && is_x86_feature_detected!("avx512f") {
                sets.push(Self(Set::Avx512));
            }
            if avx2 {
                sets.push(Self(Set::Avx2));
            }
        }
        sets.push(Self(Set::Portable));
        sets
    }

    /// Takes the fastest that this CPU offers.
    pub fn best() -> Self {
        Self::all()[0]
    }

    /// Takes the one that a person named: `avx512`, `avx2` or `portable`.
    ///
    /// # Errors
    /// [`SimdError`] if there is no such name, or if this CPU lacks it.
    pub fn named(name: &str) -> Result<Self, SimdError> {
        if !["avx512", "avx2", "portable"].contains(&name) {
            return Err(SimdError::Unknown(name.to_owned()));
        }
        let found = Self::all().into_iter().find(|simd| simd.name() == name);
        found.ok_or_else(|| SimdError::Missing(name.to_owned()))
    }

    /// Gives its name, as [`Simd::named`] takes it.
    pub fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "avx2",
            Set::Portable => "portable",
        }
    }

    /// Runs a kernel on this instruction set.
    pub fn run<K: Kernel>(self, kernel: K) -> K::Output {
        #[cfg(target_arch = "x86_64")]
        {
            #[target_feature(enable = "avx512f,avx2,fma")]
            fn avx512<K: Kernel>(kernel: K) -> K::Output {
                kernel.run(Avx512(()))
            }
            #[target_feature(enable = "avx2,fma")]
            fn avx2<K: Kernel>(kernel: K) -> K::Output {
                kernel.run(Avx2(()))
            }
            match self.0 {
                // SAFETY: `Simd::all` makes `Set::Avx512` only on a CPU with avx512f, avx2 and fma.
                Set::Avx512 => return unsafe { avx512(kernel) },
                // SAFETY: `Simd::all` makes `Set::Avx2` only on a CPU with avx2 and fma.
                Set::Avx2 => return unsafe { avx2(kernel) },
                Set::Portable => {}
            }
        }
        kernel.run(Portable)
    }
}

/// A computation over lanes, written once for every instruction set.
///
/// `run` and all that it calls must be `#[inline(always)]`: only what is inlined into [`Simd::run`]'s
/// own functions is compiled for their instruction set.
pub trait Kernel {
    /// What it gives back.
    type Output;
    /// Computes on `lanes`.
    fn run<L: Lanes>(self, lanes: L) -> Self::Output;
}

/// Operations on sixteen lanes, each correctly rounded.
pub trait Lanes: Copy {
    /// Sixteen lanes in registers.
    type Vector: Copy;
    /// Whether 24 accumulators fit into the registers (32 of 64 bytes), or only six (16 of 32 bytes).
    const WIDE: bool;
    /// The same number in every lane.
    fn splat(self, number: f32) -> Self::Vector;
    /// Reads a line.
    fn load(self, line: &Line) -> Self::Vector;
    /// Writes a line.
    fn store(self, vector: Self::Vector, line: &mut Line);
    /// `factor · other + addend`, rounded once.
    fn fused(self, factor: Self::Vector, other: Self::Vector, addend: Self::Vector) -> Self::Vector;
    /// `left + right`.
    fn add(self, left: Self::Vector, right: Self::Vector) -> Self::Vector;
    /// `left - right`.
    fn subtract(self, left: Self::Vector, right: Self::Vector) -> Self::Vector;
    /// `left · right`.
    fn multiply(self, left: Self::Vector, right: Self::Vector) -> Self::Vector;
    /// `left / right`.
    fn divide(self, left: Self::Vector, right: Self::Vector) -> Self::Vector;
    /// The square root.
    fn root(self, vector: Self::Vector) -> Self::Vector;
    /// The lesser of the two; `right` where one is NaN.
    fn least(self, left: Self::Vector, right: Self::Vector) -> Self::Vector;
    /// The greater of the two; `right` where one is NaN.
    fn most(self, left: Self::Vector, right: Self::Vector) -> Self::Vector;
    /// Turns sixteen vectors around: lane `i` of vector `j` becomes lane `j` of vector `i`.
    #[inline(always)]
    fn transpose(self, rows: [Self::Vector; 16]) -> [Self::Vector; 16] {
        let (mut lines, mut column) = ([[0.0; 16]; 16], [0.0; 16]);
        for (line, row) in lines.iter_mut().zip(rows) {
            self.store(row, line);
        }
        let mut out = rows;
        for (lane, vector) in out.iter_mut().enumerate() {
            for (number, line) in column.iter_mut().zip(&lines) {
                *number = line[lane];
            }
            *vector = self.load(&column);
        }
        out
    }
    /// 2ⁿ for lanes that hold n + 1.5·2²³: the sum's low bits become the exponent.
    fn power_of_two(self, shifted: Self::Vector) -> Self::Vector;
}

/// The bits of 1.0, whose exponent field [`Lanes::power_of_two`] adds to.
const ONE_BITS: i32 = 0x3f80_0000;

/// Proof that the CPU has AVX-512F, AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub struct Avx512(());

/// Proof that the CPU has AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub struct Avx2(());

/// Code for any CPU; `mul_add` is correctly rounded with or without FMA hardware.
#[derive(Clone, Copy)]
pub struct Portable;

// SAFETY of every block in this implementation: `self` proves the features; see the module's header.
#[cfg(target_arch = "x86_64")]
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

/// Two registers of AVX2 as sixteen lanes.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub struct Halves(__m256, __m256);

// SAFETY of every block in this implementation: `self` proves the features; see the module's header.
#[cfg(target_arch = "x86_64")]
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
    fn power_of_two(self, shifted: Line) -> Line {
        each(shifted, shifted, |lane, _| {
            f32::from_bits((lane.to_bits() << 23).wrapping_add(ONE_BITS.cast_unsigned()))
        })
    }
}
