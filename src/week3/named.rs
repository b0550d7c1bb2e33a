//! Names in text: a variant's and a section's may look like a number, so that a template says which is a name.
//!
//! `variant.name | name` ──▶ a mark (see `marks`), or an error if there is none of that name
//!
//! Invariants
//! - What looks like a number and is printed without a mark is a quantity, and has nothing to answer for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::{Environment, Error, ErrorKind, Value};

use super::citation::Ledger;
use super::inputs::ReportInputs;

/// Gathers the names of variants, those of the source document among them that were not run.
pub(super) fn variants(inputs: &ReportInputs) -> BTreeSet<String> {
    let declared = inputs.source.sections.iter().flat_map(|it| it.described.iter().chain(&it.as_run));
    declared.chain(inputs.variants.iter().map(|variant| &variant.name)).cloned().collect()
}

/// Gathers the names of variants and sections.
pub(super) fn known(inputs: &ReportInputs) -> BTreeSet<String> {
    let sections = inputs.source.sections.iter().map(|section| section.number.clone());
    sections.chain(variants(inputs)).collect()
}

/// Gives `environment` the filter `name`.
pub(super) fn install(
    environment: &mut Environment<'_>,
    ledger: &Arc<Ledger>,
    known: &Arc<BTreeSet<String>>,
) {
    let (ledger, known) = (Arc::clone(ledger), Arc::clone(known));
    environment.add_filter("name", move |name: &Value| match name.as_str() {
        Some(text) if known.contains(text) => Ok(ledger.names.enter(text.to_owned())),
        Some(text) => Err(refuse(format!("`{text}` is the name of no variant and of no section"))),
        None => Err(refuse(
            "`name` takes the name of a variant or of a section, such as `variant.name`".to_owned(),
        )),
    });
}

fn refuse(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}
