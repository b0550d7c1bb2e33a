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
    let users: Vec<(&String, Measure)> = card
        .users
        .iter()
        .map(|(name, sequences)| {
            (name, Measure::whole(output, format!("/users/{}", pointer_token(name)), *sequences))
        })
        .collect();
    let labels: Vec<Measure> = card
        .labels
        .iter()
        .enumerate()
        .map(|(label, number)| Measure::whole(output, format!("/labels/{label}"), *number))
        .collect();
    let show = |measure: Option<Measure>| measure.map(|measure| measure.to_template());
    context! {
        source => card.source.clone(),
        archive => card.archive.clone(),
        origin => card.origin.clone(),
        sequences => whole("/sequences", card.sequences),
        rows => whole("/rows", card.rows),
        channels => whole("/channels", card.channels),
        users => users.iter().map(|(name, sequences)| {
            context! { name => *name, sequences => sequences.to_template() }
        }).collect::<Vec<_>>(),
        user_count => Measure::count(users.into_iter().map(|(_, sequences)| sequences).collect()).to_template(),
        label_least => show(Measure::least(labels.clone())),
        label_most => show(Measure::most(labels.clone())),
        label_count => Measure::count(labels).to_template(),
        length => context! {
            least => whole("/length/least", card.length.least),
            median => whole("/length/median", card.length.median),
            mean => Measure::real(output, "/length/mean", card.length.mean).to_template(),
            p95 => whole("/length/p95", card.length.p95),
            most => whole("/length/most", card.length.most),
        },
        extreme_rows => whole("/extreme_rows", card.extreme_rows),
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
