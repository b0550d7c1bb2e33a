//! Markdown as templates leave it → Markdown as a person would have written it.

use super::fence::{Fences, Line};

/// Drops trailing blanks and runs of empty lines, and ends the text with one line feed.
///
/// Lines between code fences keep their empty lines.
pub(super) fn tidy(markdown: &str) -> String {
    let mut tidied = String::with_capacity(markdown.len());
    let mut fences = Fences::default();
    let mut empty_before = true;
    for line in markdown.lines().map(str::trim_end) {
        if fences.read(line) != Line::Code && line.is_empty() && empty_before {
            continue;
        }
        empty_before = line.is_empty();
        tidied.push_str(line);
        tidied.push('\n');
    }
    let end = tidied.trim_end().len();
    tidied.truncate(end);
    tidied.push('\n');
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_runs_of_empty_lines_go() {
        assert_eq!(tidy("\n\n# A  \n\n\n\ntext\n \n\n"), "# A\n\ntext\n");
    }

    #[test]
    fn code_keeps_its_empty_lines() {
        assert_eq!(tidy("```\na\n\n\nb\n```\n"), "```\na\n\n\nb\n```\n");
    }

    #[test]
    fn code_between_backticks_opens_no_block() {
        assert_eq!(tidy("```x```\n\n\n\na\n"), "```x```\n\na\n");
    }

    #[test]
    fn tidying_twice_changes_nothing() {
        let once = tidy("a\n\n\n\nb \n");
        assert_eq!(tidy(&once), once);
    }
}
