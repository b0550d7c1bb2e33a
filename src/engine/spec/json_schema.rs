//! Describes the YAML files to editors, as JSON schemas.
//!
//! kinds' [`Schema`]s ──▶ one schema for `pipeline.yaml`, one for the `stages/NAME.yaml` of each kind that has one
//!
//! Invariants
//! - Says what `load` checks within one file, and nothing that it does not; what holds between files is `load`'s alone.

use serde_json::{Map, Value as Json, json};

use super::schema::{Field, Schema, Shape};

const DIALECT: &str = "http://json-schema.org/draft-07/schema#";

/// A schema, and the name that its file goes by: `pipeline`, or a kind's name.
pub struct FileSchema {
    /// Its name.
    pub name: String,
    /// The schema.
    pub json: Json,
}

/// Gives the schema of every file that a project may have.
pub fn file_schemas(schemas: &[Schema]) -> Vec<FileSchema> {
    let own = schemas.iter().filter(|schema| schema.inline || !schema.fields.is_empty());
    let own = own.map(|schema| FileSchema { name: schema.kind.to_owned(), json: settings(schema) });
    std::iter::once(FileSchema { name: "pipeline".to_owned(), json: pipeline(schemas) }).chain(own).collect()
}

fn pipeline(schemas: &[Schema]) -> Json {
    let stages: Vec<Json> = schemas.iter().map(stage).collect();
    json!({
        "$schema": DIALECT,
        "title": "pipeline.yaml of recount",
        "type": "object",
        "required": ["recount", "title", "stages"],
        "additionalProperties": false,
        "properties": {
            "recount": { "const": 1, "description": "the version of this language" },
            "title": { "type": "string", "minLength": 1, "description": "what the report is called" },
            "stages": { "type": "array", "minItems": 1, "items": { "anyOf": stages } },
        },
    })
}

fn stage(schema: &Schema) -> Json {
    let mut properties = Map::new();
    let mut add = |name: &str, json: Json, about: &str| {
        properties.insert(name.to_owned(), described(json, about));
    };
    let texts = json!({ "type": "array", "items": { "type": "string" }, "uniqueItems": true });
    add("name", json!({ "type": "string" }), "the stage's name");
    add("kind", json!({ "const": schema.kind }), "what the stage does");
    add("needs", texts.clone(), "the stages whose outputs it reads");
    let about = "the outputs that hold only what was observed, such as times: no lock has them, and nothing compares them";
    add("observed", texts.clone(), about);
    add("resources", resources(), "what an instance takes of the machine");
    let about = "the numbers of its outputs that have a name: where each is, and what is known of it";
    add("measures", measures(), about);
    if schema.repeats {
        add("each", each(), "what the stage is repeated over");
        let scalar = json!({ "type": ["string", "number", "boolean"] });
        let points =
            json!({ "type": "array", "items": { "type": "object", "additionalProperties": scalar } });
        add("exclude", points, "the points of its `each` that it leaves out");
        let about = "the coordinates over which its results are aggregated; `seed` when nothing is said";
        add("repeats", texts.clone(), about);
        let about = "those of its repeats along which two results are compared pair by pair";
        add("paired", texts.clone(), about);
    }
    if schema.inline || !schema.fields.is_empty() {
        properties.extend(settings_properties(schema));
    }
    let mut required = vec!["name"];
    if !schema.inline {
        required.push("kind");
    } else {
        properties.extend(fields(&schema.fields));
        required.extend(schema.fields.iter().filter(|field| field.default.is_none()).map(|field| field.name));
    }
    json!({ "type": "object", "required": required, "additionalProperties": false, "properties": properties })
}

fn resources() -> Json {
    let count = |least: u64| json!({ "type": "integer", "minimum": least });
    let size = json!({ "type": "string", "pattern": "^[0-9.]+ *([kKMGT]?B|[KMGT]iB)$" });
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": { "cpus": count(1), "memory": size, "gpus": count(0) },
    })
}

fn measures() -> Json {
    let text = json!({ "type": "string", "minLength": 1 });
    let two = json!({ "type": "array", "items": text, "minItems": 2, "maxItems": 2 });
    let measure = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "from": described(text.clone(), "its address: `metrics.json#/accuracy`, `history.csv#last/loss`"),
            "difference": described(two.clone(), "the first measure minus the second"),
            "ratio": described(two, "the first measure divided by the second"),
            "unit": described(text.clone(), "what it is in; `fraction` for a share of one"),
            "better": { "enum": ["higher", "lower"] },
            "out_of": { "anyOf": [{ "type": "integer", "minimum": 1 }, text] },
            "observed": described(json!({ "type": "boolean" }), "it says something of the machine alone, such as a time"),
            "exact": described(json!({ "type": "boolean" }), "it has no noise: any difference is one"),
        },
    });
    json!({ "type": "object", "additionalProperties": { "anyOf": [text, measure] } })
}

