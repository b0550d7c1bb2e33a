//! `recount init`: a small pipeline of `command` stages to start from.
//!
//! Invariants
//! - Nothing is overwritten: where one of the files exists, none is written.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use crate::kinds;
use recount_engine::spec::file_schemas;

use super::arguments::InitArguments;
use super::{CliError, print, schema};

/// The files of the pipeline, each with its path.
const FILES: [(&str, &str); 5] = [
    ("pipeline.yaml", include_str!("pipeline.yaml")),
    ("data/voyage.txt", include_str!("voyage.txt")),
    ("scripts/count.sh", include_str!("count.sh")),
    ("scripts/table.sh", include_str!("table.sh")),
    (".gitignore", include_str!("gitignore")),
];

/// Carries `recount init` out.
///
/// # Errors
/// A [`CliError`] where a file is in the way, or can't be written.
pub fn init(args: &InitArguments) -> Result<(), CliError> {
    let folder = &args.folder;
    let pipeline = file_schemas(&kinds::schemas()).into_iter().find(|schema| schema.name == "pipeline");
    let schema = pipeline.map(|schema| schema::text(&schema.json)).unwrap_or_default();
    let mut files: Vec<(&str, &str)> = FILES.to_vec();
    files.push(("schemas/pipeline.json", &schema));
    let in_the_way = files.iter().find(|(path, _)| folder.join(path).symlink_metadata().is_ok());
    if let Some((path, _)) = in_the_way {
        return Err(CliError::input(format!(
            "`{}` exists, and nothing is overwritten\nhelp: start in another folder: `recount init NAME`",
            folder.join(path).display()
        )));
    }
    for (path, text) in files {
        let path = folder.join(path);
        write(&path, text)
            .map_err(|error| CliError::failed(format!("`{}` can't be written: {error}", path.display())))?;
        print::result(&format!("wrote   {}", path.display()));
    }
    print::result("`recount` runs it; `recount status` says how it stands");
    Ok(())
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::File::create_new(path)?.write_all(text.as_bytes())
}
