//! What a report's numbers answer with: the audit file for programs, the page for people.
//!
//! references + [`Provenance`] ──build──▶ [`AuditFile`] ──page──▶ Markdown with an anchor for each reference
//!                                          └──derive, from [`Evidence`]──▶ the same numbers, or what differs
//!
//! | file | its duty |
//! |---|---|
//! | `provenance` | what the caller knows of runs, settings and the source document |
//! | `file` | the audit file: its form, its text, and reading it back |
//! | `build` | references → the audit file's tables |
//! | `words` | a source in a few words, for who hovers over a number |
//! | `page` | the audit file as Markdown: its numbers, its runs, its figures |
//! | `derive` | every number again, from the outputs themselves |
//!
//! Invariants
//! - The file is whole: each aggregate names its parts, down to outputs of runs that the file lists with their
//!   keys, recipes and objects.
//! - Knows no store and no pipeline: what they have to say comes as [`Provenance`] or [`Evidence`].

mod build;
mod derive;
mod file;
mod page;
mod provenance;
mod words;

pub use derive::{Derived, Evidence, derive};
pub use file::{
    AuditFile, FigureEntry, Origin, ReferenceEntry, ReportEntry, RunEntry, SettingEntry, SourceEntry,
    VERSION, VariantEntry,
};
pub use provenance::{FigureFile, Place, Provenance, Run, SettingPlaces};

pub(super) use build::build;
pub(super) use page::page;
pub(super) use words::words;
