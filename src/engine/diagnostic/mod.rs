//! A mistake in a person's file as data, and its one renderer.
//!
//! [`Source`] + span ──▶ [`Diagnostic`] ──collected──▶ [`Diagnostics`] ──[`Diagnostics::render`]──▶ text
//!
//! Invariants
//! - The source text travels with its diagnostics: rendering reads no file.
//! - A message holds no control character, so that a file's content can't drive the terminal.
//! - What is kept and shown is bounded, however much is wrong: the first mistakes, and a part of long lines and texts.
//! - Knows no YAML and prints nothing.

mod source;

use std::fmt::{self, Write as _};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

pub use source::{Place, Source};

/// Mistakes that are kept and shown; the others are counted.
const MAX_PRINTED_MISTAKES: usize = 100;

/// Bytes of a line that are shown on each side of where a mistake begins.
const MAX_HALF_LINE_BYTES: usize = 20_000;

/// Characters of a message or help that are shown.
const MAX_MESSAGE_BYTES: usize = 2_000;

/// One mistake.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    message: String,
    place: Option<Place>,
    help: Option<String>,
}

impl Diagnostic {
    /// Makes an error; `message` is a lower-case phrase with the user's words in backticks.
    pub fn error(message: impl AsRef<str>) -> Self {
        Self { message: printable(message.as_ref()), place: None, help: None }
    }

    /// Says where.
    pub fn at(self, place: &Place) -> Self {
        Self { place: Some(place.clone()), ..self }
    }

    /// Says what to do.
    pub fn help(self, help: impl AsRef<str>) -> Self {
        Self { help: Some(printable(help.as_ref())), ..self }
    }

    /// Says what to do, where something is known.
    pub fn maybe_help(self, help: Option<String>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    /// Gives what is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Gives where it is.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// Where it belongs among others: files by path, then arguments in their order.
    fn rank(&self) -> (Option<usize>, &str, usize) {
        match &self.place {
            Some(place) => (place.source().argument, place.source().name(), place.span().start),
            None => (None, "", 0),
        }
    }

    fn render(&self, renderer: &Renderer) -> String {
        let title = Level::ERROR.primary_title(&self.message);
        let primary = match &self.place {
            None => Group::with_title(title),
            Some(place) if place.is_whole() => title.element(Origin::path(place.source().name())),
            Some(place) => {
                let (source, span) = (place.source(), place.span());
                let (number, column) = source.line_and_column(span.start);
                let line = source.line(number);
                let shown = window(source.text(), line.clone(), span.start);
                let within = |offset: usize| offset.clamp(shown.start, shown.end) - shown.start;
                let snippet = Snippet::source(&source.text()[shown.clone()]).line_start(number);
                let mark = AnnotationKind::Primary.span(within(span.start)..within(span.end));
                if shown.start == line.start {
                    title.element(snippet.path(source.name()).annotation(mark))
                } else {
                    // The renderer would count columns from where the shown part begins.
                    let origin = Origin::path(source.name()).line(number).char_column(column);
                    title.element(origin).element(snippet.annotation(mark))
                }
            }
        };
        let help = self.help.as_ref().map(|help| Group::with_title(Level::HELP.secondary_title(help)));
        let report: Vec<Group<'_>> = std::iter::once(primary).chain(help).collect();
        renderer.render(&report)
    }
}

/// The mistakes that were found: the first hundred, sorted by place, and how many there are.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    kept: Vec<Diagnostic>,
    count: usize,
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { kept: vec![diagnostic], count: 1 }
    }
}

impl Diagnostics {
    /// Adds one.
    pub fn add(&mut self, diagnostic: Diagnostic) {
        self.add_with(|| diagnostic);
    }

    /// Adds one that is costly to make; it is made only if it will be kept.
    pub fn add_with(&mut self, make: impl FnOnce() -> Diagnostic) {
        self.count += 1;
        if self.kept.len() < MAX_PRINTED_MISTAKES {
            let diagnostic = make();
            let after = self.kept.partition_point(|other| other.rank() <= diagnostic.rank());
            self.kept.insert(after, diagnostic);
        }
    }

    /// Adds all of another collection.
    pub fn append(&mut self, others: Self) {
        self.count += others.count - others.kept.len();
        others.kept.into_iter().for_each(|other| self.add(other));
    }

    /// Says whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Counts them, with those that are not kept.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Goes through those that are kept, files by path, each from its top, then arguments.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.kept.iter()
    }

    /// Renders those that are kept, with an empty line between two, for a terminal (`coloured`) or for a log, and
    /// says how many others there are.
    pub fn render(&self, coloured: bool) -> String {
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for (index, diagnostic) in self.kept.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            writeln!(text, "{gap}{}", diagnostic.render(&renderer)).expect("a String takes any text");
        }
        let more = match self.count - self.kept.len() {
            0 => return text,
            1 => "1 more mistake is not shown".to_owned(),
            more => format!("{more} more mistakes are not shown"),
        };
        let more = Diagnostic::error(more).help("correct these first").render(&renderer);
        writeln!(text, "\n{more}").expect("a String takes any text");
        text
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.render(false).trim_end())
    }
}

impl std::error::Error for Diagnostics {}

