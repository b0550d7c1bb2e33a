//! JSON pointers (RFC 6901): `/optimiser/betas/0`.

use std::fmt;

use crate::diagnostic::Diagnostic;
use crate::suggestion::help;
use crate::yaml::{Content, Node};

/// The way from a whole document to a value in it: names in maps, and numbers from 0 in lists; without any, the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(Vec<String>);

impl Pointer {
    /// Reads a pointer, which begins with `/`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let steps = text.strip_prefix('/')?.split('/');
        steps.map(unescape).collect::<Option<Vec<String>>>().map(Self)
    }

    /// Makes a pointer of names.
    pub fn of<'t>(names: impl IntoIterator<Item = &'t str>) -> Self {
        Self(names.into_iter().map(str::to_owned).collect())
    }

    /// Gives its names, without escapes.
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// Gives what it points at, if that exists.
    pub fn get<'n>(&self, root: &'n Node) -> Option<&'n Node> {
        self.0.iter().try_fold(root, |node, name| child(node, name))
    }

    /// Finds what it points at.
    ///
    /// # Errors
    /// A [`Diagnostic`] at the last value on the way.
    pub fn find<'n>(&self, root: &'n Node) -> Result<&'n Node, Diagnostic> {
        let mut node = root;
        for (index, step) in self.0.iter().enumerate() {
            node = child(node, step).ok_or_else(|| {
                let way = Self(self.0[..=index].to_vec());
                let mistake = Diagnostic::error(format!("there is nothing at `{way}`")).at(&node.place);
                match advice(node, step) {
                    Some(advice) => mistake.help(advice),
                    None => mistake,
                }
            })?;
        }
        Ok(node)
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|step| write!(out, "/{}", escape(step)))
    }
}

/// Writes a name as a part of a pointer.
pub(super) fn escape(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

fn unescape(step: &str) -> Option<String> {
    let mut text = String::with_capacity(step.len());
    let mut letters = step.chars();
    while let Some(letter) = letters.next() {
        text.push(match letter {
            '~' => match letters.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            other => other,
        });
    }
    Some(text)
}

fn child<'n>(node: &'n Node, step: &str) -> Option<&'n Node> {
    match &node.content {
        Content::Map(entries) => entries.iter().find(|entry| entry.key == step).map(|entry| &entry.value),
        Content::List(items) => {
            let is_plain = step == "0" || !step.starts_with(['0', '+']);
            step.parse::<usize>().ok().filter(|_| is_plain).and_then(|index| items.get(index))
        }
        Content::Scalar(_) => None,
    }
}

fn advice(node: &Node, step: &str) -> Option<String> {
    match &node.content {
        Content::Map(entries) => {
            help(step, entries.iter().map(|entry| entry.key.as_str()), "a name", "the names are")
        }
        Content::List(items) => {
            let noun = if items.len() == 1 { "item" } else { "items" };
            Some(format!("the list has {} {noun}, counted from 0", items.len()))
        }
        Content::Scalar(_) => Some(format!("{} has no parts", node.described())),
    }
}
