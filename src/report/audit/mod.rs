//! Where every number of a report is from.
//!
//! rendered report + runs ──`build`──▶ [`AuditFile`] ──▶ `NAME.audit.json`, and `NAME.audit.md` for people
//!
//! | file | its duty |
//! |---|---|
//! | `file` | the format |
//! | `build` | a rendered report → the file |
//! | `page` | the file → a page in Markdown |
//! | `find`, `spelling` | what a person points at → numbers and runs; numbers as they are typed |
//! | `origins` | a number → the runs that it is from, and all that these read from |
//! | `answer` | what was found, as text and as JSON |
//! | `agreement` | a report, its audit file and its page, held against each other |
//! | `derive` | the values of an audit file, read again from what the runs left |
//! | `unreported` | what is measured and stands in no report |
//! | `finding` | something that does not agree |

mod agreement;
mod answer;
mod build;
mod derive;
mod file;
mod find;
mod finding;
mod origins;
mod page;
mod spelling;
mod unreported;

pub use agreement::{ReportTexts, agreement};
pub use answer::{ObservedRun, answer_as_json, format_answer};
pub use derive::{ReadAgain, read_again};
pub use file::{
    AuditComparison, AuditFigure, AuditFile, AuditNumber, AuditOrigin, AuditQuantity, AuditResult, AuditRun,
    AuditSetting, AuditValue,
};
pub use find::{AuditedReport, Found, FoundFigure, FoundNumber, FoundRuns, NotFound, find};
pub use finding::Finding;
pub use page::page;
pub use spelling::Match;
pub use unreported::{Unreported, unreported};
