//! A trained classifier over the whole validation set.

use crate::lab::data::Dataset;
use crate::lab::nn::{Batch, Classifier, Classify, Simd, Values, WeightsError};
use crate::lab::settings::Settings;

/// Why a model can't be scored.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// Its weights are not those of the settings.
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

/// Computes the logits of every validation sequence.
///
/// Without a mask a sequence's logits depend on how far its batch is padded, so the batches are part of the
/// definition: they take the split in its own order, `settings.batch` at a time, and the last takes the rest.
///
/// # Shapes
/// `[validation sequence, label]`, in the order of [`Dataset::valid`].
///
/// # Errors
/// [`ScoreError::Weights`] if `weights` are no safetensors file of a model with these settings.
pub fn score(
    dataset: &Dataset,
    settings: &Settings,
    weights: &[u8],
    simd: Simd,
) -> Result<Vec<f32>, ScoreError> {
    let model = Classifier::new(settings, dataset.channels, dataset.labels, 0).load_safetensors(weights)?;
    let model = burn::module::Module::valid(&model);
    let mut logits = vec![0.0; dataset.valid.len() * dataset.labels];
    let parts = dataset.valid.chunks(settings.batch);
    for (indices, out) in parts.zip(logits.chunks_mut(settings.batch * dataset.labels)) {
        let batch = Batch::of(dataset, indices);
        let found = Values::of_tensor(model.logits(&batch, None, simd));
        for (row, &place) in found.chunks_exact(dataset.labels).zip(&batch.places) {
            out[place * dataset.labels..][..dataset.labels].copy_from_slice(row);
        }
    }
    Ok(logits)
}
