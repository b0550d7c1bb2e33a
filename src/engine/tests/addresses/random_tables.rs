//! Random tables in CSV and TSV: each cell is the one that a plain reader of RFC 4180 finds.

use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestRunner};
use recount_engine::address::{Address, Format, Pointer, Row};
use recount_engine::diagnostic::Diagnostic;

use super::{CASES, has_place, read};

/// Reads a table letter by letter: the names and the cells, with the spaces around what has no quotes taken away.
fn plain_reader(text: &str, delimiter: char) -> Vec<Vec<String>> {
    let mut letters = text.trim_start_matches('\u{feff}').chars().peekable();
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut in_quotes, mut quoted) = (false, false);
    let finished = |cell: &mut String, quoted: &mut bool| {
        let cell = std::mem::take(cell);
        if std::mem::take(quoted) { cell } else { cell.trim_matches(' ').to_owned() }
    };
    while let Some(letter) = letters.next() {
        match letter {
            '"' if in_quotes && letters.peek() == Some(&'"') => {
                cell.push(letters.next().expect("it is there"))
            }
            '"' if in_quotes => in_quotes = false,
            letter if in_quotes => cell.push(letter),
            '"' if cell.trim_matches(' ').is_empty() && !quoted => {
                cell.clear();
                (in_quotes, quoted) = (true, true);
            }
            ' ' if quoted => {}
            letter if letter == delimiter => row.push(finished(&mut cell, &mut quoted)),
            '\r' | '\n' if row.is_empty() && cell.is_empty() && !quoted => {}
            '\r' | '\n' => {
                row.push(finished(&mut cell, &mut quoted));
                rows.push(std::mem::take(&mut row));
            }
            letter => cell.push(letter),
        }
    }
    if !row.is_empty() || !cell.is_empty() || quoted {
        row.push(finished(&mut cell, &mut quoted));
        rows.push(row);
    }
    rows
}

fn finite(cell: &str) -> Option<f64> {
    cell.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Says whether two cells are the same number; large whole ones by their digits.
fn are_equal(one: &str, other: &str) -> bool {
    match (finite(one), finite(other)) {
        (Some(a), Some(b)) if a.abs() < 9e15 => a == b,
        (Some(_), Some(_)) => one.trim() == other.trim(),
        _ => false,
    }
}

/// Gives the number that an address means, if it means exactly one.
fn expected(rows: &[Vec<String>], row: &Row, column: &str) -> Option<f64> {
    let (names, rows) = rows.split_first()?;
    let index = |name: &str| names.iter().position(|other| other == name);
    let column = index(column)?;
    let cells =
        |name: &str| index(name).map(|index| rows.iter().map(|row| row[index].as_str()).collect::<Vec<_>>());
    let extreme = |name: &str, pick: fn(f64, f64) -> f64| {
        let cells = cells(name)?;
        let there = cells.iter().filter(|cell| !cell.trim().is_empty());
        let numbers: Option<Vec<f64>> = there.map(|cell| finite(cell)).collect();
        let best = numbers?.into_iter().reduce(pick)?;
        Some((0..rows.len()).filter(|row| finite(cells[*row]) == Some(best)).collect::<Vec<_>>())
    };
    let meant = match row {
        Row::Index(index) => vec![*index],
        Row::Last => vec![rows.len().checked_sub(1)?],
        Row::With { column, value } => {
            let cells = cells(column)?;
            let written: Vec<usize> = (0..rows.len()).filter(|row| cells[*row] == value).collect();
            let equal: Vec<usize> = (0..rows.len()).filter(|row| are_equal(cells[*row], value)).collect();
            let fitting = if written.is_empty() { equal } else { written };
            if fitting.len() == 1 { fitting } else { return None }
        }
        Row::Max(column) => extreme(column, f64::max)?,
        Row::Min(column) => extreme(column, f64::min)?,
    };
    let cells: Option<Vec<&String>> =
        meant.iter().map(|row| rows.get(*row).map(|row| &row[column])).collect();
    let cells = cells?;
    let same = cells.iter().all(|cell| *cell == cells[0] || are_equal(cell, cells[0]));
    if same { finite(cells[0]) } else { None }
}

/// Asks for each column of some rows, and compares.
fn compare(name: &str, text: &str, delimiter: char, picks: &[(usize, usize)]) -> TestCaseResult {
    let rows = plain_reader(text, delimiter);
    let file = match read(name, text) {
        Ok(file) => file,
        Err(mistakes) => {
            let mistake: Vec<Diagnostic> = mistakes.iter().cloned().collect();
            prop_assert!(mistake.iter().all(|mistake| has_place(mistake, name)), "{}", text);
            let names = rows.first().map(|names| names.iter().collect::<std::collections::BTreeSet<_>>());
            let is_table = rows.iter().all(|row| row.len() == rows[0].len())
                && names.is_some_and(|names| names.len() == rows[0].len());
            prop_assert!(!is_table || text.contains('"'), "{}\n{}", mistakes, text);
            return Ok(());
        }
    };
    prop_assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{}", text);
    for (pick, other) in picks {
        let cells = rows.get(1 + pick % rows.len()).unwrap_or(&rows[0]);
        let (column, target) = (&rows[0][other % rows[0].len()], &rows[0][pick % rows[0].len()]);
        let value = cells[other % cells.len()].clone();
        for row in [
            Row::Index(*pick % (rows.len() + 1)),
            Row::Last,
            Row::With { column: column.clone(), value },
            Row::With { column: column.clone(), value: "1".to_owned() },
            Row::Max(column.clone()),
            Row::Min(column.clone()),
            Row::Max("nowhere".to_owned()),
        ] {
            let format = Format::of(name).expect("its format is known");
            let pointer = Pointer::of([target.as_str()]);
            let address = Address { file: name.to_owned(), format, row: Some(row.clone()), pointer };
            prop_assert_eq!(Address::parse(&address.to_string()), Ok(Some(address.clone())));
            match (expected(&rows, &row, target), file.number(&address)) {
                (Some(theirs), Ok(ours)) => prop_assert_eq!(theirs, ours.value, "{} in {:?}", address, text),
                (None, Err(mistake)) => prop_assert!(has_place(&mistake, name), "{:?}", mistake),
                (theirs, ours) => {
                    prop_assert!(false, "{}: {:?}, not {:?} in {:?}", address, ours, theirs, text)
                }
            }
        }
    }
    Ok(())
}

fn names() -> impl Strategy<Value = Vec<String>> {
    let name = prop_oneof![
        3 => "[a-d]".boxed(),
        2 => prop::sample::select(vec!["", "val/acc", "a=b", "max a", "min ", "last", "a~b", "x#y", "0", "a,b", "q\"q", "é", "two\nlines"])
            .prop_map(str::to_owned).boxed(),
    ];
    prop::collection::btree_set(name, 1..5)
        .prop_map(|names| names.into_iter().collect::<Vec<_>>())
        .prop_shuffle()
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec!["1", "2", "3", "1.0", "0.5", "-3e-5", "1e3", "+2", " 7 ", "007"]),
        2 => prop::sample::select(vec!["", " ", "nan", "NaN", "inf", "-inf", "1e400", "x", "True", "a,b", "q\"q", "é", "0,5", "two\r\nlines"]),
        1 => prop::sample::select(vec!["9007199254740993", "9007199254740992", "123456789012345678901234567890"]),
    ]
    .prop_map(str::to_owned)
}

