//! `recount verify` on pipelines of every shape.

use snapbox::{assert_data_eq, str};

use crate::project::Project;

#[test]
fn a_sample_is_drawn_where_nothing_is_repeated() {
    let project = Project::empty();
    let stage = "recount: 1\ntitle: t\nstages:\n  - { name: a, kind: command, run: echo hi > out.txt, outputs: [out.txt] }\n";
    let verified = project.write("pipeline.yaml", stage).run(&["verify"]).ended(2);
    assert_data_eq!(
        verified.err,
        str![[r#"
error: nothing is recorded that a sample could be taken of
help: run the pipeline first: recount run

"#]]
    );
    project.run(&["run"]).done();
    assert_data_eq!(
        project.run(&["verify"]).done().out,
        str![[r#"
equal   a
equal 1 · [..] s

"#]]
    );
}
