//! Sixteen `f32` lanes with the same bits on AVX-512, AVX2 with FMA, and portable code.
//!
//! [`Simd`] (what this CPU offers, chosen at run time) ──[`Simd::run`]──▶ [`Kernel`], compiled for each [`Lanes`]
//!
//! Invariants
//! - Every operation is one IEEE 754 operation on each lane, correctly rounded: no approximate
//!   reciprocal and no sum across lanes, so a result never depends on the register's width.
//! - A NaN in the second operand of `least` and `most` comes through, on every path.
//! - This module and its two instruction sets are all the `unsafe` there is.
//!
//! Why the `unsafe` is sound
//! - An intrinsic needs its CPU feature. Each is called in a method of a token ([`Avx512`], [`Avx2`]) whose
//!   field is private to this module and which is made in [`Simd::run`] alone, from a [`Simd`] that only
//!   [`Simd::all`] makes, after asking the CPU for exactly the features that the token's methods need.
//! - Loads and stores go through `&[f32; 16]` and `&mut [f32; 16]`: 64 valid bytes, and no alignment is assumed.
//! - [`Aligned`] is a line with a stricter alignment, so a slice of it may be seen as a slice of lines.

#![expect(unsafe_code, reason = "SIMD intrinsics and the call into code compiled for their features")]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;

#[cfg(target_arch = "x86_64")]
use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
use avx512::Avx512;
use portable::Portable;

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
    /// Whether 24 sums fit into the registers (32 of 64 bytes), or only six (16 of 32 bytes, two for a vector).
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
    /// Gives `vector` with zero in place of what is nearer to it than `least`; a NaN stays.
    fn zero_below(self, least: Self::Vector, vector: Self::Vector) -> Self::Vector;
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
