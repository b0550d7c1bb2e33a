//! What the source document claims, judged on made-up results.

use recount::lab::metrics::{HeldOut, Score};
use recount::week3::{RenderError, ReportInputs, RunResult, SourceDocument, read_claims, render};
use recount_engine::diagnostic::Source;
use snapbox::{assert_data_eq, str};

use super::sweep::{SWEEP, inputs};
use super::{part, templates, text, unlinked, with_accuracies};

/// Gives the line of `heading`'s section that judges a claim which begins with `says`.
fn claim(inputs: &ReportInputs, heading: &str, says: &str) -> String {
    let markdown = text(inputs);
    let section = part(&markdown, heading);
    let line = section.lines().find(|line| line.starts_with(&format!("- The source {says}")));
    line.unwrap_or_else(|| panic!("no claim `{says}` in\n{section}")).to_owned()
}

/// Changes every run of the variant `name`.
fn change_runs(inputs: &mut ReportInputs, name: &str, change: impl Fn(&mut RunResult)) {
    let variant = inputs.variants.iter_mut().find(|variant| variant.name == name);
    variant.expect("the sweep has the variant").runs.iter_mut().for_each(change);
}

/// Says whether the report lists a claim as contradicted.
fn is_listed(inputs: &ReportInputs, says: &str) -> bool {
    part(&text(inputs), "### Claims that are contradicted").contains(says)
}

#[test]
fn a_comparison_holds_is_noise_or_is_contradicted_by_seeds_and_validation_set() {
    let says = "says that 2.6.2 is more accurate than 2.6.3.";
    let judged = |own: f64, other: f64| {
        let inputs = with_accuracies(&[("2.6.2", own), ("2.6.3", other)]);
        (claim(&inputs, "#### 2.6.2", says), is_listed(&inputs, says))
    };
    let (line, listed) = judged(0.94, 0.86);
    assert!(line.ends_with("against 0.866 (2.6.3): this holds."), "{line}");
    assert!(!listed);
    // For every seed it is ahead, but not by more than so few sequences can tell.
    let (line, listed) = judged(0.94, 0.93);
    assert!(line.ends_with("(2.6.3): this is within noise."), "{line}");
    assert!(!listed);
    let (line, listed) = judged(0.86, 0.94);
    assert!(line.ends_with("(2.6.3): this is contradicted."), "{line}");
    assert!(listed);
}

#[test]
fn a_comparison_that_fails_among_several_is_named() {
    let inputs = with_accuracies(&[("2.6.1", 0.8), ("2.4.2", 0.942)]);
    let line = claim(&inputs, "#### 2.6.3", "says that 2.6.3 is less accurate than 2.4.2, 2.6.1 and 2.6.2.");
    let expected = "This holds against 2.6.2. It is contradicted by 2.6.1. Against 2.4.2 it is within noise.";
    assert!(line.ends_with(expected), "{line}");
}

#[test]
fn figures_hold_where_a_seed_reaches_them_and_are_refuted_by_the_test() {
    let says = "reports accuracies of 0.61–0.68 for 2.4.1.";
    let judged = |accuracy: f64| claim(&with_accuracies(&[("2.4.1", accuracy)]), "#### 2.4.1", says);
    assert!(judged(0.65).ends_with("(0.657–0.664): this holds."), "{}", judged(0.65));
    let near = judged(0.69);
    assert!(near.ends_with("this is within noise; the source lies below every seed, within what seeds and validation set allow."), "{near}");
    let far = judged(0.9);
    assert!(
        far.ends_with("this is contradicted, as the source lies below what seeds and validation set allow."),
        "{far}"
    );
}

#[test]
fn a_figure_is_of_what_the_code_executed() {
    let line = claim(&inputs(SWEEP), "### 1.4", "reports an accuracy of 0.92 for 1.4.");
    assert!(line.contains("As described, the last epochs of 1.4 have an accuracy of 0.410 (0.406–0.414): not applicable, as the source's figure is of what its code executed."), "{line}");
    assert!(line.ends_with("As executed, the last epochs of 1.4-as-run have an accuracy of 0.910 (0.906–0.914): this is within noise; the source lies above every seed, within what seeds and validation set allow."), "{line}");
}

