//! The claims of `docs/commands.md`.

use std::path::Path;

use snapbox::{assert_data_eq, str};

use super::*;

#[test]
fn the_claims_that_the_page_of_commands_shows_are_judged() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/commands.md");
    let page = fs::read_to_string(path).expect("the page is there");
    let (_, chapter) = page.split_once("\n## Claims\n").expect("it has a chapter on claims");
    let (_, block) = chapter.split_once("```yaml\n").expect("which begins with an example");
    let (example, _) = block.split_once("```").expect("the example ends");
    assert_data_eq!(
        verdicts(&claims(example).judge(&Measured::new())),
        str![[r#"
1: ✓ holds
2: ✓ holds
3: ✓ holds
4: ? not shown · not clearly different
5: planned: ? not shown · neither clearly inside nor clearly outside
5: as done: ? not shown · neither clearly inside nor clearly outside

"#]]
    );
}
