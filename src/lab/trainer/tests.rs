//! Whole trainings on small data.

mod resume;

use super::*;
use crate::lab::data::Sequence;
use crate::lab::metrics::{Metrics, measure};
use crate::lab::random::Random;
use crate::lab::settings::{Cell, Conv};
use recount_engine::digest::Digest;

/// Settings of a small model.
pub fn settings() -> Settings {
    Settings {
        cell: Cell::Gru,
        hidden: 16,
        layers: 1,
        dropout: 0.0,
        conv: Conv::None,
        batch: 8,
        epochs: 2,
        learning_rate: 1e-3,
        weight_decay: 1e-5,
        plateau_factor: 0.5,
        plateau_patience: 5,
        stop_patience: 5,
    }
}

/// Noisy waves whose frequency and axis tell their label.
pub fn waves(sequences: u32, labels: u32, longest: u32) -> Dataset {
    let mut random = Random::new(7, "waves");
    let mut dataset = Dataset {
        channels: 3,
        labels: labels as usize,
        users: vec!["U01".into()],
        sequences: Vec::new(),
        samples: Vec::new(),
        train: (0..sequences / 4 * 3).collect(),
        valid: (sequences / 4 * 3..sequences).collect(),
    };
    for index in 0..sequences {
        let label = index % labels;
        let length = 1 + random.below(longest);
        let first_row = (dataset.samples.len() / 3) as u32;
        dataset.sequences.push(Sequence { first_row, length, label, user: 0 });
        for step in 0..length {
            for channel in 0..3 {
                let height = if (step / (1 + label / 3)).is_multiple_of(2) && channel == label % 3 {
                    3.0
                } else {
                    -1.0
                };
                dataset.samples.push(height + random.symmetric(1.0));
            }
        }
    }
    dataset
}

/// Watches in silence.
struct Silent;

impl Watch for Silent {
    fn step(&mut self, _epoch: u32, _step: u32, _steps: u32) {}
    fn epoch(&mut self, _epoch: &Epoch) {}
    fn cancelled(&self) -> bool {
        false
    }
}

fn run(dataset: &Dataset, settings: &Settings, seed: u64, simd: Simd) -> Trained {
    train(dataset, settings, seed, simd, &mut Silent).expect("the splits are larger than a batch")
}

#[test]
fn every_instruction_set_trains_to_the_same_bits() {
    let dataset = waves(48, 5, 7);
    let base = Settings { dropout: 0.3, batch: 5, ..settings() };
    for settings in [
        Settings { hidden: 10, layers: 2, conv: Conv::Same, ..base.clone() },
        Settings { hidden: 32, layers: 3, ..base.clone() },
        Settings { hidden: 64, batch: 9, ..base.clone() },
        Settings { cell: Cell::Lstm, hidden: 16, layers: 2, batch: 12, ..base.clone() },
        Settings { cell: Cell::Lstm, hidden: 40, batch: 1, ..base },
    ] {
        let digests: Vec<_> = Simd::all()
            .into_iter()
            .map(|simd| (run(&dataset, &settings, 1, simd), simd.name()))
            .map(|(trained, name)| (Digest::of(&trained.weights), trained.history, name))
            .collect();
        for (weights, history, name) in &digests {
            assert_eq!((weights, history), (&digests[0].0, &digests[0].1), "{name} {settings:?}");
        }
    }
}

/// Three small trainings that between them use every kind of layer.
fn specimens() -> [Settings; 3] {
    let base = Settings { dropout: 0.3, batch: 5, ..settings() };
    [
        Settings { hidden: 10, layers: 2, conv: Conv::Same, ..base.clone() },
        Settings { hidden: 64, batch: 9, ..base.clone() },
        Settings { cell: Cell::Lstm, hidden: 16, layers: 3, ..base },
    ]
}

#[test]
fn no_drift_goes_unnoticed() {
    let dataset = waves(48, 5, 7);
    let digests = specimens().map(|settings| {
        let trained = run(&dataset, &settings, 1, Simd::best());
        let losses: Vec<u64> =
            trained.history.epochs.iter().map(|epoch| epoch.valid_loss.to_bits()).collect();
        format!("{} {losses:x?}", Digest::of(&trained.weights).short())
    });
    // Whoever changes these has changed what every earlier run would give, and says so in the CHANGELOG.
    assert_eq!(
        digests,
        [
            "9c1da1 [3ff9e04960000000, 3ff7e1d980000000]",
            "7c6489 [3ff9562940000000, 3ff825b960000000]",
            "94338d [3ff9dc1110000000, 3ff8ea7630000000]",
        ]
    );
}