/// Gives the part of a line that is shown: all of it, or what is around `at` in a long one.
fn window(text: &str, line: Range<usize>, at: usize) -> Range<usize> {
    let boundary =
        |at: usize| (line.start..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(line.start);
    let at = at.clamp(line.start, line.end);
    let start = at.saturating_sub(MAX_HALF_LINE_BYTES).max(line.start);
    let end = (at + MAX_HALF_LINE_BYTES).min(line.end);
    boundary(start)..boundary(end)
}

/// Escapes what would break a line or drive a terminal, and leaves out the middle of what nobody would read.
fn printable(text: &str) -> String {
    let half = MAX_MESSAGE_BYTES / 2;
    let middle = text.char_indices().nth(half).zip(text.char_indices().nth_back(half));
    let (start, gap, end) = match middle {
        Some(((first, _), (last, _))) if first < last => (&text[..first], "…", &text[last..]),
        _ => (text, "", ""),
    };
    let mut printed = String::with_capacity(start.len() + gap.len() + end.len());
    for character in [start, gap, end].into_iter().flat_map(str::chars) {
        if character.is_control() {
            printed.extend(character.escape_default());
        } else {
            printed.push(character);
        }
    }
    printed
}

#[cfg(test)]
mod tests {
    use super::*;
    use snapbox::{assert_data_eq, str};

    fn rendered(diagnostic: Diagnostic) -> String {
        Diagnostics::from(diagnostic).render(false)
    }

    #[test]
    fn a_mistake_is_shown_in_its_line_with_carets_and_help() {
        let text = "a: 1\nb: 2\n\n\n\n\n\n\n    needs: [prepair]\n";
        let source = Source::file("pipeline.yaml", text);
        let start = text.find("prepair").unwrap();
        let diagnostic = Diagnostic::error("no stage is named `prepair`")
            .at(&Place::new(&source, start..start + 7))
            .help("a stage named `prepare` exists");
        assert_data_eq!(
            rendered(diagnostic),
            str![[r#"
error: no stage is named `prepair`
 --> pipeline.yaml:9:13
  |
9 |     needs: [prepair]
  |             ^^^^^^^
  |
help: a stage named `prepare` exists

"#]]
        );
    }

    #[test]
    fn a_mistake_over_several_lines_is_shown_on_the_first_of_them() {
        let source = Source::file("a.yaml", "één: {\r\n  b: 1\r\n}\r\n");
        let diagnostic = Diagnostic::error("odd").at(&Place::new(&source, 7..17));
        assert_data_eq!(
            rendered(diagnostic),
            str![[r#"
error: odd
 --> a.yaml:1:6
  |
1 | één: {
  |      ^

"#]]
        );
    }

    #[test]
    fn a_mistake_at_the_end_of_a_file_or_without_a_line_has_a_place_too() {
        let source = Source::file("a.yaml", "");
        assert_data_eq!(
            rendered(Diagnostic::error("empty").at(&Place::new(&source, 0..0))),
            str![[r#"
error: empty
 --> a.yaml:1:1
  |
1 |
  | ^

"#]]
        );
        assert_data_eq!(
            rendered(Diagnostic::error("binary").at(&Place::whole(&source)).help("save it as text")),
            str![[r#"
error: binary
--> a.yaml
 |
help: save it as text

"#]]
        );
    }

    #[test]
    fn files_come_before_arguments_and_each_is_sorted_from_its_top() {
        let file = Source::file("b.yaml", "one two");
        let argument = Source::argument("--set", 0, "a.b=c");
        let mut diagnostics = Diagnostics::default();
        diagnostics.add(Diagnostic::error("third").at(&Place::new(&argument, 0..1)));
        diagnostics.add(Diagnostic::error("second").at(&Place::new(&file, 4..7)));
        diagnostics.add(Diagnostic::error("first").at(&Place::new(&file, 0..3)));
        let messages: Vec<_> = diagnostics.iter().map(Diagnostic::message).collect();
        assert_eq!(messages, ["first", "second", "third"]);
    }

    #[test]
    fn colour_is_added_only_when_it_is_asked_for() {
        let source = Source::file("a.yaml", "one");
        let mut diagnostics = Diagnostics::default();
        diagnostics.add(Diagnostic::error("odd").at(&Place::new(&source, 0..3)));
        assert!(diagnostics.render(true).contains("\u{1b}["));
        assert!(!diagnostics.render(false).contains('\u{1b}'));
    }

    #[test]
    fn of_many_mistakes_the_first_hundred_are_kept_and_the_others_counted() {
        let source = Source::file("a.yaml", "x\n".repeat(150));
        let mut diagnostics = Diagnostics::default();
        for at in 0..150 {
            diagnostics
                .add(Diagnostic::error(format!("mistake {at}")).at(&Place::new(&source, 2 * at..2 * at + 1)));
        }
        diagnostics.add_with(|| unreachable!("it would not be kept"));
        let mut all = Diagnostics::default();
        all.append(diagnostics.clone());
        for diagnostics in [diagnostics, all] {
            let rendered = diagnostics.render(false);
            assert_eq!((diagnostics.len(), diagnostics.iter().count()), (151, 100));
            assert!(rendered.contains("mistake 99\n") && !rendered.contains("mistake 100\n"), "{rendered}");
            assert!(
                rendered.ends_with("error: 51 more mistakes are not shown\n |\nhelp: correct these first\n")
            );
        }
    }

    #[test]
    fn of_a_long_line_and_a_long_message_a_part_is_shown() {
        let source = Source::file("a.yaml", format!("{}mistake{}", "é".repeat(100_000), "x".repeat(100_000)));
        let place = Place::new(&source, 200_000..200_007);
        let text = rendered(Diagnostic::error("m".repeat(100_000)).at(&place));
        assert!(text.len() < 4_000, "{text}");
        assert!(text.contains(" --> a.yaml:1:100001\n") && text.contains("mistake"), "{text}");
    }

    #[test]
    fn a_message_cannot_drive_the_terminal() {
        assert_eq!(rendered(Diagnostic::error("a\u{1b}[2Jb\nc")), "error: a\\u{1b}[2Jb\\nc\n");
    }
}