#[test]
fn one_seed_refutes_nothing() {
    let mut inputs = with_accuracies(&[("2.6.2", 0.5)]);
    inputs.variants.iter_mut().for_each(|variant| variant.runs.truncate(1));
    let line = claim(&inputs, "#### 2.6.2", "says that 2.6.2 is more accurate than 2.6.3.");
    assert!(line.ends_with(": this is within noise."), "{line}");
}

#[test]
fn times_that_the_seeds_do_not_tell_apart_are_within_noise() {
    let mut inputs = inputs(SWEEP);
    let says = "says that 2.6.2 takes longer to train than 2.4.2 and 2.6.3.";
    let line = claim(&inputs, "#### 2.6.2", says);
    assert!(line.ends_with("and 3.2 s (2.6.3): this holds."), "{line}");
    for name in ["2.4.2", "2.6.2"] {
        change_runs(&mut inputs, name, |run| {
            let jitter = if name == "2.4.2" { 0.5 } else { 0.6 };
            run.observed.seconds = 20.0 + jitter * run.seed as f64;
        });
    }
    let line = claim(&inputs, "#### 2.6.2", says);
    assert!(line.ends_with("This holds against 2.6.3. Against 2.4.2 it is within noise."), "{line}");
}

#[test]
fn always_is_asked_of_every_epoch() {
    let mut inputs = inputs(SWEEP);
    let says = "says that the validation loss of 2.2 is always above its training loss.";
    let line = claim(&inputs, "### 2.2", says);
    assert!(line.ends_with("in 48 of 48 epochs over all seeds: this holds."), "{line}");
    let mut first_gap = |gap: f64| {
        change_runs(&mut inputs, "2.2", |run| {
            let first = &mut run.history.epochs[0];
            first.train_loss = first.valid_loss - gap;
        });
        claim(&inputs, "### 2.2", says)
    };
    let slightly = first_gap(-0.01);
    assert!(slightly.ends_with("in 45 of 48 epochs over all seeds: this is within noise."), "{slightly}");
    let clearly = first_gap(-0.3);
    assert!(clearly.ends_with("in 45 of 48 epochs over all seeds: this is contradicted."), "{clearly}");
    assert!(is_listed(&inputs, says));
}

#[test]
fn always_is_refuted_by_the_mean_over_the_epochs_where_no_single_one_tells() {
    let mut inputs = inputs(SWEEP);
    // As in real trainings, a gap's spread over the seeds is a tenth of it, too much for a sixteenth of the level.
    change_runs(&mut inputs, "2.2", |run| {
        for epoch in &mut run.history.epochs {
            epoch.train_loss = epoch.valid_loss + 0.05 * (1.0 + 0.1 * (run.seed as f64 - 2.0));
        }
    });
    let line =
        claim(&inputs, "### 2.2", "says that the validation loss of 2.2 is always above its training loss.");
    assert!(line.ends_with("in 0 of 48 epochs over all seeds: this is contradicted."), "{line}");
}

#[test]
fn a_figure_between_the_seeds_is_not_reached() {
    let mut inputs = inputs(SWEEP);
    change_runs(&mut inputs, "2.4.1", |run| {
        let best = run.metrics.best.as_mut().expect("it has a best epoch");
        best.accuracy = if run.seed < 3 { 0.58 } else { 0.71 };
    });
    let line = claim(&inputs, "#### 2.4.1", "reports accuracies of 0.61–0.68 for 2.4.1.");
    assert!(
        line.ends_with("within noise; the source lies between the seeds, none of which reaches it."),
        "{line}"
    );
}

