//! Killed at random moments, again and again: nothing is torn, nothing finished is lost, and the next run goes on.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use crate::project::Project;

const PIPELINE: &str = r#"
recount: 1
title: Killed
stages:
  - name: say
    kind: command
    each: { word: [a, b, c, d, e, f, g, h, i, j] }
    run: printf '{word} ' > out/{word}; cat seed.txt >> out/{word}
    inputs: [seed.txt]
    outputs: ["out/{word}"]
  - name: fill
    kind: command
    run: mkdir -p folder; cp seed.txt folder/one; echo two > folder/two
    inputs: [seed.txt]
    outputs: [folder]
  - name: join
    kind: command
    needs: [say, fill]
    run: cat out/* folder/* > all.txt
    outputs: [all.txt]
"#;

/// Kills a run `kills` times; each time that one is finished, the next begins with another seed.
fn kill_again_and_again(kills: u32, seed: u64) {
    let project = Project::new(PIPELINE);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut round, mut killed, mut records) = (1, 0, 0);
    project.write("seed.txt", "round 0\n");
    // On a quick machine most moments would else come after the run.
    let length = length_of_a_run(&project);
    project.write("seed.txt", "round 1\n");
    while killed < kills {
        let when = format!("seed {seed}, kill {killed}");
        let mut child = project
            .command(&["run", "-j2"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program can be started");
        thread::sleep(Duration::from_micros(u64::from(random.next_u32() % length)));
        child.kill().expect("it can be killed or is over");
        let ended = child.wait().expect("it was started here");
        killed += u32::from(!ended.success());
        project.assert_whole(&when);
        let now = project.stored("records").len();
        assert!(now >= records, "{when}: a record is lost");
        records = now;
        if ended.success() || once_in(&mut random, 8) {
            assert_finishes(&project, &when, &format!("round {round}\n"));
            round += 1;
            project.write("seed.txt", &format!("round {round}\n"));
            records = project.stored("records").len();
        }
    }
    let when = format!("seed {seed}, the last run");
    assert_finishes(&project, &when, &format!("round {round}\n"));
    project.recount(&["fsck"]).done(&when);
}

/// Gives how long a run takes, in microseconds.
#[expect(clippy::disallowed_methods, reason = "it only chooses the moments, and decides nothing")]
fn length_of_a_run(project: &Project) -> u32 {
    let began = std::time::Instant::now();
    project.recount(&["run", "-j2"]).done("the first run");
    u32::try_from(began.elapsed().as_micros()).unwrap_or(90_000).clamp(10_000, 90_000)
}

fn once_in(random: &mut ChaCha8Rng, times: u32) -> bool {
    random.next_u32().is_multiple_of(times)
}

/// Asserts that the next run repeats nothing that was finished, recorded or about to be, and leaves what a run that
/// was never killed does.
#[track_caller]
fn assert_finishes(project: &Project, when: &str, seed: &str) {
    let finished = project.stored("records").len() + project.unnamed_records();
    let run = project.recount(&["run", "-j2"]).done(when);
    assert_eq!(project.stored("records").len() - finished, run.ran(), "{when}: what was finished ran again");
    let words: String = ('a'..='j').map(|word| format!("{word} {seed}")).collect();
    assert_eq!(project.read("all.txt"), format!("{words}{seed}two\n"), "{when}");
    for litter in ["scratch", "temporary", "quarantine", "edited"] {
        assert!(project.stored(litter).is_empty(), "{when}: {litter}: {:?}", project.stored(litter));
    }
    assert_eq!(project.recount(&["run"]).done(when).ran(), 0, "{when}");
}

#[test]
fn twenty_kills_at_random_moments_tear_nothing() {
    kill_again_and_again(20, 20_261_124);
}

#[test]
#[ignore = "takes minutes: `cargo test --release --test faults -- --ignored`"]
fn a_thousand_kills_at_random_moments_tear_nothing() {
    kill_again_and_again(1_000, 20_261_125);
}
