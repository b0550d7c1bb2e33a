//! Where every number of a report is from.
//!
//! rendered report + runs ──`build`──▶ [`AuditFile`] ──▶ `NAME.audit.json`, and `NAME.audit.md` for people
//!
//! | file | its duty |
//! |---|---|
//! | `file` | the format |
//! | `build` | a rendered report → the file |
//! | `page` | the file → a page in Markdown |

mod build;
mod file;
mod page;

pub use file::{
    AuditComparison, AuditFigure, AuditFile, AuditNumber, AuditOrigin, AuditQuantity, AuditResult, AuditRun,
    AuditSetting, AuditValue,
};
pub use page::page;
