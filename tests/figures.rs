//! The figures on made-up runs: complete, well-formed, the same twice, and never a panic.
//!
//! The pictures of the whole made-up week are left in the target folder's `tmp/figures`, to be looked at.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use recount::lab::figures::{Figure, FigureInput, Run, VariantRuns, draw};
use recount::lab::history::{Divergence, Epoch, History};
use recount::lab::metrics::{Metrics, Score, Whole};
use recount::lab::random::Random;

const LABELS: usize = 20;

/// Name, the experiment it equals, epochs, loss that it levels off at, learning speed, multiply-adds.
type Sketch = (&'static str, Option<&'static str>, u32, f64, f64, u64);

const WEEK: [Sketch; 34] = [
    ("1.1", None, 3, 0.3, 0.25, 252_000),
    ("1.1-as-run", None, 6, 0.3, 0.25, 252_000),
    ("1.2", None, 16, 0.3, 0.25, 252_000),
    ("1.3", None, 16, 0.05, 0.8, 3_800_000),
    ("1.3-as-run", Some("1.2"), 16, 0.3, 0.25, 252_000),
    ("1.4", None, 16, 1.6, 0.15, 18_000),
    ("1.4-as-run", Some("1.2"), 16, 0.3, 0.25, 252_000),
    ("1.5", Some("1.4"), 16, 1.6, 0.15, 18_000),
    ("1.5-as-run", Some("1.2"), 16, 0.3, 0.25, 252_000),
    ("1.6", Some("1.4"), 16, 1.6, 0.15, 18_000),
    ("1.6-as-run", Some("1.2"), 16, 0.3, 0.25, 252_000),
    ("1.7", None, 16, 1.5, 0.14, 18_600),
    ("1.7-as-run", None, 16, 0.35, 0.24, 252_600),
    ("1.8", None, 16, 1.2, 0.2, 49_000),
    ("1.8-as-run", None, 16, 0.1, 0.35, 720_000),
    ("2.1", Some("1.1"), 3, 0.3, 0.25, 252_000),
    ("2.2", Some("1.2"), 16, 0.3, 0.25, 252_000),
    ("2.3.1", Some("1.2"), 16, 0.3, 0.25, 252_000),
    ("2.3.2", Some("1.2"), 16, 0.3, 0.25, 252_000),
    ("2.3.3", Some("1.2"), 16, 0.3, 0.25, 252_000),
    ("2.4.1", None, 16, 0.9, 0.15, 67_000),
    ("2.4.2", None, 16, 0.08, 0.4, 990_000),
    ("2.4.3", None, 14, 0.04, 0.7, 3_810_000),
    ("2.5.1", None, 16, 2.4, 0.1, 990_000),
    ("2.5.2", None, 13, 0.1, 0.9, 990_000),
    ("2.5.3", None, 9, 1.9, 0.9, 990_000),
    ("2.5.4", None, 8, 9.0, 0.9, 990_000),
    ("2.6.1", None, 12, 0.03, 1.2, 990_000),
    ("2.6.2", None, 15, 0.06, 0.6, 990_000),
    ("2.6.3", None, 16, 0.2, 0.25, 990_000),
    ("2.7.1", None, 11, 0.03, 1.1, 2_900_000),
    ("2.7.2", None, 14, 0.05, 0.6, 4_900_000),
    ("2.7.3", None, 16, 0.3, 0.3, 6_800_000),
    ("2.8", None, 16, 0.07, 0.4, 1_300_000),
];

fn week() -> FigureInput {
    let variants = WEEK.iter().map(|sketch| {
        let runs = (1..=3).map(|seed| made_up_run(sketch, seed)).collect();
        VariantRuns { name: sketch.0.to_owned(), same_as: sketch.1.map(str::to_owned), runs }
    });
    FigureInput { variants: variants.collect(), labels: LABELS }
}

