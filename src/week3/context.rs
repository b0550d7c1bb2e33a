//! Inputs → the values that templates see.
//!
//! | name | is |
//! |---|---|
//! | `title`, `document` | of the report, and of the source document |
//! | `synthetic`, `overrides` | whether the data is generated; each `--set`, as typed |
//! | `data` | the data card (see `data`) |
//! | `totals` | `variants`, `experiments`, `runs`, `seeds`, `seconds`; `any` results; `single_seed` |
//! | `sections` | the source document's sections in its order (see `section`) |
//! | `extras` | variants that no section names |
//! | `variants` | every variant in the order of the report (see `variant`) |
//! | `variant(name)` | one of them, or `none` |
//! | `plot(name)` | the `path` and the `title` of a figure, or `none` |
//! | `best` | the variant with the highest mean of the best epochs, or `none` (see `best`) |
//! | `new_users` | the variants that hold users out (see `new_users`) |
//! | `settings` | `varied`: the names of settings that differ between variants; `common`: the others with their value |
//! | `constants` | numbers that the program decides by: `level`, `same`, `near_zero`, `confidence`, `plateau_threshold` (see `constant`) |
//! | `closing` | the templates in `closing/`, in the order of their names |
//!
//! Invariants
//! - A number is a [`Measure`], never a bare one.
//! - Variants that did not run are absent, so that a smaller sweep has a smaller report.

use std::collections::BTreeMap;

use minijinja::{Error, Value, context};

use super::best::best_view;
use super::constant::Constant;
use super::data::data_view;
use super::inputs::{PlotReference, ReportInputs, RunResult, VariantResult};
use super::measure::Measure;
use super::new_users::new_users;
use super::section::{Results, section_view};
use super::variant::{setting, view};

/// Builds the values for `inputs`; `templates` says which closing sections there are.
pub(super) fn build(inputs: &ReportInputs, templates: &BTreeMap<String, String>) -> Value {
    let ordered = in_order(inputs);
    let views: BTreeMap<String, Value> = ordered
        .iter()
        .enumerate()
        .map(|(place, variant)| {
            let view = view(variant, &same_before(inputs, variant, &ordered[..place]));
            (variant.name.clone(), view)
        })
        .collect();
    let figure = |plot: &PlotReference| context! { path => plot.path.clone(), title => plot.title.clone() };
    let plots = inputs.plots.iter().map(|plot| (plot.name.clone(), figure(plot))).collect();
    let results = Results::of(inputs, &views, templates);
    let sections: Vec<Value> =
        inputs.source.sections.iter().map(|section| section_view(section, &results)).collect();
    let constants = Constant::ALL.iter().map(|it| (it.name(), Measure::constant(*it).to_template()));
    let view_of = |variant: &&VariantResult| views[&variant.name].clone();
    let named = |variant: &&&VariantResult| inputs.source.sections.iter().any(|it| it.names(&variant.name));
    context! {
        title => inputs.title.clone(),
        document => inputs.source.document.clone(),
        synthetic => inputs.synthetic,
        overrides => inputs.overrides.clone(),
        data => data_view(&inputs.data, &inputs.data_output),
        totals => totals(inputs, &ordered),
        sections => sections,
        extras => ordered.iter().filter(|it| !named(it)).map(view_of).collect::<Vec<_>>(),
        variants => ordered.iter().map(view_of).collect::<Vec<_>>(),
        // With users held out, an accuracy is about fewer people than the others.
        best => best_view(&with_all_users(&ordered), &views),
        new_users => new_users(&ordered, &views),
        settings => settings(&ordered),
        constants => constants.collect::<BTreeMap<&str, Value>>(),
        closing => closing(templates),
        variant => lookup(views.clone()),
        plot => lookup(plots),
    }
}

/// Lists the closing templates; what an editor leaves beside them is none.
fn closing(templates: &BTreeMap<String, String>) -> Vec<String> {
    let is_closing = |name: &&String| name.starts_with("closing/") && name.ends_with(".md.j2");
    templates.keys().filter(is_closing).cloned().collect()
}

