//! Properties of every figure: well-formed, within the picture, no text over another one, nothing left out in silence.

use proptest::prelude::*;
use roxmltree::{Document, Node};
use snapbox::{assert_data_eq, str};

use super::corpus::corpus;
use super::text::{BOLD, TEXT, text_width};
use super::*;

/// A rectangle: left, top, right, bottom.
type Bounds = [f64; 4];

fn number(node: &Node<'_, '_>, name: &str) -> f64 {
    let value = node.attribute(name).unwrap_or_else(|| panic!("no `{name}`"));
    value.parse().unwrap_or_else(|_| panic!("`{name}` is `{value}`"))
}

fn texts<'a>(document: &'a Document<'_>) -> Vec<(&'a str, Bounds)> {
    document
        .descendants()
        .filter(|node| node.has_tag_name("text"))
        .map(|node| {
            let text = node.text().unwrap_or_default().trim_matches('\n');
            (text, text_bounds(&node, text))
        })
        .collect()
}

/// The box of a text, by the widths that layout uses.
fn text_bounds(node: &Node<'_, '_>, text: &str) -> Bounds {
    let size = number(node, "font-size");
    let bold = if node.attribute("font-weight").is_some() { BOLD } else { 1.0 };
    let width = text_width(text) * size / TEXT * bold;
    let (x, y) = (number(node, "x"), number(node, "y"));
    let before = match node.attribute("text-anchor") {
        Some("middle") => width / 2.0,
        Some("end") => width,
        _ => 0.0,
    };
    let half = size * 0.45;
    match node.attribute("transform") {
        None => [x - before, y - half, x - before + width, y + half],
        // Turned by 270 degrees, text goes up.
        Some(_) => [x - half, y + before - width, x + half, y + before],
    }
}

