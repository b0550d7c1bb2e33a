//! How much arithmetic an epoch is.

use recount::lab::data::Dataset;
use recount::lab::random::Random;
use recount::lab::settings::{Cell, Conv, Settings};

/// Counts the floating-point operations of an epoch's recurrent matrix products, in units of 10⁹.
///
/// A product is done once forward and, in training, twice more on the way back: for the weights and for what
/// was multiplied with them, except that the data wants no gradient. The first layer's product with the data
/// counts for the steps that have data, the others for every step of the padded batch. Activations,
/// convolution, head and optimiser are not counted: they are what keeps a training below the peak.
pub fn giga_operations(dataset: &Dataset, settings: &Settings) -> f64 {
    let lengths = |side: &[u32]| -> Vec<u32> {
        let mut order = side.to_vec();
        Random::new(2, "bench").shuffle(&mut order);
        order.iter().map(|&index| dataset.sequences[index as usize].length).collect()
    };
    // An epoch's batches, as far as they are whole: rows of the padded batches, and rows with data.
    let rows = |lengths: &[u32]| -> [f64; 2] {
        let mut rows = [0.0; 2];
        for batch in lengths.chunks_exact(settings.batch) {
            let longest = batch.iter().copied().max().unwrap_or(0);
            rows[0] += f64::from(longest) * batch.len() as f64;
            rows[1] += f64::from(batch.iter().sum::<u32>());
        }
        if settings.conv == Conv::Same { [rows[0]; 2] } else { rows }
    };
    let (train, valid) = (rows(&lengths(&dataset.train)), rows(&lengths(&dataset.valid)));
    let gates = if settings.cell == Cell::Gru { 3.0 } else { 4.0 };
    let hidden = settings.hidden as f64;
    let square = 2.0 * gates * hidden * hidden * (2 * settings.layers - 1) as f64;
    let data = 2.0 * gates * hidden * dataset.channels as f64;
    // The convolution has weights of its own, and so wants the gradient of its output.
    let passes = if settings.conv == Conv::Same { 3.0 } else { 2.0 };
    (square * (3.0 * train[0] + valid[0]) + data * (passes * train[1] + valid[1])) * 1e-9
}
