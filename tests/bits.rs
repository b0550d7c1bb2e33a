//! The same bits: digests of short trainings and of what is made of them, pinned as constants.
//!
//! Whoever changes one of these constants has changed what every earlier run would give, and explains it in
//! CHANGELOG.md. Each is checked on every instruction set of this CPU, in threads at once, in a process with
//! another `HOME`, `TZ` and locale, and on an emulated CPU without fused multiply-add, where `qemu-x86_64` is.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

use recount::lab::data::{Dataset, Source, prepare};
use recount::lab::history::Epoch;
use recount::lab::metrics::{Metrics, measure};
use recount::lab::nn::{Simd, multiply_adds};
use recount::lab::settings::{Cell, Conv, Settings};
use recount::lab::trainer::{Trained, Watch, score, train};
use recount_engine::digest::Digest;

/// One short training.
struct Specimen {
    cell: Cell,
    hidden: usize,
    layers: usize,
    conv: Conv,
    batch: usize,
}

/// Between them they have every kind of layer, whole and broken panels of units, few rows and many, and dropout.
const SPECIMENS: [Specimen; 6] = [
    TINY,
    Specimen { cell: Cell::Gru, hidden: 10, layers: 1, conv: Conv::None, batch: 1 },
    Specimen { cell: Cell::Gru, hidden: 64, layers: 1, conv: Conv::Same, batch: 16 },
    Specimen { cell: Cell::Gru, hidden: 64, layers: 3, conv: Conv::None, batch: 7 },
    Specimen { cell: Cell::Lstm, hidden: 10, layers: 2, conv: Conv::Same, batch: 5 },
    Specimen { cell: Cell::Lstm, hidden: 64, layers: 1, conv: Conv::None, batch: 4 },
];

/// The one that is quick enough for an emulated CPU.
const TINY: Specimen = Specimen { cell: Cell::Gru, hidden: 10, layers: 2, conv: Conv::Same, batch: 8 };

/// The digest of each specimen's weights.
const WEIGHTS: [&str; 6] = [
    "1c8f252d16013887635e72e07430b4261a4e4decb7d150721b2bcd1e79908ace",
    "2525ee65abdf6b787e98a8469e4cef626c60a2028fafad202edc65e86780c7ab",
    "526998adf6bfd3dfe4afa6b76e3e6f77caa1a279485abf38363287703616f1f5",
    "55319725b9e52e3910f10ccf666af0421ae3241a926ff36b56c534f980526ba3",
    "b255007c3ae4b241010d0e91eb4b3beda50fd1cc374bf3833c7f667b7c6b0916",
    "0fc6f37d304ed940e34c3e948100c003f025e3ba33f3d0f2f655bf7c7fb6a822",
];

/// Digests of what is made of [`TINY`]: history and metrics.
const MADE: [(&str, &str); 2] = [
    ("history", "9c4e7077e73a9b70f658f8a6a8f749b8a5ca2e5efe34ab0b0ccddc546bbfae7b"),
    ("metrics", "ae854651cbcc8af91889730c54af42680245476597bec789e1c7df9cd86100e2"),
];

/// Watches in silence.
struct Silent;

impl Watch for Silent {
    fn step(&mut self, _epoch: u32, _step: u32, _steps: u32) {}
    fn epoch(&mut self, _epoch: &Epoch) {}
    fn cancelled(&self) -> bool {
        false
    }
}

/// A few of the generated gestures.
fn gestures() -> Dataset {
    let (mut dataset, _) = prepare(Source::Synthetic, 42, 0.8).expect("generated gestures are sound");
    dataset.train.truncate(48);
    dataset.valid.truncate(20);
    dataset
}

fn settings(specimen: &Specimen) -> Settings {
    Settings {
        cell: specimen.cell,
        hidden: specimen.hidden,
        layers: specimen.layers,
        dropout: 0.3,
        conv: specimen.conv,
        batch: specimen.batch,
        epochs: 2,
        learning_rate: 1e-3,
        weight_decay: 1e-5,
        plateau_factor: 0.5,
        plateau_patience: 5,
        stop_patience: 5,
    }
}

