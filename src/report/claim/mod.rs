//! Claims: statements that measures show, contradict or leave open.
//!
//! ```text
//! claims file ──[`Claims::load`], before anything runs──▶ [`Claims`], or every mistake with its place
//! + [`Quantities`] ──[`Claims::judge`]──▶ [`JudgedClaims`] ──▶ rows of a table, marks, a [`Tally`]
//! ```
//!
//! | file | its duty |
//! |---|---|
//! | `written` | a claim as it is written: relations and what each takes |
//! | `figure` | a number as a source prints it |
//! | `read`, `operands`, `numbers` | YAML → claims |
//! | `check` | claims against the pipeline |
//! | `quantities` | what claims need to know of a measure |
//! | `mistakes` | how these are worded and collected |
//! | `judge`, `reported`, `counts`, `finding` | a claim and what was measured → a verdict |
//! | `verdict` | what became of a claim, and how many became what |
//! | `choose` | claims by keys of the project's own |
//! | `present` | what a report prints of a claim |
//!
//! Invariants
//! - Every comparison is made by the one rule of [`crate::statistics`].
//! - Each claim of a file is in exactly one count of the tally, by its first reading.
//! - What only says something of the machine decides no verdict, and is not even read.

mod check;
mod choose;
mod counts;
mod figure;
mod finding;
mod judge;
mod mistakes;
mod numbers;
mod operands;
mod present;
mod quantities;
mod read;
mod reported;
#[cfg(test)]
mod tests;
mod verdict;
mod written;

use std::sync::Arc;

use recount_engine::diagnostic::{Diagnostics, Source};
use recount_engine::spec::{NamedStage, Pipeline};
use recount_engine::suggestion;

pub use figure::ReportedValue;
pub use present::{JudgedReading, Piece, Row};
pub use quantities::{MeasuredValues, Quantities};
pub use verdict::{Doubt, Elsewhere, Judgement, Tally, Verdict};
pub use written::{Claim, CountedRepeats, Named, Operand, Reading, Relation, Runs, Stated, Words};

/// The claims of a file, in its order.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    claims: Arc<Vec<Claim>>,
}

impl Claims {
    /// Reads a claims file, and checks that the pipeline has everything that it names.
    ///
    /// # Errors
    /// Every mistake, with its place.
    pub fn load(source: &Arc<Source>, pipeline: &Pipeline) -> Result<Self, Diagnostics> {
        let mut diagnostics = Diagnostics::default();
        let claims = read::read(source, &mut diagnostics);
        let claims = check::check(claims, pipeline, &mut diagnostics);
        if diagnostics.is_empty() { Ok(Self { claims: Arc::new(claims) }) } else { Err(diagnostics) }
    }

    /// Gives the stages that a claims file names, with where, whatever else is wrong with it.
    pub fn named_stages(source: &Arc<Source>) -> Vec<NamedStage> {
        let claims = read::read(source, &mut Diagnostics::default());
        let named = claims.into_iter().flat_map(|read| {
            let claimed = read.claim.into_iter().flat_map(|claim| claim.readings);
            let claimed: Vec<Named> =
                claimed.flat_map(|reading| reading.references().cloned().collect::<Vec<_>>()).collect();
            claimed.into_iter().chain(read.names)
        });
        named.map(|named| (named.reference.stage, named.place)).collect()
    }

    /// Gives the claims.
    pub fn all(&self) -> &[Claim] {
        &self.claims
    }

    /// Gives every measure that a claim names, in the order of the file, with its place; some of them several times.
    pub fn references(&self) -> impl Iterator<Item = &Named> {
        self.claims.iter().flat_map(|claim| &claim.readings).flat_map(Reading::references)
    }

    /// Checks the keys by which a template chooses claims.
    ///
    /// # Errors
    /// What is wrong, lower-case, where no claim has them.
    pub fn check_keys(&self, keys: &[(&str, &str)]) -> Result<(), String> {
        choose::choose(&self.claims, keys).map(|_| ())
    }

    /// Judges every claim.
    pub fn judge(&self, quantities: &dyn Quantities) -> JudgedClaims {
        let judgements = self.claims.iter().map(|claim| judge::judge(claim, quantities)).collect();
        JudgedClaims { claims: Arc::clone(&self.claims), judgements }
    }
}

/// Claims and what became of them.
#[derive(Clone, Debug)]
pub struct JudgedClaims {
    claims: Arc<Vec<Claim>>,
    judgements: Vec<Vec<Judgement>>,
}

impl JudgedClaims {
    /// Goes through the claims with what became of each, a reading each.
    pub fn iter(&self) -> impl Iterator<Item = (&Claim, &[Judgement])> {
        self.claims.iter().zip(self.judgements.iter().map(Vec::as_slice))
    }

    /// Gives the rows of a table of the claims that have each of the keys with its value: `claims(KEY=…)`.
    ///
    /// # Errors
    /// What is wrong, lower-case, where no claim has them.
    pub fn rows(&self, keys: &[(&str, &str)]) -> Result<Vec<Row<'_>>, String> {
        let chosen = choose::choose(&self.claims, keys)?;
        let row = |at: usize| present::row(at, &self.claims[at], &self.judgements[at]);
        Ok(chosen.into_iter().map(row).collect())
    }

    /// Gives the judgements of the claims that have each of the keys with its value, each in its first reading or in the
    /// one that is named: `verdict(KEY=…)` prints their marks.
    ///
    /// # Errors
    /// What is wrong, lower-case, where no claim has them, or one of these lacks the reading.
    pub fn verdicts(&self, keys: &[(&str, &str)], reading: Option<&str>) -> Result<Vec<&Judgement>, String> {
        let mut verdicts = Vec::new();
        for at in choose::choose(&self.claims, keys)? {
            let judgements = &self.judgements[at];
            let wanted =
                |judgement: &&Judgement| reading.is_none_or(|it| judgement.reading.as_deref() == Some(it));
            match (judgements.iter().find(wanted), reading) {
                (Some(judgement), _) => verdicts.push(judgement),
                (None, Some(name)) => {
                    let known = judgements.iter().filter_map(|judgement| judgement.reading.as_deref());
                    let help = suggestion::help(name, known, "a reading named", "its readings are");
                    let line = self.claims[at].place.line();
                    let message = format!("the claim in line {line} has no reading `{name}`");
                    return Err(help.map_or(message.clone(), |help| format!("{message}: {help}")));
                }
                (None, None) => {}
            }
        }
        Ok(verdicts)
    }

    /// Counts what became of the claims, each by its first reading.
    pub fn tally(&self) -> Tally {
        Tally::of(self.judgements.iter().filter_map(|judgements| Some(&judgements.first()?.verdict)))
    }
}
