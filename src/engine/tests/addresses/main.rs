//! Values at addresses in files of every format: what they are, and what is said where there is none.

mod numbers;
mod random_tables;
mod random_trees;
mod size;
mod tables;
mod yaml_dumps;

use recount_engine::address::{Address, DataFile, Format};
use recount_engine::diagnostic::{Diagnostic, Diagnostics, Source};

/// Cases of each sort that every run of the tests tries; the ignored ones try ten thousand.
const CASES: u32 = 500;

/// JSON lines of which one has no finite number and the last is cut off.
const LINES: &str =
    "{\"step\": 1, \"val\": {\"acc\": 0.5}}\n\n{\"step\": 2, \"val\": {\"acc\": NaN}}\n{\"step\": 3\n";

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

/// Gives the number at an address, or the report of why there is none.
fn shown(name: &str, text: &str, part: &str) -> String {
    let file = match read(name, text) {
        Ok(file) => file,
        Err(mistakes) => return mistakes.render(false),
    };
    match number_at(&file, &format!("{name}#{part}")) {
        Ok((value, Some(digits))) => format!("{value:e}, exactly {digits}"),
        Ok((value, None)) => value.to_string(),
        Err(mistake) => report(mistake),
    }
}

/// Formats a mistake as a person sees it.
fn report(mistake: Diagnostic) -> String {
    Diagnostics::from(mistake).render(false)
}

/// Says whether a mistake is reported at a file.
fn has_place(mistake: &Diagnostic, name: &str) -> bool {
    report(mistake.clone()).contains(&format!("--> {name}"))
}
