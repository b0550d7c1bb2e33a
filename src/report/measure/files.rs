//! The files with values that a run left, each read once.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use recount_engine::address::{Address, DataFile, Number, output_named};

use super::data_file::short;
use super::run::{Objects, Run};

/// Why a value of a run can't be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The run: `fit[svm,seed=1]`.
    pub instance: String,
    /// What of it: `metrics.json#/accuracy`.
    pub what: String,
    /// The reason, lower-case, with the line where it is one.
    pub reason: String,
}

impl fmt::Display for Unread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}: {}", self.instance, self.what, self.reason)
    }
}

/// The files of one run.
pub struct RunFiles<'r> {
    run: &'r Run,
    objects: &'r dyn Objects,
    /// By how the outputs' names were said to end.
    read: HashMap<String, Result<Arc<DataFile>, String>>,
}

impl<'r> RunFiles<'r> {
    /// Reads nothing yet.
    pub fn of(run: &'r Run, objects: &'r dyn Objects) -> Self {
        Self { run, objects, read: HashMap::new() }
    }

    /// Reads the number at an address.
    ///
    /// # Errors
    /// An [`Unread`] where there is none, or it is not finite.
    pub fn number(&mut self, address: &Address) -> Result<f64, Unread> {
        let found = self.file(&address.file).and_then(|file| file.number(address).map_err(|it| short(&it)));
        found.and_then(|number| exact(&number)).map_err(|reason| self.unread(address, reason))
    }

    /// Gives the file that an output's end names.
    ///
    /// # Errors
    /// Why it can't be read.
    pub fn file(&mut self, end: &str) -> Result<Arc<DataFile>, String> {
        if let Some(known) = self.read.get(end) {
            return known.clone();
        }
        let file = self.read_file(end);
        self.read.insert(end.to_owned(), file.clone());
        file
    }

    /// Says whether the run left an output whose name ends so.
    pub fn has(&self, end: &str) -> bool {
        let outputs = self.run.left.iter().flat_map(|left| &left.outputs);
        output_named(end, outputs.map(|(name, _)| name.as_str()).collect::<Vec<_>>()).is_ok()
    }

    /// Says that something of the run can't be had.
    pub fn unread(&self, what: impl fmt::Display, reason: String) -> Unread {
        Unread { instance: self.run.instance.clone(), what: what.to_string(), reason }
    }

    fn read_file(&self, end: &str) -> Result<Arc<DataFile>, String> {
        let left = self.run.left.as_ref().ok_or("it has not run")?;
        let names = left.outputs.iter().map(|(name, _)| name.as_str());
        let name = output_named(end, names).map_err(|mistake| short(&mistake))?;
        let (_, object) = left.outputs.iter().find(|(own, _)| own == name).expect("it is one of them");
        self.objects.data_file(name, *object)
    }
}

/// Gives a number that is what was written, but for rounding in its last digit.
fn exact(number: &Number) -> Result<f64, String> {
    let written = number.place.text();
    if let Some(digits) = &number.digits {
        return Err(format!("{digits} is larger than any whole number that is exact here (2^53)"));
    }
    let has_digit =
        written.split(['e', 'E']).next().is_some_and(|it| it.contains(|digit| ('1'..='9').contains(&digit)));
    if number.value == 0.0 && has_digit && !written.starts_with("0x") {
        return Err(format!("`{written}` is too small to differ from zero"));
    }
    Ok(number.value)
}
