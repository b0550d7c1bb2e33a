//! Tags: what they assign, which templates they use, and the scopes of names.

use std::collections::BTreeSet;
use std::ops::Range;

use minijinja::machinery::ast::{Expr, Stmt};
use recount_engine::diagnostic::{Diagnostic, Place};

use super::document::{inner, is_stated};
use super::expressions::Walk;
use super::parse::{bytes, bytes_of};
use super::vocabulary::Type;

/// Collects every name that is assigned anywhere: an included template has those of the one that includes it.
pub(super) fn assigned(statement: &Stmt<'_>, names: &mut BTreeSet<String>) {
    let mut target = |target: &Expr<'_>| {
        targets(target).into_iter().for_each(|name| {
            names.insert(name);
        })
    };
    match statement {
        Stmt::ForLoop(each) => target(&each.target),
        Stmt::Set(set) => target(&set.target),
        Stmt::SetBlock(set) => target(&set.target),
        Stmt::WithBlock(with) => with.assignments.iter().for_each(|(name, _)| target(name)),
        Stmt::Import(import) => target(&import.name),
        Stmt::FromImport(import) => {
            import.names.iter().for_each(|(name, other)| target(other.as_ref().unwrap_or(name)));
        }
        Stmt::Macro(block) => {
            block.args.iter().for_each(&mut target);
            names.insert(block.name.to_owned());
        }
        Stmt::CallBlock(block) => block.macro_decl.args.iter().for_each(target),
        _ => {}
    }
    inner(statement).into_iter().flatten().for_each(|statement| assigned(statement, names));
}

/// Gives the expressions that a list or a tuple is written as.
fn parts<'e>(expression: &'e Expr<'e>) -> Option<&'e [Expr<'e>]> {
    match expression {
        Expr::List(list) => Some(&list.items),
        Expr::Tuple(tuple) => Some(&tuple.items),
        _ => None,
    }
}

/// Gives the names that an assignment gives a value.
fn targets(target: &Expr<'_>) -> Vec<String> {
    match target {
        Expr::Var(name) => vec![name.id.to_owned()],
        Expr::List(list) => list.items.iter().flat_map(targets).collect(),
        Expr::Tuple(tuple) => tuple.items.iter().flat_map(targets).collect(),
        _ => Vec::new(),
    }
}

/// A template as a tag names it: its path, where it is a constant, and where it is written.
struct NamedTemplate {
    path: Option<String>,
    at: Range<usize>,
}

/// Collects the templates that are named by constants, with where.
pub(super) fn templates(statement: &Stmt<'_>, named: &mut Vec<(String, Range<usize>)>) {
    let found = templates_of(statement).into_iter();
    named.extend(found.filter_map(|template| Some((template.path?, template.at))));
    inner(statement).into_iter().flatten().for_each(|statement| templates(statement, named));
}

/// Gives the templates that a tag itself names.
fn templates_of(statement: &Stmt<'_>) -> Vec<NamedTemplate> {
    let name = match statement {
        Stmt::Include(include) => &include.name,
        Stmt::Import(import) => &import.expr,
        Stmt::FromImport(import) => &import.expr,
        Stmt::Extends(extends) => &extends.name,
        _ => return Vec::new(),
    };
    let names = match name {
        Expr::List(list) => list.items.as_slice(),
        name => std::slice::from_ref(name),
    };
    let named = |name: &Expr<'_>| {
        let path =
            if let Expr::Const(constant) = name { constant.value.as_str().map(str::to_owned) } else { None };
        NamedTemplate { path, at: bytes_of(name) }
    };
    names.iter().map(named).collect()
}

