//! The order of a command line's words: options may come before the command.
//!
//! Invariants
//! - Words keep their order among themselves; only a command's name moves, to the front.
//! - A word that follows an option which takes a value is that value, never a command.

use std::ffi::OsString;

use clap::Command;

/// Moves the command's name, if there is one behind options alone, to the front.
pub fn in_order(command: &Command, mut words: Vec<OsString>) -> Vec<OsString> {
    let mut at = 1;
    while let Some(word) = words.get(at).and_then(|word| word.to_str()) {
        if !word.starts_with('-') {
            if command.find_subcommand(word).is_some() {
                let name = words.remove(at);
                words.insert(1, name);
            }
            break;
        }
        if word == "--" {
            break;
        }
        at += if takes_next(command, word) { 2 } else { 1 };
    }
    words
}

/// Says whether an option's value is the next word.
fn takes_next(command: &Command, word: &str) -> bool {
    let option = command
        .get_arguments()
        .chain(command.get_subcommands().flat_map(Command::get_arguments))
        .find(|option| match word.strip_prefix("--") {
            Some(long) => option.get_long() == Some(long),
            None => {
                let mut letters = word.chars().skip(1);
                letters.next() == option.get_short() && letters.next().is_none()
            }
        });
    option.is_some_and(|option| option.get_action().takes_values())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::{CommandFactory as _, Parser as _};

    use super::*;
    use crate::arguments::Arguments;

    fn ordered(line: &str) -> String {
        let words = line.split(' ').map(OsString::from).collect();
        let words = in_order(&Arguments::command(), words);
        words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_command_may_come_after_its_options() {
        for (line, meant) in [
            ("recount --set train.hidden=32 status", "recount status --set train.hidden=32"),
            ("recount --set=train.hidden=32 status", "recount status --set=train.hidden=32"),
            ("recount --project status fsck", "recount fsck --project status"),
            ("recount -j 2 run train", "recount run -j 2 train"),
            ("recount -j2 --keep-runs 3 gc", "recount gc -j2 --keep-runs 3"),
            ("recount --dry-run train", "recount --dry-run train"),
            ("recount train status", "recount train status"),
            ("recount -- status", "recount -- status"),
            ("recount", "recount"),
        ] {
            assert_eq!(ordered(line), meant);
        }
    }

    /// Asserts that no two words of a command, or of one below it, have the same name: `clap` itself looks only in
    /// builds with debug assertions.
    fn assert_apart(command: &Command) {
        let mut names = BTreeSet::new();
        for argument in command.get_arguments() {
            let long = argument.get_long().map(|long| format!("--{long}"));
            let short = argument.get_short().map(|short| format!("-{short}"));
            for name in [Some(argument.get_id().to_string()), long, short].into_iter().flatten() {
                assert!(names.insert(name.clone()), "`{}` has two `{name}`", command.get_name());
            }
        }
        command.get_subcommands().for_each(assert_apart);
    }

    #[test]
    fn the_words_fit_together() {
        let mut command = Arguments::command();
        command.build();
        assert_apart(&command);
        command.debug_assert();
        assert!(Arguments::try_parse_from(["recount", "status", "--jobs", "2"]).is_err());
    }
}
