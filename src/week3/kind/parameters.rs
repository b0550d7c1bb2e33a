//! What a report says of the settings themselves, as parameters of its own, so that whatever it says is in its key.

use std::collections::BTreeSet;

use crate::kinds::variants::Described;
use crate::week3::audit::Place;
use recount_engine::spec::{Origin, Parameters, Pipeline, Settings, StageId, Value};

use super::provenance::setting_places;

/// Tells the places of settings as a parameter, so that no report cites a line that has moved.
pub(super) fn told_places(settings: &Settings) -> Value {
    let text = |place: Place| match place {
        Place::File { column, .. } => format!("{place}:{column}"),
        Place::Default | Place::Set(_) => place.to_string(),
    };
    let places = setting_places(settings).into_iter().map(|(name, place)| (name, text(place).into()));
    Value::Map(places.collect())
}

/// Tells a variant as a parameter, so that whatever the report says of it is in the key.
pub(super) fn told(pipeline: &Pipeline, train: StageId, described: Described<'_>) -> Value {
    let variant = described.variant;
    // A variant without `from` is told against the stage's own parameters.
    let parent = pipeline.settings(train, variant.from.as_deref());
    let mut entry = Parameters::from([
        ("parent".to_owned(), Value::Map(parent.parameters())),
        ("name".to_owned(), variant.name.as_str().into()),
        ("declared".to_owned(), Value::Map(variant.settings.parameters())),
        ("places".to_owned(), told_places(&variant.settings)),
        ("effective".to_owned(), Value::Map(described.effective)),
    ]);
    if let Some(from) = &variant.from {
        entry.insert("from".to_owned(), from.as_str().into());
    }
    Value::Map(entry)
}

/// Every `--set` that is in force, sorted.
pub(super) fn overrides(pipeline: &Pipeline) -> Vec<String> {
    let settings = pipeline.stages.iter().flat_map(|stage| {
        let variants = stage.variants.iter().map(|variant| &variant.settings);
        std::iter::once(&stage.base).chain(variants)
    });
    let said = settings.flat_map(Settings::that_were_set).filter_map(|(.., origin)| match origin {
        Origin::Override(text) => Some(text.clone()),
        Origin::Default | Origin::File { .. } => None,
    });
    said.collect::<BTreeSet<String>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::variants::describe;

    #[test]
    fn what_a_variant_is_told_against_is_in_the_key() {
        let told_with = |base: u32| {
            let folder = tempfile::tempdir().expect("a temporary folder can be made");
            let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
            std::fs::create_dir(folder.path().join("stages")).expect("a folder can be made");
            let stages = "stages: [{ name: train, kind: train, each: [variant, seed] }]";
            write("pipeline.yaml", &format!("recount: 1\ntitle: test\n{stages}\n"))
                .expect("it can be written");
            let train =
                format!("seeds: [1]\nparams: {{ epochs: {base} }}\nvariants: [{{ name: a, epochs: 1 }}]\n");
            write("stages/train.yaml", &train).expect("it can be written");
            let pipeline = recount_engine::spec::load(folder.path(), &crate::kinds::schemas(), &[]);
            let pipeline = pipeline.unwrap_or_else(|mistakes| panic!("{mistakes}"));
            let described = describe(&pipeline, StageId(0)).expect("every setting is read").remove(0);
            told(&pipeline, StageId(0), described)
        };
        assert_ne!(told_with(1), told_with(3), "the report says what the variant changes");
    }
}
