//! What the source document claims, held against what was measured.
//!
//! claims.yaml ──read──▶ [`Claim`]s ──judge, with the variants' summaries──▶ readings with a verdict ──▶ templates
//!
//! | file | its duty |
//! |---|---|
//! | `claim` | a claim as data: relation, variants, statistic, figures |
//! | `read` | YAML → claims; every mistake with its place |
//! | `evidence` | the statistical test, its assumptions and its source |
//! | `judge` | a claim and summaries → verdict |
//! | `view` | claims and readings as templates see them, with the words that they bear out |
//! | `figures` | the document's figures as templates see them |
//!
//! Invariants
//! - A verdict is computed here and nowhere else; a template chooses words by it.

mod claim;
mod evidence;
mod figures;
mod judge;
mod read;
mod view;

pub use claim::{Claim, Relation, Repeats, Runs, Statistic};
pub use evidence::{Contrast, Estimate};
pub use read::read_claims;

pub(super) use figures::figures_view;
pub(super) use judge::{Circumstances, Reading, judge};
pub(super) use view::claim_view;
