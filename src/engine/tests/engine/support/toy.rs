//! A stage to be: a shell line, or what a test's own kinds make.

use std::collections::BTreeMap;

use recount_engine::spec::{Axis, Origin, Resources, Settings, Value, Variant};

/// A stage to be.
#[derive(Clone)]
pub struct Toy {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) variants: Vec<Variant>,
    pub(super) seeds: Vec<u64>,
    pub(super) parameters: BTreeMap<String, Value>,
    pub(super) needs: Vec<&'static str>,
    pub(super) each: Vec<Axis>,
    pub(super) observed: Vec<String>,
    pub(super) resources: Resources,
}

/// A stage that runs a shell line.
pub fn toy(name: &'static str, line: &str) -> Toy {
    plain(name, "command", BTreeMap::from([("run".to_owned(), line.into())]))
}

/// A stage of the kind [`Made`], with its parameters.
pub fn made<const COUNT: usize>(name: &'static str, parameters: [(&str, Value); COUNT]) -> Toy {
    plain(name, "made", parameters.map(|(name, value)| (name.to_owned(), value)).into())
}

/// A stage of the kind [`Citing`].
pub fn citing(name: &'static str) -> Toy {
    plain(name, "citing", BTreeMap::new())
}

/// Gives settings as a file would set them.
pub fn settings(parameters: BTreeMap<String, Value>) -> Settings {
    Settings::set_at(&Origin::File { path: "".into(), line: 1, column: 1, variant: None }, parameters)
}

fn plain(name: &'static str, kind: &'static str, parameters: BTreeMap<String, Value>) -> Toy {
    let (variants, seeds, needs, each) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (observed, resources) = (Vec::new(), Resources::default());
    Toy { name, kind, variants, seeds, parameters, needs, each, observed, resources }
}

impl Toy {
    pub fn reads(self, inputs: &[&str]) -> Self {
        self.with("inputs", inputs)
    }

    pub fn writes(self, outputs: &[&str]) -> Self {
        self.with("outputs", outputs)
    }

    /// Runs a program and its arguments in place of the line.
    pub fn runs(self, words: &[&str]) -> Self {
        self.with("run", words)
    }

    pub fn sees(self, variables: &[&str]) -> Self {
        self.with("env", variables)
    }

    /// Says which outputs are only observed.
    pub fn observes(mut self, outputs: &[&str]) -> Self {
        self.observed = outputs.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// Says what it takes of the machine.
    pub fn takes(self, resources: Resources) -> Self {
        Self { resources, ..self }
    }

    /// Sets any parameter.
    pub fn set(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.parameters.insert(name.to_owned(), value.into());
        self
    }

    pub fn needs(mut self, needs: &[&'static str]) -> Self {
        self.needs.extend(needs);
        self
    }

    pub fn each(mut self, name: &str, values: &[&str]) -> Self {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        self.each.push(Axis::Listed { name: name.to_owned(), values });
        self
    }

    /// Repeats the stage over variants, each with one parameter of its own.
    pub fn variants(mut self, variants: &[(&str, &str, Value)]) -> Self {
        for (variant, name, value) in variants {
            let mut parameters = self.parameters.clone();
            parameters.insert((*name).to_owned(), value.clone());
            let settings = settings(parameters);
            self.variants.push(Variant { name: (*variant).to_owned(), from: None, settings });
        }
        self.over(&[Axis::Variant])
    }

    pub fn seeds(mut self, seeds: &[u64]) -> Self {
        self.seeds.extend(seeds);
        self.over(&[Axis::Seed])
    }

    /// Repeats the stage over what it takes from its needs.
    pub fn over(mut self, each: &[Axis]) -> Self {
        self.each.extend_from_slice(each);
        self
    }

    fn with(mut self, name: &str, texts: &[&str]) -> Self {
        let texts = texts.iter().map(|text| Value::from(*text)).collect();
        self.parameters.insert(name.to_owned(), Value::List(texts));
        self
    }
}