fn lookup(values: BTreeMap<String, Value>) -> Value {
    Value::from_function(move |name: &str| {
        Ok::<_, Error>(values.get(name).cloned().unwrap_or_else(|| Value::from(())))
    })
}

/// Orders the variants as the report shows them: as the source document names them, the others after.
fn in_order(inputs: &ReportInputs) -> Vec<&VariantResult> {
    let sections = &inputs.source.sections;
    let place = |variant: &&VariantResult| {
        let named = sections.iter().position(|section| section.names(&variant.name));
        let as_run = sections.iter().any(|section| section.as_run.as_ref() == Some(&variant.name));
        (named.unwrap_or(sections.len()), as_run)
    };
    let mut ordered: Vec<&VariantResult> = inputs.variants.iter().collect();
    ordered.sort_by_key(place);
    ordered
}

/// Finds which of `before` are the same experiment as `variant`; those that only repeat what the
/// source's code executed count where there is no other.
fn same_before<'a>(
    inputs: &ReportInputs,
    variant: &VariantResult,
    before: &[&'a VariantResult],
) -> Vec<&'a VariantResult> {
    let same: Vec<&VariantResult> =
        before.iter().copied().filter(|other| variant.same_as.contains(&other.name)).collect();
    let as_run = |other: &&&VariantResult| {
        inputs.source.sections.iter().any(|section| section.as_run.as_ref() == Some(&other.name))
    };
    let described: Vec<&VariantResult> = same.iter().filter(|it| !as_run(it)).copied().collect();
    if described.is_empty() { same } else { described }
}

fn with_all_users<'a>(variants: &[&'a VariantResult]) -> Vec<&'a VariantResult> {
    let holds_out = |variant: &&&VariantResult| variant.runs.iter().any(|run| run.metrics.held_out.is_some());
    variants.iter().filter(|variant| !holds_out(variant)).copied().collect()
}

fn totals(inputs: &ReportInputs, ordered: &[&VariantResult]) -> Value {
    let mut experiments: Vec<&VariantResult> = Vec::new();
    for variant in ordered {
        if !experiments.iter().any(|earlier| variant.same_as.contains(&earlier.name)) {
            experiments.push(variant);
        }
    }
    let runs = || experiments.iter().flat_map(|variant| &variant.runs);
    let mut seeds: BTreeMap<u64, Measure> = BTreeMap::new();
    for run in runs() {
        seeds.entry(run.seed).or_insert_with(|| run.seed());
    }
    let firsts = |variants: &[&VariantResult]| {
        variants.iter().filter_map(|variant| variant.runs.first()).map(RunResult::seed).collect()
    };
    context! {
        single_seed => seeds.len() == 1,
        variants => Measure::count(firsts(ordered)).to_template(),
        experiments => Measure::count(firsts(&experiments)).to_template(),
        runs => Measure::count(runs().map(RunResult::seed).collect()).to_template(),
        seeds => Measure::count(seeds.into_values().collect()).to_template(),
        seconds => Measure::sum(runs().map(RunResult::seconds).collect()).to_template(),
        any => !inputs.variants.is_empty(),
    }
}

fn settings(ordered: &[&VariantResult]) -> Value {
    let Some(first) = ordered.first() else {
        return context! { varied => Vec::<&str>::new(), common => Vec::<Value>::new() };
    };
    let (common, varied): (Vec<&String>, Vec<&String>) = first.declared.keys().partition(|name| {
        ordered.iter().all(|variant| variant.declared.get(*name) == first.declared.get(*name))
    });
    let common: Vec<Value> = common
        .into_iter()
        .map(|name| context! { name => name, value => setting(&first.name, name, &first.declared[name]) })
        .collect();
    context! { varied => varied.into_iter().cloned().collect::<Vec<_>>(), common => common }
}
