//! Why a report cannot be rendered, with its place in the templates and what to do.

use minijinja::ErrorKind;

/// Why a report cannot be rendered.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RenderError {
    /// The folder lacks the template that is the report.
    #[error("the template folder has no `{name}`")]
    NoMain {
        /// The template's name.
        name: String,
    },
    /// A template cannot be read or rendered.
    #[error("{template}:{line}: {message}")]
    Template {
        /// The template, relative to its folder.
        template: String,
        /// The line in it, from 1.
        line: usize,
        /// What is wrong.
        message: String,
        /// What to do, where that is known.
        help: Option<String>,
    },
    /// A measure was joined into a text without a format.
    #[error("line {line} of the report has a number without a format: `{text}`")]
    Unformatted {
        /// The line of the report, from 1.
        line: usize,
        /// The line, without the number.
        text: String,
    },
    /// A template states a quantity itself.
    #[error("{template}:{line}:{column}: `{numeral}` is typed, so that nothing answers for it")]
    Typed {
        /// The template, relative to its folder.
        template: String,
        /// The line in it, from 1.
        line: usize,
        /// The column, from 1, in characters.
        column: usize,
        /// The numeral, or the count in words.
        numeral: String,
    },
    /// A template compares with a number that is written there.
    #[error("{template}:{line}: `{comparison}` compares with a bare number, which says nothing of a measure")]
    Literal {
        /// The template, relative to its folder.
        template: String,
        /// The line in it, from 1.
        line: usize,
        /// The comparison.
        comparison: String,
    },
    /// A template or the finished report has something in which a number could hide.
    #[error("{place}:{line}:{column}: {fault}")]
    Fault {
        /// The template, relative to its folder, or `the report`.
        place: String,
        /// The line in it, from 1.
        line: usize,
        /// The column, from 1, in characters.
        column: usize,
        /// What is wrong.
        fault: Fault,
    },
    /// The finished report has a numeral that is neither a measure nor a name.
    #[error("line {line}, column {column} of the report: nothing answers for `{numeral}` in `{text}`")]
    Orphan {
        /// The line of the report, from 1.
        line: usize,
        /// The column, from 1, in characters.
        column: usize,
        /// The numeral.
        numeral: String,
        /// The line itself, or its beginning.
        text: String,
    },
    /// A number stands in code, where it can be no link.
    #[error("line {line} of the report has a number in code: `{text}`")]
    InCode {
        /// The line of the report, from 1.
        line: usize,
        /// The line, without the number.
        text: String,
    },
    /// A block has a word of comparison that nothing bears out.
    #[error("line {line} of the report says `{word}`, and nothing bears it out: `{text}`")]
    Unborne {
        /// The line of the report, from 1.
        line: usize,
        /// The word.
        word: String,
        /// The line itself, or its beginning.
        text: String,
    },
    /// A word that is borne out is denied in its clause.
    #[error(
        "line {line} of the report says `{denial}` before `{word}`, which the measures bear out: `{text}`"
    )]
    Denied {
        /// The line of the report, from 1.
        line: usize,
        /// What denies it.
        denial: &'static str,
        /// The word.
        word: String,
        /// The line itself, or its beginning.
        text: String,
    },
    /// A number stands in a sentence, or a row, that names other variants than its own, or speaks of something else.
    #[error("line {line} of the report has `{number}`, which is {is}, and its sentence {said}: `{text}`")]
    Misattributed {
        /// The line of the report, from 1.
        line: usize,
        /// The number, as it is printed.
        number: String,
        /// What it is: of which variants, or a sort of number.
        is: String,
        /// What its sentence says instead.
        said: String,
        /// The line itself, or its beginning.
        text: String,
    },
    /// A word that is borne out stands in a sentence that names others than were compared.
    #[error("line {line} of the report says `{word}`, and its sentence {what}: `{text}`")]
    Misnamed {
        /// The line of the report, from 1.
        line: usize,
        /// The word.
        word: String,
        /// What is wrong with the names.
        what: String,
        /// The line itself, or its beginning.
        text: String,
    },
}

/// What a number could hide in, or a picture.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Fault {
    /// Code that begins and does not end.
    #[error("{0} opens code that is never closed")]
    Unclosed(String),
    /// A block of code that does not begin its line.
    #[error("`{0}` opens a block of code, and is indented")]
    Indented(String),
    /// A number that is written as code.
    #[error("`{0}` is a number in code, so that nothing answers for it")]
    InCode(String),
    /// A picture that no stage draws for this report.
    #[error("the picture `{0}` is none of the report's figures")]
    NoFigure(String),
    /// A tag or an entity, which the reader sees as something else.
    #[error("`{0}` is HTML, which shows something else than what is written")]
    Html(String),
    /// A picture whose caption is not what the figure is called.
    #[error("`{caption}` is the caption of a figure that is called `{title}`")]
    Caption {
        /// The caption.
        caption: String,
        /// The figure's title.
        title: String,
    },
    /// A number that what stands beside it makes another one.
    #[error("`{by}` beside `{number}` makes another number of it")]
    Changed {
        /// The number, as it is printed.
        number: String,
        /// What stands beside it.
        by: String,
    },
}

