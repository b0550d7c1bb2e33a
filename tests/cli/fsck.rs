//! `recount fsck`: every damage is found and set aside, and the next run makes it again.

use std::fs;

use crate::project::{Project, damage};

#[test]
fn a_sound_store_is_left_as_it_is() {
    let project = Project::words();
    let result = project.run(&["fsck"]).done();
    assert_eq!(result.out, "records 4 · objects 4 · damaged 0\n");
    assert_eq!(project.run(&["run"]).done().ran(), [""; 0]);
}

#[test]
fn without_a_store_there_is_nothing_to_find() {
    let project = Project::empty();
    project.write("pipeline.yaml", "recount: 1\n");
    assert_eq!(project.run(&["fsck"]).done().out, "records 0 · objects 0 · damaged 0\n");
    assert!(!project.path("artifacts").exists());
}

#[test]
fn each_damaged_file_is_found_set_aside_and_made_again() {
    let project = Project::words();
    let files = project.stored("objects").into_iter().chain(project.stored("records"));
    let files: Vec<_> = files.collect();
    assert_eq!(files.len(), 8);
    for path in files {
        let whole = fs::read(&path).expect("the file can be read");
        let flip = |bytes: &mut Vec<u8>| bytes[3] ^= 4;
        let cut = |bytes: &mut Vec<u8>| bytes.truncate(bytes.len() - 1);
        for (how, hurt) in [("flipped", &flip as &dyn Fn(&mut Vec<u8>)), ("cut", &cut)] {
            damage(&path, |bytes| hurt(bytes));
            let result = project.run(&["fsck"]).ended(1);
            let place =
                path.strip_prefix(project.path("")).expect("it is in the project").display().to_string();
            assert!(result.out.contains(&format!("damaged {place}")), "{how}: {}", result.out);
            assert!(result.out.contains("kept at artifacts/v2/quarantine/"), "{how}: {}", result.out);
            assert!(!path.exists(), "{how}: it is set aside");
            assert_eq!(project.run(&["fsck"]).done().err, "", "{how}");
            assert_eq!(
                project.run(&["run"]).done().ran().len(),
                1,
                "{how}: what lost it runs, and only that"
            );
            let same_object = path.extension().is_none();
            assert!(!same_object || fs::read(&path).expect("it is back") == whole, "{how}");
        }
        fs::remove_file(&path).expect("the folder is ours");
        let is_object = path.extension().is_none();
        let result = project.run(&["fsck"]).ended(i32::from(is_object));
        assert_eq!(result.out.contains("is gone"), is_object, "{}", result.out);
        assert_eq!(project.run(&["fsck"]).done().err, "");
        assert_eq!(project.run(&["run"]).done().ran().len(), 1);
    }
}

#[test]
fn damage_that_left_no_trace_outside_is_found() {
    let project = Project::words();
    let object = &project.stored("objects")[0];
    let time = fs::metadata(object).expect("it is there").modified().expect("a file has a time");
    damage(object, |bytes| bytes[0] ^= 1);
    fs::File::options().write(true).open(object).expect("it is ours").set_modified(time).expect("it is ours");
    assert!(project.run(&["fsck"]).ended(1).out.contains("not the bytes that it is named by"));
}

#[test]
fn what_nobody_put_there_is_set_aside() {
    let project = Project::words();
    project.write("artifacts/v2/objects/notes.txt", "mine");
    let result = project.run(&["fsck"]).ended(1);
    assert!(
        result.out.contains("damaged artifacts/v2/objects/notes.txt · nothing that recount has put there")
    );
    assert_eq!(project.read("artifacts/v2/quarantine/notes.txt"), "mine");
}

#[test]
fn a_program_reads_the_result_as_json() {
    let project = Project::words();
    let object = &project.stored("objects")[0];
    damage(object, |bytes| bytes.clear());
    let result = project.run(&["fsck", "--json"]).ended(1);
    let json = result.json();
    assert_eq!((&json["version"], &json["command"]), (&2.into(), &"fsck".into()));
    assert_eq!(json["damage"][0]["fault"], "object-corrupt");
    assert_eq!(json["damage"][0]["instances"].as_array().map(Vec::len), Some(1));
    assert_eq!(json["records"], 4);
}
