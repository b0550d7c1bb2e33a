//! What became of a claim, and how many became what.
//!
//! Invariants
//! - No text of this file has a digit, so that a report can print it without a citation.

use std::fmt;

use crate::statistics::{self, Comparison};

/// What became of a claim in one reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// What was measured shows it.
    Holds,
    /// What was measured shows the opposite.
    Contradicted,
    /// Neither is shown.
    NotShown(Doubt),
    /// It is about something else than what was measured.
    NotApplicable(Elsewhere),
    /// It is about what is only observed of a run, such as a time; no tally counts it.
    DependsOnMachine,
}

/// Why neither a claim nor its opposite is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The comparison is unclear.
    Unclear(statistics::Reason),
    /// It is neither clearly inside its bounds nor clearly outside.
    NearBound,
    /// The repeats neither reach the reported numbers nor are clearly elsewhere.
    NotReached,
    /// The two sides do not have the same repeats, so that no repeat of one belongs to one of the other.
    OtherRepeats,
    /// There are fewer repeats than the claim counts.
    FewRepeats,
    /// There is nothing that it could be compared with.
    Alone,
    /// A value can't be read, with the reason in words that may name an address.
    Unread(String),
}

/// Why a claim does not apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// The claim is about another reading.
    OtherReading,
    /// It is about reported numbers, and the runs are made from stand-in data.
    StandIn,
}

impl Verdict {
    /// Gives the mark that stands for it.
    pub fn mark(&self) -> char {
        match self {
            Self::Holds => '✓',
            Self::Contradicted => '✗',
            Self::NotShown(_) => '?',
            Self::NotApplicable(_) | Self::DependsOnMachine => '–',
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Holds => "holds",
            Self::Contradicted => "contradicted",
            Self::NotShown(_) => "not shown",
            Self::NotApplicable(_) => "not applicable",
            Self::DependsOnMachine => "depends on the machine",
        })
    }
}

impl Doubt {
    /// Says why in a few words without digits; what can't be read is said without its address.
    pub fn words(&self) -> &'static str {
        use statistics::Reason;
        match self {
            Self::Unclear(Reason::MissingValues { .. } | Reason::MissingPartners { .. }) => {
                "a repeat lacks its value"
            }
            Self::Unclear(Reason::OneRepeat) => "one run on a side",
            Self::Unclear(Reason::NoVariance) => "too few repeats, and all of them agree",
            Self::Unclear(Reason::NotShares) => "not all values are shares",
            Self::Unclear(Reason::EqualMeans) => "different values with equal means",
            Self::Unclear(Reason::NotSignificant) => "not clearly different",
            Self::NearBound => "neither clearly inside nor clearly outside",
            Self::NotReached => "not reached, and not clearly different",
            Self::OtherRepeats => "the sides have different repeats",
            Self::FewRepeats => "fewer repeats than it counts",
            Self::Alone => "nothing to compare it with",
            Self::Unread(_) => "a value can't be read",
        }
    }

    /// Says whether a value that is not there is the reason.
    pub fn is_for_lack(&self) -> bool {
        use statistics::Reason::{MissingPartners, MissingValues};
        matches!(self, Self::Unread(_) | Self::Unclear(MissingValues { .. } | MissingPartners { .. }))
    }
}

impl Elsewhere {
    /// Says why in a few words without digits.
    pub fn words(self) -> &'static str {
        match self {
            Self::OtherReading => "it is about another reading",
            Self::StandIn => "the data is a stand-in",
        }
    }
}

/// A claim in one reading, judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The reading's name, where it has one.
    pub reading: Option<String>,
    /// What became of it.
    pub verdict: Verdict,
    /// Every comparison that was made for it, with its p value.
    pub comparisons: Vec<Comparison>,
    /// The position in the reading's `than` of what decided, where one of several did.
    pub decisive: Option<usize>,
}

/// How many claims became what, each counted once, by its first reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many hold.
    pub holds: usize,
    /// How many are contradicted.
    pub contradicted: usize,
    /// How many are not shown.
    pub not_shown: usize,
    /// How many of these could not be judged, as a value is not there.
    pub not_judged: usize,
    /// How many do not apply.
    pub not_applicable: usize,
    /// How many depend on the machine; they are in no sum.
    pub depends_on_machine: usize,
}

impl Tally {
    /// Counts the first judgements of claims.
    pub fn of<'v>(verdicts: impl IntoIterator<Item = &'v Verdict>) -> Self {
        let mut tally = Self::default();
        for verdict in verdicts {
            match verdict {
                Verdict::Holds => tally.holds += 1,
                Verdict::Contradicted => tally.contradicted += 1,
                Verdict::NotShown(doubt) => {
                    tally.not_shown += 1;
                    tally.not_judged += usize::from(doubt.is_for_lack());
                }
                Verdict::NotApplicable(_) => tally.not_applicable += 1,
                Verdict::DependsOnMachine => tally.depends_on_machine += 1,
            }
        }
        tally
    }

    /// Gives how many are counted: all but those that depend on the machine.
    pub fn counted(&self) -> usize {
        self.holds + self.contradicted + self.not_shown + self.not_applicable
    }
}
