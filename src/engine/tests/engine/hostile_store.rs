//! A store that came from elsewhere, with links in it and records that lie: nothing of it leads out of the project.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use recount_engine::Running;
use recount_engine::command::params_file;
use recount_engine::project_path::ProjectPath;
use recount_engine::store::RecordedOutput;

use crate::support::{Project, toy};
use crate::victim::Victim;

fn project() -> Project {
    Project::new(vec![toy("write", "echo 1 > out.txt").writes(&["out.txt"])])
}

/// Does all that writes to a store; whatever it says is as good.
fn use_in_every_way(project: &Project) -> Result<(), Box<dyn std::error::Error>> {
    let store = recount_engine::store::Store::open(project.root())?;
    let session = store.lock(|| false)?.ok_or("somebody has the lock")?;
    session.examine(1, &|_, _| true)?;
    let garbage = store.garbage(&Default::default(), params_file)?;
    session.collect(&garbage)?;
    session.collect_older(true)?;
    Ok(session.finish()?)
}

#[test]
fn no_link_below_the_store_is_followed() {
    let outer = ["by-name", "edited", "logs", "v2"];
    let both = ["objects", "records", "quarantine", "temporary", "scratch", "runs"];
    let inner = both.iter().chain(&["checkpoints", "snapshot", "places"]).map(|name| format!("v2/{name}"));
    for name in outer.iter().chain(&both).map(ToString::to_string).chain(inner) {
        for to in ["", "thesis"] {
            let (project, victim) = (project(), Victim::new());
            let link = project.root().join("artifacts").join(&name);
            fs::create_dir_all(link.parent().expect("it is in a folder")).expect("it can be made");
            symlink(victim.path().join(to), link).expect("links can be made");
            project.write("out.txt", "my own words");
            // A run may refuse such a store.
            drop(project.try_run());
            drop(use_in_every_way(&project));
            drop(project.try_run());
            victim.assert_untouched();
        }
    }
}

#[test]
fn a_record_fills_no_place_but_those_that_its_stage_declares() {
    let (project, victim) = (project(), Victim::new());
    symlink(victim.path(), project.root().join("victim")).expect("links can be made");
    let key = project.run().summary.reports[0].key.expect("it ran");
    let store = project.store();
    let mut record = store.record(key).expect("it can be read").expect("it is there");
    let object = record.outputs[0].object;
    let evil = ["../x", "/etc/recount-x", "victim/x", "data/x", "out.txt/../x", "out.txt/../../x"];
    record.outputs.extend(evil.map(|name| RecordedOutput::new(name, object, 0o644)));
    let session = store.lock(|| false).expect("the lock works").expect("nobody else has it");
    session.while_committing(|| session.commit(&record)).expect("there is room");
    session.finish().expect("there is room");
    project.remove("out.txt").forget().run();
    victim.assert_untouched();
    for path in ["x", "data", "../x", "/etc/recount-x"] {
        assert!(!project.exists(path), "{path}");
    }
    assert_eq!(project.read("out.txt"), "1\n");
}

#[test]
fn a_note_of_a_killed_run_clears_only_what_a_stage_declares_and_ends_only_what_is_ours() {
    let project = project();
    project.write("data/mine", "mine");
    let mut stranger = Command::new("sleep")
        .arg("1000")
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::null())
        .spawn()
        .expect("there is a sleep");
    let scratch = project.root().join("artifacts/v2/scratch");
    fs::create_dir_all(&scratch).expect("it can be made");
    let path = |path: &str| ProjectPath::parse(path).expect("it is a path");
    let group = i32::try_from(stranger.id()).expect("it is a number of a process");
    let running = Running { group, writes: vec![path("data"), path("data/mine")] };
    running.note(&scratch.join("0")).expect("there is room");
    Running::mark_end(&scratch.join("0"), group).expect("there is room");
    project.run().assert_ran(["write"]);
    assert_eq!(project.read("data/mine"), "mine");
    assert!(stranger.try_wait().expect("it was started here").is_none(), "it is not ours");
    stranger.kill().expect("it sleeps");
    stranger.wait().expect("it was started here");
}
