//! Recognises a project that was brought up to date, and what has changed in it since.
//!
//! Such a run ──[`keep()`]──▶ the store's memo ──[`recall()`], before a pipeline is even read──▶ [`Recalled`]
//!
//! Invariants
//! - The question holds all that an answer depends on besides files: this very program, `--set`, where the
//!   archive is, and the variables that stages name.
//! - Whatever is doubtful is no answer: the pipeline is then read and judged as if there were no memo.
//!
//! | file | its duty |
//! |---|---|
//! | `recall` | before a run: what the memo answers, or what is known nevertheless |
//! | `keep` | after a run: the memo, or what of it is news |

mod keep;
mod recall;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kinds::Archive;
use recount_engine::digest::{Canonical, Digest};
use recount_engine::spec::Parameters;
use recount_engine::store::{Checksum, Memo, Store};
use recount_engine::{Certain, Standing};

use super::environment::Environment;

pub use keep::{Draft, draft, keep};
pub use recall::{Part, Recalled, begin, recall, unchanged};

/// The details that are kept beside the answer.
const STANDINGS: &str = "standings";
const READING: &str = "reading";

/// What there is to say of a project that is up to date, and what that depends on besides files.
#[derive(Serialize, Deserialize)]
pub struct Answer {
    /// How many instances are fresh.
    pub fresh: usize,
    /// The places that a run's summary names.
    pub places: Vec<String>,
    /// Why the data is generated, where it is.
    pub generated_because: Option<String>,
    /// Which variants are one experiment, line by line.
    pub same: Vec<String>,
    /// Whether the archive was looked for.
    archive: bool,
    /// The environment's variables that stages name.
    variables: Vec<String>,
    /// The settings of the stages that have been edited since the pipeline was written down.
    edited: BTreeMap<String, Parameters>,
    /// How those stand who have stood otherwise since the standings were written as a whole.
    news: Vec<Standing>,
    /// Checksums of the details.
    standings: Checksum,
    reading: Checksum,
}

/// What is known without a look.
pub struct Known {
    /// The instances that need none.
    pub certain: Certain,
    /// The memo, for what is not looked at again.
    memo: Memo,
    /// The variables that stages name.
    variables: Vec<String>,
    /// Checksum of how all stood when that was last written as a whole.
    whole: Checksum,
    /// How those stand who have stood otherwise since.
    news: Vec<Standing>,
    /// The pipeline as it was written down, where that is not to be done anew.
    written: Option<Written>,
}

/// A pipeline that was written down, and what of it has been edited since.
#[derive(Clone)]
struct Written {
    checksum: Checksum,
    edited: BTreeMap<String, Parameters>,
}

impl Known {
    /// Says whether the pipeline is to be written down anew.
    pub fn is_to_be_written(&self) -> bool {
        self.written.is_none()
    }
}

impl Answer {
    /// Reads how each instance stands.
    pub fn standings(&self, store: &Store) -> Option<Vec<Standing>> {
        standings(store, self.standings, self.news.clone())
    }
}

/// Reads how each instance stood when that was written as a whole, and takes in what is news since.
fn standings(store: &Store, whole: Checksum, news: Vec<Standing>) -> Option<Vec<Standing>> {
    let all = postcard::from_bytes(&store.detail(STANDINGS, whole)?).ok()?;
    Some(Standing::renewed(all, news))
}

fn question(
    overrides: &[String],
    environment: &Environment,
    archive: Option<&Archive>,
    variables: &[String],
) -> Option<Digest> {
    let mut question = Canonical::default();
    question.field(environment.program.as_ref()?.to_string().as_bytes());
    question.field(&(overrides.len() as u64).to_le_bytes());
    for argument in overrides {
        question.field(argument.as_bytes());
    }
    question.field(format!("{archive:?}").as_bytes());
    for name in variables {
        let value =
            environment.variables.iter().find(|(own, _)| own == name.as_str()).map(|(_, value)| value);
        question.field(name.as_bytes()).field(format!("{value:?}").as_bytes());
    }
    Some(question.finish())
}
