//! A claim as it is written, and its parts.
//!
//! | `is` | says of the measure in `of` | takes |
//! |---|---|---|
//! | `above`, `below` | it is higher, lower than each of `than` | `than` |
//! | `highest`, `lowest` | it is ahead of each of `than`; without `than`, of each other value of its coordinate | `than` |
//! | `same` | it is the same as each of `than`: the same run, or no further apart than `within` | `than`, `within` |
//! | `between` | it is between two numbers | `values` |
//! | `near_zero` | it is no further from zero than `within` | `within` |
//! | `reported` | it is what the source measured | `values`, `runs`, `within` |
//! | `monotone` | of a list, each is higher than the one before it | |
//!
//! In `than`, `"[forest]"` is the measure of `of` at other coordinates: of `fit[svm].accuracy`, `fit[forest].accuracy`.
//! Zero is written as it is; any other number is stated: `{ stated: "90 %", by: "the assignment" }`.
//! `repeats: 2` goes with each of them: it counts the repeats for which the claim is so, instead of testing.

use recount_engine::diagnostic::Place;

use super::figure::ReportedValue;
use crate::reference::Reference;

/// Everything that claims may be written with; any other key is the project's own.
pub(super) const KEYS: [&str; 9] =
    ["of", "than", "is", "values", "runs", "within", "repeats", "says", "applies"];

/// A statement that measures can show or contradict.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Where it is written.
    pub place: Place,
    /// What it says of its measure.
    pub relation: Relation,
    /// What it is about: one reading, or several that have names; the first counts in the tally.
    pub readings: Vec<Reading>,
    /// Numbers that the source gives.
    pub values: Vec<ReportedValue>,
    /// The runs behind these numbers.
    pub runs: Runs,
    /// How far two numbers may be apart and still be the same.
    pub within: Option<ReportedValue>,
    /// For how many repeats it is to be so at least, where repeats are counted.
    pub repeats: Option<CountedRepeats>,
    /// The source's own words.
    pub says: Option<Words>,
    /// The project's own keys with their values, in the order of the file.
    pub keys: Vec<(String, Vec<String>)>,
}

/// A claim that was read.
pub(super) struct ReadClaim {
    /// The claim; `None` where there was a mistake in it.
    pub(super) claim: Option<Claim>,
    /// What a claim with a mistake names, so that its names are checked, too.
    pub(super) names: Vec<Named>,
}

/// A number of repeats.
#[derive(Clone, Debug)]
pub struct CountedRepeats {
    /// How many, at least one.
    pub count: usize,
    /// Where it is written.
    pub place: Place,
}

/// One way to read a claim.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Its name; a claim that is read in one way has none.
    pub name: Option<String>,
    /// The measure that it is about; several of `monotone`, from the lowest to the highest.
    pub of: Vec<Named>,
    /// What that is compared with.
    pub than: Vec<Operand>,
    /// Whether `than` is each other value of the coordinate that `of` names, where it is not written.
    pub is_among_all: bool,
    /// Whether the claim is about this reading.
    pub applies: bool,
    /// Whether a measure that it names says something of the machine alone.
    pub is_observed: bool,
}

/// A reference, and where it is written.
#[derive(Clone, Debug)]
pub struct Named {
    /// What is named.
    pub reference: Reference,
    /// Where.
    pub place: Place,
}

/// What a measure is compared with.
#[derive(Clone, Debug)]
pub enum Operand {
    /// Another measure.
    Measured(Named),
    /// A number that somebody states.
    Stated(Stated),
    /// Zero, which nobody has to state.
    Zero,
}

/// A number that somebody states.
#[derive(Clone, Debug)]
pub struct Stated {
    /// The number.
    pub value: ReportedValue,
    /// Who states it.
    pub by: String,
}

/// A text of the claims file, which is printed as it is written.
#[derive(Clone, Debug)]
pub struct Words {
    /// The text.
    pub text: String,
    /// Where it is written.
    pub place: Place,
}

/// Gives an enum whose values have one spelling each.
macro_rules! spelled {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $value:ident = $spelling:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $value,)* }

        impl $name {
            /// Every spelling.
            pub(super) const SPELLINGS: &'static [&'static str] = &[$($spelling,)*];

            /// Finds the one that is spelled so.
            pub(super) fn parse(text: &str) -> Option<Self> {
                match text { $($spelling => Some(Self::$value),)* _ => None }
            }

            /// Gives the spelling.
            pub fn name(self) -> &'static str {
                match self { $(Self::$value => $spelling,)* }
            }
        }
    };
}

spelled! {
    /// What a claim says of its measure.
    Relation {
        /// Higher than each other one.
        Above = "above",
        /// Lower than each other one.
        Below = "below",
        /// From the lower to the higher of two numbers.
        Between = "between",
        /// Not apart from any other one.
        Same = "same",
        /// The highest of all.
        Highest = "highest",
        /// The lowest of all.
        Lowest = "lowest",
        /// Hardly other than zero.
        NearZero = "near_zero",
        /// What the source measured.
        Reported = "reported",
        /// Each higher than the one before it.
        Monotone = "monotone",
    }
}

spelled! {
    /// The runs behind numbers that a source gives.
    Runs {
        /// One run.
        Single = "single",
        /// One number for each run.
        Each = "each",
        /// The lowest and the highest of several runs.
        Range = "range",
        /// The highest of several runs.
        Max = "max",
    }
}

/// Whether a relation takes something.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// It has to be written.
    Required,
    /// It may be written.
    Optional,
    /// It says nothing there.
    Nothing,
}

impl Relation {
    /// Says whether it takes one of `than`, `values`, `runs` and `within`.
    pub(super) fn takes(self, key: &str) -> Takes {
        use Takes::{Nothing, Optional, Required};
        match (key, self) {
            ("than", Self::Above | Self::Below | Self::Same) => Required,
            ("than", Self::Highest | Self::Lowest) => Optional,
            ("values", Self::Between | Self::Reported) | ("within", Self::NearZero) => Required,
            ("runs", Self::Reported) | ("within", Self::Same | Self::Reported) => Optional,
            _ => Nothing,
        }
    }
}

impl Operand {
    /// Gives the measure that it is.
    pub fn measured(&self) -> Option<&Named> {
        match self {
            Self::Measured(named) => Some(named),
            Self::Stated(_) | Self::Zero => None,
        }
    }
}

impl Reading {
    /// Gives every measure that it names.
    pub fn references(&self) -> impl Iterator<Item = &Named> {
        self.of.iter().chain(self.than.iter().filter_map(Operand::measured))
    }
}
