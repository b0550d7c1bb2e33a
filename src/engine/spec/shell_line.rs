//! How a value is put into a shell line: as data, whatever is in it, and never as a word of the shell's own.
//!
//! line ──scan──▶ for each brace its [`Quoting`] ──▶ the value as it is written there
//!
//! | the brace is | a value with spaces or letters that a shell reads |
//! |---|---|
//! | free | goes into single quotes |
//! | within double quotes | has `\` before what they leave alive |
//! | within single quotes | has its own single quotes written `'\''` |
//! | elsewhere | is refused: in comments, here-documents, backquotes, arithmetic, `[[ … ]]`, `${…}`, `$'…'`, substitutions within quotes |
//!
//! Invariant: a value of plain letters alone, such as a number, a name or a path, is put in as it is, wherever that is.

use std::path::Path;

use super::template::{Piece, pieces};

/// Shells whose quotes are these; by the names of their programs.
const SHELLS: [&str; 7] = ["sh", "bash", "dash", "ksh", "mksh", "zsh", "ash"];

/// What is said of a value that can't be put in, and what to do.
pub(crate) const UNQUOTED: &str = "a shell would not read as one word there";
pub(crate) const QUOTED_ELSEWHERE: &str = "write what it runs as a list, where each is an argument of its own; or put it outside of comments, \
     here-documents, backquotes, arithmetic, `[[ … ]]` and substitutions within quotes";

/// How a value is written at a place of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// In quotes of its own.
    Free,
    /// Within single quotes.
    Single,
    /// Within double quotes.
    Double,
    /// In no way but as it is.
    Unknown,
}

impl Quoting {
    /// Writes a value; `None` where that can't be done.
    pub(crate) fn write(self, value: &str) -> Option<String> {
        if is_plain(value) {
            return Some(value.to_owned());
        }
        match self {
            Self::Free => Some(format!("'{}'", value.replace('\'', r"'\''"))),
            Self::Single => Some(value.replace('\'', r"'\''")),
            Self::Double => {
                let escaped = |letter: char| {
                    let backslash = ['\\', '"', '$', '`'].contains(&letter).then_some('\\');
                    backslash.into_iter().chain([letter])
                };
                Some(value.chars().flat_map(escaped).collect())
            }
            Self::Unknown => None,
        }
    }
}

/// Says whether a shell reads a text as nothing but itself.
fn is_plain(text: &str) -> bool {
    let is_plain = |letter: char| letter.is_alphanumeric() || "_@%+=:,./-".contains(letter);
    !text.is_empty() && text.chars().all(is_plain)
}

/// Finds out for each name in braces of a line, in order, how its value is put in; `shell` are the words that the line is
/// put behind, none for bash.
pub(crate) fn quotings(line: &str, shell: &[String]) -> Vec<Quoting> {
    let name = shell.first().and_then(|shell| Path::new(shell.split_whitespace().next()?).file_name());
    let is_known = shell.is_empty() || SHELLS.iter().any(|known| name == Some(known.as_ref()));
    let within = if is_known { Within::Nothing } else { Within::Unknown };
    let mut scan = Scan { within, previous: '\n', escaped: false, angles: 0 };
    let mut found = Vec::new();
    for (piece, _) in pieces(line) {
        match piece {
            Piece::Literal(text) => text.chars().for_each(|letter| scan.read(letter)),
            Piece::Stray(brace) => scan.read(brace),
            Piece::Coordinate(_) => found.push(scan.value()),
        }
    }
    found
}

/// What surrounds a letter of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Single,
    Double,
    Comment,
    /// Something that is not followed, up to the line's end.
    Unknown,
}

/// Reads a line letter by letter.
struct Scan {
    within: Within,
    previous: char,
    /// Whether a backslash takes the next letter's meaning away.
    escaped: bool,
    /// How many `<` come right before.
    angles: usize,
}

impl Scan {
    fn read(&mut self, letter: char) {
        let previous = std::mem::replace(&mut self.previous, letter);
        if std::mem::take(&mut self.escaped) {
            // As part of a word it ends none and begins nothing.
            self.previous = 'x';
            return;
        }
        self.end_angles(letter == '<');
        let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
        self.within = match (self.within, letter) {
            (Within::Nothing | Within::Double, '\\') => {
                self.escaped = true;
                self.within
            }
            (Within::Nothing | Within::Double, '`') => Within::Unknown,
            (Within::Nothing | Within::Double, '{' | '[') if previous == '$' => Within::Unknown,
            (Within::Double, '(') if previous == '$' => Within::Unknown,
            (Within::Double, '"') | (Within::Single, '\'') => Within::Nothing,
            (Within::Nothing, '\'' | '"') if previous == '$' => Within::Unknown,
            (Within::Nothing, '\'') => Within::Single,
            (Within::Nothing, '"') => Within::Double,
            // Arithmetic and `[[` evaluate what is in them once more, and so do subscripts.
            (Within::Nothing, '(') if previous == '(' => Within::Unknown,
            (Within::Nothing, '[') if previous == '[' || is_name(previous) => Within::Unknown,
            (Within::Nothing, '#') if previous.is_whitespace() || ";&|()".contains(previous) => {
                Within::Comment
            }
            (Within::Comment, '\n') => Within::Nothing,
            (within, _) => within,
        };
    }

