//! A kind's parameters, with a note of which were read: a setting that nothing reads is an error, not a setting.
//!
//! declared parameters ──read, or said to be idle──▶ [`Told::finish`] ──▶ the effective ones
//!
//! Invariants
//! - What is effective is what was read: a kind can't keep a parameter in its key that it does not use, nor use one
//!   that its key does not have.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::Failure;
use crate::spec::{Parameters, Value};

/// Parameters under reading.
pub struct Told<'p> {
    kind: &'static str,
    parameters: &'p Parameters,
    /// The names that were met, with why one has no effect.
    met: RefCell<BTreeMap<&'p str, Option<&'static str>>>,
}

/// What was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reduced {
    /// The parameters that have an effect.
    pub effective: Parameters,
    /// The others, with the circumstance that makes it so: `with one layer`.
    pub without_effect: Vec<(String, &'static str)>,
}

impl<'p> Told<'p> {
    /// Begins to read the parameters of a stage of `kind`.
    pub fn of(kind: &'static str, parameters: &'p Parameters) -> Self {
        Self { kind, parameters, met: RefCell::default() }
    }

    /// Reads whatever there is.
    pub fn any(&self, name: &str) -> Option<&'p Value> {
        let (name, value) = self.parameters.get_key_value(name)?;
        self.met.borrow_mut().insert(name, None);
        Some(value)
    }

    fn read<T>(&self, name: &str, of: impl Fn(&'p Value) -> Option<T>) -> Result<T, Failure> {
        let missing = || Failure::new(format!("`{name}` is missing or has a wrong type"));
        self.any(name).and_then(of).ok_or_else(missing)
    }

    /// Reads a whole number.
    ///
    /// # Errors
    /// A [`Failure`] naming the parameter, as for the other readers; the spec has checked it, so only a pipeline that was
    /// built without it can bring one.
    pub fn whole<T: TryFrom<i64>>(&self, name: &str) -> Result<T, Failure> {
        self.read(name, |value| value.as_integer().and_then(|value| T::try_from(value).ok()))
    }

    /// Reads a number.
    ///
    /// # Errors
    /// As for [`Told::whole`].
    pub fn number(&self, name: &str) -> Result<f64, Failure> {
        self.read(name, Value::as_number)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// As for [`Told::whole`].
    pub fn text(&self, name: &str) -> Result<&'p str, Failure> {
        self.read(name, Value::as_text)
    }

    /// Reads one of several words, each with what it stands for.
    ///
    /// # Errors
    /// As for [`Told::whole`].
    pub fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<T, Failure> {
        self.read(name, |value| {
            let text = value.as_text()?;
            words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning)
        })
    }

    /// Reads a list of texts.
    ///
    /// # Errors
    /// As for [`Told::whole`].
    pub fn texts(&self, name: &str) -> Result<Vec<String>, Failure> {
        self.read(name, |value| match value {
            Value::List(values) => values.iter().map(|text| Some(text.as_text()?.to_owned())).collect(),
            _ => None,
        })
    }

    /// Says that a parameter has no effect under these circumstances.
    pub fn idle(&self, name: &str, circumstance: &'static str) {
        if let Some((name, _)) = self.parameters.get_key_value(name) {
            self.met.borrow_mut().insert(name, Some(circumstance));
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// A [`Failure`] naming a parameter that was neither read nor said to be idle.
    pub fn finish(self) -> Result<Reduced, Failure> {
        let met = self.met.into_inner();
        if let Some(name) = self.parameters.keys().find(|name| !met.contains_key(name.as_str())) {
            return Err(Failure::new(format!("`{name}` is a setting of `{}` that no code reads", self.kind))
                .with_help("have the kind read it, or take it out of the kind's schema"));
        }
        let idle = |name: &String| met.get(name.as_str()).copied().flatten();
        let effective = self.parameters.iter().filter(|(name, _)| idle(name).is_none());
        let without_effect = self.parameters.keys().filter_map(|name| Some((name.clone(), idle(name)?)));
        Ok(Reduced {
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
    fn what_is_read_is_effective_and_what_is_idle_has_a_reason() {
        let parameters = parameters();
        let told = Told::of("train", &parameters);
        assert_eq!(told.whole::<u32>("layers"), Ok(1));
        told.idle("dropout", "with one layer");
        let reduced = told.finish().expect("both were met");
        assert_eq!(reduced.effective.keys().collect::<Vec<_>>(), ["layers"]);
        assert_eq!(reduced.without_effect, [("dropout".to_owned(), "with one layer")]);
    }

    #[test]
    fn a_parameter_that_no_code_reads_is_an_error() {
        let parameters = parameters();
        let told = Told::of("train", &parameters);
        assert_eq!(told.whole::<u32>("layers"), Ok(1));
        let failure = told.finish().expect_err("nobody reads the other");
        assert_eq!(failure.to_string(), "`dropout` is a setting of `train` that no code reads");
    }
}
