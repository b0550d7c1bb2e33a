//! The words of the template language: functions, filters, and what stands behind a dot.

use recount_engine::spec::StageId;

/// What an expression gives, as far as its text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// Runs of a stage, or a list of such.
    Runs(StageId),
    /// What `best` gives of runs.
    Best(Option<StageId>),
    /// A number that has a source, and no format yet.
    Quantity,
    /// What `compare` gives.
    Comparison,
    /// The settings of runs.
    Settings(StageId),
    /// The project's own files.
    Data,
    /// A number without a source.
    Number,
    /// Where a loop is.
    Loop,
    /// A text of the template, whose literal text is checked where it is written.
    Text,
    /// A citation, a name, a table: what prints as it is.
    Printable,
    /// What only a rendering can say.
    Unknown,
}

/// The functions of reports.
pub(crate) const FUNCTIONS: [&str; 13] = [
    "best",
    "claims",
    "compare",
    "comparisons",
    "count",
    "details",
    "difference",
    "figure",
    "ratio",
    "stage",
    "table",
    "tally",
    "verdict",
];

/// The names that a text of `say` may have in braces.
pub(super) const COMPARED: [&str; 5] = ["a", "b", "by", "x", "y"];

/// The functions of minijinja.
pub(super) const BUILT_IN_FUNCTIONS: [&str; 3] = ["dict", "namespace", "range"];

/// The values that every template has.
pub(super) const GLOBALS: [&str; 2] = ["data", "title"];

/// The filters that make a citation of a number.
pub(super) const FORMATS: [&str; 5] = ["fixed", "percent", "seconds", "significant", "whole"];

/// The filters of reports that are no formats.
pub(super) const REPORT_FILTERS: [&str; 2] = ["say", "stated"];

/// The filters of minijinja whose result is a number without a source.
pub(super) const NUMBER_FILTERS: [&str; 9] =
    ["abs", "count", "float", "int", "length", "max", "min", "round", "sum"];

/// The filters of minijinja whose result is of what they are given.
pub(super) const SAME_FILTERS: [&str; 17] = [
    "capitalize",
    "d",
    "default",
    "e",
    "escape",
    "first",
    "indent",
    "last",
    "list",
    "lower",
    "reverse",
    "safe",
    "sort",
    "string",
    "title",
    "unique",
    "upper",
];

/// Its other filters.
pub(super) const OTHER_FILTERS: [&str; 22] = [
    "attr",
    "batch",
    "bool",
    "chain",
    "dictsort",
    "format",
    "groupby",
    "items",
    "join",
    "lines",
    "map",
    "pprint",
    "reject",
    "rejectattr",
    "replace",
    "select",
    "selectattr",
    "slice",
    "split",
    "tojson",
    "trim",
    "zip",
];

/// What can be called of runs.
pub(super) const RUN_METHODS: [&str; 4] = ["at", "each", "of", "over"];

/// What stands behind the dot of runs, beside measures and coordinates.
pub(super) const RUN_ATTRIBUTES: [&str; 6] = ["distinct", "name", "names", "n", "params", "stage"];

/// What stands behind the dot of a number.
pub(super) const QUANTITY_ATTRIBUTES: [&str; 6] = ["max", "mean", "median", "min", "n", "sd"];

/// What stands behind the dot of a comparison.
pub(super) const COMPARISON_ATTRIBUTES: [&str; 6] = ["a", "b", "by", "relation", "x", "y"];

/// What stands behind the dot of the best runs.
pub(super) const BEST_ATTRIBUTES: [&str; 4] = ["first", "incomplete", "rest", "rivals"];

/// Gives every filter that there is.
pub(super) fn filters() -> impl Iterator<Item = &'static str> + Clone {
    let own = FORMATS.into_iter().chain(REPORT_FILTERS);
    own.chain(NUMBER_FILTERS).chain(SAME_FILTERS).chain(OTHER_FILTERS)
}

#[cfg(test)]
mod tests {
    use minijinja::{Environment, ErrorKind, context};

    use super::*;

    #[test]
    fn minijinja_has_the_filters_and_functions_that_are_named_as_its_own() {
        let environment = Environment::new();
        let is_unknown = |expression: String| {
            let result = environment.compile_expression(&expression).and_then(|it| it.eval(context!()));
            result.is_err_and(|error| {
                matches!(error.kind(), ErrorKind::UnknownFilter | ErrorKind::UnknownFunction)
            })
        };
        let own = NUMBER_FILTERS.into_iter().chain(SAME_FILTERS).chain(OTHER_FILTERS);
        let mut unknown: Vec<&str> = own.filter(|name| is_unknown(format!("[] | {name}"))).collect();
        unknown.extend(BUILT_IN_FUNCTIONS.into_iter().filter(|name| is_unknown(format!("{name}()"))));
        assert_eq!(unknown, [""; 0]);
        assert!(is_unknown("[] | fixd".to_owned()) && is_unknown("fixd()".to_owned()));
    }
}