fn trained(dataset: &Dataset, specimen: &Specimen, simd: Simd) -> Trained {
    train(dataset, &settings(specimen), 1, simd, &mut Silent).expect("the splits are larger than a batch")
}

/// Trains the specimens and gives the digests of their weights.
fn digests(simd: Simd) -> Vec<String> {
    let dataset = gestures();
    let digest = |specimen| Digest::of(&trained(&dataset, specimen, simd).weights).to_hex();
    SPECIMENS.iter().map(digest).collect()
}

#[test]
fn weights_have_their_pinned_digests_on_every_instruction_set() {
    for simd in Simd::all() {
        assert_eq!(digests(simd), WEIGHTS, "{}", simd.name());
    }
}

#[test]
fn weights_have_their_pinned_digests_when_eight_threads_train_at_once() {
    let sets = Simd::all();
    let found = thread::scope(|scope| {
        let threads: Vec<_> =
            sets.iter().cycle().take(8).map(|&simd| scope.spawn(move || digests(simd))).collect();
        let joined = threads.into_iter().map(|thread| thread.join().expect("a training does not panic"));
        joined.collect::<Vec<_>>()
    });
    assert!(found.iter().all(|digests| *digests == WEIGHTS), "{found:#?}");
}

#[test]
fn portable_code_gives_the_pinned_digests() {
    let portable = Simd::named("portable").expect("every CPU has the portable code");
    let weights = trained(&gestures(), &TINY, portable).weights;
    assert_eq!(Digest::of(&weights).to_hex(), WEIGHTS[0]);
    let made = made(portable);
    let found: Vec<_> = made.iter().map(|(name, digest)| (name.as_str(), digest.as_str())).collect();
    assert_eq!(found, MADE);
}

/// Gives the digests of what the pipeline makes of a training, by name.
fn made(simd: Simd) -> Vec<(String, String)> {
    let (dataset, settings) = (gestures(), settings(&TINY));
    let Trained { history, weights } = trained(&dataset, &TINY, simd);
    let logits = score(&dataset, &settings, &weights, simd).expect("the weights are the model's");
    let cost = |steps| multiply_adds(&settings, dataset.channels, dataset.labels, steps);
    let metrics: Metrics = measure(&dataset, &logits, &history, cost).expect("there is a validation set");
    let json = "numbers and names are JSON";
    let made = vec![
        ("history".to_owned(), serde_json::to_vec_pretty(&history).expect(json)),
        ("metrics".to_owned(), serde_json::to_vec_pretty(&metrics).expect(json)),
    ];
    made.into_iter().map(|(name, bytes)| (name, Digest::of(&bytes).to_hex())).collect()
}

/// Runs one test of this program in a process of its own.
fn assert_passes(command: &mut Command, test: &str) {
    let output = command.args(["--exact", test]).output().expect("this program can be started");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

fn this_program() -> PathBuf {
    std::env::current_exe().expect("Linux tells a program where it lies")
}

#[test]
fn a_process_with_another_home_time_zone_and_locale_gives_the_same_bits() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for test in [
        "portable_code_gives_the_pinned_digests",
        "weights_have_their_pinned_digests_on_every_instruction_set",
    ] {
        let mut command = Command::new(this_program());
        command.env_clear().current_dir(folder.path()).env("HOME", folder.path());
        command.envs([("TZ", "Asia/Kathmandu"), ("LANG", "de_DE.UTF-8"), ("LC_ALL", "tr_TR.UTF-8")]);
        assert_passes(&mut command, test);
    }
}

/// Says so past the harness, which shows nothing of a test that passes.
fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

#[test]
fn an_emulated_cpu_without_fused_multiply_add_gives_the_same_bits() {
    if Command::new("qemu-x86_64").arg("--version").output().is_err() {
        return skipped("there is no `qemu-x86_64` to emulate a CPU with");
    }
    let mut command = Command::new("qemu-x86_64");
    command.args(["-cpu", "Nehalem"]).arg(this_program());
    assert_passes(&mut command, "portable_code_gives_the_pinned_digests");
}
