//! A digest of all that a stage says, and the stages that it waits for: where it is equal, so is what follows from it.
//!
//! Invariants
//! - It holds more than recipes do: it says that nothing has changed, never what has.
//! - Where settings are written is no part of it.

use crate::digest::{Canonical, Digest};
use crate::recipe::write_parameter;
use crate::spec::{Axis, Pipeline, Settings, Stage, StageId};

/// Gives the digest of each stage, in the pipeline's order.
pub(crate) fn stage_digests(pipeline: &Pipeline) -> Vec<Digest> {
    let mut digests: Vec<Digest> = Vec::with_capacity(pipeline.stages.len());
    for (index, stage) in pipeline.stages.iter().enumerate() {
        let mut canonical = Canonical::default();
        write_stage(stage, &mut canonical);
        // A kind may say in what a variant differs from the one that it derives from.
        for variant in stage.variants.iter().filter(|variant| variant.from.is_some()) {
            write_settings(pipeline.settings(StageId(index), variant.from.as_deref()), &mut canonical);
        }
        let owners = stage.variants_of.iter().chain(&stage.seeds_of);
        for other in stage.needs.iter().chain(owners) {
            // Its own variants are in it already.
            let digest = digests.get(other.0).copied().unwrap_or_default();
            canonical.field(&digest.to_bytes());
        }
        digests.push(canonical.finish());
    }
    digests
}

fn write_stage(stage: &Stage, canonical: &mut Canonical) {
    canonical.field(stage.name.as_bytes()).field(stage.kind.as_bytes());
    count(canonical, stage.each.len());
    for axis in &stage.each {
        match axis {
            Axis::Variant => {
                canonical.field(b"variant");
            }
            Axis::Seed => {
                canonical.field(b"seed");
            }
            Axis::Listed { name, values } => {
                canonical.field(b"listed").field(name.as_bytes());
                count(canonical, values.len());
                for value in values {
                    canonical.field(value.as_bytes());
                }
            }
        }
    }
    for excluded in &stage.exclude {
        for (name, value) in excluded {
            canonical.field(name.as_bytes()).field(value.as_bytes());
        }
        count(canonical, excluded.len());
    }
    write_settings(&stage.fields, canonical);
    write_settings(&stage.base, canonical);
    count(canonical, stage.variants.len());
    for variant in &stage.variants {
        canonical.field(variant.name.as_bytes());
        canonical.field(variant.from.as_deref().unwrap_or_default().as_bytes());
        write_settings(&variant.settings, canonical);
    }
    count(canonical, stage.seeds.len());
    for seed in &stage.seeds {
        canonical.field(&seed.to_le_bytes());
    }
    count(canonical, stage.observed.len());
    for name in &stage.observed {
        canonical.field(name.as_bytes());
    }
    count(canonical, stage.needs.len());
}

fn count(canonical: &mut Canonical, count: usize) {
    canonical.field(&(count as u64).to_le_bytes());
}

/// Appends what was set; defaults are the program's, and another program is another environment.
fn write_settings(settings: &Settings, canonical: &mut Canonical) {
    for ((name, value, _), (_, below)) in settings.that_were_set().zip(settings.paths()) {
        write_parameter(name, value, canonical);
        if !below.is_empty() {
            for name in below {
                canonical.field(name.as_bytes());
            }
            count(canonical, below.len());
        }
    }
    canonical.field(b"");
}