/// The positions that a shape has.
fn extent(node: &Node<'_, '_>) -> Vec<(f64, f64)> {
    match node.tag_name().name() {
        "rect" => {
            let (x, y) = (
                node.attribute("x").map_or(0.0, |_| number(node, "x")),
                node.attribute("y").map_or(0.0, |_| number(node, "y")),
            );
            vec![(x, y), (x + number(node, "width"), y + number(node, "height"))]
        }
        "circle" => {
            let (x, y, r) = (number(node, "cx"), number(node, "cy"), number(node, "r"));
            vec![(x - r, y - r), (x + r, y + r)]
        }
        "line" => vec![(number(node, "x1"), number(node, "y1")), (number(node, "x2"), number(node, "y2"))],
        "polyline" | "polygon" => node
            .attribute("points")
            .unwrap_or_default()
            .split_whitespace()
            .map(|pair| {
                let (x, y) = pair.split_once(',').expect("a pair");
                (x.parse().expect("a number"), y.parse().expect("a number"))
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Says what is wrong with a picture; nothing if all is well.
fn faults(svg: &str) -> Vec<String> {
    let document = match Document::parse(svg) {
        Ok(document) => document,
        Err(error) => return vec![error.to_string()],
    };
    let sizes: Vec<f64> = document
        .root_element()
        .attribute("viewBox")
        .expect("a view box")
        .split(' ')
        .map(|size| size.parse().expect("a number"))
        .collect();
    let mut faults = Vec::new();
    for (x, y) in document.descendants().flat_map(|node| extent(&node)) {
        if x < 0.0 || y < 0.0 || x > sizes[2] || y > sizes[3] {
            faults.push(format!("{x},{y} is outside of {sizes:?}"));
        }
    }
    let texts = texts(&document);
    for (index, (text, [left, top, right, bottom])) in texts.iter().enumerate() {
        if *left < 0.0 || *top < 0.0 || *right > sizes[2] || *bottom > sizes[3] {
            faults.push(format!("`{text}` {:?} is outside of {sizes:?}", texts[index].1));
        }
        for (other, [left2, top2, right2, bottom2]) in &texts[..index] {
            if left < right2 && left2 < right && top < bottom2 && top2 < bottom {
                faults.push(format!("`{text}` covers `{other}`"));
            }
        }
    }
    faults
}

fn shown(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).expect("well-formed");
    texts(&document).into_iter().map(|(text, _)| text.to_owned()).collect()
}

#[test]
fn the_corpus_is_well_formed_and_nothing_covers_another_thing() {
    for figure in corpus() {
        assert_eq!(faults(&draw(&figure)), Vec::<String>::new(), "{}", figure.title);
    }
}

#[test]
fn every_text_of_the_corpus_is_there_once() {
    let all: Vec<String> = corpus().iter().map(|figure| shown(&draw(figure)).join(" | ")).collect();
    assert_data_eq!(
        all.join("\n"),
        str![[r#"
Accuracy | a seed | mean | hollow: a seed is missing | 80 % | 90 % | 95 % | 98 % | 99 % | 100 % | accuracy, distance from 100 % logarithmic | linear | svm | soft = softer | 2 of 3 | trees | forest | boosted | none of 3
Time saved | mean | lowest to highest seed | hollow: a seed is missing | −0.5 | 0 | 0.5 | 1.0 | 1.5 | 2.0 | 2.5 | time saved (s) | svm | soft | 1 of 2 | forest | no run
Learning curves | train_loss | valid_loss | thin: a seed | thick: mean, as far as every seed goes | hollow: the next value is not finite | svm | loss (nats) | 0.5 | 1.0 | 1.5 | 2.0 | 2.5 | 3.0 | 1 | 2 | 3 | 4 | 5 | 6 | soft | loss (nats) · cut at the edge · train_loss: 1 of 2 · | valid_loss: 1 of 2 not finite | 0.5 | 1.0 | 1.5 | 2.0 | 2.5 | 3.0 | 1 | 2 | 3 | 4 | 5 | 6 | epoch
Confusion | true label | on diagonal | 30 | 1 | 96.8 % | cat | 25 | 12 | 67.6 % | dog | 2 | × | 999 | long-haired dachshund | cat | dog | long-haired dachshund | predicted label | pictures; summed over 3 seeds; an empty cell is 0; ×: no value
Accuracy against cost | linear | trees | mark: mean; line: lowest to highest seed | hollow: a seed is missing | accuracy | 10⁴ | 2·10⁴ | 5·10⁴ | 10⁵ | 2·10⁵ | 5·10⁵ | 10⁶ | 2·10⁶ | 5·10⁶ | 10⁷ | 2·10⁷ | 70 % | 75 % | 80 % | 85 % | 90 % | multiply-adds, logarithmic | svm | soft = softer (1 of 2) | forest | without a value: boosted
Nothing | nothing to draw: no run has a value
"#]]
    );
}

#[test]
fn a_picture_has_its_title_its_description_and_dark_colours() {
    let svg = draw(&corpus()[0]);
    let document = Document::parse(&svg).expect("well-formed");
    let text =
        |name| document.descendants().find(|node| node.has_tag_name(name)).and_then(|node| node.text());
    assert_eq!(text("title"), Some("Accuracy"));
    assert_eq!(text("desc"), Some("Accuracy, described"));
    let style = text("style").expect("a style sheet");
    let colors = document.descendants().flat_map(|node| [node.attribute("fill"), node.attribute("stroke")]);
    for color in colors.flatten().filter(|color| *color != "none") {
        assert!(style.contains(&format!("[fill=\"{color}\"]")), "{color} has no dark counterpart");
    }
}

#[test]
fn a_matrix_that_is_too_large_says_so() {
    let names: Vec<String> = (0..121).map(|index| index.to_string()).collect();
    let matrix = Matrix {
        rows: String::new(),
        columns: String::new(),
        row_names: names.clone(),
        column_names: names,
        cells: vec![vec![Some(1.0); 121]; 121],
        cell: Axis::default(),
        note: String::new(),
    };
    let figure = Figure {
        title: "Large".to_owned(),
        description: String::new(),
        repeat: "seed".to_owned(),
        sort: Sort::Matrix(matrix),
    };
    assert_eq!(
        shown(&draw(&figure)),
        ["Large", "nothing to draw: the matrix has more than 120 rows or columns"]
    );
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{1,8}",
        1 => "[A-Z][a-z0-9_=./-]{20,90}",
        1 => any::<String>(),
        1 => "[\u{0}-\u{20}<>&\"'\u{202a}-\u{202e}漢字]{0,60}",
    ]
}

fn names() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(name(), 0..4)
}

/// Values of one kind, for a figure of wild ones only shows how an axis of wild ones looks.
fn value(kind: usize) -> BoxedStrategy<f64> {
    let odd = [0.0, 1.0, -1.0, 1e-12, 1e12, 1e300, f64::MAX, f64::MIN_POSITIVE, f64::NAN, f64::INFINITY];
    match kind {
        0 => (0.0..=1.0_f64).boxed(),
        1 => prop_oneof![5 => 0.9..=1.0_f64, 1 => 0.3..=1.0_f64, 1 => Just(1.0)].boxed(),
        2 => prop_oneof![20 => -50.0..50.0_f64, 1 => Just(1e9), 1 => Just(f64::NAN)].boxed(),
        3 => (-12..13_i32, 1.0..10.0_f64)
            .prop_map(|(power, digits)| format!("{digits}e{power}").parse().expect("a number"))
            .boxed(),
        4 => (1.0..1.000_001_f64).boxed(),
        _ => prop_oneof![prop::sample::select(odd.to_vec()), any::<f64>()].boxed(),
    }
}

fn values(kind: usize) -> impl Strategy<Value = Vec<Option<f64>>> {
    prop::collection::vec(prop::option::weighted(0.8, value(kind)), 0..5)
}

fn random_axis() -> impl Strategy<Value = Axis> {
    (name(), prop::sample::select(vec!["", "fraction", "s"]))
        .prop_map(|(label, unit)| Axis { label, unit: unit.to_owned() })
}

fn groups(kind: usize) -> impl Strategy<Value = Vec<Group>> {
    let group = (names(), prop::option::of(name()), values(kind));
    prop::collection::vec(group.prop_map(|(names, section, values)| Group { names, section, values }), 0..60)
}

fn random_lines(kind: usize) -> impl Strategy<Value = Sort> {
    let repeat = prop::collection::vec((value(kind), value(kind)), 0..12);
    let series = (names(), 0..3_usize, prop::collection::vec(repeat, 0..4))
        .prop_map(|(names, column, repeats)| Series { names, column, repeats });
    let panel = (name(), random_axis(), prop::collection::vec(series, 0..4))
        .prop_map(|(title, y, series)| Panel { title, y, series });
    (random_axis(), prop::collection::vec(name(), 0..4), prop::collection::vec(panel, 0..13))
        .prop_map(|(x, columns, panels)| Sort::Lines(Lines { x, columns, panels }))
}

fn random_matrix(kind: usize) -> impl Strategy<Value = Sort> {
    let cells = prop::collection::vec(prop::collection::vec(prop::option::of(value(kind)), 0..40), 0..40);
    let names = || prop::collection::vec(name(), 0..40);
    (name(), name(), names(), names(), cells, random_axis(), name()).prop_map(
        |(rows, columns, row_names, column_names, cells, cell, note)| {
            Sort::Matrix(Matrix { rows, columns, row_names, column_names, cells, cell, note })
        },
    )
}

fn random_scatter(kind: usize) -> impl Strategy<Value = Sort> {
    let point = (names(), prop::option::of(name()), values(kind), values(kind))
        .prop_map(|(names, section, x, y)| ScatterPoint { names, section, x, y });
    (random_axis(), random_axis(), prop::collection::vec(point, 0..40))
        .prop_map(|(x, y, points)| Sort::Scatter(Scatter { x, y, points }))
}

fn random_sort(kind: usize) -> impl Strategy<Value = Sort> {
    prop_oneof![
        (random_axis(), groups(kind)).prop_map(|(axis, groups)| Sort::Points(Points { axis, groups })),
        (random_axis(), groups(kind)).prop_map(|(axis, groups)| Sort::Bars(Bars { axis, groups })),
        random_lines(kind),
        random_matrix(kind),
        random_scatter(kind),
    ]
}

fn random_figure() -> impl Strategy<Value = Figure> {
    (name(), name(), name(), (0..6_usize).prop_flat_map(random_sort))
        .prop_map(|(title, description, repeat, sort)| Figure { title, description, repeat, sort })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_names_and_numbers_all_is_legible_and_within_the_picture(figure in random_figure()) {
        let svg = draw(&figure);
        prop_assert_eq!(faults(&svg), Vec::<String>::new());
        prop_assert_eq!(draw(&figure), svg);
    }
}
