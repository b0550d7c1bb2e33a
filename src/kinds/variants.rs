//! The variants of the training stage, told as data: what each declares, what of it has an effect,
//! and which of them are the same experiment.
//!
//! `plot` and `render` are told this through their effective parameters, so that a changed
//! variant changes their keys; `recount status` tells it from here.

use recount_engine::Failure;
use recount_engine::spec::{Parameters, Pipeline, StageId, Value, Variant};

use super::train;
use recount_engine::param_reader::EffectiveParams;

/// One variant, described.
#[derive(Debug)]
pub struct Described<'a> {
    /// The variant.
    pub variant: &'a Variant,
    /// The parameters that reach its model.
    pub effective: Parameters,
    /// The declared parameters that don't, with the circumstance that makes it so: `with one layer`.
    pub without_effect: Vec<(String, &'static str)>,
    /// What differs in effect from the variant it is derived from, or from the stage's own parameters.
    pub differs: Vec<Difference>,
    /// The other variants with the same effective parameters, in the order of the file.
    pub same_as: Vec<&'a str>,
    /// The first variant with the same effective parameters, where that is an earlier one.
    pub first: Option<&'a str>,
}

/// A parameter whose effect differs between two variants.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The parameter.
    pub name: String,
    /// Its value in the variant that is derived from; `None` where it has no effect there.
    pub old: Option<Value>,
    /// Its value here; `None` where it has no effect here.
    pub new: Option<Value>,
}

impl Described<'_> {
    /// Says whether users are held out, so that the accuracy is about fewer people than that of other variants.
    pub fn holds_users_out(&self) -> bool {
        matches!(self.effective.get(train::HELD_OUT), Some(Value::List(users)) if !users.is_empty())
    }
}

/// Describes every variant of a training stage, in the order of its file.
///
/// # Errors
/// A [`Failure`] naming a parameter that no code reads.
pub fn describe(pipeline: &Pipeline, train: StageId) -> Result<Vec<Described<'_>>, Failure> {
    let variants = pipeline.variants_of(train);
    let reduced: Vec<EffectiveParams> = variants
        .iter()
        .map(|variant| train::reduce(&variant.settings.parameters()))
        .collect::<Result<_, _>>()?;
    let describe = |index: usize| {
        let variant = &variants[index];
        let own = &reduced[index];
        let parent = train::reduce(&pipeline.settings(train, variant.from.as_deref()).parameters())?;
        let is_same = |&other: &usize| other != index && reduced[other].effective == own.effective;
        let same: Vec<usize> = (0..variants.len()).filter(is_same).collect();
        Ok(Described {
            variant,
            effective: own.effective.clone(),
            without_effect: own.without_effect.clone(),
            differs: differences(&parent.effective, &own.effective),
            same_as: same.iter().map(|&other| variants[other].name.as_str()).collect(),
            first: same.first().filter(|&&other| other < index).map(|&other| variants[other].name.as_str()),
        })
    };
    (0..variants.len()).map(describe).collect()
}

fn differences(old: &Parameters, new: &Parameters) -> Vec<Difference> {
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let value = |of: &Parameters, name: &String| of.get(name).cloned();
    let differences = names.into_iter().map(|name| Difference {
        name: name.clone(),
        old: value(old, name),
        new: value(new, name),
    });
    differences.filter(|difference| difference.old != difference.new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Describes the variants of a stage file, as `name: what differs / what has no effect / what it is the same as`.
    fn described(variants: &str) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).expect("it can be written");
        };
        std::fs::create_dir(folder.path().join("stages")).expect("a folder can be made");
        let stages = "stages: [{ name: train, kind: train, each: [variant, seed] }]";
        write("pipeline.yaml", &format!("recount: 1\ntitle: test\n{stages}\n"));
        write(
            "stages/train.yaml",
            &format!("seeds: [1]\nparams: {{ epochs: 16 }}\nvariants: [{variants}]\n"),
        );
        let pipeline = recount_engine::spec::load(folder.path(), &crate::kinds::schemas(), &[]);
        let pipeline = pipeline.unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let shown = |value: &Option<Value>| value.as_ref().map_or_else(|| "–".to_owned(), Value::to_string);
        let described = describe(&pipeline, StageId(0)).expect("every setting is read");
        let line = |it: Described<'_>| {
            let differs =
                it.differs.iter().map(|it| format!("{} {} → {}", it.name, shown(&it.old), shown(&it.new)));
            let idle = it.without_effect.iter().map(|(name, why)| format!("{name} {why}"));
            let [differs, idle] = [differs.collect::<Vec<_>>(), idle.collect()].map(|it| it.join(", "));
            format!("{}: {differs} / {idle} / {}", it.variant.name, it.same_as.join(", "))
        };
        described.into_iter().map(line).collect()
    }

    #[test]
    fn what_differs_in_effect_is_told_and_what_does_not_has_its_reason() {
        let found = described(
            "{ name: a }, { name: b, from: a, dropout: 0.5 }, { name: c, from: b, layers: 3 }, { name: d, from: c, layers: 1 }",
        );
        assert_eq!(
            found,
            [
                "a:  / dropout with one layer / b, d",
                "b:  / dropout with one layer / a, d",
                "c: dropout – → 0.5, layers 1 → 3 /  / ",
                "d: dropout 0.5 → –, layers 3 → 1 / dropout with one layer / a, b",
            ]
        );
    }
}
