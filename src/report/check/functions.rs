//! Calls of the functions of reports: their arguments, and what they give.

use std::ops::Range;

use minijinja::machinery::ast::{Call, CallArg, Expr};
use recount_engine::diagnostic::{Diagnostic, Place};
use recount_engine::spec::StageId;

use super::expressions::Walk;
use super::stage_names::constant_text;
use super::vocabulary::Type;

impl Walk<'_> {
    /// Checks a call of a function of reports; `at` is where it is written.
    pub(super) fn function(&mut self, name: &str, call: &Call<'_>, at: Range<usize>) -> Type {
        let first = call.args.first().and_then(|argument| match argument {
            CallArg::Pos(value) => Some(value),
            _ => None,
        });
        match (name, first) {
            ("stage" | "figure" | "table", None) => {
                let what = match name {
                    "stage" => "the name of a stage",
                    "figure" => "the name of a figure",
                    _ => "runs and a list of columns",
                };
                let place = Place::new(self.source, at);
                self.report(Diagnostic::error(format!("`{name}` takes {what}")).at(&place));
                Type::Unknown
            }
            ("stage", Some(stage)) => self.stage_argument(stage, "stage"),
            ("figure", Some(figure)) => {
                self.figure(figure);
                self.arguments(&call.args[1..], true);
                Type::Printable
            }
            ("table", Some(runs)) => {
                let of = self.name(runs);
                self.table(if let Type::Runs(id) = of { Some(id) } else { None }, &call.args[1..]);
                Type::Printable
            }
            ("best", _) => match self.arguments(&call.args, false) {
                Some(Type::Runs(id)) => {
                    self.measure_arguments(id, &call.args);
                    Type::Best(Some(id))
                }
                _ => Type::Best(None),
            },
            ("claims" | "verdict", _) => {
                self.uses.shows_claims = true;
                self.arguments(&call.args, false);
                for argument in &call.args {
                    if let CallArg::Kwarg(key, value) = argument {
                        self.uses.claims.insert(((*key).to_owned(), constant_text(value)));
                    }
                }
                Type::Printable
            }
            ("count" | "difference" | "ratio", _) => {
                self.arguments(&call.args, false);
                Type::Quantity
            }
            ("compare", _) => {
                self.arguments(&call.args, false);
                Type::Comparison
            }
            ("range", _) => {
                self.arguments(&call.args, false);
                Type::Number
            }
            ("details" | "comparisons", _) => {
                self.arguments(&call.args, true);
                Type::Printable
            }
            _ => {
                self.arguments(&call.args, true);
                Type::Unknown
            }
        }
    }

    fn figure(&mut self, argument: &Expr<'_>) {
        self.name(argument);
        let Some(name) = constant_text(argument) else {
            return self.refuse_computed(argument, "the name in `figure`");
        };
        let fits = |(stage, figure): &&(String, String)| match name.split_once('/') {
            Some((of, inner)) if of == stage => inner == figure,
            _ => name == *figure,
        };
        let found: Vec<&(String, String)> = self.project.figures.iter().filter(fits).collect();
        self.uses.figures.insert(name.clone());
        match found.as_slice() {
            [(stage, _)] => {
                self.uses.stages.insert(stage.clone());
            }
            [] => {
                let figures: Vec<&str> =
                    self.project.figures.iter().map(|(_, figure)| figure.as_str()).collect();
                let help =
                    self.suggest(&name, figures, "a figure named", "the figures are").unwrap_or_default();
                self.refuse(argument, format!("no figure is named `{name}`"), help);
            }
            [(one, _), (other, _), ..] => {
                let message = format!("the stages `{one}` and `{other}` both have a figure `{name}`");
                let help = format!("say which: `figure(\"{one}/{name}\")`");
                self.refuse(argument, message, help);
            }
        }
    }

    /// Checks the columns of a table, and by what it is sorted.
    fn table(&mut self, stage: Option<StageId>, arguments: &[CallArg<'_>]) {
        for (index, argument) in arguments.iter().enumerate() {
            match argument {
                CallArg::Pos(Expr::List(list)) | CallArg::Kwarg("columns", Expr::List(list)) => {
                    list.items.iter().for_each(|column| self.column(stage, column));
                }
                CallArg::Pos(columns) if index == 0 => self.refuse_computed(columns, "the list of columns"),
                CallArg::Kwarg("columns", columns) => self.refuse_computed(columns, "the list of columns"),
                CallArg::Kwarg("sort", column) => self.column(stage, column),
                CallArg::Pos(value) | CallArg::Kwarg(_, value) => {
                    self.literal(value);
                }
                CallArg::PosSplat(value) | CallArg::KwargSplat(value) => {
                    self.refuse_computed(value, "an argument of `table`");
                }
            }
        }
    }

    /// Checks a column: a coordinate, `params.NAME`, a measure, an address, or one of these behind another stage's name.
    fn column(&mut self, stage: Option<StageId>, column: &Expr<'_>) {
        let Some(name) = constant_text(column) else { return self.refuse_computed(column, "a column") };
        let (stage, name) = match name.split_once('.') {
            Some((other, inner)) if other != "params" && !name.contains('#') => {
                match self.project.pipeline.stage(other) {
                    Some(id) => {
                        self.uses.stages.insert(other.to_owned());
                        (Some(id), inner.to_owned())
                    }
                    None => (stage, name),
                }
            }
            _ => (stage, name),
        };
        if name.contains('#') {
            return self.address(column, stage, name);
        }
        let Some(id) = stage else { return self.use_measure_of_any(&name) };
        match name.strip_prefix("params.") {
            Some(setting) => {
                self.setting(column, id, setting.split('.').next().unwrap_or(setting));
            }
            None => {
                self.attribute_of_runs(column, id, &name);
            }
        }
    }

    /// Checks the `by` of `best`.
    fn measure_arguments(&mut self, id: StageId, arguments: &[CallArg<'_>]) {
        for argument in arguments {
            if let CallArg::Kwarg("by", value) = argument {
                self.column(Some(id), value);
            }
        }
    }
}
