//! What a pipeline means, computed straightforwardly: what holds for each variant, which instances there are, what each
//! program is given, and what it writes.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::draft::{Draft, Form, Params, Stage, Token};

/// Coordinates by name.
pub type Point = BTreeMap<&'static str, String>;

/// One instance, as it should become.
pub struct Instance {
    /// Its folder.
    pub out: String,
    /// What it writes.
    pub output: String,
    /// All that it is given: instances that are given the same have one run.
    pub given: String,
}

/// Puts parameters over others: maps merge, all else replaces, `null` takes away.
fn put(over: &Params, under: &mut Params) {
    for (name, value) in over {
        match value {
            Json::Null => {
                under.remove(name);
            }
            Json::Object(over) => {
                let mut inner = match under.remove(name) {
                    Some(Json::Object(inner)) => inner,
                    _ => Params::new(),
                };
                put(over, &mut inner);
                under.insert(name.clone(), inner.into());
            }
            value => {
                under.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Gives what holds where a variant of a stage derives from this one, before it says something itself.
pub fn inherited(draft: &Draft, stage: usize, from: Option<(usize, &str)>) -> Params {
    let mut params = draft.stages[stage].params.clone();
    if let Some((of, name)) = from {
        let parent = settings(draft, of, Some(name));
        if of == stage {
            return parent;
        }
        put(&parent, &mut params);
    }
    params
}

/// Gives what holds for a stage at a variant; one of another stage changes nothing.
fn settings(draft: &Draft, stage: usize, variant: Option<&str>) -> Params {
    let own =
        variant.and_then(|name| draft.stages[stage].variants.iter().find(|variant| variant.name == name));
    let Some(own) = own else { return draft.stages[stage].params.clone() };
    let mut params = inherited(draft, stage, own.from);
    put(&own.own, &mut params);
    params
}

/// Names the parameters that a stage itself writes down.
pub fn written(stage: &Stage) -> Vec<String> {
    let all = std::iter::once(&stage.params).chain(stage.variants.iter().map(|variant| &variant.own));
    all.flatten().filter(|(_, value)| !value.is_null()).map(|(name, _)| name.clone()).collect()
}

/// Names the parameters of a stage that are a text or a number at every variant.
pub fn printable_params(draft: &Draft, stage: usize) -> Vec<String> {
    let names = draft.stages[stage].variants.iter().map(|variant| Some(variant.name));
    let names: Vec<Option<&str>> = if names.len() == 0 { vec![None] } else { names.collect() };
    let all: Vec<Params> = names.into_iter().map(|name| settings(draft, stage, name)).collect();
    let is_printable =
        |name: &&String| all.iter().all(|params| params.get(*name).and_then(printed).is_some());
    all[0].keys().filter(is_printable).cloned().collect()
}

/// Names what a stage's program may be given by a brace.
pub fn printable(draft: &Draft, stage: usize) -> Vec<String> {
    let mut names = printable_params(draft, stage);
    names.extend(points(draft, stage)[0].keys().map(|name| (*name).to_owned()));
    names
}

fn printed(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// Gives a stage's points, in their order.
pub fn points(draft: &Draft, index: usize) -> Vec<Point> {
    let stage = &draft.stages[index];
    let variants =
        stage.variants_of.map(|owner| draft.stages[owner].variants.iter().map(|it| it.name.to_owned()));
    let seeds = stage.seeds_of.map(|owner| draft.stages[owner].seeds.iter().map(u64::to_string));
    let folds = (!stage.folds.is_empty()).then(|| stage.folds.iter().map(|fold| (*fold).to_owned()));
    let axes: [(&str, Option<Vec<String>>); 3] = [
        ("variant", variants.map(Iterator::collect)),
        ("seed", seeds.map(Iterator::collect)),
        ("fold", folds.map(Iterator::collect)),
    ];
    let mut points = vec![Point::new()];
    for (name, values) in axes {
        let Some(values) = values else { continue };
        let with = |point: &Point, value: &String| {
            let mut point = point.clone();
            point.insert(name, value.clone());
            point
        };
        points = points.iter().flat_map(|point| values.iter().map(move |value| with(point, value))).collect();
    }
    points
}

/// Gives the points of a need that are meant at a point.
pub fn members(draft: &Draft, stage: usize, need: usize, point: &Point) -> Vec<Point> {
    let (own, needed) = (&draft.stages[stage], &draft.stages[need]);
    let is_shared = |name: &str| match name {
        "variant" => own.variants_of == needed.variants_of,
        "seed" => own.seeds_of == needed.seeds_of,
        _ => !own.folds.is_empty(),
    };
    let fits =
        |other: &Point| other.iter().all(|(name, value)| !is_shared(name) || point.get(name) == Some(value));
    points(draft, need).into_iter().filter(fits).collect()
}

/// Gives every instance, needs before those that need them.
pub fn instances(draft: &Draft) -> Vec<Instance> {
    let mut known: BTreeMap<(usize, Point), String> = BTreeMap::new();
    let mut instances = Vec::new();
    for (index, stage) in draft.stages.iter().enumerate() {
        for point in points(draft, index) {
            let instance = instance(draft, (index, stage), &point, &known);
            known.insert((index, point), instance.output.clone());
            instances.push(instance);
        }
    }
    instances
}

fn instance(
    draft: &Draft,
    (index, stage): (usize, &Stage),
    point: &Point,
    known: &BTreeMap<(usize, Point), String>,
) -> Instance {
    let variant = point.get("variant").map(String::as_str);
    let params = settings(draft, index, variant);
    let needed = stage.need.map(|need| (need, members(draft, index, need, point)));
    let mut output = String::new();
    let mut given = format!("{}\n", stage.form == Form::List);
    if stage.form != Form::List {
        // How a line is quoted is part of it.
        given = format!("{:?}\n", stage.form);
    }
    for tokens in &stage.arguments {
        let mut word = String::new();
        for token in tokens {
            match token {
                Token::Text(text) => word.push_str(text),
                Token::Name(name) => {
                    let value = point.get(name.as_str()).cloned();
                    word.push_str(&value.or_else(|| printed(&params[name])).expect("it can be printed"));
                }
                Token::NeedParam(name) => {
                    let need = stage.need.expect("it has a need");
                    word.push_str(
                        &printed(&settings(draft, need, variant)[name]).expect("it can be printed"),
                    );
                }
                Token::Params => {
                    let sorted: BTreeMap<String, Json> = params.clone().into_iter().collect();
                    let text = serde_json::to_string_pretty(&sorted_json(&sorted)).expect("it is JSON");
                    output.push_str(&format!("{text}\n"));
                    given.push_str(&format!("params {text}\n"));
                }
                Token::Need => {
                    let (need, members) = needed.as_ref().expect("it has a need");
                    // Only where there may be several does it count whose each one is.
                    let is_matched =
                        draft.stages[*need].axes().iter().all(|axis| shares(draft, index, *need, axis));
                    for member in members {
                        let text = &known[&(*need, member.clone())];
                        output.push_str(text);
                        let whose = if is_matched { String::new() } else { format!("{member:?}") };
                        given.push_str(&format!("need s{need} {whose} {text}\n"));
                    }
                }
            }
        }
        if !matches!(tokens.as_slice(), [Token::Params | Token::Need]) {
            output.push_str(&format!("<{word}>\n"));
            given.push_str(&format!("<{word}>\n"));
        }
    }
    let parts = point_parts(point);
    Instance { out: format!("o{index}{parts}"), output, given }
}

fn shares(draft: &Draft, stage: usize, need: usize, axis: &str) -> bool {
    let (own, needed) = (&draft.stages[stage], &draft.stages[need]);
    match axis {
        "variant" => own.variants_of == needed.variants_of,
        "seed" => own.seeds_of == needed.seeds_of,
        _ => !own.folds.is_empty(),
    }
}

fn point_parts(point: &Point) -> String {
    let names = ["variant", "seed", "fold"];
    names.iter().filter_map(|name| point.get(name)).map(|value| format!("/{value}")).collect()
}

/// Sorts maps, at every depth.
fn sorted_json(params: &BTreeMap<String, Json>) -> Json {
    let sorted = |value: &Json| match value {
        Json::Object(map) => sorted_json(&map.clone().into_iter().collect()),
        value => value.clone(),
    };
    Json::Object(params.iter().map(|(name, value)| (name.clone(), sorted(value))).collect())
}

impl Stage {
    /// Names what it is repeated over.
    fn axes(&self) -> Vec<&'static str> {
        let all = [
            (self.variants_of.is_some(), "variant"),
            (self.seeds_of.is_some(), "seed"),
            (!self.folds.is_empty(), "fold"),
        ];
        all.into_iter().filter(|(is_over, _)| *is_over).map(|(_, name)| name).collect()
    }
}
