//! What a program may do and must not: how it is ended, tried again, listened to, and what it depends on.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use recount_engine::spec::Value;
use recount_engine::{Cancel, Outcome};

use crate::support::{Project, Ran, Toy, toy};

/// Runs a project, and does something once its program has made the file `ready`.
fn run_until_ready(project: &Project, jobs: usize, act: impl FnOnce(&Cancel)) -> Ran {
    let cancel = Cancel::default();
    thread::scope(|scope| {
        let running = scope.spawn(|| project.run_with(&[], &[], jobs, &cancel));
        await_true(|| project.exists("ready") || running.is_finished());
        act(&cancel);
        running.join().expect("a run does not panic")
    })
}

#[track_caller]
fn await_true(holds: impl Fn() -> bool) {
    let held = (0..2000).any(|_| {
        holds() || {
            thread::sleep(Duration::from_millis(5));
            false
        }
    });
    assert!(held, "it takes too long");
}

/// Says whether the process runs whose number a file holds.
fn is_alive(project: &Project, file: &str) -> bool {
    let number = project.read(file);
    let stat = Path::new("/proc").join(number.trim()).join("stat");
    let stat = fs::read_to_string(stat).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

#[expect(clippy::disallowed_methods, reason = "a test of how long something takes")]
fn now() -> Instant {
    Instant::now()
}

fn is_stopped(ran: &Ran) -> bool {
    ran.failures().is_empty() && matches!(ran.summary.reports[0].outcome, Outcome::Stopped)
}

/// Cleans up when it is asked to end.
const CLEANS_UP: &str =
    "trap 'rm busy; echo cleaned > cleaned; exit 1' TERM; touch busy ready; sleep 30 & wait";

/// Does not end when it is asked to.
const STUBBORN: &str = "trap '' TERM; echo $$ > pid; touch ready; while true; do sleep 0.05; done";

#[test]
fn a_program_that_is_stopped_has_time_to_clean_up() {
    let project = Project::new(vec![toy("fit", CLEANS_UP)]);
    let ran = run_until_ready(&project, 1, Cancel::cancel);
    assert!(is_stopped(&ran), "{:?}", ran.events);
    assert!(project.exists("cleaned") && !project.exists("busy"));
}

#[test]
fn a_program_that_takes_too_long_has_time_to_clean_up() {
    let project = Project::new(vec![toy("fit", CLEANS_UP).set("timeout_seconds", 0.3)]);
    let failures = project.run().failures();
    assert!(
        failures[0].starts_with("fit: it ran longer than its `timeout_seconds`, 0.3\n  $ trap "),
        "{failures:?}"
    );
    assert!(project.exists("cleaned") && !project.exists("busy"));
}

#[test]
fn a_program_that_does_not_end_when_asked_is_killed_after_a_while() {
    let mut project = Project::new(vec![toy("fit", STUBBORN)]);
    project.set_grace(Duration::from_millis(300));
    let began = now();
    assert!(is_stopped(&run_until_ready(&project, 1, Cancel::cancel)));
    assert!(began.elapsed() >= Duration::from_millis(300));
    assert!(!is_alive(&project, "pid"));
}

#[test]
fn a_second_request_to_stop_kills_at_once() {
    let mut project = Project::new(vec![toy("fit", STUBBORN)]);
    project.set_grace(Duration::from_secs(600));
    let ran = run_until_ready(&project, 1, |cancel| {
        cancel.cancel();
        thread::sleep(Duration::from_millis(200));
        assert!(is_alive(&project, "pid"));
        cancel.kill();
    });
    assert!(is_stopped(&ran));
    assert!(!is_alive(&project, "pid"));
}

/// Leaves a process behind in a session of its own, and goes on with `rest`.
fn leaves(rest: &str) -> Toy {
    let stray = "setsid sh -c 'echo $$ > stray.new; mv stray.new stray; sleep 30; echo late >> out.txt'";
    let line = format!(
        "{stray} >/dev/null 2>&1 & until [ -e stray ]; do sleep 0.01; done; echo early > out.txt; {rest}"
    );
    toy("fit", &line).writes(&["out.txt"])
}

#[test]
fn what_left_its_group_ends_with_its_program() {
    let project = Project::new(vec![leaves("true")]);
    project.run().assert_ran(["fit"]);
    assert!(!is_alive(&project, "stray"));
    assert_eq!(project.read("out.txt"), "early\n");
    project.run().assert_ran([]);
}

#[test]
fn what_left_its_group_ends_with_a_failure_a_stop_and_a_time_out() {
    let project = Project::new(vec![leaves("exit 1")]);
    assert_eq!(project.run().failures().len(), 1);
    assert!(!is_alive(&project, "stray"));

    let project = Project::new(vec![leaves("touch ready; sleep 30")]);
    assert!(is_stopped(&run_until_ready(&project, 1, Cancel::cancel)));
    assert!(!is_alive(&project, "stray"));

    let project = Project::new(vec![leaves("sleep 30").set("timeout_seconds", 0.3)]);
    assert_eq!(project.run().failures().len(), 1);
    assert!(!is_alive(&project, "stray"));
}

#[test]
fn a_daemon_of_a_program_that_runs_is_not_ended_with_another_program() {
    let daemon = "(setsid sh -c 'echo $$ > stray.new; mv stray.new stray; sleep 30' &) >/dev/null 2>&1";
    // It is needed until the other one has long ended.
    let long = format!(
        "{daemon}; sleep 0.5; touch seen; until [ -e over ]; do sleep 0.01; done; kill -0 $(cat stray)"
    );
    let short = "until [ -e seen ]; do sleep 0.01; done";
    let after = toy("after", "sleep 0.2; touch over").needs(&["short"]);
    let project = Project::new(vec![toy("long", &long), toy("short", short), after]);
    project.run().assert_ran(["after", "long", "short"]);
    assert!(!is_alive(&project, "stray"));
}

#[test]
fn a_failure_in_the_middle_of_a_line_is_a_failure() {
    for line in
        ["false\necho done > out.txt", "cat no-such.csv | wc -l > out.txt", "false; echo done > out.txt"]
    {
        let project = Project::new(vec![toy("fit", line).writes(&["out.txt"])]);
        let failures = project.run().failures();
        assert!(
            failures.len() == 1 && failures[0].starts_with("fit: it ended with exit code 1\n"),
            "{failures:?}"
        );
        assert!(!project.exists("out.txt"));
    }
}

#[test]
fn bash_counts_lines_as_they_were_written_and_reads_nothing() {
    let project = Project::new(vec![toy("fit", "cat\n\nno-such-program")]);
    let expected = "fit: it ended with exit code 127\n  $ cat …\n  \
                    bash: line 3: no-such-program: command not found\n  log: artifacts/logs/fit.log";
    assert_eq!(project.run().failures(), [expected]);
}

#[test]
fn another_shell_may_run_the_line_and_then_counts() {
    let line = "false; echo $0 > out.txt";
    let shell = |words: &[&str]| Value::List(words.iter().map(|word| Value::from(*word)).collect());
    let fit = |words| toy("fit", line).writes(&["out.txt"]).set("shell", shell(words));
    let mut project = Project::new(vec![fit(&["sh", "-c"])]);
    project.run().assert_ran(["fit"]);
    assert_eq!(project.read("out.txt"), "sh\n");
    assert_eq!(project.set(fit(&["sh", "-u", "-c"])).run().events("ran"), ["fit: `shell` gains -u"]);
    project.set(fit(&["sh", "-c"])).run().assert_ran([]);
}

#[test]
fn a_program_that_fails_is_tried_again_as_often_as_its_stage_says() {
    let line = "echo x >> tries; echo attempt $(wc -l < tries); [ -e out.txt ] && exit 9; echo 1 > out.txt; \
                [ $(wc -l < tries) -ge 3 ]";
    let get = |retries: i64| toy("get", line).writes(&["out.txt"]).set("retries", retries);
    let mut project = Project::new(vec![get(1)]);
    let ran = project.run();
    assert_eq!(ran.events("notice"), ["get: failed, trying again (1 of 1): it ended with exit code 1"]);
    assert!(ran.failures()[0].contains("\n  attempt 2\n  log: "), "{:?}", ran.failures());
    assert!(!ran.failures()[0].contains("attempt 1"), "{:?}", ran.failures());
    let log = "attempt 1\nfailed, trying again (1 of 1): it ended with exit code 1\nattempt 2\n";
    assert_eq!(project.read("artifacts/logs/get.log"), log);
    project.remove("tries");
    let ran = project.set(get(5)).run();
    ran.assert_ran(["get"]);
    assert_eq!(ran.events("notice").len(), 2);
    project.set(get(0)).run().assert_ran([]);
}

#[test]
fn a_stop_is_not_tried_again() {
    let project = Project::new(vec![toy("fit", CLEANS_UP).set("retries", 5)]);
    let ran = run_until_ready(&project, 1, Cancel::cancel);
    assert!(is_stopped(&ran) && ran.events("notice").is_empty(), "{:?}", ran.events);
}

#[test]
fn what_a_failure_shows_is_bounded_and_sends_nothing_to_the_terminal() {
    let line = r"head -c 3000000 /dev/zero | tr '\0' x; printf '\n\033]0;owned\007\033[31mred\377\r 10%%\r100%%\n'; exit 3";
    let project = Project::new(vec![toy("fit", line)]);
    let failure = &project.run().failures()[0];
    assert!(failure.len() < 2000 && !failure.contains('\u{1b}'), "{failure}");
    assert!(failure.contains("xxx … ("), "{failure}");
    assert!(failure.ends_with("\n  100%\n  log: artifacts/logs/fit.log"), "{failure}");
    let line = r"printf '\033]0;owned\007\033[31mred\377\000\n'; exit 3";
    let failure = &Project::new(vec![toy("fit", line)]).run().failures()[0];
    assert!(failure.contains("\n  \\x1b]0;owned\\x07\\x1b[31mred\\xff\\x00\n"), "{failure}");
}

#[test]
fn a_log_can_be_read_by_its_owner_alone_and_no_two_instances_share_one() {
    let say = toy("say", "echo {path}").each("path", &["a/b", "a_b"]);
    let project = Project::new(vec![say]);
    project.run().assert_ran(["say[path=a/b]", "say[path=a_b]"]);
    assert_eq!(project.read("artifacts/logs/say,path=a%2Fb.log"), "a/b\n");
    assert_eq!(project.read("artifacts/logs/say,path=a_b.log"), "a_b\n");
    let mode = fs::metadata(project.root().join("artifacts/logs/say,path=a_b.log"))
        .map(|it| it.permissions().mode());
    assert_eq!(mode.expect("it is there") & 0o777, 0o600);
}

#[test]
fn a_coordinate_that_is_longer_than_a_file_name_is_no_reason_to_fail() {
    let word = "x".repeat(300);
    let project = Project::new(vec![toy("say", "echo {word}").each("word", &[&word])]);
    project.run();
    assert_eq!(project.stored("logs").len(), 1);
}

#[test]
fn a_log_that_can_not_be_made_is_no_reason_to_fail() {
    let project = Project::new(vec![toy("fit", "echo hi; echo 1 > out.txt").writes(&["out.txt"])]);
    project.write("artifacts/logs", "in the way");
    let ran = project.run();
    ran.assert_ran(["fit"]);
    let expected = "fit: what it prints is not kept: `artifacts/logs/fit.log` can't be written: ";
    assert!(ran.events("notice")[0].starts_with(expected), "{:?}", ran.events);
}

#[test]
fn what_a_program_prints_can_be_read_while_it_runs() {
    let line = "echo one; printf ' 10%%\\r 20%%'; touch ready; until [ -e go ]; do sleep 0.01; done";
    let project = Project::new(vec![toy("fit", line)]);
    let ran = run_until_ready(&project, 1, |_| {
        assert_eq!(project.read("artifacts/logs/fit.log"), "one\n 10%\r 20%");
        thread::sleep(Duration::from_millis(700));
        project.write("go", "");
    });
    ran.assert_ran(["fit"]);
    assert_eq!(ran.events("line")[0], "fit:  20%");
}

#[test]
fn another_version_of_a_tool_runs_again_what_names_it() {
    let tools = Value::List(vec!["tool".into()]);
    let project = Project::new(vec![toy("fit", "tool > out.txt").writes(&["out.txt"]).set("tools", tools)]);
    let mut project = project;
    let write = |project: &Project, path: &str, text: &str| {
        project.write(path, text);
        let path = project.root().join(path);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    };
    write(&project, "b1/tool", "#!/bin/sh\necho 1\n");
    write(&project, "b2/tool", "#!/bin/sh\necho 2\n");
    let path = |project: &Project, folder| format!("{}:/usr/bin:/bin", project.root().join(folder).display());
    let (one, two) = (path(&project, "b1"), path(&project, "b2"));
    project.set_variable("PATH", &one).run().assert_ran(["fit"]);
    let ran = project.set_variable("PATH", &two).run();
    ran.assert_ran(["fit"]);
    assert_eq!(project.read("out.txt"), "2\n");
    let reason = ran.events("ran")[0];
    let digests = reason.strip_prefix("fit: `tools.tool` ").and_then(|reason| reason.split_once(" → "));
    assert!(digests.is_some_and(|(old, new)| old.len() == 6 && new.len() == 6), "{reason}");
    write(&project, "b2/tool", "#!/bin/sh\necho three\n");
    project.run().assert_ran(["fit"]);
    project.set_variable("PATH", &one).run().assert_ran([]);
    project.remove("b1/tool");
    assert_eq!(
        project.set_variable("PATH", &one).run().failures(),
        ["fit: there is no program `tool` on the PATH"]
    );
}

#[test]
fn the_value_of_a_variable_is_kept_nowhere() {
    let line = "[ ${{#TOKEN}} -gt 3 ]; echo 1 > out.txt";
    let mut project = Project::new(vec![toy("fit", line).writes(&["out.txt"]).sees(&["TOKEN"])]);
    project.set_variable("TOKEN", "secret-1").run().assert_ran(["fit"]);
    let ran = project.set_variable("TOKEN", "secret-2").run();
    ran.assert_ran(["fit"]);
    assert!(!ran.events("ran")[0].contains("secret"), "{:?}", ran.events);
    for path in project.stored("") {
        let bytes = fs::read(&path).expect("what is stored can be read");
        assert!(!bytes.windows(6).any(|part| part == b"secret"), "{}", path.display());
    }
}

#[test]
fn a_variable_that_is_only_passed_on_decides_nothing() {
    let passes = Value::List(vec!["TOKEN".into()]);
    let fit = toy("fit", "echo $TOKEN > out.txt").writes(&["out.txt"]).set("pass_env", passes);
    let mut project = Project::new(vec![fit]);
    project.set_variable("TOKEN", "one").run().assert_ran(["fit"]);
    assert_eq!(project.read("out.txt"), "one\n");
    project.set_variable("TOKEN", "two").run().assert_ran([]);
}
