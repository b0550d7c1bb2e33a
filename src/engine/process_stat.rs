//! What the system says of a process: its parent, its group, when it began.
//!
//! Invariant: a process that has ended and was not waited for is not taken for one that runs.

use std::fs;

/// What the system says of a process.
pub(crate) struct ProcessStat {
    pub(crate) parent: u32,
    pub(crate) group: i32,
    /// When it began, in the system's ticks: with that, its number is its own.
    pub(crate) began: u64,
    pub(crate) ended: bool,
}

impl ProcessStat {
    /// Reads it; `None` where there is no such process, or no way to know.
    pub(crate) fn read(process: impl std::fmt::Display) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // The name in parentheses may hold spaces and parentheses. State, parent and group follow it; the beginning is the
        // 22nd field of the line.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            group: fields.get(2)?.parse().ok()?,
            began: fields.get(19)?.parse().ok()?,
            ended: matches!(fields[0], "Z" | "X"),
        })
    }
}