#[test]
fn losses_are_held_against_what_the_source_says_of_them() {
    let mut inputs = inputs(SWEEP);
    let some = "says that the training loss of 2.3.1 is above its validation loss in 2 of 3 repeats.";
    let line = claim(&inputs, "#### 2.3.1", some);
    // Three repeats are too few to refute any share of three.
    let told = "for 0 of 3 seeds: this is within noise, as no count of so few seeds could refute it.";
    assert!(line.ends_with(told), "{line}");
    let between = "says that the training and validation losses of 2.3.3 lie 0.08–0.11 apart.";
    let line = claim(&inputs, "#### 2.3.3", between);
    assert!(
        line.contains("lie 0.030 (0.030–0.030) apart: this is contradicted, as the source lies above"),
        "{line}"
    );
    let near_zero = "says that the training loss of 2.4.3 is nearly zero";
    let line = claim(&inputs, "#### 2.4.3", near_zero);
    assert!(line.ends_with("0.060 (0.048–0.072): this is within noise."), "{line}");
    let underfits = "says that 2.4.1 underfits, which is read as: its training loss ends above that of";
    let line = claim(&inputs, "#### 2.4.1", underfits);
    assert!(line.ends_with("against 0.270 (2.3.1) and 0.090 (2.4.2): this holds."), "{line}");
    let mut set_gap = |name: &str, gap: &dyn Fn(u64) -> f64| {
        change_runs(&mut inputs, name, |run| {
            let last = run.metrics.last.as_mut().expect("it has a last epoch");
            last.valid_loss = last.train_loss + gap(run.seed);
            run.metrics.loss_gap = Some(last.valid_loss - last.train_loss);
        });
    };
    set_gap("2.3.1", &|seed| if seed < 3 { -0.01 } else { 0.01 });
    set_gap("2.3.3", &|seed| 0.03 * seed as f64);
    set_gap("1.8", &|seed| -0.2 - 0.01 * seed as f64);
    let line = claim(&inputs, "#### 2.3.1", some);
    assert!(line.ends_with("for 2 of 3 seeds: this holds."), "{line}");
    let line = claim(&inputs, "#### 2.3.3", between);
    assert!(line.ends_with("lie 0.060 (0.030–0.090) apart: this holds."), "{line}");
    let line = claim(&inputs, "### 1.8", "says or suspects that 1.8 overfits");
    assert!(line.contains("is −0.220 (−0.230 to −0.210): this is contradicted. As executed, "), "{line}");
}

#[test]
fn every_claim_stands_in_the_table_with_its_verdict() {
    let inputs = inputs(SWEEP);
    let markdown = text(&inputs);
    let table = part(&markdown, "## What becomes of the claims");
    let rows: Vec<&str> =
        table.lines().filter(|line| line.starts_with("| 1.") || line.starts_with("| 2.")).collect();
    assert_eq!(rows.iter().filter(|row| !row.contains("| the same |")).count(), inputs.claims.len());
    let verdicts = ["| holds |", "| within noise |", "| **contradicted** |", "| not applicable |"];
    for row in &rows {
        assert!(verdicts.iter().any(|verdict| row.ends_with(verdict)), "{row}");
    }
    for verdict in verdicts {
        assert!(rows.iter().any(|row| row.ends_with(verdict)), "no claim has {verdict}");
    }
}

