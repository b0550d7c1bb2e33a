//! Every number of an audit file, held against what it is derived as from the outputs alone.

use crate::week3::Number;
use crate::week3::audit::{AuditFile, Evidence, derive};

use super::finding::Finding;

/// Derives every number of the audit file, and gives those that differ or can't be derived.
pub fn numbers(audit: &AuditFile, evidence: &dyn Evidence, findings: &mut Vec<Finding>) {
    let derived = derive(audit, evidence);
    for reference in &audit.references {
        let value = audit.sources[reference.source].value;
        let what = match &derived[reference.source] {
            Ok(number) if same(*number, value) => continue,
            Ok(number) => format!("the audit file has {}, the runs give {}", value.value(), number.value()),
            Err(what) => what.clone(),
        };
        findings.push(Finding::new(&reference.name, what));
    }
}

fn same(one: Number, other: Number) -> bool {
    match (one, other) {
        (Number::Whole(one), Number::Whole(other)) => one == other,
        (Number::Real(one), Number::Real(other)) => one.to_bits() == other.to_bits(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::week3::audit::{Origin, SourceEntry};
    use crate::week3::{Aggregate, Constant, LEVEL};

    /// Two runs, of seeds 1 and 2, with an accuracy each.
    struct Runs([Json; 2]);

    impl Runs {
        fn new() -> Self {
            Self([json!({ "accuracy": 0.25, "labels": [3] }), json!({ "accuracy": 0.75 })])
        }
    }

    impl Evidence for Runs {
        fn output(&self, name: &str) -> Option<&Json> {
            let names = ["evaluate[2.1,seed=1]/metrics.json", "evaluate[2.1,seed=2]/metrics.json"];
            names.iter().position(|own| *own == name).map(|index| &self.0[index])
        }

        fn seed(&self, instance: &str) -> Option<u64> {
            (instance == "train[2.1,seed=2]").then_some(2)
        }

        fn setting(&self, variant: &str, name: &str) -> Option<Json> {
            (variant == "2.1" && name == "hidden").then(|| json!(8))
        }

        fn source_text(&self) -> Option<&str> {
            Some("- { section: \"1\", values: [\"0.91\"] }\n")
        }
    }

    fn accuracy(seed: u32) -> Origin {
        Origin::Output { of: format!("evaluate[2.1,seed={seed}]/metrics.json"), at: "/accuracy".to_owned() }
    }

    fn sources() -> Vec<SourceEntry> {
        let entry = |value: Number, from: Origin| SourceEntry { value, from };
        let made = |by: Aggregate, parts: &[usize]| Origin::Made { by, parts: parts.to_vec() };
        vec![
            entry(Number::Real(0.25), accuracy(1)),
            entry(Number::Real(0.75), accuracy(2)),
            entry(Number::Real(0.5), made(Aggregate::Mean, &[0, 1])),
            entry(Number::Whole(2), made(Aggregate::Count, &[0, 1])),
            entry(Number::Whole(2), Origin::Seed { of: "train[2.1,seed=2]".to_owned() }),
            entry(
                Number::Whole(8),
                Origin::Parameter {
                    variant: "2.1".to_owned(),
                    name: "hidden".to_owned(),
                    spelled: "8".to_owned(),
                },
            ),
            entry(
                Number::Real(0.91),
                Origin::Quoted { section: "1".to_owned(), spelled: "0.91".to_owned(), line: 1 },
            ),
            entry(Number::Real(LEVEL), Origin::Constant(Constant::Level)),
            entry(Number::Real(-0.5), made(Aggregate::Excess, &[0, 1])),
            entry(Number::Whole(2), made(Aggregate::Positive, &[0, 1, 8])),
            entry(Number::Whole(1), made(Aggregate::Negative, &[0, 1, 8])),
            entry(
                Number::Whole(0),
                Origin::Index {
                    of: "evaluate[2.1,seed=1]/metrics.json".to_owned(),
                    at: "/labels/0".to_owned(),
                },
            ),
        ]
    }

    /// What is found when the sources were changed so.
    fn found(change: impl FnOnce(&mut Vec<SourceEntry>)) -> Vec<String> {
        let mut sources = sources();
        change(&mut sources);
        let audit = crate::cli::audit::agreement::tests::audit(sources);
        let mut findings = Vec::new();
        numbers(&audit, &Runs::new(), &mut findings);
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_the_runs_give_is_found_to_agree() {
        assert_eq!(found(|_| {}), [""; 0]);
    }

    #[test]
    fn a_wrong_value_is_found_wherever_it_is_from() {
        for index in 0..sources().len() {
            let differing = found(|sources| {
                sources[index].value = match sources[index].value {
                    Number::Whole(value) => Number::Whole(value + 1),
                    Number::Real(value) => Number::Real(value + f64::EPSILON),
                };
            });
            let name = format!("n{}: the audit file has ", index + 1);
            assert!(differing.len() == 1 && differing[0].starts_with(&name), "{differing:?}");
        }
        // Equal, but of another sort.
        assert_eq!(found(|sources| sources[4].value = Number::Real(2.0)).len(), 1);
    }

    #[test]
    fn a_wrong_part_is_found() {
        let part = |index: usize, parts: &[usize]| {
            let parts = parts.to_vec();
            found(|sources| match &mut sources[index].from {
                Origin::Made { parts: own, .. } => *own = parts,
                other => panic!("{other:?} is made of nothing"),
            })
        };
        assert_eq!(part(2, &[0]), ["n3: the audit file has 0.5, the runs give 0.25"]);
        assert_eq!(part(3, &[0]), ["n4: the audit file has 2, the runs give 1"]);
        assert_eq!(part(3, &[0, 0]), ["n4: it counts a part twice"]);
        assert_eq!(part(9, &[0, 8]), ["n10: the audit file has 2, the runs give 1"]);
        assert_eq!(part(10, &[0, 1]), ["n11: the audit file has 1, the runs give 0"]);
    }

    #[test]
    fn what_can_t_be_derived_is_told() {
        let from = |from: Origin| found(|sources| sources[6].from = from);
        let output = |of: &str, at: &str| Origin::Output { of: of.to_owned(), at: at.to_owned() };
        assert_eq!(from(output("evaluate/x.json", "/a")), ["n7: there is no `evaluate/x.json`"]);
        let metrics = "evaluate[2.1,seed=1]/metrics.json";
        assert_eq!(from(output(metrics, "/a")), [format!("n7: `{metrics}` has nothing at `/a`")]);
        assert_eq!(from(output(metrics, "/labels")), [format!("n7: `{metrics}#/labels` is no number")]);
        let quoted = |section: &str, line: usize| Origin::Quoted {
            section: section.to_owned(),
            spelled: "0.91".to_owned(),
            line,
        };
        assert_eq!(from(quoted("2", 1)), ["n7: section 2 of the source does not print 0.91"]);
        assert_eq!(from(quoted("1", 2)), ["n7: the source prints 0.91 in line 1, not in 2"]);
        assert_eq!(from(Origin::Seed { of: "prepare".to_owned() }), ["n7: `prepare` has no seed"]);
        let hidden = |spelled: &str| Origin::Parameter {
            variant: "2.1".to_owned(),
            name: "hidden".to_owned(),
            spelled: spelled.to_owned(),
        };
        assert_eq!(from(hidden("9")), ["n7: `hidden` of `2.1` is 8 where the audit file has 9"]);
    }
}
