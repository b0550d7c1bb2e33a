//! A template's text → minijinja's syntax tree, within bounds.
//!
//! Invariants
//! - What is parsed can't overflow the stack, here or where it is compiled: how long an expression and a chain of `elif`
//!   may be is looked up in the tokens, before there is a tree. How deep tags and brackets may nest, minijinja bounds.

use std::sync::Arc;

use minijinja::machinery::ast::{Expr, Stmt};
use minijinja::machinery::{Span, Token, tokenize};
use minijinja::syntax::SyntaxConfig;
use recount_engine::diagnostic::{Diagnostic, Place, Source};

/// The longest template, in bytes: longer than any file that a host of Markdown shows.
pub const MAX_TEMPLATE_BYTES: usize = 512 << 10;

/// Words and signs of one tag at most: a tree is never deeper than they are many.
const MAX_TAG_TOKENS: usize = 1_000;

/// `elif`s of one `if` at most: each is nested in the one before.
const MAX_ELIFS: usize = 50;

/// Gives the syntax in which every template is written: a tag on a line of its own leaves no line.
pub fn syntax() -> SyntaxConfig {
    let mut builder = SyntaxConfig::builder();
    builder.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    builder.build().expect("the usual delimiters differ from each other")
}

/// Parses a template.
///
/// # Errors
/// A [`Diagnostic`] at what is too long, or at what minijinja does not understand.
pub(super) fn parse(source: &Arc<Source>) -> Result<Stmt<'_>, Diagnostic> {
    check_bounds(source)?;
    minijinja::machinery::parse(source.text(), source.name(), syntax())
        .map_err(|error| syntax_error(source, &error))
}

/// Gives the bytes of a span of the tree.
pub(super) fn bytes(span: Span) -> std::ops::Range<usize> {
    span.start_offset as usize..span.end_offset as usize
}

/// Gives the bytes of an expression, from where it begins: the tree's own span of `fit["svm"].n` begins at the bracket.
pub(super) fn bytes_of(expression: &Expr<'_>) -> std::ops::Range<usize> {
    let mut first = expression;
    while let Some(inner) = match first {
        Expr::GetAttr(it) => Some(&it.expr),
        Expr::GetItem(it) => Some(&it.expr),
        Expr::Slice(it) => Some(&it.expr),
        Expr::Call(it) => Some(&it.expr),
        Expr::Test(it) => Some(&it.expr),
        Expr::Compare(it) => Some(&it.expr),
        Expr::BinOp(it) => Some(&it.left),
        Expr::IfExpr(it) => Some(&it.true_expr),
        Expr::Filter(it) => it.expr.as_ref(),
        _ => None,
    } {
        first = inner;
    }
    let whole = bytes(expression.span());
    whole.start.min(bytes(first.span()).start)..whole.end
}

fn check_bounds(source: &Arc<Source>) -> Result<(), Diagnostic> {
    if source.text().len() > MAX_TEMPLATE_BYTES {
        let message = format!("the template is longer than {} KiB", MAX_TEMPLATE_BYTES >> 10);
        let help = "split it: `{% include \"part.md.j2\" %}`";
        return Err(Diagnostic::error(message).at(&Place::whole(source)).help(help));
    }
    let mut tag_tokens = 0;
    let mut is_tag_start = false;
    let mut elifs: Vec<usize> = Vec::new();
    for token in tokenize(source.text(), false, syntax()) {
        let (token, span) = token.map_err(|error| syntax_error(source, &error))?;
        let too_long = |message: &str, help: &str| {
            Diagnostic::error(message).at(&Place::new(source, bytes(span))).help(help)
        };
        match token {
            Token::TemplateData(_) | Token::VariableStart | Token::BlockStart => tag_tokens = 0,
            Token::Ident("if") if is_tag_start => elifs.push(0),
            Token::Ident("endif") if is_tag_start => {
                elifs.pop();
            }
            Token::Ident("elif") if is_tag_start => {
                let count = elifs.last_mut();
                if count.is_some_and(|count| {
                    *count += 1;
                    *count > MAX_ELIFS
                }) {
                    let help = "let the data say it, or nest the conditions";
                    return Err(too_long(&format!("this `if` has more than {MAX_ELIFS} `elif`"), help));
                }
            }
            _ => {}
        }
        is_tag_start = matches!(token, Token::BlockStart);
        tag_tokens += 1;
        if tag_tokens > MAX_TAG_TOKENS {
            let message = format!("this tag has more than {MAX_TAG_TOKENS} words and signs");
            return Err(too_long(&message, "name parts of it with `{% set … %}`"));
        }
    }
    Ok(())
}

fn syntax_error(source: &Arc<Source>, error: &minijinja::Error) -> Diagnostic {
    let message = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let text = source.text();
    let place = match error.range() {
        Some(range) if text.is_char_boundary(range.start) && text.is_char_boundary(range.end) => {
            Place::new(source, range)
        }
        _ => Place::whole(source),
    };
    Diagnostic::error(message).at(&place)
}
