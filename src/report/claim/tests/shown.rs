//! What a report prints of claims.

use snapbox::{assert_data_eq, str};

use super::*;
use crate::claim::{Piece, Row};

const TEXT: &str = r#"
- { section: "2", of: "fit[svm].accuracy", is: above, than: ["fit[forest].accuracy", "fit[tree].accuracy"], says: "the best, by 2 points" }
- { section: "2", kind: figure, of: "fit[svm].accuracy", is: reported, values: [0.97, 0.98], runs: range }
- { section: ["3", "4"], of: { planned: "fit[forest].loss", done: "fit[tree].loss" }, is: above, than: 0 }
- { section: "4", of: "fit[svm].accuracy", is: above, than: { stated: "90 %", by: "the assignment" } }
- { section: "4", of: "fit[svm].seconds", is: below, than: "fit[forest].seconds" }
- { section: "4", of: ["fit[forest].loss", "fit[tree].loss"], is: monotone }
- { section: "4", of: "fit[svm].accuracy", is: highest }
- { section: "4", of: "fit[forest].loss", is: below, than: "fit[tree].loss", repeats: 1 }
"#;

fn pieces(pieces: &[Piece<'_>]) -> String {
    let piece = |piece: &Piece<'_>| match piece {
        Piece::Text(text) => (*text).to_owned(),
        Piece::Name(name) => format!("`{name}`"),
        Piece::Measured(reference) => format!("<{}>", reference.runs()),
        Piece::Quoted(words) => format!("“{}”@{}", words.text, words.place.line()),
        Piece::Stated(stated) => format!("“{}” ({})", stated.value.text, stated.by),
    };
    pieces.iter().map(piece).collect()
}

fn shown(rows: &[Row<'_>]) -> String {
    let mut lines = String::new();
    for row in rows {
        lines.push_str(&format!("{} | {}", row.claim, pieces(&row.words)));
        for reading in &row.readings {
            let name = reading.name.map_or(String::new(), |name| format!("{name} "));
            let reason = reading.reason.map_or(String::new(), |reason| format!(" ({reason})"));
            lines.push_str(&format!(" | {name}{}{reason} {}", reading.mark, pieces(&reading.measured)));
        }
        lines.push_str(&format!(" | {} numbers\n", row.numbers().count()));
    }
    lines
}

#[test]
fn a_row_has_the_claim_its_marks_and_what_was_measured() {
    let claims = claims(TEXT);
    let judged = claims.judge(&Measured::new());
    assert_data_eq!(
        shown(&judged.rows(&[]).expect("all are chosen")),
        str![[r#"
0 | “the best, by 2 points”@2 | ? (not clearly different) <fit[svm]> against <fit[tree]> (`fit[tree]`) | 3 numbers
1 | `fit[svm].accuracy` is “0.97”@3 to “0.98”@3 | ✓ <fit[svm]> against “0.97”@3 to “0.98”@3 | 5 numbers
2 | `fit[forest].loss` is above zero | planned ? (not clearly different) <fit[forest]> against zero | done ✓ <fit[tree]> against zero | 2 numbers
3 | `fit[svm].accuracy` is above “90 %” (the assignment) | ✓ <fit[svm]> against “90 %” (the assignment) | 3 numbers
4 | `fit[svm].seconds` is below `fit[forest].seconds` | – (it depends on the machine)  | 0 numbers
5 | `fit[forest].loss` < `fit[tree].loss` | ? (not clearly different) <fit[forest]>, <fit[tree]> | 2 numbers
6 | `fit[svm].accuracy` is the highest | ? (not clearly different) <fit[svm]> against <fit[tree]> (`fit[tree]`) | 2 numbers
7 | `fit[forest].loss` is below `fit[tree].loss` in repeats: “1”@9 | ✓ <fit[forest]> against <fit[tree]> | 3 numbers

"#]]
    );
}

#[test]
fn claims_are_chosen_by_keys_of_the_project_s_own() {
    let claims = claims(TEXT);
    let judged = claims.judge(&Measured::new());
    let chosen = |keys: &[(&str, &str)]| {
        judged.rows(keys).map(|rows| rows.iter().map(|row| row.claim).collect::<Vec<_>>())
    };
    assert_eq!(chosen(&[("section", "2")]), Ok(vec![0, 1]));
    assert_eq!(chosen(&[("section", "2"), ("kind", "figure")]), Ok(vec![1]));
    assert_eq!(chosen(&[("section", "3")]), Ok(vec![2]));
    let wrong = |keys: &[(&str, &str)]| claims.check_keys(keys).expect_err("no claim has them");
    assert_data_eq!(
        wrong(&[("secton", "2")]),
        str!["no claim has the key `secton`: a key named `section` exists"]
    );
    assert_data_eq!(
        wrong(&[("section", "2.1")]),
        str!["no claim has `section: 2.1`: there are `2`, `3`, `4`"]
    );
    assert_data_eq!(
        wrong(&[("section", "3"), ("kind", "figure")]),
        str!["no claim has `section: 3` and `kind: figure` at once"]
    );
}

#[test]
fn a_verdict_is_the_mark_of_the_first_reading_or_of_a_named_one() {
    let claims = claims(TEXT);
    let judged = claims.judge(&Measured::new());
    let marks = |keys: &[(&str, &str)], reading| {
        let verdicts = judged.verdicts(keys, reading)?;
        Ok::<String, String>(verdicts.iter().map(|judgement| judgement.verdict.mark()).collect())
    };
    assert_eq!(marks(&[("section", "2")], None), Ok("?✓".to_owned()));
    assert_eq!(marks(&[("section", "3")], Some("done")), Ok("✓".to_owned()));
    assert_data_eq!(
        marks(&[("section", "3")], Some("don")).expect_err("it is misspelt"),
        str!["the claim in line 4 has no reading `don`: a reading named `done` exists"]
    );
    assert_data_eq!(
        marks(&[("section", "2")], Some("done")).expect_err("it has none"),
        str!["the claim in line 2 has no reading `done`"]
    );
}

#[test]
fn no_word_of_a_verdict_has_a_digit() {
    let claims = claims(TEXT);
    let judged = claims.judge(&Measured::new());
    for row in judged.rows(&[]).expect("all are chosen") {
        for reading in &row.readings {
            let words = row.words.iter().chain(&reading.measured);
            let texts = words.filter_map(|piece| match piece {
                Piece::Text(text) => Some(*text),
                _ => None,
            });
            for text in texts.chain(reading.reason) {
                assert!(!text.contains(|letter: char| letter.is_numeric()), "{text}");
            }
        }
    }
}
