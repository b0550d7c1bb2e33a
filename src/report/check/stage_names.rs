//! What an expression names of the pipeline: runs, measures, settings, addresses, other stages.

use minijinja::machinery::ast::{Call, CallArg, Expr};
use recount_engine::address::Address;
use recount_engine::spec::StageId;

use super::expressions::Walk;
use super::vocabulary::{
    BEST_ATTRIBUTES, COMPARISON_ATTRIBUTES, QUANTITY_ATTRIBUTES, RUN_ATTRIBUTES, RUN_METHODS, Type,
};

/// What an address is like.
const ADDRESS_HELP: &str =
    "an address is a file and a place in it: `metrics.json#/accuracy`, `history.csv#last/loss`";

impl Walk<'_> {
    pub(super) fn stage_name(&self, id: StageId) -> &str {
        &self.project.pipeline.stages[id.0].name
    }

    /// Checks what stands behind a dot.
    pub(super) fn attribute(&mut self, whole: &Expr<'_>, inner: &Expr<'_>, of: Type, name: &str) -> Type {
        match of {
            Type::Runs(id) => self.attribute_of_runs(whole, id, name),
            Type::Settings(id) => self.setting(whole, id, name),
            Type::Quantity => match QUANTITY_ATTRIBUTES.contains(&name) {
                true => Type::Quantity,
                false => self.refuse_attribute(whole, inner, "a number", name, &QUANTITY_ATTRIBUTES),
            },
            Type::Comparison => match (COMPARISON_ATTRIBUTES.contains(&name), name) {
                (_, "relation") => Type::Text,
                (_, "by" | "x" | "y") => Type::Quantity,
                (true, _) => Type::Printable,
                (false, _) => {
                    self.refuse_attribute(whole, inner, "a comparison", name, &COMPARISON_ATTRIBUTES)
                }
            },
            Type::Best(id) => match BEST_ATTRIBUTES.contains(&name) {
                true => id.map_or(Type::Unknown, Type::Runs),
                false => self.refuse_attribute(whole, inner, "a ranking", name, &BEST_ATTRIBUTES),
            },
            Type::Data => {
                if matches!(inner, Expr::Var(name) if name.id == "data") {
                    self.uses.data.insert(name.to_owned());
                }
                Type::Data
            }
            Type::Loop => match name {
                "first" | "last" | "previtem" | "nextitem" | "changed" | "cycle" => Type::Unknown,
                _ => Type::Number,
            },
            Type::Unknown => {
                self.use_measure_of_any(name);
                Type::Unknown
            }
            Type::Number | Type::Text | Type::Printable => Type::Unknown,
        }
    }

    fn refuse_attribute(
        &mut self,
        whole: &Expr<'_>,
        inner: &Expr<'_>,
        what: &str,
        name: &str,
        known: &[&'static str],
    ) -> Type {
        let written = self.written(inner);
        let help = self.suggest(name, known.iter().copied(), "there is", "it has").unwrap_or_default();
        self.refuse(whole, format!("`{written}` is {what}, and has no `{name}`"), help);
        Type::Unknown
    }

    pub(super) fn attribute_of_runs(&mut self, whole: &Expr<'_>, id: StageId, name: &str) -> Type {
        let stage = &self.project.pipeline.stages[id.0];
        match name {
            "params" => return Type::Settings(id),
            "distinct" | "n" => return Type::Quantity,
            _ if RUN_METHODS.contains(&name) => return Type::Unknown,
            _ if RUN_ATTRIBUTES.contains(&name) => return Type::Printable,
            _ => {}
        }
        if let Some(measure) = stage.measures.iter().find(|measure| measure.name == name) {
            let is_observed = measure.observed;
            self.uses.measures.insert((Some(stage.name.clone()), name.to_owned()));
            if is_observed {
                self.refuse_observed(whole, name);
                return Type::Unknown;
            }
            return Type::Quantity;
        }
        if stage.each.iter().any(|axis| axis.name() == name) {
            return Type::Printable;
        }
        let known: Vec<&str> = stage.measures.iter().map(|measure| measure.name.as_str()).collect();
        let help = self.suggest(name, known, "a measure named", "its measures are");
        let declare = format!("declare it: `measures: {{ {name}: \"metrics.json#/{name}\" }}`");
        let message = format!("stage `{}` has no measure `{name}`", stage.name);
        self.refuse(whole, message, help.unwrap_or(declare));
        Type::Unknown
    }

    pub(super) fn setting(&mut self, whole: &Expr<'_>, id: StageId, name: &str) -> Type {
        let known = self.names.parameters(id);
        if !known.contains(name) && !["items", "keys", "values", "get"].contains(&name) {
            let words = known.iter().map(String::as_str);
            let help =
                self.suggest(name, words, "a parameter named", "its parameters are").unwrap_or_default();
            self.refuse(whole, format!("stage `{}` has no parameter `{name}`", self.stage_name(id)), help);
        }
        Type::Printable
    }

    /// Notes a measure of runs of which the stage is unknown.
    pub(super) fn use_measure_of_any(&mut self, name: &str) {
        let mut measures = self.project.pipeline.stages.iter().flat_map(|stage| &stage.measures);
        if measures.any(|measure| measure.name == name) {
            self.uses.measures.insert((None, name.to_owned()));
        }
    }

    /// Checks what stands in square brackets.
    pub(super) fn item(&mut self, subscript: &Expr<'_>, of: Type) -> Type {
        let constant = constant_text(subscript);
        match (of, constant) {
            (Type::Runs(id), Some(value)) => {
                if matches!(subscript, Expr::Const(it) if it.value.as_str().is_some()) {
                    self.check_value(subscript, id, None, &value);
                }
                Type::Runs(id)
            }
            (Type::Runs(id), None) => Type::Runs(id),
            (Type::Settings(id), Some(name)) => self.setting(subscript, id, &name),
            (Type::Settings(_), None) => Type::Printable,
            (Type::Data, _) => Type::Data,
            _ => Type::Unknown,
        }
    }

    /// Checks that a stage has runs at a value of a coordinate, of any where it isn't named.
    fn check_value(&mut self, at: &Expr<'_>, id: StageId, coordinate: Option<&str>, value: &str) {
        let pipeline = self.project.pipeline;
        let stage = &pipeline.stages[id.0];
        let axes = stage.each.iter().filter(|axis| coordinate.is_none_or(|name| axis.name() == name));
        let known: Vec<String> = axes.flat_map(|axis| pipeline.values(id, axis)).collect();
        if !known.iter().any(|known| known == value) {
            let words = known.iter().map(String::as_str);
            let help = self.suggest(value, words, "one named", "there are").unwrap_or_default();
            self.refuse(at, format!("stage `{}` has no run at `{value}`", stage.name), help);
        }
    }

    /// Checks `fit(fold=1, variant="svm")`.
    pub(super) fn narrow(&mut self, id: StageId, call: &Call<'_>) {
        self.arguments(&call.args, false);
        for argument in &call.args {
            let CallArg::Kwarg(name, value) = argument else { continue };
            if self.check_coordinate(value, id, name)
                && let Some(text) = constant_text(value)
            {
                self.check_value(value, id, Some(name), &text);
            }
        }
    }

    fn check_coordinate(&mut self, at: &Expr<'_>, id: StageId, name: &str) -> bool {
        let stage = &self.project.pipeline.stages[id.0];
        let is_known = stage.each.iter().any(|axis| axis.name() == name);
        if !is_known {
            let known: Vec<&str> = stage.each.iter().map(|axis| axis.name()).collect();
            let help =
                self.suggest(name, known, "a coordinate named", "its coordinates are").unwrap_or_default();
            self.refuse(at, format!("stage `{}` isn't repeated over `{name}`", stage.name), help);
        }
        is_known
    }

    /// Checks what is called behind a dot.
    pub(super) fn method(&mut self, callee: &Expr<'_>, of: Type, name: &str, call: &Call<'_>) -> Type {
        let Expr::GetAttr(attribute) = callee else { return Type::Unknown };
        let stage = if let Type::Runs(id) = of { Some(id) } else { None };
        let first = call.args.first().and_then(|argument| match argument {
            CallArg::Pos(value) => Some(value),
            _ => None,
        });
        match (name, first) {
            ("over" | "each", Some(axis)) if stage.is_some() || of == Type::Unknown => {
                self.arguments(&call.args, false);
                if let (Some(id), Some(axis_name)) = (stage, constant_text(axis)) {
                    self.check_coordinate(axis, id, &axis_name);
                }
                of
            }
            ("of", Some(other)) if stage.is_some() || of == Type::Unknown => self.stage_argument(other, "of"),
            ("at", Some(address)) if stage.is_some() || of == Type::Unknown => {
                match constant_text(address) {
                    Some(text) => self.address(address, stage, text),
                    None => self.refuse_computed(address, "the address in `at`"),
                }
                self.arguments(&call.args, false);
                Type::Quantity
            }
            _ => {
                let inner = self.attribute(callee, &attribute.expr, of, name);
                self.arguments(&call.args, !matches!(of, Type::Runs(_)));
                if let (Type::Quantity, Some(_)) = (inner, stage) {
                    let message = format!("`{name}` is a measure, and can't be called");
                    self.refuse(callee, message, "leave the brackets away");
                }
                match (of, inner) {
                    (Type::Loop, _) => Type::Unknown,
                    (_, inner @ (Type::Printable | Type::Data)) => inner,
                    _ => Type::Unknown,
                }
            }
        }
    }

    /// Checks an address in the outputs of a stage, which may be unknown.
    pub(super) fn address(&mut self, at: &Expr<'_>, stage: Option<StageId>, address: String) {
        match Address::parse(&address) {
            Ok(Some(_)) => {}
            Ok(None) => return self.refuse(at, format!("`{address}` says no place in a file"), ADDRESS_HELP),
            Err(error) => return self.refuse(at, error.to_string(), ADDRESS_HELP),
        }
        let file = address.split('#').next().unwrap_or_default();
        if stage.is_some_and(|id| self.project.pipeline.stages[id.0].is_observed(file)) {
            self.refuse_observed(at, file);
        }
        let stage = stage.map(|id| self.stage_name(id).to_owned());
        self.uses.addresses.insert((stage, address));
    }

    fn refuse_observed(&mut self, at: &Expr<'_>, what: &str) {
        let message = format!("`{what}` is only observed, and a report is to be the same on every machine");
        self.refuse(at, message, "the values stand in the file of times that is written beside the report");
    }

    /// Checks the name of a stage that is given to a function.
    pub(super) fn stage_argument(&mut self, argument: &Expr<'_>, function: &str) -> Type {
        self.name(argument);
        let Some(name) = constant_text(argument) else {
            self.refuse_computed(argument, &format!("the stage in `{function}`"));
            return Type::Unknown;
        };
        if let Some(id) = self.project.pipeline.stage(&name) {
            self.uses.stages.insert(name);
            return Type::Runs(id);
        }
        let stages: Vec<&str> =
            self.project.pipeline.stages.iter().map(|stage| stage.name.as_str()).collect();
        let help = self.suggest(&name, stages, "a stage named", "the stages are").unwrap_or_default();
        self.refuse(argument, format!("no stage is named `{name}`"), help);
        Type::Unknown
    }

    pub(super) fn refuse_computed(&mut self, at: &Expr<'_>, what: &str) {
        let help = "write it as a constant text: what a report uses is known before anything runs";
        self.refuse(at, format!("{what} is computed"), help);
    }
}

/// Gives a constant as a text: `"svm"`, and `1` for `fold=1`.
pub(super) fn constant_text(expression: &Expr<'_>) -> Option<String> {
    match expression {
        Expr::Const(constant) if constant.value.is_none() => None,
        Expr::Const(constant) => Some(constant.value.to_string()),
        _ => None,
    }
}
