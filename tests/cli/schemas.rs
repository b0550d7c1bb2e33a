//! The schema files of the project are those that the program makes, and its YAML files name them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::project::Project;

fn home(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn the_committed_schemas_are_those_of_the_kinds() {
    let project = Project::empty();
    project.run(&["schema", "--write", "schemas"]).done();
    let names = |folder: PathBuf| {
        let entries = fs::read_dir(folder).expect("the folder is there").flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    let made = names(project.path("schemas"));
    assert_eq!(names(home("schemas")), made);
    for name in made {
        let committed = fs::read_to_string(home("schemas").join(&name)).expect("it can be read");
        assert_eq!(
            committed,
            project.read(&format!("schemas/{name}")),
            "`recount schema --write schemas` renews {name}"
        );
    }
}

#[test]
fn each_yaml_file_names_its_schema_in_its_first_line() {
    let stages = fs::read_dir(home("stages")).expect("the folder is there").flatten();
    let stages = stages.map(|entry| entry.path());
    let others = [
        "pipeline.yaml",
        "examples/nile/pipeline.yaml",
        "examples/licences/pipeline.yaml",
        "examples/penguins/pipeline.yaml",
        "src/cli/init/bandit/pipeline.yaml",
        "src/cli/init/minimal/pipeline.yaml",
    ];
    let others = others.map(home);
    for path in stages.chain(others) {
        let text = fs::read_to_string(&path).expect("it can be read");
        let first = text.lines().next().unwrap_or_default();
        let schema = first.strip_prefix("# yaml-language-server: $schema=");
        let schema = schema.unwrap_or_else(|| panic!("{}: {first}", path.display()));
        // What `init` writes has its own copy beside it.
        let is_template = |folder: &&Path| folder.parent().is_some_and(|parent| parent.ends_with("init"));
        let folder =
            path.parent().filter(|folder| !is_template(folder)).map_or_else(|| home(""), Path::to_owned);
        assert!(folder.join(schema).is_file(), "{}: {schema}", path.display());
    }
}
