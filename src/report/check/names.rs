//! What the project calls things: words that are legal in literal text although they begin with a digit.

use std::collections::BTreeSet;
use std::ops::Range;

use recount_engine::diagnostic::{Diagnostic, Diagnostics};
use recount_engine::spec::{Pipeline, StageId};

use super::Project;
use super::words::{is_number, words};

/// The names of a project, and its terms.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Single words.
    words: BTreeSet<String>,
    /// What has several words, such as a title.
    phrases: BTreeSet<String>,
    /// Names that could be a number, such as `64` or `2.8`.
    numbers: BTreeSet<String>,
    /// The parameters that each stage's instances have, in the order of the stages.
    parameters: Vec<BTreeSet<String>>,
}

impl Names {
    /// Gathers the names; reports terms that are only a number.
    pub(super) fn of(project: &Project<'_>, diagnostics: &mut Diagnostics) -> Self {
        let mut names = Self::default();
        let pipeline = project.pipeline;
        names.add(&pipeline.title);
        for (index, stage) in pipeline.stages.iter().enumerate() {
            names.add(&stage.name);
            stage.measures.iter().for_each(|measure| names.add(&measure.name));
            for axis in &stage.each {
                names.add(axis.name());
                pipeline.values(StageId(index), axis).iter().for_each(|value| names.add(value));
            }
            let parameters = parameters(pipeline, StageId(index));
            parameters.iter().for_each(|name| names.add(name));
            names.parameters.push(parameters);
        }
        project.figures.iter().for_each(|(_, figure)| names.add(figure));
        for (term, place) in project.terms {
            match is_number(term.trim()) {
                true => diagnostics.add(
                    Diagnostic::error(format!("`{term}` is a number, and no term"))
                        .at(place)
                        .help("a term is a name with a number in it, such as `20 newsgroups`"),
                ),
                false => names.add(term),
            }
        }
        names
    }

    fn add(&mut self, name: &str) {
        // What begins with a letter is legal without being a name.
        if !name.contains(char::is_numeric) {
            return;
        }
        let is_word = words(name).first() == Some(&(0..name.len()));
        let names = match (is_number(name), is_word) {
            (true, _) => &mut self.numbers,
            (false, true) => &mut self.words,
            (false, false) => &mut self.phrases,
        };
        names.insert(name.to_owned());
    }

    /// Says whether a word is a name, or a term.
    pub(super) fn has_word(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// Says whether a word is a name that could be a number.
    pub(super) fn has_number(&self, word: &str) -> bool {
        self.numbers.contains(word)
    }

    /// Gives the names of the parameters that a stage's instances have.
    pub(super) fn parameters(&self, id: StageId) -> &BTreeSet<String> {
        &self.parameters[id.0]
    }

    /// Gives where a text has names of several words, as whole words.
    pub(super) fn phrases_in(&self, text: &str) -> Vec<Range<usize>> {
        let is_free = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
        let found = self
            .phrases
            .iter()
            .flat_map(|phrase| text.match_indices(phrase.as_str()).map(|(at, _)| at..at + phrase.len()));
        let is_whole = |range: &Range<usize>| {
            is_free(text[..range.start].chars().next_back()) && is_free(text[range.end..].chars().next())
        };
        found.filter(is_whole).collect()
    }
}

fn parameters(pipeline: &Pipeline, id: StageId) -> BTreeSet<String> {
    pipeline.all_settings_of_runs(id).flat_map(|settings| settings.parameters().into_keys()).collect()
}
