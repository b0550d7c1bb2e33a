//! Random documents in JSON, JSON lines, YAML and TOML: each number is the one that another parser reads.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestRunner};
use serde_json::Value;

use super::{CASES, has_place, number_at, read};

/// A document before it is written.
#[derive(Clone, Debug)]
enum Document {
    /// A number, a truth value or a null, as it is written.
    Plain(&'static str),
    Digits(String),
    /// A number that is not finite: as Python, YAML and TOML write it.
    NotFinite([&'static str; 3]),
    Text(String),
    List(Vec<Document>),
    Map(Vec<(String, Document)>),
}

/// How a document is written.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    Json,
    /// JSON with texts in the place of numbers that are not finite.
    StrictJson,
    Yaml,
    Toml,
}

/// What stands in strict JSON for a number that is not finite.
const MARK: &str = "not finite";

impl Document {
    fn write(&self, style: Style, gap: &str, out: &mut String) {
        let quoted = |text: &str| serde_json::to_string(text).expect("a text is JSON");
        match self {
            Self::Plain("null") if style == Style::Toml => out.push_str("\"\""),
            Self::Plain(text) => out.push_str(text),
            Self::Digits(digits) => {
                out.push_str(digits);
                // serde_json takes no larger whole number from a YAML parser.
                out.push_str(
                    if style == Style::Yaml
                        && digits.parse::<f64>().is_ok_and(|number| number.abs() > 9e18)
                        && !digits.contains('e')
                    {
                        ".0"
                    } else {
                        ""
                    },
                );
            }
            Self::NotFinite(words) => match style {
                Style::StrictJson => out.push_str(&quoted(MARK)),
                Style::Json => out.push_str(words[0]),
                Style::Yaml => out.push_str(words[1]),
                Style::Toml => out.push_str(words[2]),
            },
            Self::Text(text) => out.push_str(&quoted(text)),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    out.push_str(gap);
                    item.write(style, gap, out);
                }
                out.push(']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (index, (name, value)) in entries.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    out.push_str(gap);
                    out.push_str(&quoted(name));
                    out.push_str(if style == Style::Toml { " = " } else { ": " });
                    value.write(style, gap, out);
                }
                out.push('}');
            }
        }
    }

    fn written(&self, style: Style, gap: &str) -> String {
        let mut text = String::new();
        self.write(style, gap, &mut text);
        text
    }

    /// Says whether a name comes twice in one of its maps.
    fn repeats_a_name(&self) -> bool {
        match self {
            Self::List(items) => items.iter().any(Self::repeats_a_name),
            Self::Map(entries) => {
                let names: BTreeSet<&String> = entries.iter().map(|(name, _)| name).collect();
                names.len() < entries.len() || entries.iter().any(|(_, value)| value.repeats_a_name())
            }
            _ => false,
        }
    }
}

fn documents() -> impl Strategy<Value = Document> {
    let leaf = prop_oneof![
        4 => prop::sample::select(vec![
            "0", "-0", "1", "-7", "0.5", "-0.25", "1e3", "1E-7", "2.5e+10", "1e-400", "0.1", "3.141592653589793238",
            "4503599627370497.5", "true", "false", "null",
        ]).prop_map(Document::Plain),
        2 => "-?[1-9][0-9]{14,24}".prop_map(Document::Digits),
        1 => any::<f64>().prop_filter("finite", |number| number.is_finite())
            .prop_map(|number| Document::Digits(format!("{number:e}"))),
        2 => prop::sample::select(vec![
            ["NaN", ".nan", "nan"], ["Infinity", ".inf", "inf"], ["-Infinity", "-.inf", "-inf"],
        ]).prop_map(Document::NotFinite),
        2 => r#"[a"\\/~#= NaN,{}é☃\n\t]{0,6}"#.prop_map(Document::Text),
        1 => Just(Document::Text("1.5".to_owned())),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let names = prop_oneof![
            3 => "[a-c]".boxed(),
            1 => r##"[a~/#=" \\é.0-]{0,3}"##.boxed(),
            1 => prop::sample::select(vec!["NaN", "0", "val/acc"]).prop_map(str::to_owned).boxed(),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Document::List),
            prop::collection::vec((names, inner), 0..5).prop_map(Document::Map),
        ]
    })
}

/// Gives the pointer of every value.
fn pointers(at: &str, value: &Value, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| pointers(&format!("{at}/{index}"), item, found));
        }
        Value::Object(entries) => {
            for (name, value) in entries {
                pointers(&format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), value, found);
            }
        }
        _ => {}
    }
}

