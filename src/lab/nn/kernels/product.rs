//! Matrix products in tiles that stay in the registers.
//!
//! Invariants
//! - An element is `start`, then one fused multiply-add for each row of the weights, in their order.
//! - How rows are cut into tiles changes no element.

use crate::lab::nn::simd::{Kernel, Lanes, Line};

/// Rows of activations as the left side of a product.
#[derive(Clone, Copy)]
pub struct Left<'a, const STRIDE: usize> {
    /// `[panel][row][STRIDE]` lines, of which a product reads `columns` in turn within each panel.
    pub lines: &'a [Line],
    /// Lines of a panel: rows times `STRIDE`.
    pub panel: usize,
    /// Which of a row's lines the product runs over.
    pub columns: &'a [usize],
}

/// Computes `ROWS` rows, from row `first`, times `weights`, on top of `start`.
///
/// `weights` are `N` lines for each element of a left row. Wide registers hold all of a row's sums; narrow ones
/// hold those of one line, and the left rows are read again for the next.
#[inline(always)]
pub fn tile<L: Lanes, const ROWS: usize, const N: usize, const STRIDE: usize>(
    lanes: L,
    left: Left<'_, STRIDE>,
    first: usize,
    weights: &[[Line; N]],
    start: [L::Vector; N],
) -> [[L::Vector; N]; ROWS] {
    let mut sums = [start; ROWS];
    if L::WIDE {
        add_product(lanes, left, first, weights, |lines| lines.each_ref(), &mut sums);
    } else {
        for column in 0..N {
            let mut narrow = [[start[column]]; ROWS];
            add_product(lanes, left, first, weights, |lines| [&lines[column]], &mut narrow);
            for (sums, [sum]) in sums.iter_mut().zip(narrow) {
                sums[column] = sum;
            }
        }
    }
    sums
}

/// Adds a product to `sums`, with those `W` of the weights' `N` lines that `chosen` gives.
#[inline(always)]
fn add_product<'a, L: Lanes, const ROWS: usize, const N: usize, const W: usize, const STRIDE: usize>(
    lanes: L,
    left: Left<'_, STRIDE>,
    first: usize,
    weights: &'a [[Line; N]],
    chosen: impl Fn(&'a [Line; N]) -> [&'a Line; W],
    sums: &mut [[L::Vector; W]; ROWS],
) {
    // A copy of its own, which stays in registers.
    let mut added = *sums;
    let mut rest = weights;
    let mut base = first * STRIDE;
    while !rest.is_empty() {
        for &column in left.columns {
            let (block, after) = rest.split_at(rest.len().min(16));
            rest = after;
            let rows = &left.lines[base + column..][..(ROWS - 1) * STRIDE + 1];
            for (element, weights) in block.iter().enumerate() {
                let mut factors = [lanes.splat(0.0); ROWS];
                for (row, factor) in factors.iter_mut().enumerate() {
                    *factor = lanes.splat(rows[row * STRIDE][element]);
                }
                add_outer(lanes, &mut added, factors, chosen(weights));
            }
        }
        base += left.panel;
    }
    *sums = added;
}

/// Adds the outer product of `factors` and `lines` to `sums`.
#[inline(always)]
pub fn add_outer<L: Lanes, const ROWS: usize, const W: usize>(
    lanes: L,
    sums: &mut [[L::Vector; W]; ROWS],
    factors: [L::Vector; ROWS],
    lines: [&Line; W],
) {
    let mut loaded = [lanes.splat(0.0); W];
    for (vector, line) in loaded.iter_mut().zip(lines) {
        *vector = lanes.load(line);
    }
    for (sums, factor) in sums.iter_mut().zip(factors) {
        for (sum, &vector) in sums.iter_mut().zip(&loaded) {
            *sum = lanes.fused(factor, vector, *sum);
        }
    }
}

/// What is done with a tile of `ROWS` rows.
pub trait Tile {
    /// Handles rows `first..first + ROWS`.
    fn tile<const ROWS: usize>(&mut self, first: usize);
}

