//! Filters: which there are, what they may be given, and what they give.

use minijinja::machinery::ast::{CallArg, Expr, Filter};
use recount_engine::diagnostic::{Diagnostic, Place};

use super::expressions::Walk;
use super::parse::{bytes, bytes_of};
use super::vocabulary::{COMPARED, FORMATS, NUMBER_FILTERS, SAME_FILTERS, Type, filters};

impl Walk<'_> {
    /// Checks a filter and what it is given.
    pub(super) fn filter(&mut self, expression: &Expr<'_>, filter: &Filter<'_>, literal: bool) -> Type {
        let is_stated = filter.name == "stated";
        let given = filter.expr.as_ref().map(|inner| (inner, self.walk(inner, literal && !is_stated)));
        self.arguments(&filter.args, literal && !is_stated && !FORMATS.contains(&filter.name));
        if !filters().any(|known| known == filter.name) {
            let help = self.suggest(
                filter.name,
                filters(),
                "a filter named",
                "the formats are `fixed`, `percent`; filters are",
            );
            let end = bytes_of(expression).end;
            let start = given.map_or(bytes_of(expression).start, |(inner, _)| bytes_of(inner).end);
            let written = self.source.text().get(start..end).unwrap_or("");
            let start = start + written.find(filter.name).unwrap_or(0);
            let place = Place::new(self.source, start..start + filter.name.len());
            let mistake = Diagnostic::error(format!("no filter is named `{}`", filter.name)).at(&place);
            self.report(help.into_iter().fold(mistake, Diagnostic::help));
            return Type::Unknown;
        }
        let Some((inner, of)) = given else { return Type::Printable };
        match filter.name {
            name if FORMATS.contains(&name) => {
                if matches!(
                    of,
                    Type::Runs(_) | Type::Best(_) | Type::Comparison | Type::Settings(_) | Type::Text
                ) {
                    let written = self.written(inner);
                    let what = match of {
                        Type::Runs(_) => "runs of a stage",
                        Type::Best(_) => "a ranking",
                        Type::Comparison => "a comparison",
                        Type::Settings(_) => "all settings",
                        _ => "a text",
                    };
                    let help = match of {
                        Type::Runs(_) => format!("name a measure of them: `{written}.MEASURE | {name}`"),
                        Type::Comparison => "give it words with `| say(…)`, or format its `.by`".to_owned(),
                        _ => String::new(),
                    };
                    self.refuse(inner, format!("`{name}` formats a number, and `{written}` is {what}"), help);
                }
                if of == Type::Number {
                    self.refuse_unprintable(inner, of);
                }
                Type::Printable
            }
            "say" => {
                self.say(filter);
                Type::Printable
            }
            "stated" => Type::Printable,
            name if SAME_FILTERS.contains(&name) => of,
            name if NUMBER_FILTERS.contains(&name) => Type::Number,
            _ => Type::Unknown,
        }
    }

    /// Checks the texts of `say`: what is in braces is one of the names that it fills in.
    fn say(&mut self, filter: &Filter<'_>) {
        for argument in &filter.args {
            let CallArg::Pos(Expr::Const(constant)) = argument else { continue };
            let Some(mut rest) = constant.value.as_str() else { continue };
            while let Some((_, after)) = rest.split_once('{') {
                let name = after.split_once('}').map(|(name, _)| name);
                if !name.is_some_and(|name| COMPARED.contains(&name)) {
                    let written = name.map_or_else(|| format!("{{{after}"), |name| format!("{{{name}}}"));
                    let place = Place::new(self.source, bytes(constant.span()));
                    let message = format!("`{written}` in a text of `say` stands for nothing");
                    let help = "there are `{a}`, `{b}`, `{x}`, `{y}` and `{by}`; another value is joined to the text: `\"… \" ~ value ~ \" …\"`";
                    self.report(Diagnostic::error(message).at(&place).help(help));
                    break;
                }
                rest = after;
            }
        }
    }
}