impl Fault {
    /// Says what to do about it.
    fn help(&self) -> &'static str {
        match self {
            Self::Unclosed(_) => {
                "close it: a span on its line and in its cell, a block by the sign that opened it"
            }
            Self::Indented(_) => "begin the fence, and its end, with the line",
            Self::Changed { .. } => {
                "let the filter print sign and unit, such as `percent(1)`, and put words around it"
            }
            Self::NoFigure(_) | Self::Caption { .. } => {
                "show `{% set figure = plot(\"accuracy\") %}`, where it is not none, by `![{{ figure.title }}]({{ figure.path }})`"
            }
            Self::Html(_) => "write Markdown, and the character itself",
            Self::InCode(_) => "print a measure through a filter, outside of code: `{{ m | fixed(3) }}`",
        }
    }
}

impl RenderError {
    /// Says what to do about it, where that is known.
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::NoMain { .. } => Some("add the file, or point the stage's `template` at its folder"),
            Self::Template { help, .. } => help.as_deref(),
            Self::Unborne { .. } => Some(
                "let the numbers choose the word, `\"higher\" | borne_by(compare(this, that))`, or say it in other words",
            ),
            Self::Denied { .. } => Some("say what the measures bear out, in a clause of its own"),
            Self::Misattributed { .. } => Some(
                "name the variant, and what is measured of it, in that sentence, or give the number one of its own",
            ),
            Self::Misnamed { .. } => Some(
                "name those that were compared, the first before the word and the other behind it, and no others in \
                 that sentence",
            ),
            Self::Unformatted { .. } => Some("format the number before joining it: `(m | fixed(3)) ~ \"…\"`"),
            Self::Typed { .. } | Self::Orphan { .. } => Some(
                "print a measure through a filter, or a name by `name`, as `{{ longer.name | name }}`; what the program \
                 decides by is in `constants`",
            ),
            Self::Literal { .. } => Some(
                "compare with another measure, such as one of `constants`, or ask what stands beside it, such as \
                 `negative` or `relation`",
            ),
            Self::Fault { fault, .. } => Some(fault.help()),
            Self::InCode { .. } => Some("end the code before the number: `` `hidden` {{ m | parameter }} ``"),
        }
    }

    /// Takes the innermost mistake out of `error`, which an include wraps.
    pub(super) fn of(error: &minijinja::Error) -> Self {
        let mut innermost = error;
        let mut next = std::error::Error::source(error);
        while let Some(source) = next {
            if let Some(source) = source.downcast_ref::<minijinja::Error>() {
                innermost = source;
            }
            next = source.source();
        }
        // An error from a filter may know no place of its own: the innermost one that does has it.
        let mut placed = error;
        let mut next = std::error::Error::source(error);
        while let Some(source) = next {
            if let Some(source) = source.downcast_ref::<minijinja::Error>()
                && source.line().is_some()
            {
                placed = source;
            }
            next = source.source();
        }
        let code = placed.template_source().zip(placed.range()).and_then(|(text, range)| text.get(range));
        let detail = innermost.detail().map_or_else(|| innermost.kind().to_string(), str::to_owned);
        let (message, help) = match innermost.kind() {
            ErrorKind::UndefinedError => {
                let subject = code.map_or_else(|| "a value".to_owned(), |code| format!("`{code}`"));
                let message = format!("{subject} is not defined");
                (message, Some("check its spelling; `src/week3/context.rs` lists what a template sees"))
            }
            ErrorKind::UnknownFilter => {
                let filters = "numbers take `fixed`, `percent`, `whole`, `spelled`, `significant`, `seconds`, `parameter` or \
                               `quoted`, names `name`";
                (detail, Some(filters))
            }
            ErrorKind::OutOfFuel => {
                let message = "the templates have more to do than a report may ask for".to_owned();
                (message, Some("look for a loop without an end, or a text that grows with each turn"))
            }
            ErrorKind::TemplateNotFound => (detail, Some("add the file to the template folder")),
            _ => (code.map_or_else(|| detail.clone(), |code| format!("`{code}`: {detail}")), None),
        };
        Self::Template {
            template: placed.name().unwrap_or_default().to_owned(),
            line: placed.line().unwrap_or_default(),
            message,
            help: help.map(str::to_owned),
        }
    }
}
