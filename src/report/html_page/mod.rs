//! A report as one HTML file that needs no network, and in which every number answers.
//!
//! ```text
//! report ──`report_text`──▶ HTML ─┐
//! audit file ──`chains`, `runs`──▶ │
//! results ──`table_view`──▶        ├──`page.html.j2`──▶ one file, with `page.css` and `page.js` in it
//! stages ──`layers`──▶            ─┘
//! ```
//!
//! | file | its duty |
//! |---|---|
//! | `inputs` | what a page is made from |
//! | `document` | all parts → the file, with its policy |
//! | `report_text` | the report's Markdown → HTML |
//! | `pictures` | figures → elements of the page |
//! | `chains` | what each number is made from |
//! | `runs` | runs and settings |
//! | `anchors` | where each run and each set of settings stands |
//! | `table_view` | results as tables to sort and filter |
//! | `layers` | the graph of stages |
//! | `escape` | text → HTML |
//!
//! Invariants
//! - Pure: whatever it needs is in its arguments; it reads no file and no clock.
//! - All numbers are made here; the script only shows, sorts, filters and downloads.
//! - Nothing from outside the page is loaded and no text of a project runs: the policy allows one style and one script,
//!   by their digests, and pictures that are in the page.
//! - Without the script each number is a link to its chain further down.

mod anchors;
mod chains;
mod document;
mod escape;
mod inputs;
mod layers;
mod pictures;
mod report_text;
mod runs;
mod table_view;
#[cfg(test)]
mod tests;

pub use document::{MARKER, html_page};
pub use inputs::{PageCommit, PageInputs, PageStage, PageTable};
