//! The names of instances and of their outputs, taken apart: `train[2.4.2,seed=1]/history.json`.
//!
//! Invariants
//! - Only its variant is in an instance's name without a coordinate's name before it.

/// An instance's name in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceName<'n> {
    /// The stage.
    pub stage: &'n str,
    /// What is in brackets, in its order: the variant, and coordinates as `NAME=VALUE`.
    pub parts: Vec<&'n str>,
}

impl<'n> InstanceName<'n> {
    /// Takes a name apart; one without brackets is a stage's.
    pub fn of(name: &'n str) -> Self {
        match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            Some((stage, parts)) => Self { stage, parts: parts.split(',').collect() },
            None => Self { stage: name, parts: Vec::new() },
        }
    }

    /// Gives the coordinates by name.
    pub fn coordinates(&self) -> Vec<(String, String)> {
        let named = self.parts.iter().map(|part| part.split_once('=').unwrap_or(("variant", part)));
        named.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Gives the variant.
    pub fn variant(&self) -> Option<&'n str> {
        self.parts.iter().copied().find(|part| !part.contains('='))
    }

    /// Gives the seed.
    pub fn seed(&self) -> Option<&'n str> {
        self.parts.iter().find_map(|part| part.strip_prefix("seed="))
    }

    /// Gives the name without the seed, which instances of one row share.
    pub fn without_seed(&self) -> String {
        self.without(&["seed"])
    }

    /// Gives the name without some of its coordinates.
    pub fn without(&self, coordinates: &[&str]) -> String {
        let is_left_out = |part: &str| {
            let name = part.split_once('=').map_or("variant", |(name, _)| name);
            coordinates.contains(&name)
        };
        let parts = self.parts.iter().copied().filter(|part| !is_left_out(part));
        let parts = parts.collect::<Vec<_>>().join(",");
        if parts.is_empty() { self.stage.to_owned() } else { format!("{}[{parts}]", self.stage) }
    }

    /// Names it in words: `train 2.4.2 · seed 1`.
    pub fn words(&self) -> String {
        let parts = self.parts.iter().map(|part| match part.split_once('=') {
            Some((name, value)) => format!(" · {name} {value}"),
            None => format!(" {part}"),
        });
        std::iter::once(self.stage.to_owned()).chain(parts).collect()
    }
}

/// Splits an output's name into the instance that left it and the output's own name.
pub fn split(output: &str) -> (&str, &str) {
    let bracket = output.find(']').filter(|_| output.find('[') < output.find('/'));
    let from = bracket.unwrap_or(0);
    output[from..].find('/').map_or((output, ""), |at| (&output[..from + at], &output[from + at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_is_split_behind_its_instance() {
        assert_eq!(split("train[2.4.2,seed=1]/history.json"), ("train[2.4.2,seed=1]", "history.json"));
        assert_eq!(split("prepare/data-card.json"), ("prepare", "data-card.json"));
        assert_eq!(split("count[word=a/b]/out/x.txt"), ("count[word=a/b]", "out/x.txt"));
    }

    #[test]
    fn a_name_has_a_stage_a_variant_and_a_seed() {
        let parts = |name: &'static str| {
            let name = InstanceName::of(name);
            (name.stage, name.variant(), name.seed(), name.without_seed(), name.words())
        };
        for (name, stage, variant, seed, row, words) in [
            (
                "train[2.4.2,seed=1]",
                "train",
                Some("2.4.2"),
                Some("1"),
                "train[2.4.2]",
                "train 2.4.2 · seed 1",
            ),
            ("train[seed=12]", "train", None, Some("12"), "train", "train · seed 12"),
            ("count[word=a/b]", "count", None, None, "count[word=a/b]", "count · word a/b"),
            ("prepare", "prepare", None, None, "prepare", "prepare"),
        ] {
            assert_eq!(parts(name), (stage, variant, seed, row.to_owned(), words.to_owned()), "{name}");
        }
    }
}
