//! What a run shows: bars on a terminal however narrow, colours unless they are unwanted, bare lines in a log.
//!
//! `script` gives the program a terminal; [`Screen`] is what a person would see on it.

use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use super::project::{CommandResult, Project, run_to_end};

const COLUMNS: usize = 40;

/// Two programs at once, whose name alone is wider than the terminal, and one after them.
const LONG: &str = "\
recount: 1
title: long
stages:
  - name: a-name-that-is-longer-than-the-terminal-is-wide
    kind: command
    each: { word: [alpha, beta] }
    run: sleep 0.3; echo {word} > {word}.txt
    outputs: [\"{word}.txt\"]
  - name: all
    kind: command
    needs: [a-name-that-is-longer-than-the-terminal-is-wide]
    run: sleep 0.3; cat alpha.txt beta.txt > all.txt
    outputs: [all.txt]
";

/// Runs the program on a terminal of so many columns.
fn on_a_terminal(project: &Project, variables: &[(&str, &str)]) -> CommandResult {
    run_to_end(&mut terminal(project, "run -j2", variables))
}

/// Gives what runs the program on a terminal.
fn terminal(project: &Project, words: &str, variables: &[(&str, &str)]) -> Command {
    let program = project.command(&[]);
    let line = format!(
        "stty cols {COLUMNS} rows 24; exec '{}' {words}",
        program.get_program().to_str().expect("the path is UTF-8")
    );
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    script.current_dir(project.path("")).env_clear().env("TERM", "xterm").stdin(std::process::Stdio::null());
    script.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    script.envs(variables.iter().copied());
    script
}

/// A terminal's rows, as far as a program may move in them here.
#[derive(Default)]
struct Screen {
    rows: Vec<Vec<char>>,
    row: usize,
    column: usize,
    colours: usize,
}

impl Screen {
    /// Shows what was printed; `frame` sees the rows each time before some are drawn anew.
    fn show(&mut self, printed: &str, mut frame: impl FnMut(&[String])) {
        let mut letters = printed.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\r' => self.column = 0,
                '\n' => self.row += 1,
                // A terminal shows nothing for it.
                '\u{3}' => {}
                '\u{1b}' => {
                    assert_eq!(letters.next(), Some('['), "only sequences that begin so are known here");
                    let mut number = String::new();
                    let end = loop {
                        match letters.next().expect("a sequence has an end") {
                            part @ ('0'..='9' | ';') => number.push(part),
                            end => break end,
                        }
                    };
                    let count = || number.parse::<usize>().unwrap_or(1);
                    match end {
                        'A' => {
                            frame(&self.text());
                            self.row -= count();
                        }
                        'B' => self.row += count(),
                        'K' if number == "2" => self.line().clear(),
                        'm' => self.colours += 1,
                        other => panic!("`{number}{other}` is not known here"),
                    }
                }
                letter => self.put(letter),
            }
        }
        frame(&self.text());
    }

    fn line(&mut self) -> &mut Vec<char> {
        let rows = self.rows.len().max(self.row + 1);
        self.rows.resize(rows, Vec::new());
        &mut self.rows[self.row]
    }

    fn put(&mut self, letter: char) {
        if self.column == COLUMNS {
            self.row += 1;
            self.column = 0;
        }
        let column = self.column;
        let line = self.line();
        let length = line.len().max(column + 1);
        line.resize(length, ' ');
        line[column] = letter;
        self.column += 1;
    }

    fn text(&self) -> Vec<String> {
        self.rows.iter().map(|row| row.iter().collect::<String>().trim_end().to_owned()).collect()
    }
}

fn is_bar(row: &str) -> bool {
    row.starts_with(['█', '░'])
}

#[test]
fn a_bar_takes_one_row_of_a_narrow_terminal_and_none_is_left() {
    let project = Project::empty();
    project.write("pipeline.yaml", LONG);
    let result = on_a_terminal(&project, &[]).done();
    let mut screen = Screen::default();
    let (mut frames, mut most) = (0, 0);
    screen.show(&result.out, |rows| {
        let running: Vec<usize> = (0..rows.len()).filter(|row| rows[*row].starts_with("  ")).collect();
        for row in &running {
            let below = rows.get(row + 1).map_or("", String::as_str);
            assert!(below.is_empty() || below.starts_with("  ") || is_bar(below), "{rows:#?}");
        }
        assert!(rows.iter().filter(|row| is_bar(row)).count() <= 1, "{rows:#?}");
        most = most.max(running.len());
        frames += 1;
    });
    assert!(frames > 4, "it drew {frames} times");
    assert_eq!(most, 2, "two programs ran at once");
    let last = screen.text().concat();
    assert_eq!(last.matches("ran     a-name-that-is-longer-than-the-terminal-is-wide[word=").count(), 2);
    assert_eq!(last.matches("ran     all · ").count(), 1);
    assert!(last.contains("ran 3 · "), "{last}");
    assert!(!last.contains(['█', '░']), "{last}");
}

/// A program that says what it does, and cleans up for a while when it is asked to end.
const CLEANS_UP: &str = "\
recount: 1
title: long
stages:
  - name: fit
    kind: command
    run: \"trap 'sleep 0.5; touch cleaned; exit 1' TERM; printf 'epoch 1\\r epoch 2'; touch ready; sleep 30 & wait\"
";

