//! Whole reports on a stranger's project, as they are rendered.

mod arguments;
mod documented;
mod limits;
mod mistakes;
mod reports;

use std::collections::BTreeMap;
use std::sync::Arc;

use recount_engine::diagnostic::{Diagnostics, Source};

use super::{DataFiles, RefusedReport, RenderedReport, ReportFigure, ReportInputs, render};
use crate::check::{self, Project};
use crate::claim::Claims;
use crate::evidence::Evidence;
use crate::quantity::Relation;
use crate::test_project::evidence;

const CLAIMS: &str = r#"
- { of: "fit[svm].accuracy", is: above, than: "[forest]", section: "2", says: "The margin beats the trees, 0.97 to 0.82." }
- { of: "fit[svm].accuracy", is: reported, values: [0.97], section: "2" }
- { of: { planned: "fit[soft_margin].accuracy", as done: "fit[twin].accuracy" }, is: same, than: "fit[svm].accuracy", section: "3" }
- { of: "fit[svm].accuracy", is: above, than: { stated: "90 %", by: "the assignment" }, section: "4" }
- { of: "fit[lame].accuracy", is: below, than: "[svm]", section: "4" }
"#;

const DATA: &str =
    "goal: 0.9\nwho: the museum of Cambridge\nwhen: \"measured 2007 to 2009\"\nspecies: [Adelie, Gentoo]\n";

const MEASURED: &str = "island,birds\nDream,124\nTorgersen,52\n";

/// What a report is made from, with one template.
fn inputs(template: &str) -> ReportInputs {
    let evidence = evidence();
    let claims = Claims::load(&Source::file("claims.yaml", CLAIMS), evidence.pipeline());
    let (source, birds) = (Source::file("notes/source.yaml", DATA), Source::file("birds.csv", MEASURED));
    let figure = |stage: &str, name: &str, path: &str| ReportFigure {
        stage: stage.to_owned(),
        name: name.to_owned(),
        title: "Accuracy of the models_".to_owned(),
        path: path.to_owned(),
        draws: vec!["fit.accuracy".to_owned()],
    };
    ReportInputs {
        output: "report/penguins.md".to_owned(),
        title: evidence.pipeline().title.clone(),
        template: "penguins.md.j2".to_owned(),
        templates: BTreeMap::from([("penguins.md.j2".to_owned(), Source::file("penguins.md.j2", template))]),
        claims: Some(claims.unwrap_or_else(|mistakes| panic!("{mistakes}"))),
        data: DataFiles::read([("source", &source), ("birds", &birds)].into_iter())
            .expect("the files can be read"),
        figures: vec![
            figure("plot", "accuracy", "report/plots/accuracy.svg"),
            figure("draw", "tree of life.png", "draw/tree of life.png"),
            figure("plot", "twice", "report/plots/twice.svg"),
            figure("draw", "twice", "draw/twice.svg"),
        ],
        evidence,
        forced: None,
        stop: Arc::default(),
    }
}

/// Gives what the check finds before anything runs.
fn checked(inputs: &ReportInputs) -> Diagnostics {
    let figures: Vec<(String, String)> =
        inputs.figures.iter().map(|figure| (figure.stage.clone(), figure.name.clone())).collect();
    let project = Project { pipeline: inputs.evidence.pipeline(), figures: &figures, terms: &[] };
    let mut none = |_: &str| Err("there is no other template".to_owned());
    check::check(&inputs.templates[&inputs.template], &project, &mut none).diagnostics
}

/// Renders a template, in which the check finds nothing.
fn rendered(template: &str) -> RenderedReport {
    let inputs = inputs(template);
    let found = checked(&inputs);
    assert!(found.is_empty(), "{found}");
    render(&inputs).unwrap_or_else(|refused| panic!("{}", refused.diagnostics))
}

/// Gives the whole text of a report.
fn text(template: &str) -> String {
    rendered(template).markdown
}

/// Gives a report's text without references and definitions.
fn words(template: &str) -> String {
    let text = text(template);
    let mut plain = String::new();
    for line in text.lines().filter(|line| !line.contains("]: penguins.audit.md#")) {
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("][") {
            plain.push_str(before);
            plain.push(']');
            rest = after.split_once(']').map_or("", |(_, rest)| rest);
        }
        plain.push_str(rest);
        plain.push('\n');
    }
    plain
}

/// Gives what is wrong with a template.
fn refused(template: &str) -> String {
    match render(&inputs(template)) {
        Ok(report) => format!("no mistake: {}", report.markdown),
        Err(refused) => {
            let RefusedReport { diagnostics, .. } = *refused;
            diagnostics.render(false)
        }
    }
}

/// Gives what is wrong with each of several templates.
fn all_refused(templates: &[&str]) -> String {
    templates.iter().map(|template| refused(template)).collect::<Vec<_>>().join("\n")
}

/// Renders on invented values, with every comparison turning out so.
fn tried(template: &str, forced: Relation) -> String {
    let evidence = Evidence::invented(Arc::clone(inputs(template).evidence.pipeline()));
    let inputs = ReportInputs { evidence, forced: Some(forced), ..inputs(template) };
    render(&inputs).unwrap_or_else(|refused| panic!("{}", refused.diagnostics)).markdown
}
