//! Whatever is done to a project, a run gives what a clean run gives, and runs nothing that is known.
//!
//! The property is that of A. Mokhov, N. Mitchell and S. Peyton Jones, "Build Systems à la Carte", ICFP 2018:
//! a build is correct if its result is that of a clean one, and minimal if it runs what changed and no more.
//!
//! `RECOUNT_TEST_CASE=SEED` repeats one case of each test alone.

mod blend;
mod disk;
mod disturb;
mod draft;
mod edits;
mod ledger;
mod oracle;
mod world;

use std::time::Duration;

use world::World;

/// How many runs a case has.
const STEPS: usize = 6;

/// How long until a file's time can no longer be that of its hashing, with some to spare.
const SETTLING: Duration = Duration::from_millis(2_200);

/// Gives the seeds to go through, or the one that was asked for.
pub fn seeds(count: u64) -> Vec<u64> {
    #[expect(clippy::disallowed_methods, reason = "a person who repeats a case names it this way")]
    let asked = std::env::var("RECOUNT_TEST_CASE").ok();
    asked.map_or_else(|| (0..count).collect(), |seed| vec![seed.parse().expect("a case is a number")])
}

fn go_through(seeds: &[u64], programs: bool) {
    let one_after_another = |seeds: &[u64]| {
        for &seed in seeds {
            let mut world = World::new(seed, programs);
            (0..STEPS).for_each(|_| world.step());
        }
    };
    std::thread::scope(|scope| {
        let (some, others) = seeds.split_at(seeds.len() / 2);
        scope.spawn(|| one_after_another(some));
        one_after_another(others);
    });
}

#[test]
fn two_thousand_random_histories_run_what_changed_and_no_more() {
    go_through(&seeds(2_000), false);
}

#[test]
#[ignore = "takes minutes: `cargo test --release -p recount-engine --test engine -- --ignored`"]
fn twenty_thousand_random_histories_run_what_changed_and_no_more() {
    go_through(&seeds(20_000), false);
}

#[test]
fn random_histories_of_real_programs_run_what_changed_and_no_more() {
    go_through(&seeds(60), true);
}

/// What is recognised without being read again is exercised only once files are older than a clock's tick.
#[test]
fn random_histories_with_time_between_the_runs_go_the_same_way() {
    let mut worlds: Vec<World> =
        seeds(100).into_iter().map(|seed| World::new(seed, seed % 10 == 0)).collect();
    for step in 0..STEPS {
        if step > 0 {
            std::thread::sleep(SETTLING);
        }
        worlds.iter_mut().for_each(World::step);
    }
}