#[test]
fn trainings_at_the_same_time_give_what_each_gives_alone() {
    let dataset = waves(48, 5, 7);
    let weights = |settings: &Settings| run(&dataset, settings, 1, Simd::best()).weights;
    let alone = specimens().map(|settings| weights(&settings));
    let together = std::thread::scope(|scope| {
        specimens()
            .map(|settings| scope.spawn(move || weights(&settings)))
            .map(|thread| thread.join().expect("a training does not panic"))
    });
    assert!(alone == together);
}

#[test]
fn the_same_seed_gives_the_same_weights_and_another_seed_gives_others() {
    let dataset = waves(40, 4, 9);
    let weights = |seed| run(&dataset, &settings(), seed, Simd::best()).weights;
    assert_eq!(weights(1), weights(1));
    assert_ne!(weights(1), weights(2));
}

#[test]
fn one_batch_is_learned_by_heart() {
    let mut dataset = waves(32, 4, 12);
    dataset.train = (0..16).collect();
    dataset.valid = dataset.train.clone();
    for cell in [Cell::Gru, Cell::Lstm] {
        let settings = Settings {
            cell,
            hidden: 32,
            batch: 16,
            epochs: 400,
            learning_rate: 1e-2,
            stop_patience: 400,
            ..settings()
        };
        let history = run(&dataset, &settings, 3, Simd::best()).history;
        let best = history.epochs.iter().map(|epoch| epoch.train_loss).fold(f64::INFINITY, f64::min);
        assert!(best < 1e-2, "{cell:?} {best}");
        assert_eq!(history.best().map(|epoch| epoch.accuracy), Some(1.0));
    }
}

#[test]
fn a_learning_rate_beyond_reason_ends_as_divergence_or_as_numbers_but_never_in_a_panic() {
    let dataset = waves(40, 4, 9);
    let settings = Settings { learning_rate: 1e30, epochs: 4, ..settings() };
    let trained = run(&dataset, &settings, 1, Simd::best());
    let diverged = trained.history.diverged.expect("weights of 1e30 have no finite loss");
    assert_eq!((diverged.epoch, diverged.learning_rate), (1, 1e30));
    assert!(diverged.gradient_norm.is_some_and(f64::is_finite));
    assert!(trained.history.epochs.is_empty());
    run(&dataset, &Settings { learning_rate: 1.0, epochs: 4, ..settings }, 1, Simd::best());
}

#[test]
fn a_loss_that_is_no_number_ends_the_training_and_what_there_was_before_is_still_measured() {
    let mut dataset = waves(64, 4, 9);
    let settings = Settings { epochs: 4, batch: 4, ..settings() };
    let sound = run(&dataset, &settings, 1, Simd::best());
    // One sequence of numbers whose products with weights overflow, so that a sum is infinity minus infinity.
    let huge = dataset.sequences[dataset.train[17] as usize];
    let samples = huge.first_row as usize * 3..(huge.first_row + huge.length) as usize * 3;
    dataset.samples[samples].fill(f32::MAX);
    let trained = run(&dataset, &settings, 1, Simd::best());
    let diverged = trained.history.diverged.clone().expect("the numbers overflow");
    assert_eq!((diverged.epoch, diverged.learning_rate), (1, settings.learning_rate), "{diverged:?}");
    assert!((2..=12).contains(&diverged.step), "{diverged:?}");
    assert!(diverged.gradient_norm.is_some_and(|norm| norm > 0.0 && norm.is_finite()), "{diverged:?}");
    assert_ne!(trained.weights, sound.weights);

    let logits = score(&dataset, &settings, &trained.weights, Simd::best()).expect("the weights are sound");
    let metrics = measure(&dataset, &logits, &trained.history, |_| 1).expect("there are sequences to score");
    assert_eq!(metrics.diverged, trained.history.diverged);
    assert_eq!((metrics.whole.score.examples, metrics.epochs, metrics.loss_gap), (16, 0, None));
    let text = serde_json::to_string(&metrics).expect("every number is finite");
    assert_eq!(serde_json::from_str::<Metrics>(&text).expect("it reads back"), metrics);
}

#[test]
fn scoring_the_saved_weights_repeats_what_the_model_said() {
    let dataset = waves(60, 4, 9);
    let settings = Settings { layers: 2, conv: Conv::Same, batch: 4, ..settings() };
    let trained = run(&dataset, &settings, 1, Simd::best());
    let logits =
        score(&dataset, &settings, &trained.weights, Simd::best()).expect("the weights are the model's");
    assert_eq!(logits.len(), 15 * 4);
    let model = Classifier::new(&settings, 3, 4, 9).load_safetensors(&trained.weights).expect("they load");
    assert_eq!(model.to_safetensors(), trained.weights);
    let last = Batch::of(&dataset, &dataset.valid[12..]);
    let found = Values::of_tensor(model.logits(&last, None, Simd::best()));
    for (row, &place) in found.chunks_exact(4).zip(&last.places) {
        assert_eq!(row, &logits[(12 + place) * 4..][..4]);
    }
}

