//! The numerals in figures, held against made-up results.

use recount::lab::figures::{Numeral, Quantity};
use recount::week3::audit::FigureFile;
use recount::week3::{RenderError, Rendered, render};

use super::sweep::{SWEEP, inputs};
use super::templates;

/// Renders the report with one figure that shows `text` behind its title.
fn with_figure(text: &str, of: Option<Quantity>) -> Result<Rendered, RenderError> {
    let mut inputs = inputs(SWEEP);
    inputs.provenance.figures = vec![FigureFile {
        path: "plots/confusion.svg".to_owned(),
        svg: format!("<svg><title>Confusion matrix of 2.4.2</title>\n<text x=\"7\">\n{text}\n</text></svg>"),
        numerals: of.into_iter().map(|of| Numeral { text: text.to_owned(), of }).collect(),
    }];
    render(&templates(), &inputs)
}

fn cell() -> Quantity {
    Quantity::Cell { variant: "2.4.2".to_owned(), label: 0, predicted: 0 }
}

#[test]
fn a_number_in_a_figure_is_referred_to_like_one_in_the_text() {
    let rendered = with_figure("90", Some(cell())).expect("three runs have thirty each");
    let [figure] = rendered.audit.figures.as_slice() else { panic!("there is one figure") };
    let name = figure.references.first().expect("it shows a number");
    assert!(rendered.page.contains(&format!("<a id=\"{name}\"></a>**{name}** 90 ")), "it has an anchor");
    let recall = Quantity::Recall { variant: "2.4.2".to_owned(), label: 0 };
    with_figure("0.97", Some(recall)).expect("thirty of thirty-one are recognised");
    let twins = Quantity::Twins { variant: "2.2".to_owned() };
    let others = SWEEP.iter().filter(|row| row.3 == 0.91 && row.0 != "2.2").count();
    with_figure(&format!("2.2 (+{others})"), Some(twins)).expect("they are the same experiment");
}

#[test]
fn a_numeral_in_a_figure_that_says_something_else_is_refused() {
    let error = with_figure("91", Some(cell())).expect_err("the runs give another number");
    assert_eq!(error.to_string(), "plots/confusion.svg shows `91`: the runs give `90`");
    let error = with_figure("about 0.9", None).expect_err("nothing answers for it");
    assert_eq!(error.to_string(), "plots/confusion.svg shows `about 0.9`: nothing answers for `0.9`");
    assert!(error.help().is_some());
    with_figure("0.9", Some(Quantity::Axis)).expect("a tick states no result");
    with_figure("section 2", None).expect("the section exists");
}
