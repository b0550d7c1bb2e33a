//! What a training needs of memory: how much at most, as it is estimated, and how much anew for each step.
//!
//! The claim held here: once the longest batch has been seen, a step takes no block of [`LARGE`] bytes or more from
//! the system's allocator. What it still takes are small blocks: autodiff's graph and lists of one number for
//! each row or time step, less than 64 KiB in all.

#![expect(unsafe_code, reason = "counting allocations is an allocator's work, and that trait is unsafe")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use recount::lab::data::{Dataset, Sequence};
use recount::lab::history::Epoch;
use recount::lab::nn::Simd;
use recount::lab::random::Random;
use recount::lab::settings::{Cell, Conv, Settings};
use recount::lab::trainer::{Watch, memory_bytes, train};

/// A block of so many bytes holds activations or parameters; a step's small lists are below.
const LARGE: usize = 4096;

static SMALL_BYTES: AtomicUsize = AtomicUsize::new(0);
static LARGE_BLOCKS: AtomicUsize = AtomicUsize::new(0);
static LIVE_BYTES: AtomicI64 = AtomicI64::new(0);
static PEAK_BYTES: AtomicI64 = AtomicI64::new(0);

/// The system's allocator, with a count of what it hands out.
struct Counting;

fn count(bytes: usize) {
    if bytes >= LARGE {
        LARGE_BLOCKS.fetch_add(1, Ordering::Relaxed);
    } else {
        SMALL_BYTES.fetch_add(bytes, Ordering::Relaxed);
    }
}

fn hold(bytes: i64) {
    let now = LIVE_BYTES.fetch_add(bytes, Ordering::Relaxed) + bytes;
    PEAK_BYTES.fetch_max(now, Ordering::Relaxed);
}

fn signed(bytes: usize) -> i64 {
    i64::try_from(bytes).expect("no block is longer than an address")
}

// SAFETY: every call is the system allocator's own, with the same arguments; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        hold(signed(layout.size()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        hold(signed(layout.size()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        hold(signed(size) - signed(layout.size()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        hold(-signed(layout.size()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// As many sequences as 40 training batches of 32 need, as long as the gestures are.
fn dataset() -> Dataset {
    let mut random = Random::new(1, "memory");
    let mut dataset = Dataset {
        channels: 3,
        labels: 20,
        users: vec!["U01".into()],
        sequences: Vec::new(),
        samples: Vec::new(),
        train: (0..640).collect(),
        valid: (640..800).collect(),
    };
    for index in 0..800 {
        let length = 10 + random.below(42);
        let first_row = u32::try_from(dataset.samples.len() / 3).expect("the data is small");
        dataset.sequences.push(Sequence { first_row, length, label: index % 20, user: 0 });
        dataset.samples.extend((0..length * 3).map(|_| random.symmetric(10.0)));
    }
    dataset
}

fn settings(cell: Cell, hidden: usize, layers: usize, conv: Conv) -> Settings {
    Settings {
        cell,
        hidden,
        layers,
        dropout: 0.5,
        conv,
        batch: 32,
        epochs: 4,
        learning_rate: 1e-3,
        weight_decay: 1e-5,
        plateau_factor: 0.5,
        plateau_patience: 5,
        stop_patience: 5,
    }
}

/// Reads the counters at each step of the last two epochs, and at their ends.
#[derive(Default)]
struct Reader {
    steps: u32,
    large: usize,
    small: usize,
    last: Option<(usize, usize)>,
}

impl Reader {
    fn read(&mut self, steps: u32) {
        let now = (LARGE_BLOCKS.load(Ordering::Relaxed), SMALL_BYTES.load(Ordering::Relaxed));
        if let Some(last) = self.last.replace(now) {
            self.steps += steps;
            self.large += now.0 - last.0;
            self.small += now.1 - last.1;
        }
    }
}

impl Watch for Reader {
    fn step(&mut self, epoch: u32, _step: u32, _steps: u32) {
        if epoch > 2 {
            self.read(1);
        }
    }
    fn epoch(&mut self, _epoch: &Epoch) {
        if self.last.is_some() {
            self.read(0);
        }
    }
    fn cancelled(&self) -> bool {
        false
    }
}

/// Reads the most memory that this process has had at once, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells a process about itself");
    let line =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak is one of its lines");
    let kibibytes: usize = line.trim().trim_end_matches(" kB").parse().expect("it is a number of kB");
    kibibytes * 1024
}

/// Keeps a state at every step, as a training does that a person may stop.
struct Keeper;

impl Watch for Keeper {
    fn step(&mut self, _epoch: u32, _step: u32, _steps: u32) {}
    fn epoch(&mut self, _epoch: &Epoch) {}
    fn cancelled(&self) -> bool {
        false
    }
    fn wants_state(&mut self) -> bool {
        true
    }
}

/// Compares the estimates with what trainings really hold.
fn assert_the_estimates_hold(dataset: &Dataset) {
    for settings in [
        settings(Cell::Gru, 16, 1, Conv::None),
        settings(Cell::Gru, 512, 1, Conv::None),
        settings(Cell::Lstm, 384, 2, Conv::Same),
        settings(Cell::Gru, 200, 6, Conv::None),
        Settings { batch: 160, ..settings(Cell::Lstm, 128, 3, Conv::None) },
        Settings { batch: 1, ..settings(Cell::Gru, 320, 2, Conv::None) },
    ] {
        let settings = Settings { epochs: 1, ..settings };
        let before = LIVE_BYTES.load(Ordering::Relaxed);
        PEAK_BYTES.store(before, Ordering::Relaxed);
        train(dataset, &settings, 1, Simd::best(), &mut Keeper).expect("the splits are larger than a batch");
        let peak = (PEAK_BYTES.load(Ordering::Relaxed) - before) as f64;
        let left = LIVE_BYTES.load(Ordering::Relaxed) - before;
        assert!(left < 1 << 20, "{left} bytes are held after {settings:?}");
        let estimate = memory_bytes(dataset, &settings) as f64;
        let share = format!("{:.1} of {:.1} MB: {settings:?}", peak / 1e6, estimate / 1e6);
        assert!(peak <= estimate, "the estimate is too low: {share}");
        assert!(estimate <= 1.6 * peak + 24e6, "the estimate is too high: {share}");
    }
}

/// One test, so that nothing else is counted.
#[test]
fn a_training_fits_in_its_estimate_and_its_steps_take_no_large_block_anew() {
    let dataset = dataset();
    for settings in [
        settings(Cell::Gru, 256, 1, Conv::None),
        settings(Cell::Gru, 64, 3, Conv::Same),
        settings(Cell::Lstm, 128, 2, Conv::None),
    ] {
        let mut reader = Reader::default();
        train(&dataset, &settings, 1, Simd::best(), &mut reader).expect("the splits are larger than a batch");
        assert!(reader.steps >= 39, "{} steps", reader.steps);
        assert_eq!(
            reader.large, 0,
            "blocks of {LARGE} bytes or more in {} steps of {settings:?}",
            reader.steps
        );
        let small = reader.small / reader.steps as usize;
        assert!(small < 64 * 1024, "{small} bytes in small blocks a step of {settings:?}");
        if settings.hidden == 256 {
            let peak = peak();
            assert!(peak < 150 << 20, "{} MiB", peak >> 20);
        }
    }
    assert_the_estimates_hold(&dataset);
}