/// Cuts `rows` rows into tiles of nearly equal height that fit the registers: with `N` lines a row where they are
/// wide, with one where they are not.
#[inline(always)]
pub fn in_tiles<L: Lanes, const N: usize>(rows: usize, work: &mut impl Tile) {
    let most = if L::WIDE { (24 / N).min(12) } else { 6 };
    let tiles = rows.div_ceil(most);
    let mut first = 0;
    for index in 0..tiles {
        let height = (rows - first).div_ceil(tiles - index);
        // The guards are constants: tiles that don't fit are not even compiled.
        match height {
            12 if most >= 12 => work.tile::<12>(first),
            11 if most >= 11 => work.tile::<11>(first),
            10 if most >= 10 => work.tile::<10>(first),
            9 if most >= 9 => work.tile::<9>(first),
            8 if most >= 8 => work.tile::<8>(first),
            7 if most >= 7 => work.tile::<7>(first),
            6 if most >= 6 => work.tile::<6>(first),
            5 if most >= 5 => work.tile::<5>(first),
            4 if most >= 4 => work.tile::<4>(first),
            3 if most >= 3 => work.tile::<3>(first),
            2 if most >= 2 => work.tile::<2>(first),
            _ => work.tile::<1>(first),
        }
        first += height;
    }
}

/// A product whose elements go straight to memory.
pub struct Stored<'a, L, const N: usize, const STRIDE: usize> {
    /// The lanes to compute on.
    pub lanes: L,
    /// The left side.
    pub left: Left<'a, STRIDE>,
    /// `N` lines for each element of a left row.
    pub weights: &'a [[Line; N]],
    /// What an element starts from.
    pub start: [Line; N],
    /// Where element `n` of row `row` goes: line `row · row_step + n · column_step`.
    pub out: &'a mut [Line],
    /// See `out`.
    pub row_step: usize,
    /// See `out`.
    pub column_step: usize,
}

impl<L: Lanes, const N: usize, const STRIDE: usize> Tile for Stored<'_, L, N, STRIDE> {
    #[inline(always)]
    fn tile<const ROWS: usize>(&mut self, first: usize) {
        let mut start = [self.lanes.splat(0.0); N];
        for (vector, line) in start.iter_mut().zip(&self.start) {
            *vector = self.lanes.load(line);
        }
        let sums = tile::<L, ROWS, N, STRIDE>(self.lanes, self.left, first, self.weights, start);
        for (row, sums) in sums.iter().enumerate() {
            for (column, &sum) in sums.iter().enumerate() {
                let line = (first + row) * self.row_step + column * self.column_step;
                self.lanes.store(sum, &mut self.out[line]);
            }
        }
    }
}

/// Turns weights around, for the way back: `[panel][input][gate]` lines, lanes over units, become
/// `[group][panel][gate][unit][N]` lines, lanes over inputs, where a group is `N` panels of inputs.
///
/// `inputs` that don't fill their panel leave zeros in it.
pub struct Transpose<'a, const N: usize> {
    /// The weights.
    pub weights: &'a [Line],
    /// Inputs of each unit.
    pub inputs: usize,
    /// Gates of each unit.
    pub gates: usize,
    /// Written.
    pub out: &'a mut [Line],
}

impl<const N: usize> Kernel for Transpose<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { weights, inputs, gates, out } = self;
        let units = weights.len() / (inputs * gates);
        let group = units * gates * 16 * N;
        for (index, out) in out.chunks_exact_mut(group).enumerate() {
            for n in 0..N {
                let first = (index * N + n) * 16;
                for panel in 0..units {
                    for gate in 0..gates {
                        let mut rows = [lanes.splat(0.0); 16];
                        for (lane, row) in rows.iter_mut().enumerate() {
                            if first + lane < inputs {
                                *row = lanes.load(&weights[(panel * inputs + first + lane) * gates + gate]);
                            }
                        }
                        let block = &mut out[(panel * gates + gate) * 16 * N..][..16 * N];
                        for (line, column) in
                            block.as_chunks_mut::<N>().0.iter_mut().zip(lanes.transpose(rows))
                        {
                            lanes.store(column, &mut line[n]);
                        }
                    }
                }
            }
        }
    }
}
