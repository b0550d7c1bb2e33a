//! What figures are drawn from, and the few statistics that several of them show.
//!
//! Invariants
//! - Everything handed to a figure from here is finite and within [`LARGEST`].
//! - Sums run in the order of the runs.

use crate::lab::history::History;
use crate::lab::metrics::Metrics;

/// All that figures may show.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureInput {
    /// The variants that train on all users, in the order of the report; with users held out, an accuracy is
    /// about fewer people than the others'.
    pub variants: Vec<VariantRuns>,
    /// Number of labels (20).
    pub labels: usize,
}

/// One variant and its runs.
#[derive(Clone, Debug, PartialEq)]
pub struct VariantRuns {
    /// Its name, such as `2.4.2`.
    pub name: String,
    /// The first variant that is the same experiment, where that is another one.
    pub same_as: Option<String>,
    /// One for each seed, in the order of the seeds.
    pub runs: Vec<Run>,
}

/// What one training and its evaluation left behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The seed.
    pub seed: u64,
    /// The course of the training.
    pub history: History,
    /// The measures of the evaluation.
    pub metrics: Metrics,
}

/// The largest magnitude that is drawn; no loss that can be read in a picture exceeds it.
const LARGEST: f64 = 1e9;

/// Lets a number through that can be drawn.
pub(super) fn drawable(value: f64) -> Option<f64> {
    (value.is_finite() && value.abs() <= LARGEST).then_some(value)
}

/// The mean; absent for no values.
pub(super) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

impl VariantRuns {
    /// The name that all variants of the same experiment share.
    pub(super) fn experiment(&self) -> &str {
        self.same_as.as_deref().unwrap_or(&self.name)
    }

    /// The epochs of its longest run.
    pub(super) fn epochs(&self) -> usize {
        self.runs.iter().map(|run| run.history.epochs.len()).max().unwrap_or(0)
    }

    /// The accuracy of each run's best epoch, for runs that finished one.
    pub(super) fn best_accuracies(&self) -> Vec<f64> {
        self.collect(|metrics| Some(metrics.best.as_ref()?.accuracy))
    }

    /// The accuracy of each run's last epoch, for runs that finished one.
    pub(super) fn last_accuracies(&self) -> Vec<f64> {
        self.collect(|metrics| Some(metrics.last.as_ref()?.accuracy))
    }

    /// Validation minus training loss of each run's last epoch, in nats, for runs that finished one.
    pub(super) fn loss_gaps(&self) -> Vec<f64> {
        self.collect(|metrics| metrics.loss_gap)
    }

    /// The section that its name stands in: `1` for all of section 1, else the first two numbers
    /// of the name (`2.4` for `2.4.1`); `other` for a name that begins with no number.
    pub(super) fn section(&self) -> String {
        let end = self
            .name
            .find(|symbol: char| !symbol.is_ascii_digit() && symbol != '.')
            .unwrap_or(self.name.len());
        let mut numbers = self.name[..end].split('.').filter(|number| !number.is_empty());
        match (numbers.next(), numbers.next()) {
            (Some(chapter), Some(section)) if chapter != "1" => format!("{chapter}.{section}"),
            (Some(chapter), _) => chapter.to_owned(),
            (None, _) => "other".to_owned(),
        }
    }

    fn collect(&self, measure: impl Fn(&Metrics) -> Option<f64>) -> Vec<f64> {
        self.runs.iter().filter_map(|run| drawable(measure(&run.metrics)?)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_read_off_the_name() {
        let section =
            |name: &str| VariantRuns { name: name.to_owned(), same_as: None, runs: Vec::new() }.section();
        assert_eq!(["1.1", "1.3-as-run", "1"].map(section), ["1", "1", "1"]);
        assert_eq!(["2.1", "2.4.1", "2.4.1-as-run", "2.8-wide"].map(section), ["2.1", "2.4", "2.4", "2.8"]);
        assert_eq!(["10.2", "3", "", "wide", "../x"].map(section), ["10.2", "3", "other", "other", "other"]);
    }

    #[test]
    fn what_is_not_finite_or_unreadable_is_not_drawable() {
        assert_eq!(drawable(0.5), Some(0.5));
        for value in [f64::NAN, f64::INFINITY, -1e300] {
            assert_eq!(drawable(value), None);
        }
    }
}
