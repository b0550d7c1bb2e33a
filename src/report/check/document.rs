//! What a template would print, as texts: its literal text with a word in the place of each expression.
//!
//! syntax tree ──[`documents`]──▶ [`Document`]s ──[`Document::source_of`]──▶ places in the template
//!
//! Of an `if` one branch is in a document, as in what is printed; there are as many documents as it takes for each
//! branch to be in one. What prints elsewhere than where it is written (a macro, a `set` block, a filter's block) is a
//! document of its own.

use std::ops::Range;

use minijinja::machinery::ast::{Expr, Stmt};

use super::parse::bytes;

/// Stands for an expression: no letter, no sign and no space to a Markdown parser, and in no author's text.
pub(super) const EXPRESSION: char = '\u{e000}';

/// Branches at most that exclude each other, in a template or a macro: it takes a document for each.
const MAX_BRANCHES: usize = 64;

/// Bytes of all documents of a template at most, so that a long one with many branches takes no seconds.
const MAX_TEXT_BYTES: usize = 2 << 20;

/// A text that a template may print.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// The text, with [`EXPRESSION`] for each expression.
    pub(super) text: String,
    /// Where parts of the text begin, and the bytes of the template that they are.
    parts: Vec<(usize, Range<usize>)>,
}

impl Document {
    /// Makes a document of a string constant: a word before it keeps it from being a heading or a list.
    pub(super) fn of_string(value: &str) -> Self {
        let mut document = Self { text: format!("{EXPRESSION} "), parts: Vec::new() };
        document.push(value, 0..value.len());
        document
    }

    fn push(&mut self, text: &str, source: Range<usize>) {
        self.parts.push((self.text.len(), source));
        self.text.push_str(text);
    }

    fn push_expression(&mut self, source: Range<usize>) {
        self.parts.push((self.text.len(), source));
        self.text.push(EXPRESSION);
    }

    /// Gives the template's bytes that were written for `range` of the text.
    pub(super) fn source_of(&self, range: Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let part = self.parts.partition_point(|(start, _)| *start <= at).checked_sub(1)?;
            let (start, source) = &self.parts[part];
            Some((source.start + (at - start)).min(source.end))
        };
        let start = place(range.start).unwrap_or(0);
        // An end is that of the last byte within, which may lie in a later part than the start.
        let end = range.end.checked_sub(1).and_then(place).map_or(start, |last| last + 1);
        start..end.max(start)
    }
}

/// Gives what the statements may print; `None` where something has more than [`MAX_BRANCHES`] that exclude each other, or
/// where that makes more than [`MAX_TEXT_BYTES`].
pub(super) fn documents(children: &[Stmt<'_>]) -> Option<Vec<Document>> {
    let mut bodies = vec![children];
    bodies_within(children, &mut bodies);
    let mut documents = Vec::new();
    let mut length = 0;
    for body in bodies {
        let count = branches(body);
        if count > MAX_BRANCHES {
            return None;
        }
        for branch in 0..count {
            let mut document = Document::default();
            write(body, branch, &mut document);
            length += document.text.len();
            if length > MAX_TEXT_BYTES {
                return None;
            }
            documents.push(document);
        }
    }
    Some(documents)
}

/// Says whether a block's filter marks its text as the author's own: `{% filter stated("…") %}`.
pub(super) fn is_stated(filter: &Expr<'_>) -> bool {
    match filter {
        Expr::Filter(filter) => filter.name == "stated" || filter.expr.as_ref().is_some_and(is_stated),
        _ => false,
    }
}

/// Collects what prints elsewhere.
fn bodies_within<'t, 's>(statements: &'t [Stmt<'s>], bodies: &mut Vec<&'t [Stmt<'s>]>) {
    for statement in statements {
        match statement {
            Stmt::FilterBlock(block) if is_stated(&block.filter) => continue,
            Stmt::SetBlock(block) if block.filter.as_ref().is_some_and(is_stated) => continue,
            Stmt::FilterBlock(block) => bodies.push(&block.body),
            Stmt::SetBlock(block) => bodies.push(&block.body),
            Stmt::Macro(block) => bodies.push(&block.body),
            Stmt::CallBlock(block) => bodies.push(&block.macro_decl.body),
            _ => {}
        }
        for inner in inner(statement) {
            bodies_within(inner, bodies);
        }
    }
}

/// Gives what is written within a statement.
pub(super) fn inner<'t, 's>(statement: &'t Stmt<'s>) -> Vec<&'t [Stmt<'s>]> {
    match statement {
        Stmt::Template(template) => vec![&template.children],
        Stmt::ForLoop(each) => vec![&each.body, &each.else_body],
        Stmt::IfCond(condition) => vec![&condition.true_body, &condition.false_body],
        Stmt::WithBlock(block) => vec![&block.body],
        Stmt::SetBlock(block) => vec![&block.body],
        Stmt::AutoEscape(block) => vec![&block.body],
        Stmt::FilterBlock(block) => vec![&block.body],
        Stmt::Block(block) => vec![&block.body],
        Stmt::Macro(block) => vec![&block.body],
        Stmt::CallBlock(block) => vec![&block.macro_decl.body],
        _ => Vec::new(),
    }
}

/// Gives what a statement prints where it stands, one for each branch.
fn printed<'t, 's>(statement: &'t Stmt<'s>) -> Vec<&'t [Stmt<'s>]> {
    match statement {
        Stmt::Macro(_) | Stmt::CallBlock(_) | Stmt::SetBlock(_) | Stmt::FilterBlock(_) => Vec::new(),
        _ => inner(statement),
    }
}

/// Counts the documents that it takes for each branch to be in one.
fn branches(statements: &[Stmt<'_>]) -> usize {
    let of_one = |statement| printed(statement).into_iter().map(branches).sum();
    statements.iter().map(of_one).fold(1, usize::max)
}

fn write(statements: &[Stmt<'_>], branch: usize, document: &mut Document) {
    for statement in statements {
        match statement {
            Stmt::EmitRaw(data) => {
                let start = data.span().start_offset as usize;
                document.push(data.raw, start..start + data.raw.len());
            }
            Stmt::EmitExpr(expression) => document.push_expression(bytes(expression.span())),
            Stmt::Include(include) => document.push_expression(bytes(include.name.span())),
            Stmt::FilterBlock(block) => document.push_expression(bytes(block.filter_span)),
            Stmt::CallBlock(block) => document.push_expression(bytes(block.call_expr_span)),
            _ => {
                let mut rest = branch;
                let branches = printed(statement).into_iter().map(|inner| (inner, branches(inner)));
                let branches: Vec<_> = branches.collect();
                // A statement with fewer branches repeats its last one.
                let last = branches.len().saturating_sub(1);
                for (index, (inner, count)) in branches.into_iter().enumerate() {
                    if rest < count || index == last {
                        write(inner, rest.min(count - 1), document);
                        break;
                    }
                    rest -= count;
                }
            }
        }
    }
}