    /// Ends a run of `<`: two begin a here-document, three take a word.
    fn end_angles(&mut self, goes_on: bool) {
        if self.within != Within::Nothing {
            self.angles = 0;
        } else if goes_on {
            self.angles += 1;
        } else if std::mem::take(&mut self.angles) == 2 {
            self.within = Within::Unknown;
        }
    }

    /// Gives how a value is put in here; it is part of a word.
    fn value(&mut self) -> Quoting {
        self.end_angles(false);
        let previous = std::mem::replace(&mut self.previous, 'x');
        match self.within {
            _ if std::mem::take(&mut self.escaped) => Quoting::Unknown,
            Within::Single => Quoting::Single,
            // A value must not become what the dollar leads to.
            _ if previous == '$' => Quoting::Unknown,
            Within::Nothing => Quoting::Free,
            Within::Double => Quoting::Double,
            Within::Comment | Within::Unknown => Quoting::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;
    use crate::spec::fill;

    fn quoted(line: &str, value: &str) -> Option<String> {
        let mut quotings = quotings(line, &[]).into_iter();
        let mut values: Vec<String> = Vec::new();
        for quoting in quotings.by_ref() {
            values.push(quoting.write(value)?);
        }
        let mut values = values.into_iter();
        Some(fill(line, |_| values.next()))
    }

    #[test]
    fn a_value_is_quoted_for_where_it_is_put_and_plain_ones_stay() {
        let at = |line: &str| quoted(line, "it's $a").unwrap_or_else(|| "refused".to_owned());
        assert_eq!(at("cp {w} x/{w}.txt"), r"cp 'it'\''s $a' x/'it'\''s $a'.txt");
        assert_eq!(at(r#"echo "a \" {w}" {w}"#), r#"echo "a \" it's \$a" 'it'\''s $a'"#);
        assert_eq!(at("echo 'a {w}' {w}"), r"echo 'a it'\''s $a' 'it'\''s $a'");
        assert_eq!(at("cat <<< {w}; a=$(echo {w})"), r"cat <<< 'it'\''s $a'; a=$(echo 'it'\''s $a')");
        assert_eq!(at("# don't\necho a#b {w}"), "# don't\necho a#b 'it'\\''s $a'");
        for line in [
            "# {w}",
            "cat <<END\n{w}\nEND",
            "`echo {w}`",
            "\"`echo {w}`\"",
            "\"$(echo {w})\"",
            "$(( {w} ))",
            "(( {w} ))",
            "[[ {w} -eq 1 ]]",
            "a[{w}]=1",
            "${{a:-{w}}}",
            "$'{w}'",
            "$\"{w}\"",
            "${w}",
            "\"${w}\"",
            "\\{w}",
            "\"\\{w}\"",
            "$[{w}]",
            "cat <<{w}",
        ] {
            assert_eq!(at(line), "refused", "{line}");
            assert_eq!(quoted(line, "a-1.5").as_deref(), Some(fill(line, |_| Some("a-1.5")).as_str()));
        }
    }

    #[test]
    fn of_other_programs_than_shells_the_quotes_are_not_known() {
        let of = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            quotings("echo {w}", &words)
        };
        assert_eq!(of(&["/bin/sh", "-c"]), [Quoting::Free]);
        assert_eq!(of(&["zsh -c"]), [Quoting::Free]);
        assert_eq!(of(&["python3", "-c"]), [Quoting::Unknown]);
        assert_eq!(of(&["fish"]), [Quoting::Unknown]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// Whatever surrounds it: what bash prints is the value itself, and nothing that is in it runs.
        #[test]
        fn bash_reads_the_value_and_nothing_else(
            value in "[a $`\"'\\\\;&|<>(){}\\[\\]*?~#!=\n-]{0,12}",
            place in 0..6_usize,
        ) {
            let line = [
                "printf '%s' {w}", "printf '%s' \"{w}\"", "printf '%s' '{w}'", "x=$(printf '%s.' {w}); printf '%s' \"${{x%.}}\"",
                "printf '%s' \"\"{w}''", "# it's\nprintf '%s' {w} # \"",
            ][place];
            let line = quoted(line, &value).expect("none of these places is refused");
            let out = Command::new("bash").args(["-c", &line]).current_dir("/").output();
            let out = out.expect("there is a bash");
            prop_assert_eq!(String::from_utf8_lossy(&out.stdout).into_owned(), value, "{}", line);
            prop_assert!(out.stderr.is_empty(), "{}", line);
        }
    }
}
