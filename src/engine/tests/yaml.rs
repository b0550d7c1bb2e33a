//! The parser with places reads every text as serde_yaml does, and ends in linear time with whatever it is given.

use std::fmt;

use proptest::prelude::*;
use recount_engine::diagnostic::{Diagnostics, Source};
use recount_engine::yaml::{Content, Node, Scalar, read};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A document without places.
#[derive(Clone, Debug)]
enum Tree {
    Scalar(Scalar),
    List(Vec<Tree>),
    Map(Vec<(Tree, Tree)>),
}

impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Scalar(Scalar::Float(one)), Self::Scalar(Scalar::Float(other))) => {
                one.to_bits() == other.to_bits() || (one.is_nan() && other.is_nan())
            }
            (Self::Scalar(one), Self::Scalar(other)) => one == other,
            (Self::List(one), Self::List(other)) => one == other,
            (Self::Map(one), Self::Map(other)) => one == other,
            _ => false,
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Collector)
    }
}

struct Collector;

impl<'de> Visitor<'de> for Collector {
    type Value = Tree;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a scalar, a list or a map")
    }

    fn visit_unit<E: Error>(self) -> Result<Tree, E> {
        Ok(Tree::Scalar(Scalar::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Scalar(Scalar::Bool(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Scalar(Scalar::Integer(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Scalar(i64::try_from(value).map_or(Scalar::Float(value as f64), Scalar::Integer)))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Tree, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Tree, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Scalar(Scalar::Float(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Scalar(Scalar::Text(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Tree::Map(map))
    }
}

fn without_places(node: Node) -> Tree {
    match node.content {
        Content::Scalar(scalar) => Tree::Scalar(scalar),
        Content::List(items) => Tree::List(items.into_iter().map(without_places).collect()),
        Content::Map(entries) => Tree::Map(
            entries
                .into_iter()
                .map(|entry| (Tree::Scalar(Scalar::Text(entry.key)), without_places(entry.value)))
                .collect(),
        ),
    }
}

fn ours(text: &str) -> Result<Tree, Diagnostics> {
    let mut mistakes = Diagnostics::default();
    let root = read(&Source::file("a.yaml", text), 0..text.len(), &mut mistakes);
    root.filter(|_| mistakes.is_empty()).map(without_places).ok_or(mistakes)
}

fn theirs(text: &str) -> Result<Tree, serde_yaml::Error> {
    serde_yaml::from_str(text)
}

#[test]
fn plain_scalars_are_what_serde_yaml_takes_them_for() {
    let scalars = "~ null Null NULL nULL true True TRUE tRUE false False FALSE yes Yes no on off y n \
        0 1 -1 +1 -0 +0 00 007 -007 +007 08 0.5 .5 5. -.5 +.5 007.5 . .. -. +. 1_000 1,000 1e3 1e-3 1E+3 -1e3 1e 1e+ e1 \
        1e400 -1e400 1e-400 0x10 0X10 -0x10 +0x10 0x 0xg 0x-1 -0x-1 0x+1 0x1.5 0o17 0O17 -0o17 0o8 0b101 -0b101 0b2 0b \
        9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809 18446744073709551615 \
        18446744073709551616 0xffffffffffffffff 0x7fffffffffffffff -0x8000000000000000 -0x8000000000000001 \
        340282366920938463463374607431768211455 340282366920938463463374607431768211456 \
        -170141183460469231731687303715884105728 -170141183460469231731687303715884105729 \
        0xffffffffffffffffffffffffffffffffff .inf .Inf .INF .iNF -.inf +.inf .nan .NaN .NAN .Nan -.nan +.nan inf nan NaN \
        infinity -inf ++1 --1 +-1 -+1 1.0 1.50 1.2.3 2026-01-01 12:30 a a.b é 0.1 123456789012345678901234567890";
    for scalar in scalars.split_whitespace() {
        let text = format!("- {scalar}\n- \"{scalar}\"\n- '{scalar}'\n- |-\n  {scalar}\n");
        assert_eq!(ours(&text).expect("it is a list"), theirs(&text).expect("it is a list"), "{scalar}");
    }
}

/// A value as somebody may write it, on lines that are indented by `indent` spaces.
fn written(depth: u32, indent: usize) -> BoxedStrategy<String> {
    let word = "[a-z0-9+.~x-]{1,6}";
    let line = "[ a-z0-9#:'\"{}\\[\\],&*!|>%@é-]{0,12}";
    let pad = " ".repeat(indent);
    let block = {
        let pad = pad.clone();
        (prop::sample::select(vec!["|", "|-", "|+", ">", ">-", ">+"]), prop::collection::vec(line, 1..5))
            .prop_map(move |(style, lines)| {
                let lines: Vec<String> = lines.iter().map(|line| format!("{pad}{line}\n")).collect();
                format!("{style}\n{}", lines.concat())
            })
    };
    let pad_of_plain = pad.clone();
    let scalar = prop_oneof![
        word.prop_map(|word| format!("{word}\n")),
        "[a-z][ a-z0-9.'\"é-]{0,12}".prop_map(|text| format!("{}\n", text.trim())),
        ("[a-z]{1,4}", "[a-z]{1,4}")
            .prop_map(move |(one, two)| format!("{one}\n{pad_of_plain}{two} # note\n")),
        line.prop_map(|text| format!("'{}'\n", text.replace('\'', "''"))),
        line.prop_map(|text| format!("\"{}\\n\\u00e9\\\"\"\n", text.replace(['"', '\\'], ""))),
        Just("\n".to_owned()),
        Just("# nothing\n".to_owned()),
        prop::collection::vec(word, 0..4).prop_map(|items| format!("[{}]\n", items.join(", "))),
        prop::collection::vec((word, word), 0..3).prop_map(|entries| {
            let entries: Vec<String> =
                entries.iter().enumerate().map(|(at, (key, value))| format!("k{at}{key}: {value}")).collect();
            format!("{{ {} }}\n", entries.join(", "))
        }),
        block,
    ];
    if depth == 0 {
        return scalar.boxed();
    }
    let (pad_of_list, pad_of_map) = (pad.clone(), pad);
    let parts = || prop::collection::vec(written(depth - 1, indent + 2), 1..4);
    prop_oneof![
        2 => scalar,
        1 => parts().prop_map(move |items| {
            let items: Vec<String> = items.iter().map(|item| format!("{pad_of_list}- {item}")).collect();
            format!("\n{}", items.concat())
        }),
        1 => parts().prop_map(move |values| {
            let entry = |(at, value): (usize, &String)| format!("{pad_of_map}k{at}: {value}");
            let entries: Vec<String> = values.iter().enumerate().map(entry).collect();
            format!("\n{}", entries.concat())
        }),
    ]
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_plain_scalar_is_what_serde_yaml_takes_it_for(scalar in "[-+.0-9a-fx~obeEInNATRUL_]{1,10}") {
        let text = format!("- {scalar}\n");
        if let (Ok(ours), Ok(theirs)) = (ours(&text), theirs(&text)) {
            prop_assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn any_document_is_what_serde_yaml_takes_it_for(text in written(2, 2)) {
        let text = format!("root: {text}");
        if let (Ok(ours), Ok(theirs)) = (ours(&text), theirs(&text)) {
            prop_assert_eq!(ours, theirs, "{}", text);
        }
    }
}
