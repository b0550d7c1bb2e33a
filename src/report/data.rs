//! The data card as templates see it: the card's own names, each number a measure.
//!
//! Besides: `user_count`, `label_count`, `label_least` and `label_most` (sequences of a label), and
//! `has_contradictory` and `single_contradictory` for the choice of words.

use minijinja::{Value, context};

use crate::lab::data::DataCard;

use super::measure::Measure;

/// Shows a data card, which stands in `output`, to a template.
pub(super) fn data_view(card: &DataCard, output: &str) -> Value {
    let whole = |pointer: &str, number: u32| Measure::whole(output, pointer, number).to_template();
    let users: Vec<Value> = card
        .users
        .iter()
        .map(|(name, sequences)| {
            let sequences = whole(&format!("/users/{}", pointer_token(name)), *sequences);
            context! { name => name, sequences => sequences }
        })
        .collect();
    let labels = |most: bool| {
        let parts = card.labels.iter().enumerate();
        let parts = parts.map(|(label, number)| Measure::whole(output, format!("/labels/{label}"), *number));
        let found = if most { Measure::most(parts.collect()) } else { Measure::least(parts.collect()) };
        found.map(|measure| measure.to_template())
    };
    let counted = |pointer: &str, number: usize| {
        let part = |index| Measure::whole(output, format!("{pointer}/{index}"), index as u64);
        Measure::count((0..number).map(part).collect()).to_template()
    };
    context! {
        source => card.source.clone(),
        archive => card.archive.clone(),
        origin => card.origin.clone(),
        sequences => whole("/sequences", card.sequences),
        rows => whole("/rows", card.rows),
        channels => whole("/channels", card.channels),
        users => users,
        user_count => counted("/users", card.users.len()),
        label_count => counted("/labels", card.labels.len()),
        label_least => labels(false),
        label_most => labels(true),
        length => context! {
            least => whole("/length/least", card.length.least),
            median => whole("/length/median", card.length.median),
            mean => Measure::real(output, "/length/mean", card.length.mean).to_template(),
            p95 => whole("/length/p95", card.length.p95),
            most => whole("/length/most", card.length.most),
        },
        extreme_rows => whole("/extreme_rows", card.extreme_rows),
        has_extremes => card.extreme_rows > 0,
        duplicates => card.duplicates.clone(),
        contradictory => whole("/contradictory_duplicates", card.contradictory_duplicates),
        single_contradictory => card.contradictory_duplicates == 1,
        has_contradictory => card.contradictory_duplicates > 0,
        train => whole("/train", card.train),
        valid => whole("/valid", card.valid),
    }
}

/// Escapes a name for a JSON pointer (RFC 6901, section 3).
pub(super) fn pointer_token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_escaped_for_a_pointer() {
        assert_eq!(pointer_token("a/b~c"), "a~1b~0c");
    }
}