/// A run whose losses fall from that of guessing (3 nats) towards the sketch's own level.
fn made_up_run((name, same, epochs, level, speed, multiply_adds): &Sketch, seed: u64) -> Run {
    let mut random = Random::new(seed, same.unwrap_or(name));
    let mut noise = |size: f64| f64::from(random.symmetric(1.0)) * size;
    let ends = epochs - u32::from(*epochs > 4 && noise(1.0) > 0.4) * 2;
    let epochs: Vec<Epoch> = (1..=ends)
        .map(|epoch| {
            let falling = 1.0 / (1.0 + speed * f64::from(epoch * epoch) / 4.0);
            let loss = (level + (3.0 - level) * falling) * (1.0 + noise(0.08));
            let accuracy = (1.0 - (loss / 3.2) * (loss / 3.2) + noise(0.006)).clamp(0.05, 0.998);
            let train_loss = loss * (0.8 + noise(0.1));
            Epoch { epoch, train_loss, valid_loss: loss, accuracy, learning_rate: 1e-3 }
        })
        .collect();
    let accuracy = epochs.last().map_or(0.05, |last| last.accuracy);
    let confusion = (0..LABELS).map(|truth| {
        (0..LABELS)
            .map(|predicted| match truth == predicted {
                true => (30.0 * accuracy + noise(2.0)) as u32,
                false => u32::from(noise(1.0) > 0.95) * 3,
            })
            .collect()
    });
    run(seed, epochs, confusion.collect(), *multiply_adds)
}

fn run(seed: u64, epochs: Vec<Epoch>, confusion: Vec<Vec<u32>>, multiply_adds: u64) -> Run {
    let diverged = epochs.is_empty().then_some(Divergence {
        epoch: 1,
        step: 1,
        learning_rate: 1.0,
        gradient_norm: None,
    });
    let history = History { epochs, stopped_early: false, diverged, parameters: 14_548 };
    let metrics = Metrics {
        best: history.best().cloned(),
        last: history.last().cloned(),
        epochs: history.epochs.len() as u32,
        stopped_early: false,
        diverged: history.diverged.clone(),
        whole: Whole {
            score: Score { examples: 651, correct: 0, accuracy: 0.0 },
            interval: [0.0, 1.0],
            macro_f1: 0.0,
            loss: None,
            loss_deviation: None,
        },
        confusion,
        users: BTreeMap::new(),
        parameters: 14_548,
        multiply_adds,
        sequence_length: 19,
        loss_gap: history.last().map(|last| last.valid_loss - last.train_loss),
        held_out: None,
    };
    Run { seed, history, metrics }
}

/// One variant with a run of `accuracies` for each of its seeds.
fn variant(name: &str, runs: &[&[f64]]) -> VariantRuns {
    let runs = runs.iter().enumerate().map(|(seed, accuracies)| {
        let epochs = accuracies.iter().enumerate().map(|(index, accuracy)| Epoch {
            epoch: index as u32 + 1,
            train_loss: 1.0 - accuracy,
            valid_loss: 1.2 - accuracy,
            accuracy: *accuracy,
            learning_rate: 1e-3,
        });
        run(seed as u64, epochs.collect(), vec![vec![3, 1], vec![0, 4]], 1_000)
    });
    VariantRuns { name: name.to_owned(), same_as: None, runs: runs.collect() }
}

fn names(figures: &[Figure]) -> Vec<&str> {
    figures.iter().map(|figure| figure.name.as_str()).collect()
}

fn find<'a>(figures: &'a [Figure], name: &str) -> &'a Figure {
    figures.iter().find(|figure| figure.name == name).unwrap_or_else(|| panic!("no figure `{name}`"))
}

/// The texts that a picture shows, in the order in which they are drawn.
fn texts(svg: &str) -> Vec<&str> {
    let pieces = svg.split("<text ").skip(1);
    pieces.filter_map(|piece| Some(piece.split_once('>')?.1.split_once("</text>")?.0.trim())).collect()
}

/// Fails unless `svg` is well-formed: tags nest, attributes are quoted, entities are XML's own.
fn check_well_formed(svg: &str) -> Result<(), String> {
    let mut open = Vec::new();
    let mut rest = svg;
    while let Some((text, after)) = rest.split_once('<') {
        check_text(text)?;
        let (tag, after) = after.split_once('>').ok_or("a tag without an end")?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("`</{name}>` closes nothing"));
            }
            continue;
        }
        let body = tag.strip_suffix('/').unwrap_or(tag);
        let (name, attributes) = body.split_once(' ').unwrap_or((body, ""));
        let parts: Vec<&str> = attributes.split('"').collect();
        if parts.len().is_multiple_of(2) {
            return Err(format!("an odd number of quotes in `<{tag}>`"));
        }
        let mut seen = Vec::new();
        for pair in parts.chunks_exact(2) {
            let attribute = pair[0].trim().strip_suffix('=').ok_or(format!("`{tag}` has no `=`"))?;
            if seen.contains(&attribute) {
                return Err(format!("`{attribute}` twice in `<{tag}>`"));
            }
            seen.push(attribute);
            check_text(pair[1])?;
        }
        if body.len() == tag.len() {
            open.push(name);
        }
    }
    match (open.as_slice(), rest.trim()) {
        ([], "") => Ok(()),
        (left, after) => Err(format!("left open: {left:?}; after the end: `{after}`")),
    }
}

