//! Where the bytes of a file differ from those that belong there.

use recount_report::audit::Finding;

/// How many differing lines of one file are printed.
const MAX_DIFFERENCES: usize = 20;

/// Says where two texts differ, line by line as far as they have the same lines.
pub fn differences(place: &str, bytes: &[u8], expected: &[u8], findings: &mut Vec<Finding>) {
    let (text, expected_text) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(expected));
    let mut printed = 0;
    for (index, (line, expected)) in text.lines().zip(expected_text.lines()).enumerate() {
        if line == expected {
            continue;
        }
        printed += 1;
        if printed > MAX_DIFFERENCES {
            return findings.push(Finding::new(place, "and more lines"));
        }
        let same = line.chars().zip(expected.chars()).take_while(|(one, other)| one == other).count();
        let what = format!("`{}` where the runs give `{}`", around(line, same), around(expected, same));
        findings.push(Finding::new(format!("{place}:{}:{}", index + 1, same + 1), what));
    }
    let (lines, expected_lines) = (text.lines().count(), expected_text.lines().count());
    if lines != expected_lines {
        findings
            .push(Finding::new(place, format!("it has {lines} lines where the runs give {expected_lines}")));
    } else if printed == 0 {
        findings.push(Finding::new(place, "its line ends, or bytes that are no text, differ"));
    }
}

/// Gives the words of a line around its character `at`.
fn around(line: &str, at: usize) -> String {
    const BEFORE: usize = 12;
    const LENGTH: usize = 48;
    let from = at.saturating_sub(BEFORE);
    let cut: String = line.chars().skip(from).take(LENGTH).collect();
    let before = if from > 0 { "…" } else { "" };
    let after = if line.chars().count() > from + LENGTH { "…" } else { "" };
    format!("{before}{}{after}", cut.replace('`', "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_has_its_place() {
        let found = |text: &str, expected: &str| {
            let mut findings = Vec::new();
            differences("a.md", text.as_bytes(), expected.as_bytes(), &mut findings);
            findings.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(found("a\nb 1\n", "a\nb 2\n"), ["a.md:2:3: `b 1` where the runs give `b 2`"]);
        assert_eq!(found("a\r\n", "a\n"), ["a.md: its line ends, or bytes that are no text, differ"]);
        assert_eq!(found("a\nb\n", "a\n"), ["a.md: it has 2 lines where the runs give 1"]);
        assert_eq!(found("\u{1b}[2J", "a"), ["a.md:1:1: `\u{1b}[2J` where the runs give `a`"]);
    }
}
