//! What holds of a comparison whatever the values are.

use std::num::NonZeroU64;

use proptest::prelude::*;

use super::comparison::{Repeats, StatedNumber, compare, compare_with_stated};
use super::sample::Sample;
use super::verdict::{Comparison, Reason, Relation};

/// Values of every size, some missing, some not finite, many equal.
fn any_sample() -> impl Strategy<Value = Sample> {
    let value = prop_oneof![
        any::<f64>().prop_map(Some),
        (0..4_u8).prop_map(|number| Some(f64::from(number) / 3.0)),
        (0.0..1.0).prop_map(Some),
        Just(Some(f64::MAX)),
        Just(Some(5e-324)),
    ];
    let missing = prop_oneof![9 => Just(false), 1 => Just(true)];
    let values = prop::collection::vec(value, 0..8);
    (values, missing, prop::option::of(1..u64::MAX), any::<bool>()).prop_map(
        |(mut values, missing, cases, exact)| {
            if missing {
                values.push(None);
            }
            let sample = match cases.and_then(NonZeroU64::new) {
                Some(cases) => Sample::new(values).out_of(cases),
                None => Sample::new(values),
            };
            if exact { sample.exact() } else { sample }
        },
    )
}

/// Tells whether one comparison says of a and b what the other says of b and a; pairs are added up in another order,
/// so that the last bits of their mean may differ.
fn are_mirrored(comparison: Comparison, back: Comparison) -> bool {
    let relation = match back.relation {
        Relation::Higher => Relation::Lower,
        Relation::Lower => Relation::Higher,
        other => other,
    };
    let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs(),
        (a, b) => a == b,
    };
    comparison.relation == relation
        && near(comparison.difference, back.difference.map(|difference| -difference))
        && near(comparison.p, back.p)
}

fn is_sound(comparison: Comparison) -> bool {
    comparison.difference.is_none_or(f64::is_finite) && comparison.p.is_none_or(|p| (0.0..=1.0).contains(&p))
}

proptest! {
    #[test]
    fn whatever_the_values_a_comparison_has_sound_numbers_and_a_mirror_image(
        a in any_sample(), b in any_sample(), stated in any::<f64>(), step in any::<f64>(),
    ) {
        for repeats in [Repeats::Independent, Repeats::Paired] {
            let comparison = compare(&a, &b, repeats);
            prop_assert!(is_sound(comparison), "{comparison:?}");
            let back = compare(&b, &a, repeats);
            // Where both sides lack something, the first one's is the reason.
            let of_a_side = [comparison, back].map(|found| {
                matches!(found.reason(), Some(Reason::MissingValues { .. } | Reason::OneRepeat | Reason::NotShares))
            });
            prop_assert!(of_a_side == [true; 2] || are_mirrored(comparison, back), "{comparison:?}, {back:?}");
        }
        for stated in [StatedNumber::bound(stated), StatedNumber::one_run(stated, step)].into_iter().flatten() {
            let comparison = compare_with_stated(&a, stated);
            prop_assert!(is_sound(comparison), "{comparison:?}");
        }
    }

    #[test]
    fn no_bit_depends_on_the_order_of_independent_repeats(
        a in prop::collection::vec(-1e3..1e3, 2..9), b in prop::collection::vec(-1e3..1e3, 2..9),
    ) {
        let sample = |values: &[f64]| Sample::new(values.iter().copied().map(Some));
        let reversed = |values: &[f64]| Sample::new(values.iter().rev().copied().map(Some));
        let comparison = compare(&sample(&a), &sample(&b), Repeats::Independent);
        prop_assert_eq!(compare(&reversed(&a), &reversed(&b), Repeats::Independent), comparison);
    }
}
