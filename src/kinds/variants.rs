//! The variants of the training stage, told as data: what each declares, what of it has an effect,
//! and which of them are the same experiment.
//!
//! `plot` and `render` are told this through their effective parameters, so that a changed
//! variant changes their keys.

use crate::spec::{Parameters, Pipeline, StageId, Variant};

use super::train;

/// One variant, described.
pub struct Described<'a> {
    /// The variant.
    pub variant: &'a Variant,
    /// The parameters that reach its model.
    pub effective: Parameters,
    /// The other variants with the same effective parameters, in the order of the file.
    pub same_as: Vec<&'a str>,
    /// The first variant with the same effective parameters, where that is an earlier one.
    pub first: Option<&'a str>,
}

/// Describes every variant of a training stage, in the order of its file.
pub fn describe(pipeline: &Pipeline, train: StageId) -> Vec<Described<'_>> {
    let variants = pipeline.variants_of(train);
    let effective: Vec<Parameters> =
        variants.iter().map(|variant| train::effective(&variant.settings.parameters)).collect();
    let twins = |index: usize| (0..variants.len()).filter(move |&other| other != index);
    let describe = |index: usize| {
        let same: Vec<usize> = twins(index).filter(|&other| effective[other] == effective[index]).collect();
        Described {
            variant: &variants[index],
            effective: effective[index].clone(),
            same_as: same.iter().map(|&other| variants[other].name.as_str()).collect(),
            first: same.first().filter(|&&other| other < index).map(|&other| variants[other].name.as_str()),
        }
    };
    (0..variants.len()).map(describe).collect()
}
