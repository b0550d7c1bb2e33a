//! Patterns of paths, such as `data/*.csv` and `runs/**/metrics.json`.
//!
//! Invariants
//! - `*` and `?` stay within one folder; `**` goes through any number.
//! - A name is a pattern only where no file has it: files may be called `a[1].csv`.

use globset::{GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};

/// Letters that make a name a pattern.
const LETTERS: [char; 4] = ['*', '?', '[', '{'];

/// Says whether a name can be a pattern.
pub(crate) fn is_pattern(name: &str) -> bool {
    name.contains(LETTERS)
}

/// Gives the folder that holds everything that a pattern fits; empty for the project's.
pub(crate) fn base_folder(pattern: &str) -> &str {
    let before = &pattern[..pattern.find(LETTERS).unwrap_or(0)];
    before.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Reads one pattern.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn matcher(pattern: &str) -> Result<GlobMatcher, String> {
    glob(pattern).map(|glob| glob.compile_matcher())
}

/// Reads patterns of which one must fit.
///
/// # Errors
/// What is wrong with the first that can't be read.
pub(crate) fn set(patterns: &[String]) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(glob(pattern).map_err(|error| format!("`{pattern}` can't be read as a pattern: {error}"))?);
    }
    set.build().map_err(|error| format!("the patterns can't be used: {error}"))
}

/// Says whether a pattern fits a path, or may fit something below it.
pub(crate) fn may_fit_in(pattern: &str, path: &str) -> bool {
    let depth = path.split('/').count();
    let parts: Vec<&str> = pattern.split('/').take(depth).collect();
    if parts.contains(&"**") {
        return true;
    }
    parts.len() == depth && matcher(&parts.join("/")).is_ok_and(|matcher| matcher.is_match(path))
}

fn glob(pattern: &str) -> Result<globset::Glob, String> {
    GlobBuilder::new(pattern).literal_separator(true).build().map_err(|error| error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_within_its_base_folder() {
        assert_eq!(base_folder("data/raw/*.csv"), "data/raw");
        assert_eq!(base_folder("*.csv"), "");
        let fits = |pattern: &str, path: &str| matcher(pattern).is_ok_and(|it| it.is_match(path));
        assert!(fits("data/*.csv", "data/a.csv") && !fits("data/*.csv", "data/in/a.csv"));
        assert!(fits("data/**/*.csv", "data/in/a.csv") && fits("data/**/*.csv", "data/a.csv"));
        assert_eq!(matcher("data/[a").map(drop), Err("unclosed character class; missing ']'".to_owned()));
    }

    #[test]
    fn a_folder_may_hold_what_a_pattern_fits() {
        assert!(may_fit_in("runs/*/m.json", "runs/1") && may_fit_in("runs/*/m.json", "runs/1/m.json"));
        assert!(!may_fit_in("runs/*/m.json", "runs/1/other") && !may_fit_in("*.csv", "runs/1"));
        assert!(may_fit_in("**/m.json", "runs/1"));
    }
}
