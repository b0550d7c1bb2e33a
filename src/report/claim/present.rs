//! A judged claim → what a report prints of it: its words, its marks, what was measured and what was quoted.
//!
//! Invariants
//! - A number is in a [`Piece::Measured`], [`Piece::Quoted`] or [`Piece::Stated`], never in a [`Piece::Text`].
//! - A claim on what depends on the machine, or that does not apply, prints no measured number.

use super::verdict::{Doubt, Judgement, Verdict};
use super::written::{Claim, CountedRepeats, Named, Operand, Reading, Relation, Runs, Stated, Words};
use crate::reference::Reference;

/// A part of what is printed.
#[derive(Clone, Debug)]
pub enum Piece<'c> {
    /// Words of this program, without digits.
    Text(&'static str),
    /// A name of the project: an address, or a reading.
    Name(String),
    /// What was measured; to be cited.
    Measured(&'c Reference),
    /// A text of the claims file, which has a number of the source; to be cited as a whole, at its line.
    Quoted(Words),
    /// A number that somebody states; to be cited as his.
    Stated(&'c Stated),
}

/// A claim in a table.
#[derive(Clone, Debug)]
pub struct Row<'c> {
    /// The claim's position in its file.
    pub claim: usize,
    /// What is claimed: the source's own words, or what is compared.
    pub words: Vec<Piece<'c>>,
    /// What became of it, a reading each.
    pub readings: Vec<JudgedReading<'c>>,
}

/// A reading in a table.
#[derive(Clone, Debug)]
pub struct JudgedReading<'c> {
    /// Its name, where it has one.
    pub name: Option<&'c str>,
    /// The mark that stands for its verdict.
    pub mark: char,
    /// Why it is not shown or does not apply, in words without digits.
    pub reason: Option<&'static str>,
    /// What was measured, against what it was compared with.
    pub measured: Vec<Piece<'c>>,
}

pub(super) fn row<'c>(at: usize, claim: &'c Claim, judgements: &'c [Judgement]) -> Row<'c> {
    let readings = claim.readings.iter().zip(judgements).map(|(reading, judgement)| JudgedReading {
        name: reading.name.as_deref(),
        mark: judgement.verdict.mark(),
        reason: reason(&judgement.verdict),
        measured: measured(claim, reading, judgement),
    });
    Row { claim: at, words: words(claim), readings: readings.collect() }
}

impl<'c> Row<'c> {
    /// Gives every number that the row prints, in their order.
    pub fn numbers(&self) -> impl Iterator<Item = &Piece<'c>> {
        let measured = self.readings.iter().flat_map(|reading| &reading.measured);
        let pieces = self.words.iter().chain(measured);
        pieces.filter(|piece| !matches!(piece, Piece::Text(_) | Piece::Name(_)))
    }
}

fn reason(verdict: &Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Holds | Verdict::Contradicted => None,
        Verdict::NotShown(doubt) => Some(doubt.words()),
        Verdict::NotApplicable(elsewhere) => Some(elsewhere.words()),
        Verdict::DependsOnMachine => Some("it depends on the machine"),
    }
}

/// Gives the source's own words; without them, what the first reading compares.
fn words(claim: &Claim) -> Vec<Piece<'_>> {
    if let Some(says) = &claim.says {
        return vec![Piece::Quoted(says.clone())];
    }
    let Some(reading) = claim.readings.first() else { return Vec::new() };
    let mut words = Vec::new();
    for (at, named) in reading.of.iter().enumerate() {
        if at > 0 {
            words.push(Piece::Text(" < "));
        }
        words.push(Piece::Name(named.reference.to_string()));
    }
    words.push(Piece::Text(match claim.relation {
        Relation::Above => " is above ",
        Relation::Below => " is below ",
        Relation::Between => " is between ",
        Relation::Same => " is the same as ",
        Relation::Highest if reading.is_among_all => " is the highest",
        Relation::Lowest if reading.is_among_all => " is the lowest",
        Relation::Highest => " is higher than ",
        Relation::Lowest => " is lower than ",
        Relation::NearZero => " is near zero",
        Relation::Reported if claim.runs == Runs::Max => " is at most ",
        Relation::Reported => " is ",
        Relation::Monotone => "",
    }));
    if !reading.is_among_all {
        for (at, than) in reading.than.iter().enumerate() {
            if at > 0 {
                words.push(Piece::Text(", "));
            }
            words.push(match than {
                Operand::Measured(named) => Piece::Name(named.reference.to_string()),
                Operand::Stated(stated) => Piece::Stated(stated),
                Operand::Zero => Piece::Text("zero"),
            });
        }
    }
    words.extend(quoted(claim));
    if let Some(CountedRepeats { count, place }) = &claim.repeats {
        let repeats = Words { text: count.to_string(), place: place.clone() };
        words.extend([Piece::Text(" in repeats: "), Piece::Quoted(repeats)]);
    }
    words
}

/// Gives the numbers that the source gives.
fn quoted(claim: &Claim) -> Vec<Piece<'_>> {
    let is_range = claim.runs == Runs::Range || claim.relation == Relation::Between;
    let mut pieces = Vec::new();
    for (at, value) in claim.values.iter().enumerate() {
        if at > 0 {
            pieces.push(Piece::Text(if is_range { " to " } else { ", " }));
        }
        pieces.push(Piece::Quoted(Words { text: value.text.clone(), place: value.place.clone() }));
    }
    pieces
}

fn measured<'c>(claim: &'c Claim, reading: &'c Reading, judgement: &Judgement) -> Vec<Piece<'c>> {
    let is_unread = matches!(judgement.verdict, Verdict::NotShown(Doubt::Unread(_)));
    if is_unread || matches!(judgement.verdict, Verdict::NotApplicable(_) | Verdict::DependsOnMachine) {
        return Vec::new();
    }
    let mut pieces = Vec::new();
    for (at, Named { reference, .. }) in reading.of.iter().enumerate() {
        if at > 0 {
            pieces.push(Piece::Text(", "));
        }
        pieces.push(Piece::Measured(reference));
    }
    let against = against(claim, reading, judgement);
    if !against.is_empty() {
        pieces.push(Piece::Text(" against "));
        pieces.extend(against);
    }
    pieces
}

/// Gives what the measure was compared with: of several others the one that decided, with its name.
fn against<'c>(claim: &'c Claim, reading: &'c Reading, judgement: &Judgement) -> Vec<Piece<'c>> {
    if !claim.values.is_empty() {
        return quoted(claim);
    }
    // Without a test nothing decided, and repeats are counted against all of them.
    let decisive = judgement.decisive.map_or(reading.than.as_slice(), |at| &reading.than[at..=at]);
    let mut pieces = Vec::new();
    for (at, than) in decisive.iter().enumerate() {
        if at > 0 {
            pieces.push(Piece::Text(", "));
        }
        match than {
            Operand::Measured(named) => {
                pieces.push(Piece::Measured(&named.reference));
                if reading.than.len() > 1 {
                    pieces.extend([Piece::Text(" ("), Piece::Name(named.reference.runs()), Piece::Text(")")]);
                }
            }
            Operand::Stated(stated) => pieces.push(Piece::Stated(stated)),
            Operand::Zero => pieces.push(Piece::Text("zero")),
        }
    }
    pieces
}
