//! Ours against PyTorch: recorded values, and weights that go from one to the other.
//!
//! `record.py` (PyTorch 2.15) ──▶ `*.safetensors`, checked in ──▶ compared here
//!
//! Differences are relative: ‖ours − theirs‖₂ / ‖theirs‖₂ over a whole tensor. Both sides compute in `f32`, in
//! different orders; each tolerance is some four times the largest difference measured, which it names.

mod exchange;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use burn::module::{Module as _, ModuleMapper, Param};
use burn::tensor::{Gradients, Tensor};
use recount::lab::data::Dataset;
use recount::lab::nn::{Adam, Batch, Classifier, Classify as _, Simd, Values, cross_entropy};
use recount::lab::settings::{Cell, Conv, Settings};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

/// The models, as `cases.py` lists them: name, cell, hidden units, layers, convolution.
const CASES: [(&str, Cell, usize, usize, Conv); 6] = [
    ("gru-1", Cell::Gru, 20, 1, Conv::None),
    ("gru-2", Cell::Gru, 10, 2, Conv::None),
    ("gru-2-conv", Cell::Gru, 16, 2, Conv::Same),
    ("lstm-1", Cell::Lstm, 20, 1, Conv::None),
    ("lstm-2", Cell::Lstm, 10, 2, Conv::None),
    ("lstm-1-conv", Cell::Lstm, 16, 1, Conv::Same),
];

/// Tensors by name.
type Tensors = BTreeMap<String, Vec<f32>>;

/// The folder of the recorded values.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference")
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The recorded data, and the indices of each step's batch.
fn data() -> (Dataset, Vec<Vec<u32>>) {
    let bytes = read(&folder().join("data.safetensors"));
    let file = SafeTensors::deserialize(&bytes).expect("it was recorded");
    let view = file.tensor("batches").expect("the batches were recorded");
    let numbers: Vec<u32> =
        view.data().as_chunks::<4>().0.iter().map(|&bytes| u32::from_le_bytes(bytes)).collect();
    let batches = numbers.chunks_exact(view.shape()[1]).map(<[u32]>::to_vec).collect();
    (Dataset::from_bytes(&bytes).expect("it is a packed dataset"), batches)
}

fn model(cell: Cell, hidden: usize, layers: usize, conv: Conv, seed: u64) -> Classifier {
    let settings = Settings {
        cell,
        hidden,
        layers,
        dropout: 0.0,
        conv,
        batch: 8,
        epochs: 1,
        learning_rate: 1e-3,
        weight_decay: 1e-5,
        plateau_factor: 0.5,
        plateau_patience: 5,
        stop_patience: 5,
    };
    Classifier::new(&settings, 3, 5, seed)
}

/// Reads the tensors whose names begin with `prefix`, under the rest of their names.
fn tensors(bytes: &[u8], prefix: &str) -> Tensors {
    let file = SafeTensors::deserialize(bytes).expect("it is a safetensors file");
    let numbers = |view: TensorView<'_>| {
        view.data().as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
    };
    let named = file.iter().filter_map(|(name, view)| Some((name.strip_prefix(prefix)?.to_owned(), view)));
    named.map(|(name, view)| (name, numbers(view))).collect()
}

/// Gives the tensors below `prefix` as a file of their own.
fn part(bytes: &[u8], prefix: &str) -> Vec<u8> {
    let file = SafeTensors::deserialize(bytes).expect("it is a safetensors file");
    let views = file.iter().filter_map(|(name, view)| {
        let kept = TensorView::new(Dtype::F32, view.shape().to_vec(), view.data());
        Some((name.strip_prefix(prefix)?.to_owned(), kept.expect("the view had this shape")))
    });
    safetensors::serialize(views, None).expect("the names are distinct")
}

/// ‖ours − theirs‖₂ / ‖theirs‖₂.
fn difference(ours: &[f32], theirs: &[f32]) -> f64 {
    assert_eq!(ours.len(), theirs.len());
    let pairs = || ours.iter().zip(theirs).map(|(&ours, &theirs)| (f64::from(ours), f64::from(theirs)));
    let squares: f64 = pairs().map(|(ours, theirs)| (ours - theirs) * (ours - theirs)).sum();
    (squares / pairs().map(|(_, theirs)| theirs * theirs).sum::<f64>()).sqrt()
}

