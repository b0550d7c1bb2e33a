//! Seconds an epoch of the report's models: `cargo bench --bench train [NAME…]`.
//!
//! The data is synthetic, of the real data's size: 3,251 sequences of 10 to 51 steps, median 19. The time is
//! the process's own CPU time, and the least of a few epochs, so that a busy machine disturbs it little.

#![expect(clippy::print_stdout, reason = "a bench's result is what it prints")]

use recount::lab::data::{Dataset, Sequence};
use recount::lab::history::Epoch;
use recount::lab::nn::Simd;
use recount::lab::random::Random;
use recount::lab::settings::{Cell, Conv, Settings};
use recount::lab::trainer::{Watch, train};

/// Cases: name, cell, convolution, hidden units, layers, batch.
const CASES: [(&str, Cell, Conv, usize, usize, usize); 13] = [
    ("h16", Cell::Gru, Conv::None, 16, 1, 32),
    ("h32", Cell::Gru, Conv::None, 32, 1, 32),
    ("h64", Cell::Gru, Conv::None, 64, 1, 32),
    ("h128", Cell::Gru, Conv::None, 128, 1, 32),
    ("h256", Cell::Gru, Conv::None, 256, 1, 32),
    ("h128-b64", Cell::Gru, Conv::None, 128, 1, 64),
    ("h128-b16", Cell::Gru, Conv::None, 128, 1, 16),
    ("h128-b4", Cell::Gru, Conv::None, 128, 1, 4),
    ("h128x3-b4", Cell::Gru, Conv::None, 128, 3, 4),
    ("h128x5-b16", Cell::Gru, Conv::None, 128, 5, 16),
    ("h128x7-b16", Cell::Gru, Conv::None, 128, 7, 16),
    ("lstm128", Cell::Lstm, Conv::None, 128, 1, 32),
    ("conv-h64x3", Cell::Gru, Conv::Same, 64, 3, 32),
];

/// Epochs of each case.
const EPOCHS: u32 = 4;

fn dataset() -> Dataset {
    let mut random = Random::new(1, "bench");
    let mut dataset = Dataset {
        channels: 3,
        labels: 20,
        users: vec!["U01".into()],
        sequences: Vec::new(),
        samples: Vec::new(),
        train: (0..2600).collect(),
        valid: (2600..3251).collect(),
    };
    for index in 0..3251 {
        // The mean of four draws is bell-shaped around 20; one sequence in 25 is drawn from the whole range.
        let bell = (0..4).map(|_| random.below(9)).sum::<u32>() + 3;
        let length = if random.below(25) == 0 { 10 + random.below(42) } else { bell.max(10) };
        let first_row = u32::try_from(dataset.samples.len() / 3).expect("the data is small");
        dataset.sequences.push(Sequence { first_row, length, label: index % 20, user: 0 });
        dataset.samples.extend((0..length * 3).map(|_| random.symmetric(10.0)));
    }
    dataset
}

/// Takes the time of each epoch, first training step to end of validation.
struct Stopwatch {
    start: f64,
    least: f64,
}

impl Watch for Stopwatch {
    fn step(&mut self, _epoch: u32, _step: u32, _steps: u32) {}
    fn epoch(&mut self, _epoch: &Epoch) {
        let now = cpu_seconds();
        self.least = self.least.min(now - self.start);
        self.start = now;
    }
    fn cancelled(&self) -> bool {
        false
    }
}

/// Reads the CPU time that this process has used, in seconds, to a nanosecond.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").expect("Linux tells a process its CPU time");
    let nanoseconds = text.split(' ').next().and_then(|field| field.parse::<f64>().ok());
    nanoseconds.expect("the first field is a number") * 1e-9
}

/// Estimates the floating-point operations of an epoch's matrix products, in units of 10⁹.
///
/// A product is done once forward and, in training, twice more on the way back: for the weights and for what
/// was multiplied with them, except that the data wants no gradient.
fn giga_operations(dataset: &Dataset, settings: &Settings) -> f64 {
    let mut order = dataset.train.clone();
    Random::new(2, "bench").shuffle(&mut order);
    let longest = |indices: &[u32]| {
        indices.iter().map(|&index| dataset.sequences[index as usize].length).max().unwrap_or(0)
    };
    let steps: u32 = order.chunks_exact(settings.batch).map(longest).sum();
    let rows = f64::from(steps) * settings.batch as f64;
    let gates = if settings.cell == Cell::Gru { 3.0 } else { 4.0 };
    let hidden = settings.hidden as f64;
    let square = 2.0 * gates * hidden * hidden * (2 * settings.layers - 1) as f64;
    let data = 2.0 * gates * hidden * dataset.channels as f64;
    let valid = dataset.valid.len() as f64 / dataset.train.len() as f64;
    rows * (square * (3.0 + valid) + data * (2.0 + valid)) * 1e-9
}

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let simds = match wanted.iter().find_map(|name| Simd::named(name).ok()) {
        Some(simd) => vec![simd],
        None => vec![Simd::best()],
    };
    let dataset = dataset();
    for (name, cell, conv, hidden, layers, batch) in CASES {
        if wanted.iter().any(|wanted| Simd::named(wanted).is_err())
            && !wanted.iter().any(|wanted| wanted == name)
        {
            continue;
        }
        for &simd in &simds {
            let settings = Settings {
                cell,
                hidden,
                layers,
                dropout: 0.5,
                conv,
                batch,
                epochs: EPOCHS,
                learning_rate: 1e-3,
                weight_decay: 1e-5,
                plateau_factor: 0.5,
                plateau_patience: 5,
                stop_patience: 5,
            };
            let mut watch = Stopwatch { start: cpu_seconds(), least: f64::INFINITY };
            let trained =
                train(&dataset, &settings, 1, simd, &mut watch).expect("the splits are large enough");
            let loss = trained.history.last().map_or(f64::NAN, |epoch| epoch.train_loss);
            let rate = giga_operations(&dataset, &settings) / watch.least;
            println!(
                "{name:12} {:8} {:.3} s/epoch  {rate:5.1} GFLOP/s  loss {loss:.4}",
                simd.name(),
                watch.least
            );
        }
    }
}