#[test]
fn weights_of_another_model_are_refused_by_name() {
    let dataset = waves(40, 4, 9);
    let trained = run(&dataset, &settings(), 1, Simd::best());
    let wider = Settings { hidden: 17, ..settings() };
    let error = score(&dataset, &wider, &trained.weights, Simd::best()).expect_err("the shapes differ");
    assert_eq!(
        error.to_string(),
        "the weights have no tensor `rnn.weight_ih_l0` of 32-bit floats with shape [51, 3]"
    );
    assert!(score(&dataset, &wider, b"no safetensors", Simd::best()).is_err());
}

#[test]
fn a_cancelled_training_has_no_result() {
    struct Stop;
    impl Watch for Stop {
        fn step(&mut self, _epoch: u32, _step: u32, _steps: u32) {}
        fn epoch(&mut self, _epoch: &Epoch) {}
        fn cancelled(&self) -> bool {
            true
        }
    }
    let found = train(&waves(40, 4, 9), &settings(), 1, Simd::best(), &mut Stop);
    assert_eq!(found, Err(TrainError::Cancelled));
}

/// A model of burn's own layers alone: the mean over the steps, and a linear layer.
#[derive(burn::module::Module, Debug)]
struct Means {
    linear: burn::nn::Linear,
}

impl Classify for Means {
    fn logits(&self, batch: &Batch, _dropout: Option<&mut Random>, _simd: Simd) -> burn::tensor::Tensor<2> {
        self.linear.forward(batch.to_tensor().mean_dim(1).squeeze_dim::<2>(1))
    }
}

#[test]
fn a_model_of_burns_own_layers_trains_through_the_same_trainer() {
    let linear = burn::nn::LinearConfig::new(3, 3).init(&crate::lab::nn::device());
    let settings = Settings { epochs: 20, learning_rate: 0.1, stop_patience: 20, ..settings() };
    let dataset = waves(80, 3, 12);
    let (_, history) = fit(Means { linear }, &dataset, &settings, 1, Simd::best(), &mut Silent)
        .expect("the splits are larger than a batch");
    assert_eq!(history.parameters, 12);
    let (first, last) = (&history.epochs[0], &history.epochs[19]);
    assert!(last.train_loss < 0.5 * first.train_loss, "{} to {}", first.train_loss, last.train_loss);
}

/// Gives the digest of the weights and the course of a training of waves.
fn bits(settings: &Settings) -> (Digest, History) {
    let Trained { weights, history } = run(&waves(48, 5, 7), settings, 1, Simd::best());
    (Digest::of(&weights), history)
}

/// A training that hardly learns, so that early stopping and the scheduler act as soon as they can.
fn stuck(epochs: u32) -> Settings {
    Settings {
        epochs,
        learning_rate: 10.0,
        stop_patience: u32::MAX,
        plateau_patience: u32::MAX,
        ..settings()
    }
}

#[test]
fn early_stopping_without_effect_changes_no_bit_and_with_effect_it_can() {
    for (epochs, patience) in [(2, 1), (4, 3), (6, 5)] {
        assert!(
            !EarlyStopping::has_effect(patience, epochs) && EarlyStopping::has_effect(patience, epochs + 1)
        );
        let stops = |epochs| bits(&Settings { stop_patience: patience, ..stuck(epochs) });
        assert_eq!(stops(epochs), bits(&stuck(epochs)));
    }
    assert_ne!(bits(&Settings { stop_patience: 1, ..stuck(3) }), bits(&stuck(3)));
}

#[test]
fn a_plateau_without_effect_changes_no_bit_and_with_effect_it_can() {
    for (epochs, patience) in [(2, 0), (4, 2), (6, 4)] {
        assert!(!Plateau::has_effect(10.0, 0.5, patience, epochs));
        assert!(Plateau::has_effect(10.0, 0.5, patience, epochs + 1));
        for plateau_factor in [0.1, 0.5] {
            let reduced = Settings { plateau_patience: patience, plateau_factor, ..stuck(epochs) };
            assert_eq!(bits(&reduced), bits(&stuck(epochs)));
        }
    }
    assert_ne!(bits(&Settings { plateau_patience: 0, ..stuck(3) }), bits(&stuck(3)));
    let low = Settings { learning_rate: 1e-8, plateau_patience: 0, ..stuck(4) };
    assert!(!Plateau::has_effect(1e-8, 0.5, 0, 4));
    assert_eq!(bits(&low), bits(&Settings { plateau_factor: 0.1, ..low.clone() }));
}