#[test]
fn new_users_answer_whether_a_model_overfits() {
    let with = |accuracy: f64| {
        let mut rows = SWEEP.to_vec();
        rows.push(("2.2-new-users", Some("2.2"), &[("held_out_users", "[\"U07\", \"U08\"]")], 0.92, 0.03));
        let mut inputs = inputs(&rows);
        change_runs(&mut inputs, "2.2-new-users", |run| {
            let own = accuracy + 0.01 * (run.seed as f64 - 2.0);
            let score = |examples: u32| Score {
                examples,
                correct: (own * f64::from(examples)) as u32,
                accuracy: own,
            };
            let users = [("U07".to_owned(), score(400)), ("U08".to_owned(), score(401))].into();
            run.metrics.held_out =
                Some(HeldOut { score: score(801), interval: [own - 0.03, own + 0.03], users });
        });
        part(&text(&inputs), "## New users").to_owned()
    };
    let falls = with(0.7);
    assert!(falls.contains("| 2.2-new-users | 1 | 0.916 | 0.690 | 0.660–0.720 |"), "{falls}");
    assert!(
        falls.contains("its mean accuracy falls by 0.219 from the known to the new, which is beyond noise."),
        "{falls}"
    );
    assert!(falls.contains("So they do, in this sense"), "{falls}");
    let noise = with(0.91);
    assert!(noise.contains("its mean accuracy differs by 0.009, which is within noise."), "{noise}");
    assert!(noise.contains("In this sense it is shown of none of them."), "{noise}");
    assert!(!text(&inputs(SWEEP)).contains("## New users"), "nobody is held out there");
}

#[test]
fn what_was_varied_is_what_differs_in_effect() {
    let markdown = text(&inputs(SWEEP));
    let found = part(&markdown, "## What was really varied");
    for row in [
        "| 2.2 | 2.1 | `epochs` 3 → 16 | – | 1.2: equal settings |",
        "| 2.3.1 | 2.2 | nothing | `dropout` 0.1 → 0.5: no effect with one layer | 1.2 and 2.2: `dropout` differs, without effect with one layer |",
        "| 2.7.1 | 2.4.2 | `batch` 32 → 4, `dropout` – → 0.5, `layers` 1 → 3 | – | – |",
    ] {
        assert!(found.contains(row), "{row}\n{found}");
    }
}

/// Renders the real templates with a lead of section 2.4.1 that ends with `sentence`.
fn with_sentence(sentence: &str) -> Result<String, RenderError> {
    let mut templates = templates();
    let lead =
        format!("{{% extends \"section.md.j2\" %}}\n{{% block lead %}}\n{sentence}\n{{% endblock %}}\n");
    templates.insert("sections/2-4-1.md.j2".to_owned(), lead);
    render(&templates, &inputs(SWEEP)).map(|rendered| unlinked(&rendered.markdown))
}

#[test]
fn a_sentence_that_contradicts_its_measures_cannot_be_rendered() {
    // 2.4.1 reaches 0.65, 2.3.1 reaches 0.91.
    let with = |word: &str| {
        with_sentence(&format!(
            "{{% set compared = compare(section.described.best, variant(\"2.3.1\").best) %}}\n\
             Its {{{{ section.described.best.mean | fixed(3) }}}} is {{{{ \"{word}\" | borne_by(compared) }}}} than 2.3.1's."
        ))
    };
    assert!(with("lower").expect("it is").contains("Its 0.661 is lower than 2.3.1's."));
    for word in ["higher", "more accurate", "identical", "lower on average"] {
        let error = with(word).expect_err("it is not").to_string();
        let expected = format!(
            "the measures do not bear out `{word}`; they bear out `lower`, `smaller`, `less accurate`"
        );
        assert!(error.contains(&expected), "{error}");
    }
}

#[test]
fn a_word_on_another_line_or_in_other_words_needs_them_to_bear_it_out() {
    let with =
        |rest: &str| with_sentence(&format!("Its {{{{ section.described.best.mean | fixed(3) }}}} {rest}"));
    for (rest, word) in [("was tried,\nwhich is better.", "better"), ("outperforms it.", "outperforms")] {
        assert!(
            matches!(with(rest), Err(RenderError::Unborne { word: found, .. }) if found == word),
            "{rest}"
        );
    }
}

#[test]
fn neither_a_denial_nor_words_of_ones_own_bear_anything_out() {
    let compared = "{% set compared = compare(section.described.best, variant(\"2.3.1\").best) %}\n";
    for denial in ["not", "**not**", "never"] {
        let sentence = format!("{compared}It is {denial} {{{{ \"lower\" | borne_by(compared) }}}}.");
        let error = with_sentence(&sentence).expect_err("the measures bear it out");
        assert!(matches!(error, RenderError::Denied { .. }), "{error}");
        assert!(error.help().is_some());
    }
    for by in ["{\"words\": [\"higher\"]}", "section", "[\"higher\"]", "\"higher\""] {
        let error = with_sentence(&format!("It is {{{{ \"higher\" | borne_by({by}) }}}}.")).expect_err(by);
        assert!(error.to_string().contains("takes what was compared"), "{error}");
    }
}

