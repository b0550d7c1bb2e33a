//! A random pipeline of commands, and the files that say it.

use serde_json::{Map, Value as Json, json};

use super::model;
use crate::random::Random;

/// Parameters as they are written: names to scalars, lists and maps; `null` takes an inherited one away.
pub type Params = Map<String, Json>;

/// A pipeline; each stage needs only earlier ones.
#[derive(Clone, Debug)]
pub struct Draft {
    pub stages: Vec<Stage>,
}

/// A stage that records what it is given.
#[derive(Clone, Debug)]
pub struct Stage {
    pub params: Params,
    pub variants: Vec<Variant>,
    pub variants_of: Option<usize>,
    pub seeds: Vec<u64>,
    pub seeds_of: Option<usize>,
    pub folds: Vec<&'static str>,
    pub need: Option<usize>,
    /// Each argument behind the folder that it writes to.
    pub arguments: Vec<Vec<Token>>,
    pub form: Form,
    in_own_file: bool,
}

/// A variant, and of which stage's variant it derives.
#[derive(Clone, Debug)]
pub struct Variant {
    pub name: &'static str,
    pub from: Option<(usize, &'static str)>,
    pub own: Params,
}

/// What an argument is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Text(&'static str),
    /// A coordinate, or a parameter of the stage.
    Name(String),
    /// A parameter of the need.
    NeedParam(String),
    /// The file of parameters.
    Params,
    /// What the need wrote, in each of its folders that is meant.
    Need,
}

/// How the arguments are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    List,
    FreeLine,
    SingleLine,
    DoubleLine,
}

const NAMES: [&str; 4] = ["C", "rate", "model", "options"];
const VARIANTS: [&str; 5] = ["svm", "2.1", "a-b", "forest_3", "4"];
const FOLDS: [&str; 3] = ["x", "y z", "it's"];

impl Draft {
    pub fn random(random: &mut Random) -> Self {
        let mut draft = Self { stages: Vec::new() };
        for _ in 0..1 + random.below(3) {
            let stage = draft.stage(random);
            draft.stages.push(stage);
            let index = draft.stages.len() - 1;
            draft.vary(index, random);
            draft.say(index, random);
        }
        draft
    }

    /// Makes a stage without variants and arguments.
    fn stage(&self, random: &mut Random) -> Stage {
        let need = (!self.stages.is_empty() && random.below(3) > 0)
            .then(|| random.below(self.stages.len() as u32) as usize);
        let needed = need.map(|need| &self.stages[need]);
        let seeds_of = needed.and_then(|needed| needed.seeds_of);
        let own = |random: &mut Random| -> Vec<u64> { [3, 1, 2][..1 + random.below(2) as usize].to_vec() };
        let here = self.stages.len();
        let (seeds, seeds_of) = match (random.below(3), seeds_of) {
            (0, _) => (Vec::new(), None),
            (_, Some(owner)) => (Vec::new(), Some(owner)),
            (1, None) => (own(random), Some(here)),
            (_, None) => (Vec::new(), None),
        };
        let folds = match (random.below(3), needed.map(|needed| needed.folds.clone())) {
            (0, Some(folds)) if !folds.is_empty() => folds,
            (0, None) => FOLDS[..1 + random.below(3) as usize].to_vec(),
            _ => Vec::new(),
        };
        Stage {
            params: params(random, &Params::new()),
            variants: Vec::new(),
            variants_of: None,
            seeds,
            seeds_of,
            folds,
            need,
            arguments: Vec::new(),
            form: [Form::List, Form::FreeLine, Form::SingleLine, Form::DoubleLine][random.below(4) as usize],
            in_own_file: random.below(3) == 0,
        }
    }

