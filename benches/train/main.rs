//! Seconds an epoch of the report's models, and their share of what this CPU can do at most.
//!
//! `cargo bench --bench train -- [--json] [--turns] [--data FILE] [SIMD] [CASE…]`
//!
//! | argument | does |
//! |---|---|
//! | `--json` | prints a line of JSON for each case, instead of the table |
//! | `--turns` | prints a line of JSON for each epoch and waits for a line before the next one, until the input ends |
//! | `--data FILE` | takes a packed dataset, such as `artifacts/by-name/prepare/dataset.safetensors`, instead of generated gestures |
//! | `avx512`, `avx2`, `portable` | runs on this instruction set instead of the fastest |
//!
//! The time is the process's own CPU time, and the least of a few epochs, so that a busy machine disturbs it little.

#![expect(clippy::print_stdout, reason = "a bench's result is what it prints")]

mod cases;
mod peak;
mod work;

use std::io::BufRead as _;

use recount::lab::data::{Dataset, Source, prepare};
use recount::lab::history::Epoch;
use recount::lab::nn::Simd;
use recount::lab::trainer::{TrainError, Watch, train};
use serde_json::json;

use cases::{CASES, Case};
use peak::peak;
use work::giga_operations;

/// Epochs of each case, where nobody takes turns.
const EPOCHS: u32 = 4;

/// What the command line says.
struct Arguments {
    json: bool,
    turns: bool,
    dataset: Dataset,
    simd: Simd,
    names: Vec<String>,
}

impl Arguments {
    fn read() -> Self {
        let (generated, _) = prepare(Source::Synthetic, 42, 0.8).expect("generated gestures are sound");
        let mut read =
            Self { json: false, turns: false, dataset: generated, simd: Simd::best(), names: Vec::new() };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                // Cargo says so to every bench.
                "--bench" => {}
                "--json" => read.json = true,
                "--turns" => read.turns = true,
                "--data" => {
                    let path = arguments.next().expect("`--data` has a file after it");
                    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
                    read.dataset =
                        Dataset::from_bytes(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"));
                }
                name => match Simd::named(name) {
                    Ok(simd) => read.simd = simd,
                    Err(_) => read.names.push(argument),
                },
            }
        }
        for name in &read.names {
            assert!(CASES.iter().any(|case| case.name == *name), "no case is named `{name}`");
        }
        read
    }

    fn cases(&self) -> impl Iterator<Item = &Case> {
        CASES.iter().filter(|case| self.names.is_empty() || self.names.iter().any(|name| name == case.name))
    }
}

/// Takes the time of each epoch, first training step to end of validation.
struct Stopwatch {
    turns: bool,
    start: f64,
    least: f64,
    stop: bool,
}

impl Watch for Stopwatch {
    fn step(&mut self, _epoch: u32, _step: u32, _steps: u32) {}
    fn epoch(&mut self, epoch: &Epoch) {
        let seconds = cpu_seconds() - self.start;
        self.least = self.least.min(seconds);
        if self.turns {
            println!("{}", json!({ "seconds": seconds, "loss": epoch.train_loss }));
            let line = std::io::stdin().lock().lines().next();
            self.stop = line.is_none();
        }
        self.start = cpu_seconds();
    }
    fn cancelled(&self) -> bool {
        self.stop
    }
}

/// Reads the CPU time that the main thread has used, in seconds.
fn cpu_seconds() -> f64 {
    // Linux accounts at ticks some milliseconds apart, and when a thread offers its CPU to others.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/self/schedstat").expect("Linux tells a process its CPU time");
    let nanoseconds = text.split(' ').next().and_then(|field| field.parse::<f64>().ok());
    nanoseconds.expect("the first field is a number") * 1e-9
}

fn main() {
    let arguments = Arguments::read();
    let simd = arguments.simd;
    let most = if arguments.turns { 0.0 } else { peak(simd) };
    if !arguments.json && !arguments.turns {
        println!("{}: {most:.1} GFLOP/s at most, by a loop of fused multiply-adds", simd.name());
        println!("{:12} {:>8} {:>9} {:>8}", "case", "s/epoch", "GFLOP/s", "of peak");
    }
    for case in arguments.cases() {
        let settings = case.settings(if arguments.turns { u32::MAX } else { EPOCHS });
        let mut watch =
            Stopwatch { turns: arguments.turns, start: cpu_seconds(), least: f64::INFINITY, stop: false };
        match train(&arguments.dataset, &settings, 1, simd, &mut watch) {
            Ok(_) => {}
            Err(TrainError::Cancelled) => continue,
            Err(error) => panic!("{}: {error}", case.name),
        }
        let (name, seconds) = (case.name, watch.least);
        let rate = giga_operations(&arguments.dataset, &settings) / seconds;
        let share = rate / most;
        if arguments.json {
            let row = json!({
                "case": name, "simd": simd.name(), "seconds": seconds, "gflops": rate,
                "peak_gflops": most, "share_of_peak": share,
            });
            println!("{row}");
        } else {
            println!("{name:12} {seconds:8.3} {rate:9.1} {:6.0} %", share * 100.0);
        }
    }
}
