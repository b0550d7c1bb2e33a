//! What is done after each edit: what is stale runs, and the pages are made.

use recount_engine::{self as engine, Cancel, Options, Outcome, Report};
use recount_report::{plot, render};
use tokio::sync::watch;

use super::edits::Edits;
use super::view::{View, ViewObserver, change};
use crate::arguments::{ServeArguments, SettingArguments};
use crate::environment::Environment;
use crate::page::pages;
use crate::project::Project;
use crate::run::bring_up_to_date;
use crate::run_facts::run_facts;
use crate::time::{duration, now};
use crate::{CliError, print};

/// Who brings a project up to date for a view.
pub struct Worker<'w> {
    args: &'w ServeArguments,
    settings: SettingArguments,
    environment: &'w Environment,
    view: &'w watch::Sender<View>,
    cancel: &'w Cancel,
}

impl<'w> Worker<'w> {
    /// Makes one that has not done anything yet.
    pub fn new(
        args: &'w ServeArguments,
        environment: &'w Environment,
        view: &'w watch::Sender<View>,
        cancel: &'w Cancel,
    ) -> Self {
        let settings = SettingArguments { project: args.project.clone(), ..SettingArguments::default() };
        Self { args, settings, environment, view, cancel }
    }

    /// Works until it is time to stop: at once, and after each edit.
    pub fn work(&self, mut edits: Edits) {
        loop {
            self.refresh();
            if !edits.wait(self.cancel) {
                return;
            }
        }
    }

    fn refresh(&self) {
        let began = now();
        let made = self.bring_up_to_date();
        change(self.view, |view| {
            view.running.clear();
            view.progress = None;
            match made {
                Ok((state, pages)) => {
                    // The outputs of a run are edits, too, after which there is nothing to do: the run is what counts.
                    if state.is_some() || view.state.is_empty() || view.problem.is_some() {
                        let seconds = duration(began.elapsed().as_secs_f64());
                        view.state = format!("{} · {seconds}", state.as_deref().unwrap_or("up to date"));
                    }
                    view.problem = None;
                    match pages {
                        Ok(pages) => view.set_pages(pages),
                        // Without a report yet, what failed says why.
                        Err(error) => view.problem = Some(text(&error)),
                    }
                }
                Err(error) => {
                    "not made anew".clone_into(&mut view.state);
                    view.problem = Some(text(&error));
                }
            }
        });
    }

    /// Runs what is stale; gives what became of it in one line, if there was something to do, and the pages.
    #[expect(clippy::type_complexity, reason = "a page may be impossible where a run was not")]
    fn bring_up_to_date(
        &self,
    ) -> Result<(Option<String>, Result<Vec<(String, String)>, CliError>), CliError> {
        let Self { args, environment, settings, .. } = self;
        let mut project = Project::open(settings, environment)?;
        project.cancel = self.cancel.clone();
        if project.is_lacking() && !args.no_run {
            project.fetch(environment)?;
        }
        let options = Options {
            facts: run_facts(&project.root, environment, &project.cancel),
            keep_going: true,
            ..project.options(settings, environment)
        };
        let state = if args.no_run { self.draw(&project, options)? } else { self.run(&project, options)? };
        let options = project.options(settings, environment);
        Ok((state, pages(&project, &options, args.report.as_deref())))
    }

    fn run(&self, project: &Project, options: Options<'_>) -> Result<Option<String>, CliError> {
        let summary = bring_up_to_date(project, options, &ViewObserver(self.view))?;
        if summary.is_idle() {
            return Ok(None);
        }
        let counts = [
            ("ran", summary.ran()),
            ("fresh", summary.fresh() + summary.shared()),
            ("failed", summary.failed()),
            ("skipped", summary.skipped()),
        ];
        let counts = counts.iter().filter(|(_, count)| *count > 0);
        Ok(Some(counts.map(|(word, count)| format!("{word} {count}")).collect::<Vec<_>>().join(" · ")))
    }

    /// Makes figures and reports of what is there, and runs nothing else.
    fn draw(&self, project: &Project, options: Options<'_>) -> Result<Option<String>, CliError> {
        let Project { root, pipeline, kinds, store, .. } = project;
        let status = engine::status(root, pipeline, kinds, store, &options)?;
        let is_stale = |report: &&Report| matches!(report.outcome, Outcome::Stale { .. });
        let draws = |report: &&Report| {
            let kind = &pipeline.stages[report.stage.0].kind;
            kind == plot::KIND || kind == render::KIND
        };
        let stale = status.reports.iter().filter(is_stale);
        let (drawn, others): (Vec<&Report>, Vec<&Report>) = stale.partition(draws);
        let waits = status.reports.iter().any(|report| matches!(report.outcome, Outcome::Depends { .. }));
        // A figure that becomes another one makes its report stale, in the same run.
        let targets: Vec<String> = if others.is_empty() && waits {
            Vec::new()
        } else {
            drawn.iter().map(|report| report.name.clone()).collect()
        };
        let state = if drawn.is_empty() { None } else { self.run(project, Options { targets, ..options })? };
        Ok(match others.len() {
            0 => state,
            stale => Some(format!("stale {stale}, which `--no-run` leaves so")),
        })
    }
}

/// Gives what a failure says, as a terminal would show it without colours.
fn text(error: &CliError) -> String {
    print::visible(error.message.trim_end())
}