#[test]
fn a_verdict_that_a_claim_does_not_have_cannot_be_rendered() {
    let with = |word: &str| {
        with_sentence(&format!(
            "{{% for claim in section.claims if claim.relation == \"below\" %}}{{% for read in claim.readings %}}\n\
             Its {{{{ read.value.mean | fixed(3) }}}}: {{{{ \"{word}\" | borne_by(read) }}}}.\n{{% endfor %}}{{% endfor %}}"
        ))
    };
    assert!(with("holds").expect("it does").contains("Its 0.661: holds."));
    for word in ["contradicted", "within noise"] {
        let error = with(word).expect_err("it has another").to_string();
        assert!(error.contains(&format!("do not bear out `{word}`; they bear out `holds`")), "{error}");
    }
}

#[test]
fn a_word_of_comparison_that_nothing_bears_out_cannot_stand_beside_a_measure() {
    for (sentence, word) in [
        ("At {{ section.described.best.mean | fixed(3) }} it is more accurate than 2.3.1.", "more accurate"),
        ("Higher than ever: {{ section.described.best.mean | fixed(3) }}.", "higher"),
        ("At {{ section.described.best.mean | fixed(3) }} it is\nfar\nbetter than 2.3.1.", "better"),
        ("It outperforms 2.3.1 by {{ section.described.best.mean | fixed(3) }}.", "outperforms"),
        ("##### Far lower: {{ section.described.best.mean | fixed(3) }}", "lower"),
        ("The claim holds at {{ section.described.best.mean | fixed(3) }}.", "holds"),
    ] {
        match with_sentence(sentence) {
            Err(RenderError::Unborne { word: found, line, .. }) => {
                assert_eq!((found.as_str(), line > 100), (word, true))
            }
            other => panic!("{sentence}: {other:?}"),
        }
    }
    assert!(with_sentence("A higher number may be lower.").is_ok(), "no measure stands there");
    for word in ["more accurate", "worse", "overfits"] {
        let error = with_sentence(&format!("So it is {word}.")).expect_err("it says what came out");
        assert!(matches!(&error, RenderError::Unborne { word: found, .. } if found == word), "{error}");
    }
}

#[test]
fn a_comparison_names_those_that_were_compared_in_their_order() {
    // 2.4.1 reaches 0.65, 2.3.1 reaches 0.91.
    let with = |sentence: &str| {
        with_sentence(&format!(
            "{{% set compared = compare(section.described.best, variant(\"2.3.1\").best) %}}\n\
             {{% set lower = \"lower\" | borne_by(compared) %}}\n{sentence}"
        ))
    };
    for sentence in [
        "2.4.1 is {{ lower }} than 2.3.1. 2.4.2 is not in it.",
        "It is {{ lower }} than {{ \"2.3.1\" | name }}.",
    ] {
        with(sentence).expect(sentence);
    }
    for sentence in [
        "2.3.1 is {{ lower }} than 2.4.1.",
        "2.4.1 is {{ lower }} than 2.4.2.",
        "Of 2.4.2 it is known that it is {{ lower }} than 2.3.1.",
        "It is {{ lower }} than another.",
        "It is {{ lower }} than {{ \"1.1\" | name }} and 2.3.1.",
    ] {
        let error = with(sentence).expect_err(sentence);
        assert!(matches!(error, RenderError::Misnamed { .. }), "{sentence}: {error}");
        assert!(error.help().is_some());
    }
    let each = with_sentence(
        "{% set found = [compare(section.described.best, variant(\"2.3.1\").best), compare(variant(\"2.3.1\").best, section.described.best)] %}\nSo {{ \"lower\" | borne_by(found) }}.",
    );
    assert!(each.expect_err("the second is higher").to_string().contains("do not bear out `lower`"));
    let none = with_sentence("So {{ \"lower\" | borne_by([]) }}.").expect_err("nothing was compared");
    assert!(none.to_string().contains("nothing was compared"), "{none}");
}

