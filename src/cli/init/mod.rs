//! `recount init`: a small project to start from, of two variants and three seeds, or with `--minimal` of shell commands.
//!
//! Invariants
//! - Nothing is overwritten: where one of the files exists, none is written. A `.gitignore` that is there gets what it
//!   lacks at its end.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use recount_engine::spec::file_schemas;

use super::arguments::InitArguments;
use super::environment::Environment;
use super::kinds::schemas;
use super::{CliError, print, schema};

/// The files of a project, each with its path.
type Files = &'static [(&'static str, &'static str)];

const BANDIT: Files = &[
    ("pipeline.yaml", include_str!("bandit/pipeline.yaml")),
    ("src/play.py", include_str!("bandit/play.py")),
    ("report.md.j2", include_str!("bandit/report.md.j2")),
    ("claims.yaml", include_str!("bandit/claims.yaml")),
];

const MINIMAL: Files = &[
    ("pipeline.yaml", include_str!("minimal/pipeline.yaml")),
    ("data/voyage.txt", include_str!("minimal/voyage.txt")),
    ("scripts/count.sh", include_str!("minimal/count.sh")),
    ("scripts/table.sh", include_str!("minimal/table.sh")),
];

const GITIGNORE: &str = ".gitignore";

/// What git is asked to ignore, with why.
const IGNORED: &str = include_str!("gitignore");

/// What git is asked to ignore besides, of a project whose runs have folders of their own.
const IGNORED_OF_RUNS: &str = "# What runs write, as recount puts it there; what is only observed, reports of stand-in data, and pages.\n/runs\n*.times.md\n*.stand-in\n*.stand-in.*\n/report.html\n";

/// Carries `recount init` out.
///
/// # Errors
/// A [`CliError`] where a file is in the way, or can't be written.
pub fn init(args: &InitArguments, environment: &Environment) -> Result<(), CliError> {
    let folder = &args.folder;
    let pipeline =
        file_schemas(&schemas(&*environment.kinds)).into_iter().find(|schema| schema.name == "pipeline");
    let schema = pipeline.map(|schema| schema::text(&schema.json)).unwrap_or_default();
    let mut files: Vec<(&str, &str)> = if args.minimal { MINIMAL.to_vec() } else { BANDIT.to_vec() };
    files.push(("schemas/pipeline.json", &schema));
    let in_the_way = files.iter().find(|(path, _)| folder.join(path).symlink_metadata().is_ok());
    if let Some((path, _)) = in_the_way {
        return Err(CliError::input(format!(
            "`{}` exists, and nothing is overwritten\nhelp: start in another folder: `recount init NAME`",
            folder.join(path).display()
        )));
    }
    let failed = |path: &Path, error: &io::Error| {
        CliError::failed(format!("`{}` can't be written: {error}", path.display()))
    };
    for (path, text) in files {
        let path = folder.join(path);
        write(&path, text).map_err(|error| failed(&path, &error))?;
        print::result(&format!("wrote   {}", path.display()));
    }
    let ignore = folder.join(GITIGNORE);
    let wanted = if args.minimal { IGNORED.to_owned() } else { [IGNORED, IGNORED_OF_RUNS].concat() };
    if add_lines(&ignore, &wanted).map_err(|error| failed(&ignore, &error))? {
        print::result(&format!("wrote   {}", ignore.display()));
    }
    let results = if args.minimal { "" } else { ", `recount results` lists what was measured" };
    print::result(&format!("`recount` runs it{results}; `recount status` says what is up to date"));
    Ok(())
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::File::create_new(path)?.write_all(text.as_bytes())
}

/// Writes the lines that a file lacks at its end; says whether it lacked some.
fn add_lines(path: &Path, wanted: &str) -> io::Result<bool> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let lacks = |line: &&str| !line.starts_with('#') && !text.lines().any(|own| own.trim() == *line);
    if !wanted.lines().any(|line| lacks(&line)) {
        return Ok(false);
    }
    let lines: Vec<&str> = wanted.lines().filter(|line| line.starts_with('#') || lacks(line)).collect();
    let begin = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let mut file = fs::File::options().create(true).append(true).open(path)?;
    file.write_all(format!("{begin}{}\n", lines.join("\n")).as_bytes())?;
    Ok(true)
}