fn check_text(text: &str) -> Result<(), String> {
    for piece in text.split('&').skip(1) {
        let entity = piece.split_once(';').map(|(entity, _)| entity);
        if !matches!(entity, Some("lt" | "gt" | "amp" | "quot" | "apos")) {
            return Err(format!("`&{piece}` is no entity"));
        }
    }
    match text.chars().find(|symbol| symbol.is_control() && *symbol != '\n') {
        Some(symbol) => Err(format!("{symbol:?} can't stand in XML")),
        None => Ok(()),
    }
}

fn check(figures: &[Figure]) -> Result<(), String> {
    for figure in figures {
        check_well_formed(&figure.svg).map_err(|wrong| format!("{}: {wrong}", figure.name))?;
        if figure.svg.contains("NaN") || figure.svg.contains("\"inf") || figure.svg.contains("\"-inf") {
            return Err(format!("{} has a coordinate that is no number", figure.name));
        }
    }
    Ok(())
}

#[test]
fn the_week_has_all_its_figures_and_they_are_well_formed() {
    let figures = draw(&week());
    assert_eq!(
        names(&figures),
        [
            "accuracy",
            "curves-1",
            "curves-2.1",
            "curves-2.2",
            "curves-2.3",
            "curves-2.4",
            "curves-2.5",
            "curves-2.6",
            "curves-2.7",
            "curves-2.8",
            "confusion",
            "loss-gap",
            "cost"
        ]
    );
    assert_eq!(check(&figures), Ok(()));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("figures");
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    for figure in &figures {
        std::fs::write(folder.join(format!("{}.svg", figure.name)), &figure.svg)
            .expect("the target folder can be written");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(draw(&week()), draw(&week()));
}

#[test]
fn every_variant_has_a_row_where_variants_are_rows() {
    let figures = draw(&week());
    for name in ["accuracy", "loss-gap"] {
        let texts = texts(&find(&figures, name).svg);
        for (variant, same, ..) in WEEK {
            let row = same.map_or(variant.to_owned(), |same| format!("{variant} = {same}"));
            assert!(texts.contains(&row.as_str()), "{name} has no row `{row}`");
        }
    }
}

#[test]
fn variants_that_are_one_experiment_are_one_curve_that_names_them_all() {
    let figures = draw(&week());
    let texts = texts(&find(&figures, "curves-2.3").svg);
    assert!(texts.contains(&"2.3.1 = 2.3.2 = 2.3.3 (same as 1.2)"), "{texts:?}");
}

#[test]
fn the_confusion_matrix_is_of_the_most_accurate_variant_and_sums_its_seeds() {
    let variants = vec![variant("low", &[&[0.5]]), variant("high", &[&[0.6, 0.9, 0.7], &[0.8]])];
    let figures = draw(&FigureInput { variants, labels: 2 });
    let confusion = find(&figures, "confusion");
    assert_eq!(confusion.title, "Confusion matrix of high");
    let texts = texts(&confusion.svg);
    for count in ["6", "2", "8"] {
        assert!(texts.contains(&count), "no cell says {count}: {texts:?}");
    }
    assert!(texts.contains(&"0.75") && texts.contains(&"1.00"), "no recall: {texts:?}");
    assert!(confusion.alt.contains("most sequences lie on the diagonal"), "{}", confusion.alt);
}

#[test]
fn without_anything_to_draw_there_is_no_figure() {
    assert_eq!(draw(&FigureInput { variants: Vec::new(), labels: LABELS }), []);
    assert_eq!(draw(&FigureInput { variants: vec![variant("2.1", &[])], labels: LABELS }), []);
    assert_eq!(draw(&FigureInput { variants: vec![variant("2.1", &[&[], &[]])], labels: 0 }), []);
}

#[test]
fn a_diverged_variant_keeps_its_row_and_says_so() {
    let variants = vec![variant("2.5.3", &[&[0.4, 0.5]]), variant("2.5.4", &[&[], &[]])];
    let figures = draw(&FigureInput { variants, labels: 2 });
    assert!(texts(&find(&figures, "accuracy").svg).contains(&"no run finished an epoch"));
    let curves = texts(&find(&figures, "curves-2.5").svg);
    assert!(curves.contains(&"2.5.4 (no run finished an epoch)"), "{curves:?}");
}

#[test]
fn a_single_epoch_of_a_single_seed_is_drawn() {
    let figures = draw(&FigureInput { variants: vec![variant("wide", &[&[0.5]])], labels: 2 });
    assert_eq!(names(&figures), ["accuracy", "curves-other", "confusion", "loss-gap", "cost"]);
    // In each of the three panels its own point and the mean's, and the legend's sample.
    assert_eq!(find(&figures, "curves-other").svg.matches("<circle ").count(), 7);
    assert_eq!(check(&figures), Ok(()));
}

#[test]
fn a_hostile_name_stays_text() {
    let variants = vec![variant("<b>&\"'\u{7}\u{ffff}../..", &[&[0.5]])];
    let figures = draw(&FigureInput { variants, labels: 2 });
    assert_eq!(check(&figures), Ok(()));
    assert!(figures.iter().all(|figure| !figure.name.contains('/') && !figure.svg.contains("<b>")));
}

#[test]
fn a_variant_whose_losses_lie_above_the_axis_is_named_there() {
    let variants = |loss: f64| {
        let mut variants = ["2.1.1", "2.1.2"].map(|name| variant(name, &[&[0.5, 0.6]])).to_vec();
        for epoch in &mut variants[1].runs[0].history.epochs {
            epoch.valid_loss = loss;
        }
        variants
    };
    let noted = |loss: f64| {
        let figures = draw(&FigureInput { variants: variants(loss), labels: 2 });
        texts(&find(&figures, "curves-2.1").svg)
            .iter()
            .filter(|text| text.starts_with("above the axis"))
            .count()
    };
    let figures = draw(&FigureInput { variants: variants(50.0), labels: 2 });
    assert!(texts(&find(&figures, "curves-2.1").svg).contains(&"above the axis: 2.1.2"));
    assert_eq!([noted(50.0), noted(0.9)], [1, 0]);
}

#[test]
fn losses_that_are_no_number_or_enormous_are_not_drawn() {
    let mut variants = vec![variant("2.1", &[&[0.5, 0.6, 0.7], &[0.5, 0.6]])];
    let epochs = &mut variants[0].runs[0].history.epochs;
    epochs[0].valid_loss = f64::NAN;
    epochs[1].train_loss = f64::INFINITY;
    epochs[2].accuracy = 1e300;
    variants[0].runs[0].metrics.loss_gap = Some(f64::NEG_INFINITY);
    let figures = draw(&FigureInput { variants, labels: 2 });
    assert_eq!(figures.len(), 5);
    assert_eq!(check(&figures), Ok(()));
}

fn any_run() -> impl Strategy<Value = Run> {
    let number = prop_oneof![4 => 0.0..5.0, 1 => any::<f64>(), 1 => -1e9..1e9];
    let epoch = (number.clone(), number.clone(), number).prop_map(|(train_loss, valid_loss, accuracy)| {
        Epoch { epoch: 1, train_loss, valid_loss, accuracy, learning_rate: 1e-3 }
    });
    let confusion = proptest::collection::vec(proptest::collection::vec(any::<u32>(), 0..4), 0..4);
    (any::<u64>(), proptest::collection::vec(epoch, 0..30), confusion, any::<u64>())
        .prop_map(|(seed, epochs, confusion, multiply_adds)| run(seed, epochs, confusion, multiply_adds))
}

fn any_variant() -> impl Strategy<Value = VariantRuns> {
    let name = prop_oneof!["[12]\\.[1-9](\\.[1-3])?", any::<String>(),];
    (name, proptest::option::of("[12]\\.[1-3]"), proptest::collection::vec(any_run(), 0..4))
        .prop_map(|(name, same_as, runs)| VariantRuns { name, same_as, runs })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_history_makes_a_panic_or_a_broken_picture(
        variants in proptest::collection::vec(any_variant(), 0..14),
        labels in 0_usize..4,
    ) {
        let figures = draw(&FigureInput { variants, labels });
        prop_assert_eq!(check(&figures), Ok(()));
    }
}