/// Compares every number of a file, which begins at `prefix`, with what another parser made of it.
fn compare(name: &str, text: &str, prefix: &str, theirs: &Value, wrong: &[String]) -> TestCaseResult {
    let file = read(name, text).map_err(|mistakes| TestCaseError::fail(format!("{text}\n{mistakes}")))?;
    let mut asked = Vec::new();
    pointers("", theirs, &mut asked);
    let with_parts = asked.iter().flat_map(|at| wrong.iter().map(move |part| format!("{at}/{part}")));
    let with_parts: Vec<String> = with_parts.collect();
    for at in asked.iter().chain(&with_parts).filter(|at| !(prefix.is_empty() && at.is_empty())) {
        let ours = number_at(&file, &format!("{name}#{prefix}{at}"));
        match (theirs.pointer(at), ours) {
            (Some(Value::Number(number)), Ok((value, digits))) => {
                prop_assert_eq!(Some(value), number.as_f64(), "{} in {}", at, text);
                if value.abs() >= 9_007_199_254_740_992.0 && (number.is_i64() || number.is_u64()) {
                    prop_assert_eq!(digits, Some(number.to_string()), "{} in {}", at, text);
                } else if let Some(digits) = digits {
                    prop_assert!(text.contains(&digits) && digits.parse() == Ok(value), "{} in {}", at, text);
                }
            }
            (Some(Value::Number(_)), Err(mistake)) => {
                prop_assert!(false, "{}: {} in {}", at, mistake.message(), text);
            }
            (_, Ok(number)) => prop_assert!(false, "{}: {:?} in {}", at, number, text),
            (_, Err(mistake)) => prop_assert!(has_place(&mistake, name), "{}: {:?}", at, mistake),
        }
    }
    let finite = file.numbers().into_iter().filter(|found| found.number.is_ok());
    let listed: Vec<String> = finite.map(|found| found.at).collect();
    let is_number = |at: &&String| matches!(theirs.pointer(at), Some(Value::Number(_)));
    let expected: BTreeSet<String> =
        asked.iter().filter(is_number).map(|at| format!("{prefix}{at}")).collect();
    if prefix.is_empty() || prefix == "last" {
        prop_assert_eq!(listed.len(), expected.len(), "{}", text);
        prop_assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), expected, "{}", text);
    }
    Ok(())
}

fn parts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a0/-]{1,2}|00|\\+1|99999999999999999999999", 1..3)
}

fn gaps() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", " ", "\n  ", "\r\n\t"])
}

/// Compares random documents of one format.
fn try_documents(name: &str, style: Style, cases: u32) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let result = TestRunner::new(config).run(&(documents(), gaps(), parts()), |(document, gap, parts)| {
        // TOML and YAML want one line for what is in braces, and YAML indents with spaces.
        let gap = if style == Style::Json { gap } else { " " };
        let text = match style {
            Style::Toml => format!("root = {}\n", document.written(style, gap)),
            _ => format!("{{{gap}\"root\": {}}}", document.written(style, gap)),
        };
        if document.repeats_a_name() {
            prop_assert!(read(name, &text).is_err(), "{}", text);
            return Ok(());
        }
        let strict = format!("{{ \"root\": {} }}", document.written(Style::StrictJson, " "));
        let theirs = match style {
            Style::Yaml => serde_yaml::from_str(&text).expect("it is YAML"),
            _ => serde_json::from_str(&strict).expect("it is JSON"),
        };
        compare(name, &text, "", &theirs, &parts)
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Compares random lines, with empty ones between them.
fn try_lines(cases: u32) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let lines = prop::collection::vec((documents(), 0..3_usize), 1..4);
    let ends = prop::sample::select(vec!["\n", "\r\n"]);
    let result = TestRunner::new(config).run(&(lines, ends, parts()), |(lines, end, parts)| {
        if lines.iter().any(|(document, _)| document.repeats_a_name()) {
            return Ok(());
        }
        let line = |(document, empty): &(Document, usize)| {
            format!("{}{end}{}", document.written(Style::Json, " "), end.repeat(*empty))
        };
        let text = lines.iter().map(line).collect::<String>();
        for (index, (document, _)) in lines.iter().enumerate() {
            let strict = document.written(Style::StrictJson, "");
            let theirs = serde_json::from_str(&strict).expect("it is JSON");
            compare("a.jsonl", &text, &index.to_string(), &theirs, &parts)?;
            if index + 1 == lines.len() {
                compare("a.jsonl", &text, "last", &theirs, &parts)?;
            }
        }
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Reads documents with a letter too many or too few; what both parsers take is the same.
fn try_broken(cases: u32) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let edits = (any::<prop::sample::Index>(), "[\\[\\]{}\",:0eN\\\\é.-]?", any::<bool>());
    let result = TestRunner::new(config).run(&(documents(), edits), |(document, (at, letter, keep))| {
        let mut text = document.written(Style::Json, " ");
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let at = places[at.index(places.len())];
        if !keep {
            text.remove(at);
        }
        text.insert_str(at, &letter);
        for name in ["a.json", "a.yaml", "a.toml", "a.csv", "a.tsv", "a.jsonl"] {
            if let Ok(file) = read(name, &text) {
                file.numbers();
            }
        }
        match (serde_json::from_str(&text), read("a.json", &text)) {
            (Ok(theirs), Ok(_)) => compare("a.json", &text, "", &theirs, &[]),
            _ => Ok(()),
        }
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn every_number_of_a_document_is_the_one_that_another_parser_reads() {
    try_documents("a.json", Style::Json, CASES);
    try_documents("a.yaml", Style::Yaml, CASES);
    try_documents("a.toml", Style::Toml, CASES);
    try_lines(CASES);
    try_broken(CASES);
}

#[test]
#[ignore = "it takes a minute"]
fn every_number_of_ten_thousand_documents_is_the_one_that_another_parser_reads() {
    try_documents("a.json", Style::Json, 10_000);
    try_documents("a.yaml", Style::Yaml, 10_000);
    try_documents("a.toml", Style::Toml, 10_000);
    try_lines(10_000);
    try_broken(10_000);
}
