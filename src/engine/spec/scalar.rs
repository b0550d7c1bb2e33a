//! What a YAML scalar is: serde_yaml decides.
//!
//! Invariant: scalars come in the order of the text, keys before their values, repeated keys included.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A value without parts.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number: with a fraction, too large for an integer, or not finite.
    Float(f64),
    /// Anything else.
    Text(String),
}

/// Gives every scalar of a document in order.
///
/// # Errors
/// serde_yaml's, for a text that is not one YAML document.
pub(super) fn scalars(text: &str) -> Result<Vec<Scalar>, serde_yaml::Error> {
    let mut found = Vec::new();
    Collector(&mut found).deserialize(serde_yaml::Deserializer::from_str(text))?;
    Ok(found)
}

struct Collector<'a>(&'a mut Vec<Scalar>);

impl<'de> DeserializeSeed<'de> for Collector<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Collector<'_> {
    fn push<E: Error>(self, scalar: Scalar) -> Result<(), E> {
        self.0.push(scalar);
        Ok(())
    }
}

impl<'de> Visitor<'de> for Collector<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a scalar, a list or a map")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.push(Scalar::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.push(Scalar::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.push(Scalar::Integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.push(i64::try_from(value).map_or(Scalar::Float(value as f64), Scalar::Integer))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<(), E> {
        self.push(Scalar::Float(value as f64))
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<(), E> {
        self.push(Scalar::Float(value as f64))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.push(Scalar::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.push(Scalar::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Collector(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while entries.next_key_seed(Collector(self.0))?.is_some() {
            entries.next_value_seed(Collector(self.0))?;
        }
        Ok(())
    }
}
