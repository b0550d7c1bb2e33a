//! As much of JSON Schema as `docs/audit.schema.json` uses.

use serde_json::Value as Json;

/// Adds to `amiss` whatever of `value` its `schema`, a part of `root`, does not describe.
pub fn validate(root: &Json, schema: &Json, value: &Json, at: &str, amiss: &mut Vec<String>) {
    if let Some(reference) = schema.get("$ref").and_then(Json::as_str) {
        let target = root.pointer(reference.trim_start_matches('#')).expect("the reference leads somewhere");
        return validate(root, target, value, at, amiss);
    }
    if let Some(choices) = schema.get("oneOf").and_then(Json::as_array) {
        let fits = choices.iter().filter(|choice| {
            let mut amiss = Vec::new();
            validate(root, choice, value, at, &mut amiss);
            amiss.is_empty()
        });
        if fits.count() != 1 {
            amiss.push(format!("{at}: {value} is not one of the choices"));
        }
        return;
    }
    if let Some(constant) = schema.get("const").filter(|constant| *constant != value) {
        amiss.push(format!("{at}: {value} is not {constant}"));
    }
    if let Some(sort) = schema.get("type").and_then(Json::as_str)
        && !is(sort, value)
    {
        return amiss.push(format!("{at}: {value} is no {sort}"));
    }
    if let (Some(length), Some(text)) = (schema.get("minLength").and_then(Json::as_u64), value.as_str())
        && (text.len() as u64) < length
    {
        amiss.push(format!("{at}: `{text}` is too short"));
    }
    if let Some(entries) = value.as_object() {
        validate_object(root, schema, entries, at, amiss);
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        for (index, value) in values.iter().enumerate() {
            validate(root, items, value, &format!("{at}/{index}"), amiss);
        }
    }
}

fn validate_object(
    root: &Json,
    schema: &Json,
    entries: &serde_json::Map<String, Json>,
    at: &str,
    amiss: &mut Vec<String>,
) {
    let required = schema.get("required").and_then(Json::as_array).into_iter().flatten();
    for name in required.filter_map(Json::as_str).filter(|name| !entries.contains_key(*name)) {
        amiss.push(format!("{at}: `{name}` is missing"));
    }
    for (name, value) in entries {
        let described = schema.get("properties").and_then(|properties| properties.get(name));
        match described.or(schema.get("additionalProperties").filter(|other| other.is_object())) {
            Some(described) => validate(root, described, value, &format!("{at}/{name}"), amiss),
            None if schema.get("additionalProperties") == Some(&Json::Bool(false)) => {
                amiss.push(format!("{at}: `{name}` is not described"));
            }
            None => {}
        }
    }
}

fn is(sort: &str, value: &Json) -> bool {
    match sort {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        other => panic!("the schema has a type `{other}` that this test does not know"),
    }
}