    /// Gives a stage variants: its own, or those of its need.
    fn vary(&mut self, index: usize, random: &mut Random) {
        let need = self.stages[index].need;
        match (random.below(4), need.and_then(|need| self.stages[need].variants_of)) {
            (0, _) => {}
            (_, Some(owner)) => self.stages[index].variants_of = Some(owner),
            (_, None) => {
                self.stages[index].variants_of = Some(index);
                for name in &VARIANTS[..1 + random.below(4) as usize] {
                    let all: Vec<(usize, &'static str)> = (0..=index)
                        .flat_map(|stage| self.stages[stage].variants.iter().map(move |it| (stage, it.name)))
                        .collect();
                    let from = (!all.is_empty() && random.below(2) == 0)
                        .then(|| all[random.below(all.len() as u32) as usize]);
                    let inherited = model::inherited(self, index, from);
                    let own = if random.below(3) == 0 { Params::new() } else { params(random, &inherited) };
                    self.stages[index].variants.push(Variant { name, from, own });
                }
            }
        }
    }

    /// Decides what a stage's program is given.
    fn say(&mut self, index: usize, random: &mut Random) {
        let stage = &self.stages[index];
        let mut names: Vec<Token> = model::printable(self, index).into_iter().map(Token::Name).collect();
        if let Some(need) = stage.need {
            let is_taken = stage.variants_of == self.stages[need].variants_of;
            if self.stages[need].variants.is_empty() || is_taken {
                names.extend(model::printable_params(self, need).into_iter().map(Token::NeedParam));
            }
        }
        let mut arguments: Vec<Vec<Token>> = Vec::new();
        for _ in 0..random.below(4) {
            let count = 1 + random.below(3);
            let token = |random: &mut Random| match random.below(names.len() as u32 + 1) as usize {
                0 => Token::Text(
                    ["-", "out}", "{out}", "params", "{params}", "{C}", "="][random.below(7) as usize],
                ),
                at => names[at - 1].clone(),
            };
            arguments.push((0..count).map(|_| token(random)).collect());
        }
        let is_read =
            |name: &String| arguments.iter().flatten().any(|token| *token == Token::Name(name.clone()));
        if random.below(2) == 0 || !model::written(&self.stages[index]).iter().all(is_read) {
            arguments.push(vec![Token::Params]);
        }
        if let Some(need) = self.stages[index].need {
            arguments.push(vec![Token::Need]);
            let several = model::points(self, index)
                .iter()
                .any(|point| model::members(self, index, need, point).len() != 1);
            if several {
                self.stages[index].form = Form::List;
            }
        }
        self.stages[index].arguments = arguments;
    }

    /// Changes a value, an order, or nothing.
    pub fn edit(&mut self, random: &mut Random) {
        let index = random.below(self.stages.len() as u32) as usize;
        let stage = &mut self.stages[index];
        match random.below(5) {
            0 => stage.seeds.reverse(),
            1 => stage.variants.reverse(),
            2 => stage.folds.reverse(),
            _ => {
                let variants = stage.variants.iter_mut().map(|variant| &mut variant.own);
                for params in std::iter::once(&mut stage.params).chain(variants) {
                    if let Some(Json::Number(_)) = params.get("C") {
                        params.insert("C".to_owned(), json!(random.below(3)));
                        return;
                    }
                }
            }
        }
    }

    pub fn to_yaml(&self) -> String {
        let stages: Vec<Json> = (0..self.stages.len()).map(|index| self.stage_json(index)).collect();
        let pipeline = json!({ "recount": 1, "title": "Random", "stages": stages });
        // YAML takes JSON in.
        serde_json::to_string_pretty(&pipeline).expect("it is JSON")
    }

    /// Gives the files of the stages that have one.
    pub fn files(&self) -> Vec<(String, String)> {
        let own = self.stages.iter().enumerate().filter(|(_, stage)| stage.in_own_file);
        let text = |(index, _)| {
            let text = serde_json::to_string_pretty(&self.settings(index)).expect("it is JSON");
            (format!("stages/s{index}.yaml"), text)
        };
        own.map(text).collect()
    }

    fn settings(&self, index: usize) -> Params {
        let stage = &self.stages[index];
        let mut settings = Params::new();
        settings.insert("params".to_owned(), stage.params.clone().into());
        if !stage.seeds.is_empty() {
            settings.insert("seeds".to_owned(), json!(stage.seeds));
        }
        let variant = |variant: &Variant| {
            let mut map = variant.own.clone();
            map.insert("name".to_owned(), variant.name.into());
            if let Some((of, name)) = variant.from {
                let from = if of == index { name.to_owned() } else { format!("s{of}/{name}") };
                map.insert("from".to_owned(), from.into());
            }
            Json::Object(map)
        };
        if !stage.variants.is_empty() {
            settings.insert("variants".to_owned(), stage.variants.iter().map(variant).collect());
        }
        settings
    }

    fn stage_json(&self, index: usize) -> Json {
        let stage = &self.stages[index];
        let mut map = Params::new();
        map.insert("name".to_owned(), format!("s{index}").into());
        let mut each: Vec<Json> = Vec::new();
        let mut out = format!("o{index}");
        for (is_over, name) in [(stage.variants_of.is_some(), "variant"), (stage.seeds_of.is_some(), "seed")]
        {
            if is_over {
                each.push(name.into());
                out.push_str(&format!("/{{{name}}}"));
            }
        }
        if !stage.folds.is_empty() {
            each.push(json!({ "fold": stage.folds }));
            out.push_str("/{fold}");
        }
        map.insert("each".to_owned(), each.into());
        map.insert("out".to_owned(), out.into());
        map.insert("needs".to_owned(), stage.need.iter().map(|need| format!("s{need}")).collect());
        map.insert("run".to_owned(), self.run(index));
        map.insert("inputs".to_owned(), json!(["record.sh"]));
        if !stage.in_own_file {
            map.extend(self.settings(index));
        }
        map.into()
    }

    fn run(&self, index: usize) -> Json {
        let stage = &self.stages[index];
        let need = stage.need.map(|need| format!("s{need}")).unwrap_or_default();
        let token = |token: &Token| match token {
            Token::Text(text) => text.replace('{', "{{").replace('}', "}}"),
            Token::Name(name) => format!("{{{name}}}"),
            Token::NeedParam(name) => format!("{{{need}.{name}}}"),
            Token::Params => "file:{params}".to_owned(),
            Token::Need => format!("file:{{{need}.out}}/given"),
        };
        let arguments = stage.arguments.iter().map(|tokens| tokens.iter().map(token).collect::<String>());
        let mut words = vec!["sh".to_owned(), "record.sh".to_owned(), "{out}".to_owned()];
        words.extend(arguments);
        let quoted = |quote: &str, escape: bool| {
            // The text of a template itself is the writer's to quote.
            let word = |word: &String| if escape { format!("{quote}{word}{quote}") } else { word.clone() };
            words.iter().map(word).collect::<Vec<_>>().join(" ")
        };
        match stage.form {
            Form::List => words.into(),
            Form::FreeLine => quoted("", false).into(),
            Form::SingleLine => quoted("'", true).into(),
            Form::DoubleLine => quoted("\"", true).into(),
        }
    }
}

/// Draws parameters; of those that are `inherited` one may be taken away.
fn params(random: &mut Random, inherited: &Params) -> Params {
    let mut params = Params::new();
    for name in NAMES {
        match random.below(4) {
            0 if name == "options" => {
                let mut options = Params::new();
                for name in ["rate", "steps"] {
                    if random.below(2) == 0 {
                        options.insert(name.to_owned(), value(random));
                    }
                }
                if !options.is_empty() {
                    params.insert(name.to_owned(), options.into());
                }
            }
            0 | 1 => {
                params.insert(name.to_owned(), value(random));
            }
            2 if inherited.contains_key(name) => {
                params.insert(name.to_owned(), Json::Null);
            }
            _ => {}
        }
    }
    params
}

fn value(random: &mut Random) -> Json {
    let texts = [
        "svm",
        "a b",
        "x;touch pwned",
        "$(touch pwned)",
        "`touch pwned`",
        "it's",
        "\"",
        "{out}",
        "{{params}}",
        "}",
        "a\nb",
        "\\",
        "*",
        "",
        "1",
        "#",
        "~",
    ];
    match random.below(8) {
        0..3 => json!(random.below(3)),
        3 => json!([0.25, -1.5][random.below(2) as usize]),
        4 => json!(random.below(2) == 0),
        5 => [json!([1, "a b"]), json!([1, 2])][random.below(2) as usize].clone(),
        _ => json!(texts[random.below(texts.len() as u32) as usize]),
    }
}
