//! Observed values in a file with others: the file without them is what equal keys promise.
//!
//! stage + output + its bytes ──[`lasting_bytes`]──▶ a file of the same form that has no value where one is observed
//!
//! Invariants
//! - Of rows, a whole column is observed: another run may have its largest value elsewhere.
//! - A file that can't be read as its format lasts as it is.

use std::borrow::Cow;
use std::ops::Range;

use crate::address::{Address, DataFile, Format, Pointer};
use crate::diagnostic::Source;
use crate::digest::{Digest, ObjectId};
use crate::spec::{Measure, MeasureSource, Stage};

/// Says whether an output of a stage has values that are only observed, beside others.
pub fn has_observed_values(stage: &Stage, output: &str) -> bool {
    addresses(stage, output).next().is_some()
}

/// Gives the digest by which an output of a stage is compared with another run's.
pub fn lasting_digest(stage: &Stage, output: &str, bytes: &[u8]) -> ObjectId {
    ObjectId(Digest::of(&lasting_bytes(stage, output, bytes)))
}

/// Gives an output's bytes without the values in it that are only observed: `null` in their places, an empty cell, or TOML's
/// `nan`.
pub fn lasting_bytes<'b>(stage: &Stage, output: &str, bytes: &'b [u8]) -> Cow<'b, [u8]> {
    without_observed(stage, output, bytes).map_or(Cow::Borrowed(bytes), Cow::Owned)
}

fn without_observed(stage: &Stage, output: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let nothing: &[u8] = match Format::of(output)? {
        Format::Json | Format::JsonLines | Format::Yaml => b"null",
        Format::Csv | Format::Tsv => b"",
        Format::Toml => b"nan",
    };
    let mut spans: Vec<Range<usize>> = Vec::new();
    let mut file = None;
    for address in addresses(stage, output) {
        let file: &DataFile = match &file {
            Some(file) => file,
            None => {
                let text = std::str::from_utf8(bytes).ok()?;
                let read = DataFile::read(&Source::file(output, text), address.format).ok()?;
                file.insert(read)
            }
        };
        add_spans(file, address, &mut spans);
    }
    spans.sort_unstable_by_key(|span| (span.start, span.end));
    let mut lasting = Vec::with_capacity(bytes.len());
    let mut end = 0;
    for span in &spans {
        lasting.extend_from_slice(bytes.get(end..span.start).unwrap_or_default());
        if span.start >= end {
            lasting.extend_from_slice(nothing);
        }
        end = end.max(span.end);
    }
    lasting.extend_from_slice(&bytes[end..]);
    (!spans.is_empty()).then_some(lasting)
}

/// Adds the places of the values at an address.
fn add_spans(file: &DataFile, address: &Address, spans: &mut Vec<Range<usize>>) {
    if address.row.is_none() {
        spans.extend(file.find(address).ok().map(|value| value.place.span()));
        return;
    }
    let Ok(table) = file.table(&Pointer::default()) else { return };
    let Ok(column) = table.column(&address.pointer.names().join("/")) else { return };
    let values = (0..table.len()).filter_map(|row| table.value(row, &column));
    spans.extend(values.map(|value| value.place.span()));
}

/// Gives the addresses of what is observed in an output that has other values too.
fn addresses<'s>(stage: &'s Stage, output: &'s str) -> impl Iterator<Item = &'s Address> {
    let observed = |measure: &'s Measure| match &measure.from {
        MeasureSource::Address(address) if measure.observed => Some(address),
        _ => None,
    };
    let fits = move |address: &&Address| {
        let start = output.strip_suffix(address.file.as_str());
        start.is_some_and(|start| start.is_empty() || start.ends_with('/'))
            && Format::of(output) == Some(address.format)
    };
    let measures = if stage.is_observed(output) { &[][..] } else { &stage.measures };
    measures.iter().filter_map(observed).filter(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lasting(from: &[&str], output: &str, text: &str) -> String {
        let measure = |from: &&str| {
            let address = Address::parse(from).expect("it is well formed").expect("it is an address");
            Measure::of_address(address).as_observed()
        };
        let stage = Stage { measures: from.iter().map(measure).collect(), ..Stage::default() };
        let lasting = lasting_bytes(&stage, output, text.as_bytes());
        String::from_utf8(lasting.into_owned()).expect("it was text")
    }

    #[test]
    fn an_observed_value_is_left_out_and_all_others_stay() {
        let json = "{\"accuracy\": 0.9, \"time\": {\"fit\": 1.25, \"score\": 3}}";
        assert_eq!(
            lasting(&["metrics.json#/time/score", "metrics.json#/time/fit"], "fit/metrics.json", json),
            "{\"accuracy\": 0.9, \"time\": {\"fit\": null, \"score\": null}}"
        );
        assert_eq!(
            lasting(&["metrics.json#/time"], "metrics.json", json),
            "{\"accuracy\": 0.9, \"time\": null}"
        );
        assert_eq!(lasting(&["metrics.json#/time"], "other-metrics.json", json), json);
        assert_eq!(lasting(&["metrics.json#/elsewhere"], "metrics.json", json), json);
        assert_eq!(lasting(&["metrics.json#/time"], "metrics.json", "{"), "{");
    }

    #[test]
    fn an_observed_column_is_left_out_in_every_row() {
        let csv = "epoch,seconds,loss\n1,0.5,2\n2,\"0.7\",1\n";
        assert_eq!(
            lasting(&["history.csv#max seconds/seconds"], "history.csv", csv),
            "epoch,seconds,loss\n1,,2\n2,\"\",1\n"
        );
        let lines = "{\"epoch\": 1, \"s\": 0.5}\n{\"epoch\": 2, \"s\": 0.25}\n";
        assert_eq!(
            lasting(&["log.jsonl#last/s"], "log.jsonl", lines),
            "{\"epoch\": 1, \"s\": null}\n{\"epoch\": 2, \"s\": null}\n"
        );
    }
}