#[test]
fn no_template_makes_another_word_or_number_of_a_mark() {
    let compared = "{% set compared = compare(section.described.best, variant(\"2.3.1\").best) %}\n";
    let with = |sentence: &str| with_sentence(&format!("{compared}{sentence}"));
    let kept = with(
        "{% filter replace(\"lower\", \"higher\") %}2.4.1 is {{ \"lower\" | borne_by(compared) }} than 2.3.1.{% endfilter %}",
    );
    assert!(kept.expect("it prints what was entered").contains("2.4.1 is lower than 2.3.1."));
    for forged in [
        "{{ \"\\ue0200.99\\ue021\" }}",
        "{{ \"\\ue0200\\r\\ue021\" }}",
        "{{ \"\\ue010higher\\ue011\" }}",
        "{{ \"\\ue0000.99\\ue001\" }}",
        "{% set n = \"2.2\" | name %}{{ n | first }}0{{ n | last }}",
        "{{ \"lower\" | borne_by(compared) | first }}",
    ] {
        with(&format!("It is {forged}.")).expect_err(forged);
    }
}

#[test]
fn a_number_is_what_its_sentence_says() {
    for sentence in [
        "2.3.1 has {{ section.described.best.mean | fixed(3) }}.",
        "Its loss is {{ section.described.best.mean | fixed(3) }}.",
    ] {
        // The section's own variant may go unnamed, but 2.4.2's may not.
        let foreign = sentence.replace("section.described", "variant(\"2.4.2\")");
        let error = with_sentence(&foreign).expect_err(&foreign);
        assert!(matches!(error, RenderError::Misattributed { .. }), "{error}");
        assert!(error.help().is_some());
    }
    with_sentence("It has {{ section.described.best.mean | fixed(3) }}.").expect("it is the section's own");
    let compared = "{% set compared = compare(section.described.best, variant(\"2.3.1\").best) %}\n";
    let other = "{{ compare(variant(\"2.2\").best, variant(\"2.3.1\").best).difference | fixed(3) }}";
    let sentence = format!("{compared}It is {{{{ \"lower\" | borne_by(compared) }}}} than 2.3.1 by {other}.");
    let error = with_sentence(&sentence).expect_err("it is another pair's");
    assert!(error.to_string().contains("which is of `2.2`"), "{error}");
}