impl Walk<'_> {
    /// Checks a statement, and what is within it.
    pub(super) fn statement(&mut self, statement: &Stmt<'_>) {
        for template in templates_of(statement).into_iter().filter(|template| template.path.is_none()) {
            let place = Place::new(self.source, template.at);
            let help = "write its path: what a report is made of is known before anything runs";
            self.report(Diagnostic::error("this template's name is computed").at(&place).help(help));
        }
        match statement {
            Stmt::EmitExpr(print) => self.print(&print.expr),
            Stmt::ForLoop(each) => {
                let of = self.literal(&each.iter);
                self.scoped(&each.body, |walk| {
                    walk.assign(&each.target, of);
                    walk.assign_name("loop", Type::Loop);
                    each.filter_expr.iter().for_each(|filter| {
                        walk.name(filter);
                    });
                });
                self.scoped(&each.else_body, |_| {});
            }
            Stmt::IfCond(condition) => {
                self.name(&condition.expr);
                self.all(&condition.true_body);
                self.all(&condition.false_body);
            }
            Stmt::WithBlock(with) => self.scoped(&with.body, |walk| {
                for (target, value) in &with.assignments {
                    walk.assign_value(target, value);
                }
            }),
            Stmt::Set(set) => self.assign_value(&set.target, &set.expr),
            Stmt::SetBlock(set) => {
                set.filter.iter().for_each(|filter| {
                    self.literal(filter);
                });
                self.block(&set.body, set.filter.as_ref().is_some_and(is_stated));
                self.assign(&set.target, Type::Printable);
            }
            Stmt::FilterBlock(block) => {
                self.literal(&block.filter);
                self.block(&block.body, is_stated(&block.filter));
            }
            Stmt::Macro(block) => self.macro_body(block),
            Stmt::CallBlock(block) => {
                self.call(&block.call, bytes(block.call_expr_span));
                self.macro_body(&block.macro_decl);
            }
            Stmt::Do(call) => {
                self.call(&call.call, bytes(call.span()));
            }
            Stmt::Import(import) => self.assign(&import.name, Type::Unknown),
            Stmt::FromImport(import) => {
                for (name, other) in &import.names {
                    self.assign(other.as_ref().unwrap_or(name), Type::Unknown);
                }
            }
            Stmt::Template(_) | Stmt::AutoEscape(_) | Stmt::Block(_) => {
                inner(statement).into_iter().for_each(|inner| self.all(inner));
            }
            _ => {}
        }
    }

    fn all(&mut self, statements: &[Stmt<'_>]) {
        statements.iter().for_each(|statement| self.statement(statement));
    }

    /// Walks a block's text, in which string constants are the author's own where it is stated.
    fn block(&mut self, body: &[Stmt<'_>], is_stated: bool) {
        let outer = self.in_stated;
        self.in_stated |= is_stated;
        self.scoped(body, |_| {});
        self.in_stated = outer;
    }

    fn macro_body(&mut self, block: &minijinja::machinery::ast::Macro<'_>) {
        self.assign_name(block.name, Type::Printable);
        block.defaults.iter().for_each(|value| {
            self.literal(value);
        });
        self.scoped(&block.body, |walk| {
            block.args.iter().for_each(|name| walk.assign(name, Type::Unknown));
            walk.assign_name("caller", Type::Printable);
        });
    }

    fn scoped(&mut self, body: &[Stmt<'_>], prepare: impl FnOnce(&mut Self)) {
        self.scopes.push(Default::default());
        prepare(self);
        self.all(body);
        self.scopes.pop();
    }

    /// Gives names what an assignment says; where several share a value, what they hold is unknown.
    /// Takes in `{% set a, b = one, other %}` pair by pair.
    fn assign_value(&mut self, target: &Expr<'_>, value: &Expr<'_>) {
        match (parts(target), parts(value)) {
            (Some(targets), Some(values)) if targets.len() == values.len() => {
                targets.iter().zip(values).for_each(|(target, value)| self.assign_value(target, value));
            }
            _ => {
                let of = self.literal(value);
                self.assign(target, of);
            }
        }
    }

    fn assign(&mut self, target: &Expr<'_>, of: Type) {
        match targets(target).as_slice() {
            [name] if matches!(target, Expr::Var(_)) => self.assign_name(name, of),
            names => names.iter().for_each(|name| self.assign_name(name, Type::Unknown)),
        }
    }
}