fn each() -> Json {
    let scalar = json!({ "type": ["string", "number", "boolean"] });
    let values = json!({ "type": "array", "minItems": 1, "items": scalar, "uniqueItems": true });
    let listed = json!({ "type": "object", "additionalProperties": values });
    let of_stage = json!({ "type": "string", "pattern": "\\.(variant|seed)$" });
    let item = json!({ "anyOf": [{ "enum": ["variant", "seed"] }, of_stage, listed] });
    json!({ "anyOf": [{ "type": "array", "items": item, "uniqueItems": true }, listed] })
}

/// Describes `params`, `seeds` and `variants`; an inline kind's parameters may have any name.
fn settings_properties(schema: &Schema) -> Map<String, Json> {
    let own = if schema.inline { Map::new() } else { fields(&schema.fields) };
    let params = json!({ "type": "object", "additionalProperties": schema.inline, "properties": own });
    let mut properties = Map::new();
    properties.insert("params".to_owned(), described(params, "what holds where no variant says otherwise"));
    if schema.repeats {
        let seeds = json!({ "type": "array", "minItems": 1, "uniqueItems": true, "items": { "type": "integer", "minimum": 0 } });
        properties.insert("seeds".to_owned(), described(seeds, "each variant runs once with each of them"));
        let mut own = own;
        let from = "the variant whose settings it takes over; of another stage: STAGE/VARIANT";
        for (name, about) in [("name", "the variant's name, in quotes"), ("from", from)] {
            own.insert(name.to_owned(), described(json!({ "type": "string" }), about));
        }
        let variant = json!({ "type": "object", "required": ["name"], "additionalProperties": schema.inline, "properties": own });
        let variants = json!({ "type": "array", "minItems": 1, "items": variant });
        properties.insert("variants".to_owned(), described(variants, "named sets of settings"));
    }
    properties
}

fn settings(schema: &Schema) -> Json {
    json!({
        "$schema": DIALECT,
        "title": format!("settings of a stage of kind {}", schema.kind),
        "type": "object",
        "additionalProperties": false,
        "properties": settings_properties(schema),
    })
}

fn fields(fields: &[Field]) -> Map<String, Json> {
    let field = |field: &Field| {
        let mut json = described(shape(&field.shape), field.about);
        if let (Json::Object(map), Some(default)) = (&mut json, &field.default) {
            map.insert("default".to_owned(), serde_json::to_value(default).unwrap_or_default());
        }
        (field.name.to_owned(), json)
    };
    fields.iter().map(field).collect()
}

fn described(mut json: Json, about: &str) -> Json {
    if let Json::Object(map) = &mut json {
        map.insert("description".to_owned(), about.into());
    }
    json
}

fn shape(shape: &Shape) -> Json {
    match shape {
        Shape::Integer { least, most } => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Shape::Number { least, most, above_least, below_most } => {
            let mut json = json!({ "type": "number" });
            let mut bound = |name: &str, value: &f64| json[name] = (*value).into();
            bound(if *above_least { "exclusiveMinimum" } else { "minimum" }, least);
            bound(if *below_most { "exclusiveMaximum" } else { "maximum" }, most);
            json
        }
        Shape::Choice(words) => json!({ "enum": words }),
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Tree => json!({}),
        Shape::Text
        | Shape::Template
        | Shape::Pattern
        | Shape::ExistingPath
        | Shape::Input
        | Shape::OutputPath => {
            json!({ "type": "string", "minLength": 1 })
        }
        Shape::Form { pattern, .. } => json!({ "type": "string", "pattern": pattern }),
        Shape::List(inner) => json!({ "type": "array", "items": self::shape(inner) }),
        Shape::Map(of) => {
            let required = of.iter().filter(|field| field.default.is_none()).map(|field| field.name);
            let required: Vec<&str> = required.collect();
            json!({ "type": "object", "required": required, "additionalProperties": false, "properties": fields(of) })
        }
        Shape::Either(one, other) => json!({ "anyOf": [self::shape(one), self::shape(other)] }),
    }
}