#[test]
fn words_are_said_of_what_bore_them_out() {
    let claims =
        "{% for section in sections %}{% for claim in section.claims if claim.relation == \"same\" %}";
    let own_voice = format!(
        "{claims}\n{{{{ claim.variant | name }}}} is {{{{ \"as accurate\" | borne_by(claim) }}}} as it.\n{{% endfor %}}{{% endfor %}}"
    );
    let error = with_sentence(&own_voice).expect_err("it is the source that says so");
    assert!(error.to_string().contains("the source that `says` so"), "{error}");
    for (sides, word, message) in [
        ("section.described.best, variant(\"2.3.1\").epochs", "lower", "the same quantity"),
        ("section.described.train_loss, variant(\"2.3.1\").train_loss", "more accurate", "do not bear out"),
    ] {
        let sentence = format!("So {{{{ \"{word}\" | borne_by(compare({sides})) }}}} than 2.3.1.");
        let error = with_sentence(&sentence).expect_err(sides).to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn the_examples_of_the_documentation_render() {
    let page = include_str!("../../docs/templates.md");
    let examples: Vec<&str> =
        page.split("```jinja\n").skip(1).filter_map(|it| it.split("```").next()).collect();
    assert!(examples.len() >= 4, "{} examples", examples.len());
    let rendered: Vec<String> = examples
        .iter()
        .map(|example| with_sentence(example).unwrap_or_else(|error| panic!("{error}: {example}")))
        .collect();
    assert!(
        rendered[0].contains("Over three seeds its mean accuracy is 0.661,\nor 66.1 %, with `hidden` 32."),
        "{}",
        part(&rendered[0], "#### 2.4.1")
    );
    assert!(
        rendered[1].contains("It is derived from 2.3.1, as 2.4.2 is."),
        "{}",
        part(&rendered[1], "#### 2.4.1")
    );
    assert!(
        rendered[2].contains("Its accuracy is lower than that of 2.3.1, by 0."),
        "{}",
        part(&rendered[2], "#### 2.4.1")
    );
    assert!(rendered[3].contains("![Figure curves-2.4](plots/curves-2.4.svg)"));
}

/// Reads claims that have a mistake, and gives what a person sees.
fn mistakes(claims: &str) -> String {
    let document = "document: Week\nsections:\n  - { number: \"1\", heading: One, described: a }\n  \
                    - { number: \"2\", heading: Two, described: b }\n";
    let document =
        SourceDocument::read(&Source::file("source.yaml", document)).expect("the document is sound");
    let source = Source::file("report/claims.yaml", claims);
    read_claims(&source, &document).expect_err("there is a mistake").render(false)
}

#[test]
fn every_mistake_is_told_at_once_with_its_place_and_what_to_do() {
    assert_data_eq!(
        mistakes(
            r#"claims:
  - { section: "1", relation: above, variant: a, statistic: best_epoch }
  - { section: "3", relation: abov, variant: c, statistic: best_epoch, than: [a, a, b] }
  - { section: "1", relation: slower, variant: a, statistic: loss_gap, than: [b, a] }
  - { section: "1", relation: between, variant: a, statistic: last_epoch, runs: single, values: ["0.9", 0.8] }
  - { section: "1", relation: between, variant: a, statistic: last_epoch, runs: range, values: ["0.9", "0.8"] }
  - { section: "1", relation: gap_negative_in, variant: a, statistic: loss_gap, repeats: { some: 4, of: 3 } }
  - { section: "1", relation: overfits, variant: a, statistic: loss_gap, colour: red }
  - { section: "2", relation: overfits, variant: b, statistic: loss_gap }
  - { section: "2", relation: overfits, variant: b, statistic: loss_gap }
"#
        ),
        str![[r#"
error: `above` needs `than`
 --> report/claims.yaml:2:5
  |
2 |   - { section: "1", relation: above, variant: a, statistic: best_epoch }
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
help: name the variants that it is held against: `than: ["…"]`

error: the source document has nothing called `3`
 --> report/claims.yaml:3:16
  |
3 |   - { section: "3", relation: abov, variant: c, statistic: best_epoch, than: [a, a, b] }
  |                ^^^
  |
help: the sections are `1`, `2`

error: `relation` can't be `abov`
 --> report/claims.yaml:3:31
  |
3 |   - { section: "3", relation: abov, variant: c, statistic: best_epoch, than: [a, a, b] }
  |                               ^^^^
  |
help: the word `above` exists

error: the source document has nothing called `c`
 --> report/claims.yaml:3:46
  |
3 |   - { section: "3", relation: abov, variant: c, statistic: best_epoch, than: [a, a, b] }
  |                                              ^
  |
help: the variants are `a`, `b`

error: `a` is named twice
 --> report/claims.yaml:3:82
  |
3 |   - { section: "3", relation: abov, variant: c, statistic: best_epoch, than: [a, a, b] }
  |                                                                                  ^
  |
help: keep one of the two

error: `slower` says nothing about `loss_gap`
 --> report/claims.yaml:4:62
  |
4 |   - { section: "1", relation: slower, variant: a, statistic: loss_gap, than: [b, a] }
  |                                                              ^^^^^^^^
  |
help: its statistic is `time`

error: `a` is held against itself
 --> report/claims.yaml:4:78
  |
4 |   - { section: "1", relation: slower, variant: a, statistic: loss_gap, than: [b, a] }
  |                                                                              ^^^^^^
  |
help: take it out of `than`

error: the figures of `between` can't be of `single`
 --> report/claims.yaml:5:81
  |
5 |   - { section: "1", relation: between, variant: a, statistic: last_epoch, runs: single, values: ["0.9", 0.8] }
  |                                                                                 ^^^^^^
  |
help: write `range`

error: `between` needs the lower and the higher figure here
 --> report/claims.yaml:5:97
  |
5 |   - { section: "1", relation: between, variant: a, statistic: last_epoch, runs: single, values: ["0.9", 0.8] }
  |                                                                                                 ^^^^^^^^^^^^
  |
help: as in `values: ["0.91", "0.94"]`

error: a figure must be a text, not `0.8`
 --> report/claims.yaml:5:105
  |
5 |   - { section: "1", relation: between, variant: a, statistic: last_epoch, runs: single, values: ["0.9", 0.8] }
  |                                                                                                         ^^^
  |
help: put it in quotes: `"0.8"`

error: `between` needs the lower and the higher figure here
 --> report/claims.yaml:6:96
  |
6 |   - { section: "1", relation: between, variant: a, statistic: last_epoch, runs: range, values: ["0.9", "0.8"] }
  |                                                                                                ^^^^^^^^^^^^^^
  |
help: as in `values: ["0.91", "0.94"]`

error: `repeats` needs `some`, at least 1, and `of`, at least as many
 --> report/claims.yaml:7:90
  |
7 |   - { section: "1", relation: gap_negative_in, variant: a, statistic: loss_gap, repeats: { some: 4, of: 3 } }
  |                                                                                          ^^^^^^^^^^^^^^^^^^
  |
help: as in `repeats: { some: 2, of: 3 }`

error: a claim has no field `colour`
 --> report/claims.yaml:8:74
  |
8 |   - { section: "1", relation: overfits, variant: a, statistic: loss_gap, colour: red }
  |                                                                          ^^^^^^
  |
help: its fields are `section`, `relation`, `variant`, `statistic`, `than`, `runs`, `values`, `repeats`

error: this claim stands here twice
  --> report/claims.yaml:10:5
   |
10 |   - { section: "2", relation: overfits, variant: b, statistic: loss_gap }
   |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
help: line 9 has it already; keep one of the two

"#]]
    );
}

#[test]
fn a_file_that_is_no_list_of_claims_is_told() {
    assert_data_eq!(
        mistakes("claim: []\n"),
        str![[r#"
error: the file of claims has no field `claim`
 --> report/claims.yaml:1:1
  |
1 | claim: []
  | ^^^^^
  |
help: a field named `claims` exists

"#]]
    );
    assert_data_eq!(
        mistakes("claims: [1, {}]\n"),
        str![[r#"
error: a claim must be a map of names and values, not `1`
 --> report/claims.yaml:1:10
  |
1 | claims: [1, {}]
  |          ^
  |
help: write `name: value`

error: this claim has no `section`
 --> report/claims.yaml:1:13
  |
1 | claims: [1, {}]
  |             ^^
  |
help: a claim has at least `section`, `relation`, `variant`, `statistic`

error: this claim has no `relation`
 --> report/claims.yaml:1:13
  |
1 | claims: [1, {}]
  |             ^^
  |
help: a claim has at least `section`, `relation`, `variant`, `statistic`

error: this claim has no `variant`
 --> report/claims.yaml:1:13
  |
1 | claims: [1, {}]
  |             ^^
  |
help: a claim has at least `section`, `relation`, `variant`, `statistic`

error: this claim has no `statistic`
 --> report/claims.yaml:1:13
  |
1 | claims: [1, {}]
  |             ^^
  |
help: a claim has at least `section`, `relation`, `variant`, `statistic`

"#]]
    );
}
