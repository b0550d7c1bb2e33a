//! Expressions: what they name, what they use, and whether what they print has a source.
//!
//! Invariants
//! - An expression of which the text says too little is [`Type::Unknown`], and is left to the rendering on stand-in values.
//! - A mistake is reported where it is made: what follows from an unknown name is unknown, and no second mistake.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use minijinja::machinery::ast::{BinOpKind, Call, CallArg, Expr, UnaryOpKind};
use minijinja::value::ValueKind;
use recount_engine::diagnostic::{Diagnostic, Diagnostics, Place, Source};
use recount_engine::suggestion;

use super::names::Names;
use super::parse::{bytes, bytes_of};
use super::vocabulary::{BUILT_IN_FUNCTIONS, FUNCTIONS, GLOBALS, Type};
use super::{Checked, Project, Uses, check_string};

/// Mistakes that get a suggestion.
const MAX_SUGGESTIONS: usize = 100;

/// A walk over one template's tags and expressions.
pub(super) struct Walk<'a> {
    pub(super) source: &'a Arc<Source>,
    pub(super) project: &'a Project<'a>,
    pub(super) names: &'a Names,
    /// Names that some template assigns.
    assigned: &'a BTreeSet<String>,
    pub(super) uses: &'a mut Uses,
    diagnostics: &'a mut Diagnostics,
    /// What names hold, the innermost scope last.
    pub(super) scopes: Vec<BTreeMap<String, Type>>,
    /// Whether string constants are the author's own.
    pub(super) in_stated: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        source: &'a Arc<Source>,
        project: &'a Project<'a>,
        names: &'a Names,
        assigned: &'a BTreeSet<String>,
        checked: &'a mut Checked,
    ) -> Self {
        let Checked { uses, diagnostics } = checked;
        let scopes = vec![BTreeMap::new()];
        Self { source, project, names, assigned, uses, diagnostics, scopes, in_stated: false }
    }

    pub(super) fn report(&mut self, mistake: Diagnostic) {
        self.diagnostics.add(mistake);
    }

    /// Reports a mistake at an expression.
    pub(super) fn refuse(&mut self, expression: &Expr<'_>, message: impl AsRef<str>, help: impl AsRef<str>) {
        let place = Place::new(self.source, bytes_of(expression));
        let mistake = Diagnostic::error(message).at(&place);
        self.report(if help.as_ref().is_empty() { mistake } else { mistake.help(help) });
    }

    /// Gives help for an unknown word; none beyond the mistakes that are shown, since it takes a search.
    pub(super) fn suggest<'k>(
        &self,
        written: &str,
        known: impl IntoIterator<Item = &'k str> + Clone,
        one: &str,
        many: &str,
    ) -> Option<String> {
        if self.diagnostics.len() > MAX_SUGGESTIONS {
            None
        } else {
            suggestion::help(written, known, one, many)
        }
    }

    pub(super) fn assign_name(&mut self, name: &str, of: Type) {
        self.scopes.last_mut().expect("the outermost scope stays").insert(name.to_owned(), of);
    }

    /// Gives what an expression is written as.
    pub(super) fn written(&self, expression: &Expr<'_>) -> &'a str {
        self.source.text().get(bytes_of(expression)).unwrap_or("this")
    }

    /// Checks an expression that is printed.
    pub(super) fn print(&mut self, expression: &Expr<'_>) {
        match expression {
            Expr::IfExpr(choice) => {
                self.name(&choice.test_expr);
                self.print(&choice.true_expr);
                choice.false_expr.iter().for_each(|other| self.print(other));
            }
            Expr::BinOp(joined) if matches!(joined.op, BinOpKind::Concat) => {
                self.print(&joined.left);
                self.print(&joined.right);
            }
            _ => {
                let of = self.literal(expression);
                self.refuse_unprintable(expression, of);
            }
        }
    }

    pub(super) fn refuse_unprintable(&mut self, expression: &Expr<'_>, of: Type) {
        let written = self.written(expression);
        let (message, help) = match of {
            Type::Quantity => (
                format!("`{written}` is printed without a format"),
                format!(
                    "say how: `{{{{ {written} | fixed(3) }}}}`, or `percent(1)`, `whole`, `significant(2)`, `seconds`"
                ),
            ),
            Type::Runs(_) => (
                format!("`{written}` is runs of a stage, which can't be printed"),
                format!("print a measure of them, `{{{{ {written}.MEASURE | fixed(3) }}}}`, or a `table`"),
            ),
            Type::Best(_) => (
                format!("`{written}` is a ranking, which can't be printed"),
                "print something of its `.first`, `.rivals`, `.rest` or `.incomplete`".to_owned(),
            ),
            Type::Comparison => (
                format!("`{written}` is a comparison, which needs words"),
                "say what is printed when it is above, below, or neither: `| say(\"…\", \"…\", \"…\")`"
                    .to_owned(),
            ),
            Type::Settings(_) => (
                format!("`{written}` is all settings, which can't be printed"),
                format!("name one: `{{{{ {written}.NAME }}}}`"),
            ),
            Type::Number => (
                format!("`{written}` prints a number without a source"),
                "cite a measure, count with `count(…)`, or say whose number it is with `| stated(\"…\")`"
                    .to_owned(),
            ),
            Type::Loop | Type::Data | Type::Text | Type::Printable | Type::Unknown => return,
        };
        self.refuse(expression, message, help);
    }

    /// Walks an expression whose string constants are literal text.
    pub(super) fn literal(&mut self, expression: &Expr<'_>) -> Type {
        self.walk(expression, true)
    }

    /// Walks an expression whose string constants are names: of variants, files, columns.
    pub(super) fn name(&mut self, expression: &Expr<'_>) -> Type {
        self.walk(expression, false)
    }

    pub(super) fn walk(&mut self, expression: &Expr<'_>, literal: bool) -> Type {
        match expression {
            Expr::Var(name) => self.variable(expression, name.id),
            Expr::Const(constant) => {
                if let (Some(text), true) = (constant.value.as_str(), literal && !self.in_stated) {
                    let place = Place::new(self.source, bytes(constant.span()));
                    check_string(text, &place, self.names, self.diagnostics);
                }
                if constant.value.kind() == ValueKind::Number { Type::Number } else { Type::Text }
            }
            Expr::GetAttr(attribute) => {
                let of = self.walk(&attribute.expr, literal);
                self.attribute(expression, &attribute.expr, of, attribute.name)
            }
            Expr::GetItem(item) => {
                let of = self.walk(&item.expr, literal);
                self.name(&item.subscript_expr);
                self.item(&item.subscript_expr, of)
            }
            Expr::Slice(slice) => {
                let bounds = [&slice.start, &slice.stop, &slice.step];
                bounds.into_iter().flatten().for_each(|bound| {
                    self.name(bound);
                });
                self.walk(&slice.expr, literal)
            }
            Expr::Call(call) => self.call(call, bytes_of(expression)),
            Expr::Filter(filter) => self.filter(expression, filter, literal),
            Expr::Test(test) => {
                self.name(&test.expr);
                self.arguments(&test.args, false);
                Type::Text
            }
            Expr::Compare(compare) => {
                let sides = std::iter::once(&compare.expr).chain(compare.ops.iter().map(|it| &it.expr));
                let sides: Vec<_> = sides.map(|side| (side, self.name(side))).collect();
                self.refuse_incomparable(&sides);
                Type::Text
            }
            Expr::UnaryOp(operation) => match (self.walk(&operation.expr, literal), &operation.op) {
                (Type::Quantity | Type::Number, UnaryOpKind::Neg) => Type::Number,
                (_, UnaryOpKind::Not) => Type::Text,
                _ => Type::Unknown,
            },
            Expr::BinOp(operation) => self.operation(operation, literal),
            Expr::IfExpr(choice) => {
                self.name(&choice.test_expr);
                let one = self.walk(&choice.true_expr, literal);
                let other = choice.false_expr.as_ref().map(|other| self.walk(other, literal));
                if other.is_none_or(|other| other == one) { one } else { Type::Unknown }
            }
            Expr::List(list) => self.common_type(&list.items, literal),
            Expr::Tuple(tuple) => self.common_type(&tuple.items, literal),
            Expr::Map(map) => {
                map.keys.iter().for_each(|key| {
                    self.name(key);
                });
                self.common_type(&map.values, literal);
                Type::Unknown
            }
        }
    }

    fn common_type(&mut self, items: &[Expr<'_>], literal: bool) -> Type {
        let mut types = Vec::with_capacity(items.len());
        items.iter().for_each(|item| types.push(self.walk(item, literal)));
        match types.split_first() {
            Some((first, rest)) if rest.iter().all(|other| other == first) => *first,
            _ => Type::Unknown,
        }
    }

    fn operation(&mut self, operation: &minijinja::machinery::ast::BinOp<'_>, literal: bool) -> Type {
        use BinOpKind as B;
        let compares = matches!(operation.op, B::Eq | B::Ne | B::Lt | B::Lte | B::Gt | B::Gte | B::In);
        let [left, right] =
            [&operation.left, &operation.right].map(|operand| self.walk(operand, literal && !compares));
        match operation.op {
            _ if compares => {
                self.refuse_incomparable(&[(&operation.left, left), (&operation.right, right)]);
                Type::Text
            }
            B::Concat => Type::Unknown,
            B::ScAnd | B::ScOr => {
                if left == right {
                    left
                } else {
                    Type::Unknown
                }
            }
            _ if [left, right].iter().all(|it| matches!(it, Type::Number | Type::Quantity)) => Type::Number,
            _ => Type::Unknown,
        }
    }

    /// Refuses a citation that is compared with a plain value: it is neither equal to one, nor above or below.
    fn refuse_incomparable(&mut self, sides: &[(&Expr<'_>, Type)]) {
        let is_plain = |(side, of): &(&Expr<'_>, Type)| matches!(side, Expr::Const(_)) || *of == Type::Number;
        let is_cited =
            |(side, of): &(&Expr<'_>, Type)| *of == Type::Quantity || is_setting(side) || is_stated(side);
        if sides.iter().any(is_plain)
            && let Some((cited, _)) = sides.iter().find(|side| is_cited(side))
        {
            let written = self.written(cited);
            let help = "make a value of it: `| float`, `| int` or `| string`";
            self.refuse(cited, format!("`{written}` is cited, and compares with no plain value"), help);
        }
    }

    fn variable(&mut self, expression: &Expr<'_>, name: &str) -> Type {
        if let Some(of) = self.in_scope(name) {
            return of;
        }
        if name == "data" {
            return Type::Data;
        }
        if GLOBALS.contains(&name) {
            return Type::Printable;
        }
        if self.is_function(name) {
            return Type::Unknown;
        }
        if let Some(id) = self.project.pipeline.stage(name) {
            self.uses.stages.insert(name.to_owned());
            return Type::Runs(id);
        }
        if !self.assigned.contains(name) && !["self", "caller", "varargs", "kwargs"].contains(&name) {
            let stages: Vec<&str> =
                self.project.pipeline.stages.iter().map(|stage| stage.name.as_str()).collect();
            let help = self.suggest(name, stages, "a stage named", "the stages are").unwrap_or_default();
            self.refuse(expression, format!("there is nothing named `{name}`"), help);
        }
        Type::Unknown
    }

    pub(super) fn in_scope(&self, name: &str) -> Option<Type> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name).copied())
    }

    fn is_function(&self, name: &str) -> bool {
        FUNCTIONS.contains(&name) || BUILT_IN_FUNCTIONS.contains(&name)
    }

    /// Checks a call; `at` is where it is written.
    pub(super) fn call(&mut self, call: &Call<'_>, at: Range<usize>) -> Type {
        match &call.expr {
            Expr::Var(name) if self.in_scope(name.id).is_none() && self.is_function(name.id) => {
                self.function(name.id, call, at)
            }
            Expr::Var(name)
                if self.in_scope(name.id).is_none() && self.project.pipeline.stage(name.id).is_none() =>
            {
                self.arguments(&call.args, true);
                if !self.assigned.contains(name.id) && !["caller", "super"].contains(&name.id) {
                    let known = FUNCTIONS.into_iter().chain(BUILT_IN_FUNCTIONS);
                    let help = self.suggest(name.id, known, "a function named", "the functions are");
                    let message = format!("no function is named `{}`", name.id);
                    self.refuse(&call.expr, message, help.unwrap_or_default());
                }
                Type::Unknown
            }
            Expr::GetAttr(method) => {
                let of = self.literal(&method.expr);
                self.method(&call.expr, of, method.name, call)
            }
            callee => match self.literal(callee) {
                Type::Runs(id) => {
                    self.narrow(id, call);
                    Type::Runs(id)
                }
                Type::Printable => {
                    self.arguments(&call.args, true);
                    Type::Printable
                }
                _ => {
                    self.arguments(&call.args, true);
                    Type::Unknown
                }
            },
        }
    }

    /// Walks arguments; gives the type of the first.
    pub(super) fn arguments(&mut self, arguments: &[CallArg<'_>], literal: bool) -> Option<Type> {
        let mut first = None;
        for argument in arguments {
            let (CallArg::Pos(value)
            | CallArg::Kwarg(_, value)
            | CallArg::PosSplat(value)
            | CallArg::KwargSplat(value)) = argument;
            // `say(…, format="fixed(1)")` names a format.
            let is_name = matches!(argument, CallArg::Kwarg("format", _));
            let of = self.walk(value, literal && !is_name);
            first.get_or_insert(of);
        }
        first
    }
}

/// Says whether an expression is a number that somebody states.
fn is_stated(expression: &Expr<'_>) -> bool {
    matches!(expression, Expr::Filter(filter) if filter.name == "stated")
}

/// Says whether an expression is a setting of runs, as it is written: `fit["svm"].params.C`.
fn is_setting(expression: &Expr<'_>) -> bool {
    let of = match expression {
        Expr::GetAttr(attribute) => &attribute.expr,
        Expr::GetItem(item) => &item.expr,
        _ => return false,
    };
    matches!(of, Expr::GetAttr(settings) if settings.name == "params") || is_setting(of)
}
