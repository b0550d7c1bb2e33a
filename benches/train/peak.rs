//! The most that this CPU's arithmetic can do: a loop of fused multiply-adds that touches no memory.

#[path = "../../src/lab/nn/simd/mod.rs"]
#[expect(
    dead_code,
    reason = "the instruction sets are the library's own source, and the loop needs little of it"
)]
mod simd;

use std::hint::black_box;

use simd::{Kernel, Lanes};

use super::cpu_seconds;

/// Rounds of one measurement: some ten milliseconds.
const ROUNDS: u32 = 1_000_000;

/// Measures the peak on one thread, in 10⁹ floating-point operations a second; the most of a few measurements.
pub fn peak(on: recount::lab::nn::Simd) -> f64 {
    let simd = simd::Simd::named(on.name()).expect("the library found it on this CPU");
    let rounds = if on.name() == "portable" { ROUNDS / 50 } else { ROUNDS };
    let rate = || {
        let start = cpu_seconds();
        let operations = simd.run(Loop { rounds: black_box(rounds) });
        operations * 1e-9 / (cpu_seconds() - start)
    };
    (0..20).map(|_| rate()).fold(0.0, f64::max)
}

struct Loop {
    rounds: u32,
}

impl Kernel for Loop {
    /// Floating-point operations done.
    type Output = f64;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> f64 {
        // As many independent chains as hide the latency and fit into the registers.
        if L::WIDE { chains::<L, 16>(lanes, self.rounds) } else { chains::<L, 6>(lanes, self.rounds) }
    }
}

#[inline(always)]
fn chains<L: Lanes, const CHAINS: usize>(lanes: L, rounds: u32) -> f64 {
    let factor = lanes.splat(black_box(0.999));
    let mut sums = [lanes.splat(1.0); CHAINS];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = lanes.fused(*sum, factor, factor);
        }
    }
    let mut line = [0.0; 16];
    for sum in sums {
        lanes.store(sum, &mut line);
        black_box(&line);
    }
    f64::from(rounds) * (CHAINS * 16 * 2) as f64
}
