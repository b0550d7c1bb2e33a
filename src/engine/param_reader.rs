//! Reads a kind's parameters, and notes which ones were read: a parameter that nothing reads is an error.
//!
//! declared parameters ──read, or marked as unused──▶ [`ParamReader::finish`] ──▶ the effective ones
//!
//! Invariant: the effective parameters are those that were read. So a key holds every parameter that its kind uses, and no
//! other.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::Failure;
use crate::spec::{Parameters, Value};

/// The parameters of a stage, and which of them were read so far.
pub struct ParamReader<'p> {
    kind: &'static str,
    parameters: &'p Parameters,
    /// The names that were read or marked as unused; of an unused one, why it has no effect.
    seen: RefCell<BTreeMap<&'p str, Option<&'static str>>>,
}

/// The outcome of reading.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectiveParams {
    /// The parameters that have an effect.
    pub effective: Parameters,
    /// The others, with the reason why: `with one layer`.
    pub without_effect: Vec<(String, &'static str)>,
}

impl<'p> ParamReader<'p> {
    /// Starts reading the parameters of a stage of `kind`.
    pub fn of(kind: &'static str, parameters: &'p Parameters) -> Self {
        Self { kind, parameters, seen: RefCell::default() }
    }

    /// Reads a parameter of any type.
    pub fn any(&self, name: &str) -> Option<&'p Value> {
        let (name, value) = self.parameters.get_key_value(name)?;
        self.seen.borrow_mut().insert(name, None);
        Some(value)
    }

    fn read<T>(&self, name: &str, of: impl Fn(&'p Value) -> Option<T>) -> Result<T, Failure> {
        let missing = || Failure::new(format!("`{name}` is missing or has a wrong type"));
        self.any(name).and_then(of).ok_or_else(missing)
    }

    /// Reads a whole number.
    ///
    /// # Errors
    /// A [`Failure`] that names the parameter when it is missing or has another type. The spec checks both, so only a
    /// pipeline that was built without it can fail here.
    pub fn whole<T: TryFrom<i64>>(&self, name: &str) -> Result<T, Failure> {
        self.read(name, |value| value.as_integer().and_then(|value| T::try_from(value).ok()))
    }

    /// Reads a number.
    ///
    /// # Errors
    /// As [`ParamReader::whole`].
    pub fn number(&self, name: &str) -> Result<f64, Failure> {
        self.read(name, Value::as_number)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// As [`ParamReader::whole`].
    pub fn text(&self, name: &str) -> Result<&'p str, Failure> {
        self.read(name, Value::as_text)
    }

    /// Reads one of several words; gives the value that belongs to it.
    ///
    /// # Errors
    /// As [`ParamReader::whole`].
    pub fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<T, Failure> {
        self.read(name, |value| {
            let text = value.as_text()?;
            words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning)
        })
    }

    /// Reads a list of texts.
    ///
    /// # Errors
    /// As [`ParamReader::whole`].
    pub fn texts(&self, name: &str) -> Result<Vec<String>, Failure> {
        self.read(name, |value| match value {
            Value::List(values) => values.iter().map(|text| Some(text.as_text()?.to_owned())).collect(),
            _ => None,
        })
    }

    /// Marks a parameter as unused, with the reason: `with one layer`.
    pub fn unused(&self, name: &str, reason: &'static str) {
        if let Some((name, _)) = self.parameters.get_key_value(name) {
            self.seen.borrow_mut().insert(name, Some(reason));
        }
    }

    /// Gives the effective parameters.
    ///
    /// # Errors
    /// A [`Failure`] naming a parameter that was neither read nor marked as unused.
    pub fn finish(self) -> Result<EffectiveParams, Failure> {
        let seen = self.seen.into_inner();
        if let Some(name) = self.parameters.keys().find(|name| !seen.contains_key(name.as_str())) {
            return Err(Failure::new(format!("`{name}` is a setting of `{}` that no code reads", self.kind))
                .with_help("have the kind read it, or take it out of the kind's schema"));
        }
        let unused = |name: &String| seen.get(name.as_str()).copied().flatten();
        let effective = self.parameters.iter().filter(|(name, _)| unused(name).is_none());
        let without_effect = self.parameters.keys().filter_map(|name| Some((name.clone(), unused(name)?)));
        Ok(EffectiveParams {
            effective: effective.map(|(name, value)| (name.clone(), value.clone())).collect(),
            without_effect: without_effect.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> Parameters {
        Parameters::from([("layers".to_owned(), 1.into()), ("dropout".to_owned(), 0.5.into())])
    }

    #[test]
    fn what_is_read_is_effective_and_what_is_unused_has_a_reason() {
        let parameters = parameters();
        let reader = ParamReader::of("train", &parameters);
        assert_eq!(reader.whole::<u32>("layers"), Ok(1));
        reader.unused("dropout", "with one layer");
        let reduced = reader.finish().expect("both were read or marked");
        assert_eq!(reduced.effective.keys().collect::<Vec<_>>(), ["layers"]);
        assert_eq!(reduced.without_effect, [("dropout".to_owned(), "with one layer")]);
    }

    #[test]
    fn a_parameter_that_no_code_reads_is_an_error() {
        let parameters = parameters();
        let reader = ParamReader::of("train", &parameters);
        assert_eq!(reader.whole::<u32>("layers"), Ok(1));
        let failure = reader.finish().expect_err("nobody reads the other");
        assert_eq!(failure.to_string(), "`dropout` is a setting of `train` that no code reads");
    }
}
