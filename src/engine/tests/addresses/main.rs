//! Values at addresses in files of every format: what they are, and what is said where there is none.

mod messages;
mod random_tables;
mod random_trees;
mod size;
mod yaml_dumps;

use recount_engine::address::{Address, DataFile, Format};
use recount_engine::diagnostic::{Diagnostic, Diagnostics, Source};

/// Cases of each sort that every run of the tests tries; the ignored ones try ten thousand.
const CASES: u32 = 500;

/// Reads a file, whose name says its format.
fn read(name: &str, text: &str) -> Result<DataFile, Diagnostics> {
    let format = Format::of(name).expect("the name has a known format");
    DataFile::read(&Source::file(name, text), format)
}

/// Gives the number at an address and, if it has some, its digits.
fn number_at(file: &DataFile, address: &str) -> Result<(f64, Option<String>), Diagnostic> {
    let address = Address::parse(address).unwrap_or_else(|error| panic!("{address}: {error}"));
    let number = file.number(&address.expect("it is an address"))?;
    Ok((number.value, number.digits))
}

/// Says whether a mistake is reported at a file.
fn has_place(mistake: &Diagnostic, name: &str) -> bool {
    let mut mistakes = Diagnostics::default();
    mistakes.add(mistake.clone());
    mistakes.render(false).contains(&format!("--> {name}"))
}
