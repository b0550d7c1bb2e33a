//! What the source document says, read against made-up results.

use recount::report::{ReportInputs, RunResult};

use super::sweep::{SWEEP, inputs};
use super::{part, text, with_accuracies};

/// Gives the line of `heading`'s section that reads a statement which begins with `says`.
fn statement(inputs: &ReportInputs, heading: &str, says: &str) -> String {
    let markdown = text(inputs);
    let section = part(&markdown, heading);
    let line = section.lines().find(|line| line.starts_with(&format!("- The source {says}")));
    line.unwrap_or_else(|| panic!("no statement `{says}` in\n{section}")).to_owned()
}

/// Changes every run of the variant `name`.
fn change_runs(inputs: &mut ReportInputs, name: &str, change: impl Fn(&mut RunResult)) {
    let variant = inputs.variants.iter_mut().find(|variant| variant.name == name);
    variant.expect("the sweep has the variant").runs.iter_mut().for_each(change);
}

#[test]
fn a_statement_is_borne_out_or_not_by_the_seeds() {
    let says = "says that 2.6.2 is more accurate than 2.6.3.";
    let read = |accuracy: f64| {
        let inputs = with_accuracies(&[("2.6.3", accuracy)]);
        let listed = part(&text(&inputs), "### Statements that").contains(says);
        (statement(&inputs, "#### 2.6.2", says), listed)
    };
    let (line, listed) = read(0.94);
    assert!(
        line.ends_with("2.6.2 has a mean accuracy of 0.984 against 0.944 (2.6.3): this agrees."),
        "{line}"
    );
    assert!(!listed);
    let (line, listed) = read(0.98);
    assert!(line.ends_with(": this is within the range of the seeds."), "{line}");
    assert!(listed);
    let (line, listed) = read(0.99);
    assert!(line.ends_with(": this does not agree."), "{line}");
    assert!(listed);
}

#[test]
fn a_comparison_that_fails_among_several_is_named() {
    let inputs = with_accuracies(&[("2.6.1", 0.9), ("2.4.2", 0.942)]);
    let line =
        statement(&inputs, "#### 2.6.3", "says that 2.6.3 is less accurate than 2.4.2, 2.6.1 and 2.6.2.");
    let expected =
        "This agrees for 2.6.2. It does not agree for 2.6.1. For 2.4.2 it is within the range of the seeds.";
    assert!(line.ends_with(expected), "{line}");
}

#[test]
fn times_that_the_seeds_do_not_tell_apart_have_no_verdict() {
    let mut inputs = inputs(SWEEP);
    let says = "says that 2.6.2 takes longer to train than 2.4.2 and 2.6.3.";
    let line = statement(&inputs, "#### 2.6.2", says);
    assert!(line.ends_with("and 3.2 s (2.6.3): this agrees."), "{line}");
    for name in ["2.4.2", "2.6.2"] {
        change_runs(&mut inputs, name, |run| {
            let jitter = if name == "2.4.2" { 0.5 } else { 0.6 };
            run.observed.seconds = 20.0 + jitter * run.seed as f64;
        });
    }
    let line = statement(&inputs, "#### 2.6.2", says);
    assert!(
        line.ends_with("This agrees for 2.6.3. For 2.4.2 it is within the range of the seeds."),
        "{line}"
    );
}

#[test]
fn always_is_asked_of_every_epoch() {
    let mut inputs = inputs(SWEEP);
    let says = "says that the validation loss of 2.2 is always above its training loss.";
    let line = statement(&inputs, "### 2.2", says);
    assert!(line.ends_with("in 48 of 48 epochs over all seeds: this agrees."), "{line}");
    change_runs(&mut inputs, "2.2", |run| {
        let first = &mut run.history.epochs[0];
        first.train_loss = first.valid_loss + 0.01;
    });
    let line = statement(&inputs, "### 2.2", says);
    assert!(line.ends_with("in 45 of 48 epochs over all seeds: this does not agree."), "{line}");
    assert!(part(&text(&inputs), "### Statements that").contains(says));
}

#[test]
fn losses_are_held_against_what_the_source_says_of_them() {
    let mut inputs = inputs(SWEEP);
    let some = "says that the training loss of 2.3.1 is above its validation loss in 2 of 3 repeats.";
    let line = statement(&inputs, "#### 2.3.1", some);
    assert!(line.ends_with("for 0 of 3 seeds: this does not agree."), "{line}");
    let between = "says that the training and validation losses of 2.3.3 lie 0.08 to 0.11 apart.";
    let line = statement(&inputs, "#### 2.3.3", between);
    assert!(line.ends_with("lie 0.030 (0.030–0.030) apart: this does not agree."), "{line}");
    let near_zero = "says that the training loss of 2.4.3 is nearly zero";
    let line = statement(&inputs, "#### 2.4.3", near_zero);
    assert!(line.ends_with("0.060 (0.048–0.072): this agrees for some of the seeds."), "{line}");
    let underfits = "says that 2.4.1 underfits, which is read as: its training loss ends above that of";
    let line = statement(&inputs, "#### 2.4.1", underfits);
    assert!(line.ends_with("against 0.270 (2.3.1) and 0.090 (2.4.2): this agrees."), "{line}");
    let mut set_gap = |name: &str, gap: &dyn Fn(u64) -> f64| {
        change_runs(&mut inputs, name, |run| {
            let last = run.metrics.last.as_mut().expect("it has a last epoch");
            last.valid_loss = last.train_loss + gap(run.seed);
            run.metrics.loss_gap = Some(last.valid_loss - last.train_loss);
        });
    };
    set_gap("2.3.1", &|seed| if seed < 3 { -0.01 } else { 0.01 });
    set_gap("2.3.3", &|seed| 0.03 * seed as f64);
    set_gap("1.8", &|seed| -0.02 * seed as f64);
    let line = statement(&inputs, "#### 2.3.1", some);
    assert!(line.ends_with("for 2 of 3 seeds: this agrees."), "{line}");
    let line = statement(&inputs, "#### 2.3.3", between);
    assert!(line.ends_with("lie 0.060 (0.030–0.090) apart: this agrees."), "{line}");
    let line = statement(&inputs, "### 1.8", "says or suspects that 1.8 overfits");
    assert!(line.contains("is −0.040 (−0.060 to −0.020): this does not agree. As executed, "), "{line}");
}
