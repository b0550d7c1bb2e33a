//! What a rendering collects: placeholders, citations, comparisons and figures.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::placeholders::{Placeholder, Placeholders};
use super::{MadeComparison, ReportFigure, ReportInputs, markdown};
use crate::citation::{Citation, CitationRegistry, Format};
use crate::claim::JudgedClaims;
use crate::evidence::Evidence;
use crate::quantity::{Quantity, Relation, difference};
use crate::statistics::Comparison;

/// What all of a rendering's values share.
#[derive(Debug)]
pub(super) struct ReportState {
    pub evidence: Arc<Evidence>,
    pub claims: Option<JudgedClaims>,
    pub figures: Vec<ReportFigure>,
    pub output: String,
    forced: Option<Relation>,
    stop: Arc<AtomicBool>,
    collected: Mutex<Collected>,
}

/// What a rendering collects.
#[derive(Debug)]
pub(super) struct Collected {
    pub placeholders: Placeholders,
    pub citations: CitationRegistry,
    pub comparisons: Vec<MadeComparison>,
    /// The sides of each comparison, in either order.
    compared: HashSet<(String, String)>,
    pub figures: Vec<ReportFigure>,
}

impl ReportState {
    pub fn of(inputs: &ReportInputs) -> Arc<Self> {
        let collected = Collected {
            placeholders: Placeholders::of(inputs.templates.values().map(|source| source.text())),
            citations: CitationRegistry::default(),
            comparisons: Vec::new(),
            compared: HashSet::new(),
            figures: Vec::new(),
        };
        let claims = inputs.claims.as_ref().map(|claims| claims.judge(&inputs.evidence));
        Arc::new(Self {
            evidence: Arc::clone(&inputs.evidence),
            claims,
            figures: inputs.figures.clone(),
            output: inputs.output.clone(),
            forced: inputs.forced,
            stop: Arc::clone(&inputs.stop),
            collected: Mutex::new(collected),
        })
    }

    pub fn collected(&self) -> MutexGuard<'_, Collected> {
        // A panic elsewhere leaves whole entries only.
        self.collected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says whether the rendering is to stop.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Gives how every comparison turns out, where that is forced.
    pub fn forced(&self) -> Option<Relation> {
        self.forced
    }

    /// Cites a quantity; gives the placeholder for it.
    ///
    /// # Errors
    /// Where it can't be printed so.
    pub fn cite(&self, quantity: &Arc<Quantity>, format: Format) -> Result<String, String> {
        let citation = match format {
            Format::Spelled => Citation::spelled(Arc::clone(quantity)),
            format => Citation::new(Arc::clone(quantity), format)?,
        };
        let mut collected = self.collected();
        let at = collected.citations.add(citation);
        Ok(collected.placeholders.add(Placeholder::Citation(at)))
    }

    pub fn placeholder(&self, placeholder: Placeholder) -> String {
        self.collected().placeholders.add(placeholder)
    }

    /// Writes a text that is no Markdown.
    pub fn text(&self, text: &str) -> String {
        if markdown::is_plain(text) {
            text.to_owned()
        } else {
            self.placeholder(Placeholder::Text(text.to_owned()))
        }
    }

    /// Compares two quantities, and counts that.
    ///
    /// # Errors
    /// Where they can't be compared.
    pub fn compare(&self, one: &Quantity, other: &Quantity) -> Result<(Relation, Comparison), String> {
        let stated = matches!(&other.origin, crate::quantity::Origin::Written(at) if at.by.is_some());
        let comparison = match (stated, other.number()) {
            (true, Some(number)) => one.compare_with_stated(number)?,
            _ => one.compare(other)?,
        };
        self.note_comparison(&one.address, &other.address, comparison);
        Ok((self.forced.unwrap_or_else(|| comparison.relation.into()), comparison))
    }

    /// Counts a comparison, once for each pair.
    pub fn note_comparison(&self, one: &str, other: &str, comparison: Comparison) {
        let mut collected = self.collected();
        let known = collected.compared.contains(&(other.to_owned(), one.to_owned()));
        if !known && collected.compared.insert((one.to_owned(), other.to_owned())) {
            collected.comparisons.push(MadeComparison {
                one: one.to_owned(),
                other: other.to_owned(),
                comparison,
            });
        }
    }

    /// Gives by how much two quantities differ, without a sign.
    ///
    /// # Errors
    /// Where they have no difference.
    pub fn gap(&self, one: &Arc<Quantity>, other: &Arc<Quantity>) -> Result<Quantity, String> {
        let gap = difference(one, other)?;
        if gap.number().is_some_and(|number| number < 0.0) { difference(other, one) } else { Ok(gap) }
    }
}