/// Writes a table; `style` decides line ends, quotes, empty lines, and whether the last line ends.
fn written(rows: &[Vec<String>], delimiter: char, style: u32) -> String {
    let end = if style & 1 == 0 { "\n" } else { "\r\n" };
    let quote = |cell: &String| {
        let bare = cell.replace(['\n', '\r', '"', delimiter], "") == *cell;
        // A line that is empty is no row.
        let bare = bare && !(cell.trim().is_empty() && rows[0].len() == 1);
        if bare && style & 2 == 0 { cell.clone() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
    };
    let line = |row: &Vec<String>| row.iter().map(quote).collect::<Vec<_>>().join(&delimiter.to_string());
    let between = if style & 4 == 0 { end.to_owned() } else { end.repeat(2) };
    let text = rows.iter().map(line).collect::<Vec<_>>().join(&between);
    let bom = if style & 8 == 0 { "" } else { "\u{feff}" };
    format!("{bom}{text}{}", if style & 16 == 0 { end } else { "" })
}

fn try_tables(name: &str, delimiter: char, cases: u32) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let tables = names().prop_flat_map(|names| {
        let rows = prop::collection::vec(prop::collection::vec(cell(), names.len()), 0..6);
        rows.prop_map(move |rows| std::iter::once(names.clone()).chain(rows).collect::<Vec<_>>())
    });
    let picks = prop::collection::vec((0..50_usize, 0..50_usize), 4);
    let result = TestRunner::new(config).run(&(tables, 0..32_u32, picks), |(rows, style, picks)| {
        let text = written(&rows, delimiter, style);
        prop_assert!(read(name, &text).is_ok(), "{:?}", text);
        compare(name, &text, delimiter, &picks)
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Reads texts that may be tables.
fn try_texts(cases: u32) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let picks = prop::collection::vec((0..50_usize, 0..50_usize), 2);
    let texts = "[ab1,\",\r\n é]{0,24}|(a,b\r?\n)([12\"]{0,3},[ 0.12\"]{0,3}\r?\n){0,4}";
    let result =
        TestRunner::new(config).run(&(texts, picks), |(text, picks)| compare("a.csv", &text, ',', &picks));
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn every_number_of_a_table_is_the_one_that_a_plain_reader_finds() {
    try_tables("a.csv", ',', CASES);
    try_tables("a.tsv", '\t', CASES);
    try_texts(CASES);
}

#[test]
#[ignore = "it takes a minute"]
fn every_number_of_ten_thousand_tables_is_the_one_that_a_plain_reader_finds() {
    try_tables("a.csv", ',', 10_000);
    try_tables("a.tsv", '\t', 10_000);
    try_texts(10_000);
}
