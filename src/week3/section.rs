//! One section of the source document with what was measured for it.
//!
//! | name | is |
//! |---|---|
//! | `number`, `heading`, `mark` | as in the document; `mark` is the Markdown heading's `##` |
//! | `template` | `sections/NUMBER.md.j2` with dashes for dots where that file exists, else `section.md.j2` |
//! | `leaf` | whether it describes an experiment; `false` for a section of sections |
//! | `described`, `as_run` | variants (see `variant`), or `none` |
//! | `figures` | the document's accuracy (see `claims::figures_view`), or `none` |
//! | `executed` | a list of `name`, `described`, `executed`: settings in whose effect the code differed |
//! | `never_reached` | the variant that `as_run` is the same experiment as, where the described change had no effect at all; else `none` |
//! | `claims` | what the document claims there, each with its readings (see `claims`) |

use std::collections::BTreeMap;

use minijinja::{Value, context};

use super::claims::{Circumstances, Claim, Reading, claim_view, figures_view, judge};
use super::inputs::{ReportInputs, VariantResult};
use super::source::Section;
use super::variant::{Summary, setting};

/// The template of a section that has none of its own.
const SECTION_TEMPLATE: &str = "section.md.j2";

/// What every section draws on.
pub(super) struct Results<'a> {
    inputs: &'a ReportInputs,
    views: &'a BTreeMap<String, Value>,
    templates: &'a BTreeMap<String, String>,
    summaries: BTreeMap<&'a str, Summary>,
}

impl<'a> Results<'a> {
    /// Summarises every variant once.
    pub fn of(
        inputs: &'a ReportInputs,
        views: &'a BTreeMap<String, Value>,
        templates: &'a BTreeMap<String, String>,
    ) -> Self {
        let summaries =
            inputs.variants.iter().map(|variant| (variant.name.as_str(), Summary::of(variant))).collect();
        Self { inputs, views, templates, summaries }
    }

    fn variant(&self, name: Option<&String>) -> Option<&'a VariantResult> {
        self.inputs.variants.iter().find(|variant| Some(&variant.name) == name)
    }

    /// Finds the variant that does what the code executed under `described`: its twin, or itself.
    fn executed(&self, described: &str) -> Option<&'a VariantResult> {
        let sections = &self.inputs.source.sections;
        let section = sections.iter().find(|section| section.described.as_deref() == Some(described));
        let twin = self.variant(section.and_then(|section| section.as_run.as_ref()));
        twin.or_else(|| self.inputs.variants.iter().find(|variant| variant.name == described))
    }

    fn view(&self, variant: Option<&VariantResult>) -> Option<Value> {
        self.views.get(&variant?.name).cloned()
    }
}

impl Section {
    /// Says whether the section is about the variant `name`.
    pub(super) fn names(&self, name: &str) -> bool {
        [&self.described, &self.as_run].into_iter().flatten().any(|variant| variant == name)
    }
}

/// Shows a section to a template.
pub(super) fn section_view(section: &Section, results: &Results<'_>) -> Value {
    let described = results.variant(section.described.as_ref());
    let as_run = results.variant(section.as_run.as_ref());
    let claims: Vec<&Claim> =
        results.inputs.claims.iter().filter(|claim| claim.section == section.number).collect();
    let depth = section.number.split('.').count();
    context! {
        number => section.number.clone(),
        heading => section.heading.clone(),
        mark => "#".repeat(depth + 1),
        template => template(section, results),
        leaf => section.described.is_some(),
        described => results.view(described),
        as_run => results.view(as_run),
        figures => figures_view(&claims),
        executed => described.zip(as_run).map_or_else(Vec::new, |(described, as_run)| {
            executed(described, as_run)
        }),
        never_reached => described.zip(as_run).and_then(|(described, as_run)| {
            never_reached(described, as_run, results)
        }),
        claims => claims.iter().map(|claim| claim_view(claim, &readings(claim, results))).collect::<Vec<_>>(),
    }
}

fn template<'a>(section: &Section, results: &Results<'a>) -> &'a str {
    let own = format!("sections/{}.md.j2", section.number.replace('.', "-"));
    results.templates.get_key_value(&own).map_or(SECTION_TEMPLATE, |(name, _)| name)
}

/// Lists the settings in whose effect the executed code differed from the description.
fn executed(described: &VariantResult, as_run: &VariantResult) -> Vec<Value> {
    let names = described.declared.keys().filter(|name| {
        let (described, as_run) = (described.effective.get(*name), as_run.effective.get(*name));
        described != as_run
    });
    names
        .filter_map(|name| {
            Some(context! {
                name => name,
                described => setting(&described.name, name, described.declared.get(name)?),
                executed => setting(&as_run.name, name, as_run.declared.get(name)?),
            })
        })
        .collect()
}

/// Finds the variant that the executed code repeated instead of making the described change.
fn never_reached<'a>(
    described: &VariantResult,
    as_run: &VariantResult,
    results: &Results<'a>,
) -> Option<&'a str> {
    let base = results.executed(described.from.as_deref()?)?;
    (base.effective == as_run.effective && base.name != as_run.name).then_some(base.name.as_str())
}

fn readings<'a>(claim: &Claim, results: &'a Results<'_>) -> Vec<Reading<'a>> {
    let is_other = |name: &String| results.executed(name).is_some_and(|executed| executed.name != *name);
    let differs = claim.than.iter().chain([&claim.variant]).any(is_other);
    let circumstances = Circumstances { as_run: false, differs, synthetic: results.inputs.synthetic };
    let described = judge(claim, circumstances, |name| {
        results.summaries.get_key_value(name).map(|(name, summary)| (*name, summary))
    });
    let as_run = differs.then(|| {
        judge(claim, Circumstances { as_run: true, ..circumstances }, |name| {
            let name = results.executed(name)?.name.as_str();
            Some((name, results.summaries.get(name)?))
        })
    });
    described.into_iter().chain(as_run.flatten()).collect()
}