/// Fails unless both have the same tensors, each within `tolerance`.
fn assert_near(what: &str, ours: &Tensors, theirs: &Tensors, tolerance: f64) {
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>(), "{what}");
    for (name, theirs) in theirs {
        let found = difference(&ours[name], theirs);
        assert!(found <= tolerance, "{what} {name}: {found:.1e} apart, {tolerance:.0e} allowed");
    }
}

/// Logits in the order in which the batch was asked for.
fn logits(model: &Classifier, batch: &Batch, simd: Simd) -> Vec<f32> {
    let found = Values::of_tensor(model.logits(batch, None, simd));
    let width = found.len() / batch.rows;
    let mut ordered = vec![0.0; found.len()];
    for (row, &place) in found.chunks_exact(width).zip(&batch.places) {
        ordered[place * width..][..width].copy_from_slice(row);
    }
    ordered
}

/// Puts each parameter's gradient in its place, so that a model writes gradients under PyTorch's names.
struct InPlace(Gradients);

impl ModuleMapper for InPlace {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = parameter.consume();
        let gradient = tensor.grad(&self.0).expect("the loss depends on every parameter");
        Param::from_mapped_value(id, Tensor::from_inner(gradient), mapper)
    }
}

#[test]
fn one_pass_forward_and_back_agrees_with_pytorch() {
    let (dataset, batches) = data();
    let batch = Batch::of(&dataset, &batches[0]);
    assert!(batch.live.windows(2).any(|live| live[1] < live[0]), "the batch is not padded");
    for (name, cell, hidden, layers, conv) in CASES {
        let recorded = read(&folder().join(format!("{name}.safetensors")));
        let initial = part(&recorded, "initial/");
        for simd in Simd::all() {
            let what = format!("{name} on {}", simd.name());
            let model = model(cell, hidden, layers, conv, 1)
                .load_safetensors(&initial)
                .expect("the shapes are PyTorch's");
            // Measured: 1.4e-7.
            let theirs = &tensors(&recorded, "logits")[""];
            let found = difference(&logits(&model, &batch, simd), theirs);
            assert!(found <= 5e-7, "{what}: logits are {found:.1e} apart");
            let loss = cross_entropy(model.logits(&batch, None, simd), &batch.labels, simd);
            // Measured: 7.7e-8.
            let theirs = tensors(&recorded, "losses")[""][0];
            let found = difference(&Values::of_tensor(loss.clone()), &[theirs]);
            assert!(found <= 3e-7, "{what}: losses are {found:.1e} apart");
            // Measured: 5.6e-7.
            let gradients = model.map(&mut InPlace(loss.backward())).to_safetensors();
            let theirs = tensors(&recorded, "gradient/");
            assert_near(&format!("{what}, gradient"), &tensors(&gradients, ""), &theirs, 2e-6);
        }
    }
}

#[test]
fn fifty_steps_of_adam_agree_with_pytorch() {
    let (dataset, batches) = data();
    assert_eq!(batches.len(), 50);
    let simd = Simd::best();
    for (name, cell, hidden, layers, conv) in CASES {
        let recorded = read(&folder().join(format!("{name}.safetensors")));
        let mut model = model(cell, hidden, layers, conv, 1)
            .load_safetensors(&part(&recorded, "initial/"))
            .expect("the shapes are PyTorch's");
        let mut adam = Adam::new(1e-5, simd);
        let mut losses = Vec::new();
        for indices in &batches {
            let batch = Batch::of(&dataset, indices);
            let loss = cross_entropy(model.logits(&batch, None, simd), &batch.labels, simd);
            losses.push(Values::of_tensor(loss.clone())[0]);
            (model, _) = adam.step(model, loss.backward(), 1e-3);
        }
        // Measured: 6.0e-8 for the losses and 7.0e-7 for the weights.
        let found = difference(&losses, &tensors(&recorded, "losses")[""]);
        assert!(found <= 3e-7, "{name}: losses are {found:.1e} apart");
        let theirs = tensors(&recorded, "trained/");
        assert_near(&format!("{name}, trained"), &tensors(&model.to_safetensors(), ""), &theirs, 3e-6);
    }
}
