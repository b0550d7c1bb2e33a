//! Memory for the kernels and for tensors, kept between steps so that no page is faulted in twice.
//!
//! Invariants
//! - A buffer goes back to its thread's pool when it is dropped, a tensor's numbers with their last
//!   [`Values`](super::device::Values); the next one may find old numbers in it, so whoever takes something
//!   stale writes before it reads.
//! - The pool never changes a result: only where numbers lie, never what they are.

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use super::simd::{Aligned, Line, lines, lines_mut};

/// Lines, aligned to cache lines, from the thread's pool.
pub struct Buffer {
    aligned: Vec<Aligned>,
}

/// More idle buffers than this are given back to the system.
const IDLE: usize = 256;

thread_local! {
    static POOL: RefCell<Vec<Vec<Aligned>>> = const { RefCell::new(Vec::new()) };
    static NUMBERS: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// Gives the idle memory of its thread back to the system when it is dropped, so that a small training does not hold what a
/// large one on the same thread has needed.
#[derive(Debug, Default)]
pub struct PoolGuard(PhantomData<*const ()>);

impl PoolGuard {
    /// Gives the idle memory back now.
    pub fn release(&self) {
        POOL.with_borrow_mut(Vec::clear);
        NUMBERS.with_borrow_mut(Vec::clear);
    }
}

impl Drop for PoolGuard {
    fn drop(&mut self) {
        self.release();
    }
}

/// Takes `length` numbers for a tensor, with whatever is in them.
pub fn stale_numbers(length: usize) -> Vec<f32> {
    let mut numbers = NUMBERS.with_borrow_mut(|pool| take(pool, length));
    numbers.resize(length, 0.0);
    numbers
}

/// Takes `length` zeros for a tensor.
pub fn zeroed_numbers(length: usize) -> Vec<f32> {
    let mut numbers = stale_numbers(length);
    numbers.fill(0.0);
    numbers
}

/// Fewer numbers than this are not worth a place in the pool: a loss, and what burn makes of it.
const FEW: usize = 64;

/// Gives the numbers of a tensor back to the thread's pool.
pub fn give_numbers(numbers: Vec<f32>) {
    if numbers.capacity() < FEW {
        return;
    }
    // At the end of a thread the pool is gone already, and the memory goes back to the system.
    let _ = NUMBERS.try_with(|pool| give(&mut pool.borrow_mut(), numbers));
}

impl Buffer {
    /// Takes a buffer of `length` lines, with whatever numbers are in it.
    pub fn stale(length: usize) -> Self {
        let mut aligned = POOL.with_borrow_mut(|pool| take(pool, length));
        aligned.resize(length, Aligned([0.0; 16]));
        Self { aligned }
    }

    /// Takes a buffer of `length` lines of zeros.
    pub fn zeroed(length: usize) -> Self {
        let mut buffer = Self::stale(length);
        buffer.fill([0.0; 16]);
        buffer
    }

    /// Takes a buffer that holds a copy of `numbers`, a multiple of 16.
    pub fn copy_of(numbers: &[f32]) -> Self {
        let mut buffer = Self::stale(numbers.len() / 16);
        buffer.copy_from_slice(numbers.as_chunks().0);
        buffer
    }
}

/// Takes the idle vector that fits best; where none fits, a new one, a little longer than asked for since
/// the next batch may be longer.
fn take<T>(pool: &mut Vec<Vec<T>>, length: usize) -> Vec<T> {
    let fitting = pool.iter().enumerate().filter(|(_, idle)| idle.capacity() >= length);
    match fitting.min_by_key(|(_, idle)| idle.capacity()).map(|(index, _)| index) {
        Some(index) => pool.swap_remove(index),
        None => Vec::with_capacity(length + length / 8),
    }
}

/// Puts a vector among the idle ones; the smallest goes when there are too many.
fn give<T>(pool: &mut Vec<Vec<T>>, idle: Vec<T>) {
    pool.push(idle);
    if pool.len() > IDLE {
        let smallest = pool.iter().enumerate().min_by_key(|(_, idle)| idle.capacity());
        if let Some((index, _)) = smallest {
            pool.swap_remove(index);
        }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let idle = std::mem::take(&mut self.aligned);
        // At the end of a thread the pool is gone already, and the memory goes back to the system.
        let _ = POOL.try_with(|pool| give(&mut pool.borrow_mut(), idle));
    }
}

impl Deref for Buffer {
    type Target = [Line];
    fn deref(&self) -> &[Line] {
        lines(&self.aligned)
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [Line] {
        lines_mut(&mut self.aligned)
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Buffer({} lines)", self.aligned.len())
    }
}
