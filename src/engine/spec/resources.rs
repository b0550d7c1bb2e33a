//! `resources`: what an instance of a stage takes of the machine while it runs.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::yaml::{Content, Entry, Node, Scalar, entries, refuse_unknown};

/// What an instance takes of the machine's pools while it runs, or what there is in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resources {
    /// Processors.
    pub cpus: u64,
    /// Memory, in bytes.
    pub memory: u64,
    /// Graphics processors.
    pub gpus: u64,
}

impl Default for Resources {
    /// One processor, and no share of the others.
    fn default() -> Self {
        Self { cpus: 1, memory: 0, gpus: 0 }
    }
}

impl Resources {
    /// Gives as much of it as there is in the pools: what asks for more than all gets all.
    #[must_use]
    pub fn at_most(self, pools: Self) -> Self {
        Self {
            cpus: self.cpus.min(pools.cpus),
            memory: self.memory.min(pools.memory),
            gpus: self.gpus.min(pools.gpus),
        }
    }

    /// Takes it out of what is free; `None` where there is not enough.
    pub fn taken_from(self, free: Self) -> Option<Self> {
        Some(Self {
            cpus: free.cpus.checked_sub(self.cpus)?,
            memory: free.memory.checked_sub(self.memory)?,
            gpus: free.gpus.checked_sub(self.gpus)?,
        })
    }

    /// Gives it back to what is free.
    #[must_use]
    pub fn given_to(self, free: Self) -> Self {
        Self { cpus: free.cpus + self.cpus, memory: free.memory + self.memory, gpus: free.gpus + self.gpus }
    }
}

const NAMES: [&str; 3] = ["cpus", "memory", "gpus"];

/// Reads a stage's `resources`.
pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Resources {
    let mut resources = Resources::default();
    let Some(fields) = entries(node, "`resources`", diagnostics) else { return resources };
    refuse_unknown(fields, &NAMES, "`resources`", |_| None, diagnostics);
    let how_many = "it is how many of them an instance takes while it runs";
    let units = "write a number and B, kB, MB, GB, TB, KiB, MiB, GiB or TiB";
    for Entry { key, value, .. } in fields {
        let (field, amount, what, help) = match key.as_str() {
            "cpus" => {
                let count = value.whole().filter(|count| *count >= 1);
                (&mut resources.cpus, count, "a whole number, 1 or more", how_many)
            }
            "gpus" => (&mut resources.gpus, value.whole(), "a whole number, 0 or more", how_many),
            "memory" => (&mut resources.memory, size(value), "a size such as `4 GiB`", units),
            _ => continue,
        };
        match amount {
            Some(amount) => *field = amount,
            None => {
                let message = format!("`{key}` must be {what}, not {}", value.described());
                diagnostics.add(Diagnostic::error(message).at(&value.place).help(help));
            }
        }
    }
    resources
}

fn size(node: &Node) -> Option<u64> {
    match &node.content {
        Content::Scalar(Scalar::Text(text)) => parse_size(text).ok(),
        _ => None,
    }
}

/// Why a text is no size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a size such as `4 GiB`")]
pub struct NotASize;

/// Reads a size in bytes: `512 MiB`, `4GB`.
///
/// # Errors
/// [`NotASize`] for a text without a known unit, and for one that is too large.
pub fn parse_size(text: &str) -> Result<u64, NotASize> {
    let text = text.trim();
    let at = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').ok_or(NotASize)?;
    let number: f64 = text[..at].parse().map_err(|_| NotASize)?;
    let unit: f64 = match text[at..].trim() {
        "B" => 1.0,
        "kB" | "KB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        "TB" => 1e12,
        "KiB" => 1024.0,
        "MiB" => 1024.0 * 1024.0,
        "GiB" => 1024.0 * 1024.0 * 1024.0,
        "TiB" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return Err(NotASize),
    };
    let bytes = number * unit;
    if bytes.is_finite() && bytes < 1e18 { Ok(bytes.round() as u64) } else { Err(NotASize) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_a_unit() {
        assert_eq!(parse_size("4 GiB"), Ok(4 << 30));
        assert_eq!(parse_size("1.5kB"), Ok(1_500));
        for text in ["4", "GiB", "4 Gib", "-1 B", "1e30 B", "999999999999 TiB"] {
            assert_eq!(parse_size(text), Err(NotASize), "{text}");
        }
    }

    #[test]
    fn what_asks_for_more_than_all_gets_all() {
        let pools = Resources { cpus: 2, memory: 100, gpus: 0 };
        let large = Resources { cpus: 8, memory: 300, gpus: 1 }.at_most(pools);
        assert_eq!(large, pools);
        let free = large.taken_from(pools).expect("all is free");
        assert_eq!(Resources::default().taken_from(free), None);
        assert_eq!(large.given_to(free), pools);
    }
}
