//! `recount schema`: JSON schemas of the YAML files, for editors.

use std::fs;

use serde_json::Value as Json;

use recount_engine::spec::{FileSchema, file_schemas};

use super::arguments::SchemaArguments;
use super::environment::Environment;
use super::kinds::schemas;
use super::{CliError, print};

/// Carries `recount schema` out.
///
/// # Errors
/// A [`CliError`] for a name that no file has, or a folder that can't be written to.
pub fn schema(args: &SchemaArguments, environment: &Environment) -> Result<(), CliError> {
    let files = file_schemas(&schemas(&*environment.kinds));
    if let Some(folder) = &args.write {
        for schema in &files {
            let path = folder.join(format!("{}.json", schema.name));
            let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, text(&schema.json)));
            written.map_err(|error| {
                CliError::failed(format!("`{}` can't be written: {error}", path.display()))
            })?;
        }
        return Ok(());
    }
    let named = |schema: &&FileSchema| schema.name == args.name;
    let Some(schema) = files.iter().find(named) else {
        let names: Vec<String> = files.iter().map(|schema| format!("`{}`", schema.name)).collect();
        return Err(CliError::input(format!(
            "there is no schema `{}`\nhelp: the schemas are {}",
            args.name,
            names.join(", ")
        )));
    };
    print::result(text(&schema.json).trim_end());
    Ok(())
}

/// Writes a schema as its file holds it.
pub fn text(json: &Json) -> String {
    serde_json::to_string_pretty(json).expect("a schema has only text for its keys") + "\n"
}