/// Runs a pipeline on a terminal, and types so many Ctrl-C once its program runs.
fn stopped(project: &Project, pipeline: &str, count: usize) -> CommandResult {
    project.write("pipeline.yaml", pipeline);
    let mut script = terminal(project, "run -j2", &[]);
    script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut script = script.spawn().expect("`script` starts");
    let mut keys = script.stdin.take().expect("its input is a pipe");
    while !project.path("ready").exists() {
        thread::sleep(Duration::from_millis(5));
    }
    // A row shows what the program printed only after a while.
    thread::sleep(Duration::from_millis(700));
    for _ in 0..count {
        keys.write_all(b"\x03").expect("`script` reads it");
        thread::sleep(Duration::from_millis(600));
    }
    let output = script.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    CommandResult { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn a_stop_leaves_no_row_behind_and_a_row_shows_the_last_line() {
    let project = Project::empty();
    let result = stopped(&project, CLEANS_UP, 1).ended(130);
    let mut screen = Screen::default();
    let mut rows_seen = String::new();
    screen.show(&result.out, |rows| rows_seen.extend(rows.iter().map(|row| format!("{row}\n"))));
    assert!(rows_seen.contains("  fit · 0.5 s ·  epoch 2\n"), "{rows_seen}");
    assert!(rows_seen.contains(" · was asked to end, "), "{rows_seen}");
    let left: Vec<String> = screen.text().into_iter().filter(|row| !row.is_empty()).collect();
    assert!(left[0].starts_with("not finished 1 · ") && left[1].starts_with("error: stopped; "), "{left:#?}");
    assert!(project.path("cleaned").exists());
}

#[test]
fn a_stop_leaves_no_row_of_several_long_ones_behind() {
    let project = Project::empty();
    let result =
        stopped(&project, &LONG.replace("sleep 0.3; echo", "touch ready; sleep 30; echo"), 1).ended(130);
    let mut screen = Screen::default();
    screen.show(&result.out, |_| {});
    let left: Vec<String> = screen.text().into_iter().filter(|row| !row.is_empty()).collect();
    assert!(left[0].starts_with("not finished 3 · ") && left[1].starts_with("error: stopped; "), "{left:#?}");
}

#[test]
fn a_second_ctrl_c_kills_at_once() {
    let project = Project::empty();
    stopped(&project, &CLEANS_UP.replace("sleep 0.5", "sleep 9"), 2).ended(130);
    assert!(!project.path("cleaned").exists());
}

#[test]
fn no_color_leaves_bars_and_takes_every_colour() {
    let project = Project::empty();
    project.write("pipeline.yaml", LONG);
    let colours = |variables: &[(&str, &str)], code| {
        let mut screen = Screen::default();
        screen.show(&on_a_terminal(&project, variables).ended(code).out, |_| {});
        screen.colours
    };
    assert_eq!(colours(&[("NO_COLOR", "1")], 0), 0);
    project.edit("pipeline.yaml", "kind: command", "kind: comand");
    assert_ne!(colours(&[], 2), 0, "a mistake is printed in colours");
    assert_eq!(colours(&[("NO_COLOR", "1")], 2), 0);
}

#[test]
fn what_became_of_an_instance_has_a_colour() {
    let project = Project::empty();
    project.write("pipeline.yaml", LONG).edit("pipeline.yaml", "cat alpha.txt beta.txt > all.txt", "exit 1");
    let out = on_a_terminal(&project, &[]).ended(1).out;
    assert!(out.contains("\u{1b}[32mran    \u{1b}[0m a-name"), "{out}");
    assert!(out.contains("\u{1b}[31mfailed \u{1b}[0m all · "), "{out}");
}

#[test]
fn the_state_of_an_instance_has_a_colour_unless_it_is_unwanted() {
    let project = Project::empty();
    project.write("pipeline.yaml", LONG);
    let status =
        |variables: &[(&str, &str)]| run_to_end(&mut terminal(&project, "status", variables)).done().out;
    let first = |out: String| out.lines().next().map(str::to_owned);
    let rest = "a-name-that-is-longer-than-the-terminal-is-wide · 2 of 2 · never run before";
    assert_eq!(first(status(&[])), Some(format!("\u{1b}[33mstale  \u{1b}[0m {rest}")));
    assert_eq!(first(status(&[("NO_COLOR", "1")])), Some(format!("stale   {rest}")));
}

#[test]
fn a_quiet_run_draws_nothing() {
    let project = Project::empty();
    project.write("pipeline.yaml", LONG);
    let run = run_to_end(&mut terminal(&project, "run -q", &[])).done().out;
    assert!(run.starts_with("ran 3 · ") && run.lines().count() == 1, "{run}");
}

#[test]
fn a_log_has_bare_lines_only() {
    let project = Project::empty();
    project.write("pipeline.yaml", LONG);
    let is_bare = |text: &str| !text.contains(['\u{1b}', '\r', '█', '░']);
    let run = project.run(&["run"]).done();
    assert!(is_bare(&run.err) && is_bare(&run.out), "{}", run.err);
    assert_eq!(run.err.lines().count(), 3, "{}", run.err);
    project.edit("pipeline.yaml", "echo {word}", "echo {word} again");
    // A service for continuous integration may well give it a terminal.
    let run = on_a_terminal(&project, &[("CI", "true")]).done();
    assert!(is_bare(&run.out.replace("\r\n", "\n")), "{}", run.out);
    project.edit("pipeline.yaml", "kind: command", "kind: comand");
    assert!(is_bare(&project.run(&["run"]).ended(2).err));
}
