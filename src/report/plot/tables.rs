//! The tables and matrices that figures are drawn from, read out of outputs.

use recount_engine::address::{DataFile, Pointer, number};
use recount_engine::yaml::{Content, Node};

use crate::measure::short;

/// The (x, y) of a run's rows.
pub(super) type Points = Vec<(f64, f64)>;

/// Reads the (x, y) of each row, for each of the columns; a number that is none is not finite there.
pub(super) fn rows(file: &DataFile, at: &Pointer, x: &str, y: &[String]) -> Result<Vec<Points>, String> {
    let table = file.table(at).map_err(|mistake| short(&mistake))?;
    let column = |name: &str| table.column(name).map_err(|mistake| short(&mistake));
    let across = column(x)?;
    let columns: Vec<_> = y.iter().map(|name| column(name)).collect::<Result<_, _>>()?;
    let mut found = vec![Vec::with_capacity(table.len()); columns.len()];
    for row in 0..table.len() {
        let Some(x) = table.number(row, &across).map_err(|mistake| short(&mistake))? else { continue };
        for (points, column) in found.iter_mut().zip(&columns) {
            match table.number(row, column) {
                Ok(Some(number)) => points.push((x.value, number.value)),
                // An empty cell is a point that nobody measured; what is not finite is marked.
                Ok(None) => {}
                Err(_) => points.push((x.value, f64::NAN)),
            }
        }
    }
    Ok(found)
}

/// Reads a list of lists; a cell that is no number has no value. `None` for anything else.
pub(super) fn cells(node: &Node) -> Option<Vec<Vec<Option<f64>>>> {
    let Content::List(rows) = &node.content else { return None };
    let row = |row: &Node| match &row.content {
        Content::List(cells) => Some(cells.iter().map(|cell| number(cell).ok().map(|it| it.value)).collect()),
        _ => None,
    };
    rows.iter().map(row).collect()
}

/// Adds cell by cell.
///
/// # Errors
/// Where a matrix has another size than those before.
pub(super) fn add(sum: &mut Vec<Vec<Option<f64>>>, cells: Vec<Vec<Option<f64>>>) -> Result<(), String> {
    if sum.is_empty() {
        *sum = cells;
        return Ok(());
    }
    let size = |cells: &[Vec<Option<f64>>]| cells.iter().map(Vec::len).collect::<Vec<_>>();
    if size(sum) != size(&cells) {
        return Err("it has another size than that of the runs before".to_owned());
    }
    for (own, other) in sum.iter_mut().flatten().zip(cells.into_iter().flatten()) {
        *own = own.zip(other).map(|(own, other)| own + other);
    }
    Ok(())
}
