//! Models: parameters in burn modules, recurrent layers as fused operations over own kernels.
//!
//! [`Batch`] ──[`Classify::logits`]──▶ logits ──[`cross_entropy`]──▶ loss ──burn's autodiff──▶ gradients ──[`Adam`]──▶ model
//!
//! | file | its duty |
//! |---|---|
//! | `simd` | sixteen lanes on AVX-512, AVX2 and portable code; the only `unsafe` |
//! | `kernels` | the arithmetic, over plain slices |
//! | `buffer` | memory for the kernels |
//! | `device` | our operations in burn's autodiff; the only file that names the backend |
//! | `layers` | layers as burn modules |
//! | `layout`, `weights` | PyTorch's names, shapes and files |
//! | `memory` | how much memory a training takes, estimated |
//! | `batch`, `model`, `optimiser` | what the trainer works with |
//! | `snapshot` | a model and its optimiser as bytes, and back |
//!
//! Invariants
//! - Bits depend on settings, data and seed alone: not on the instruction set, threads, the C library or
//!   what else runs. Nothing draws from burn's generator.
//! - One training runs on one thread.

mod batch;
mod buffer;
mod device;
mod kernels;
mod layers;
mod layout;
mod memory;
mod model;
mod optimiser;
mod simd;
mod snapshot;
mod weights;

pub use batch::Batch;
pub use buffer::PoolGuard;
pub use device::{Values, device};
pub use layers::cross_entropy;
pub use memory::{BatchSize, training_bytes};
pub use model::{Classifier, Classify, multiply_adds, parameter_count};
pub use optimiser::Adam;
pub use simd::{Simd, SimdError};
pub use snapshot::Snapshot;
pub use weights::WeightsError;
