//! Measures of any pipeline's outputs: read, compared, listed and drawn.
//!
//! | module | its duty |
//! |---|---|
//! | [`check`] | template sources: no uncited numeral, every name exists, what is used |
//! | [`measure`] | numbers at addresses in what runs left |
//! | [`evidence`] | what a report is made from: the runs and their values |
//! | [`selection`] | runs of one stage, chosen by coordinates |
//! | [`quantity`] | a number over repeats, with where it is from |
//! | [`citation`] | a quantity as it is printed, and its reference |
//! | [`reference`](mod@reference) | what a figure or a report names of a pipeline: `fit[svm].accuracy` |
//! | [`template`] | templates and evidence → a report, each number of it a link |
//! | [`plot`] | the kind `plot` |
//! | [`render`] | the kind `render` |
//! | [`audit`] | where every number of a report is from |
//! | [`html_page`] | a report as one HTML file in which every number answers |
//! | [`results`] | measures in rows and columns |
//! | [`claim`] | statements that measures show, contradict or leave open |
//! | [`statistics`] | when two samples differ, and which of many is best |
//! | [`figure`] | data → SVG pictures, one sort a file |
//!
//! Invariants
//! - Knows no stage kind of the lab, no terminal and no clock.

pub mod audit;
pub mod check;
pub mod citation;
pub mod claim;
pub mod evidence;
pub mod figure;
pub mod html_page;
pub mod measure;
pub mod plot;
pub mod quantity;
pub mod reference;
pub mod render;
pub mod results;
pub mod selection;
pub mod statistics;
pub mod template;
#[cfg(test)]
mod test_project;
