//! Which output of a stage the file of an address means.

use crate::diagnostic::Diagnostic;
use crate::suggestion;

/// Finds the output whose name ends in `file`, by whole components: `metrics.json` means `eval/metrics.json`, and not
/// `my-metrics.json`. An output of exactly that name is meant even where others end in it.
///
/// # Errors
/// A [`Diagnostic`] without a place where none fits, or several do.
pub fn output_named<'o>(
    file: &str,
    outputs: impl IntoIterator<Item = &'o str> + Clone,
) -> Result<&'o str, Diagnostic> {
    let fits =
        |name: &&str| name.strip_suffix(file).is_some_and(|start| start.is_empty() || start.ends_with('/'));
    let mut fitting: Vec<&str> = outputs.clone().into_iter().filter(fits).collect();
    fitting.sort_by_key(|name| name.len());
    fitting.dedup();
    match fitting.as_slice() {
        [one] => Ok(*one),
        [one, ..] if *one == file => Ok(*one),
        [] => {
            let components = file.split('/').count();
            let near = |name: &&str| suggestion::nearest(file, [end(name, components)]).is_some();
            let help = match outputs.clone().into_iter().find(near) {
                Some(name) => Some(format!("an output `{name}` exists")),
                None => suggestion::help(file, outputs, "an output", "the outputs are"),
            };
            let help = help.unwrap_or_else(|| "the stage has no outputs".to_owned());
            Err(Diagnostic::error(format!("no output ends in `{file}`")).help(help))
        }
        [one, other, ..] => {
            let count = fitting.len();
            let message = format!("{count} outputs end in `{file}`: `{one}`, `{other}`");
            let message = if count > 2 { message + " and others" } else { message };
            Err(Diagnostic::error(message).help("write more of the path"))
        }
    }
}

/// Gives the last components of a path.
fn end(path: &str, components: usize) -> &str {
    let start = path.rmatch_indices('/').nth(components - 1).map_or(0, |(at, _)| at + 1);
    &path[start..]
}

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, str};

    use super::*;

    const OUTPUTS: [&str; 4] = ["eval/metrics.json", "my-metrics.json", "a/log.csv", "b/log.csv"];

    fn refused(file: &str, outputs: &[&str]) -> String {
        let mistake = output_named(file, outputs.iter().copied()).expect_err(file);
        crate::diagnostic::Diagnostics::from(mistake).render(false)
    }

    #[test]
    fn an_output_is_named_by_the_end_of_its_path() {
        assert_eq!(output_named("metrics.json", OUTPUTS).ok(), Some("eval/metrics.json"));
        assert_eq!(output_named("eval/metrics.json", OUTPUTS).ok(), Some("eval/metrics.json"));
        assert_eq!(output_named("b/log.csv", OUTPUTS).ok(), Some("b/log.csv"));
        assert_eq!(output_named("log.csv", ["b/log.csv", "log.csv"]).ok(), Some("log.csv"));
    }

    #[test]
    fn an_end_that_no_output_or_more_than_one_has_is_refused() {
        assert_data_eq!(
            refused("log.csv", &OUTPUTS),
            str![[r#"
error: 2 outputs end in `log.csv`: `a/log.csv`, `b/log.csv`
 |
help: write more of the path

"#]]
        );
        assert_data_eq!(
            refused("metric.json", &OUTPUTS),
            str![[r#"
error: no output ends in `metric.json`
 |
help: an output `eval/metrics.json` exists

"#]]
        );
        assert_data_eq!(
            refused("results.csv", &OUTPUTS),
            str![[r#"
error: no output ends in `results.csv`
 |
help: the outputs are `eval/metrics.json`, `my-metrics.json`, `a/log.csv`, `b/log.csv`

"#]]
        );
        assert_data_eq!(
            refused("x", &[]),
            str![[r#"
error: no output ends in `x`
 |
help: the stage has no outputs

"#]]
        );
    }
}
