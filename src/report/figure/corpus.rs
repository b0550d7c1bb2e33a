//! A small corpus of figures of every sort, and the digest of what they are drawn as.

use recount_engine::digest::Digest;

use super::{
    Axis, Bars, Figure, Group, Lines, Matrix, Panel, Points, Scatter, ScatterPoint, Series, Sort, VERSION,
    draw,
};

fn axis(label: &str, unit: &str) -> Axis {
    Axis { label: label.to_owned(), unit: unit.to_owned() }
}

fn group(names: &[&str], section: Option<&str>, values: &[Option<f64>]) -> Group {
    Group {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        section: section.map(str::to_owned),
        values: values.to_vec(),
    }
}

fn figure(title: &str, sort: Sort) -> Figure {
    let description = format!("{title}, described");
    Figure { title: title.to_owned(), description, repeat: "seed".to_owned(), sort }
}

fn points() -> Points {
    Points {
        axis: axis("accuracy", "fraction"),
        groups: vec![
            group(&["svm"], Some("linear"), &[Some(0.95), Some(0.96), Some(0.955)]),
            group(&["soft", "softer"], Some("linear"), &[Some(0.61), None, Some(0.66)]),
            group(&["forest"], Some("trees"), &[Some(0.99), Some(0.992), Some(1.0)]),
            group(&["boosted"], Some("trees"), &[None, Some(f64::NAN), None]),
        ],
    }
}

fn bars() -> Bars {
    let groups = vec![
        group(&["svm"], None, &[Some(1.5), Some(2.0), Some(2.5)]),
        group(&["soft"], None, &[Some(-0.5), None]),
        group(&["forest"], None, &[]),
    ];
    Bars { axis: axis("time saved", "s"), groups }
}

fn lines() -> Lines {
    let falling = |from: f64, steps: i32| -> Vec<(f64, f64)> {
        (1..=steps).map(|epoch| (f64::from(epoch), from / f64::from(epoch))).collect()
    };
    let diverging = vec![(1.0, 2.5), (2.0, 40.0), (3.0, 1e9), (4.0, f64::NAN)];
    let series = |name: &str, column: usize, repeats: Vec<Vec<(f64, f64)>>| Series {
        names: vec![name.to_owned()],
        column,
        repeats,
    };
    let panel =
        |title: &str, series: Vec<Series>| Panel { title: title.to_owned(), y: axis("loss", "nats"), series };
    Lines {
        x: axis("epoch", ""),
        columns: vec!["train_loss".to_owned(), "valid_loss".to_owned()],
        panels: vec![
            panel(
                "svm",
                vec![
                    series("svm", 0, vec![falling(2.0, 6), falling(2.4, 4)]),
                    series("svm", 1, vec![falling(2.6, 6), falling(2.9, 4)]),
                ],
            ),
            panel(
                "soft",
                vec![
                    series("soft", 0, vec![falling(3.0, 6), Vec::new()]),
                    series("soft", 1, vec![falling(3.1, 6), diverging]),
                ],
            ),
        ],
    }
}

fn matrix() -> Matrix {
    let names: Vec<String> = ["cat", "dog", "long-haired dachshund"].map(str::to_owned).to_vec();
    Matrix {
        rows: "true label".to_owned(),
        columns: "predicted label".to_owned(),
        row_names: names.clone(),
        column_names: names,
        cells: vec![
            vec![Some(30.0), Some(1.0), Some(0.0)],
            vec![Some(0.0), Some(25.0), Some(12.0)],
            vec![Some(2.0), None, Some(999.0)],
        ],
        cell: axis("pictures", ""),
        note: "summed over 3 seeds".to_owned(),
    }
}

fn scatter() -> Scatter {
    let point = |names: &[&str], section: &str, x: f64, y: &[Option<f64>]| ScatterPoint {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        section: Some(section.to_owned()),
        x: vec![Some(x); y.len()],
        y: y.to_vec(),
    };
    Scatter {
        x: axis("multiply-adds", ""),
        y: axis("accuracy", "fraction"),
        points: vec![
            point(&["svm"], "linear", 1e4, &[Some(0.7), Some(0.8)]),
            point(&["soft", "softer"], "linear", 1.02e4, &[Some(0.71), None]),
            point(&["forest"], "trees", 3e7, &[Some(0.9), Some(0.9)]),
            point(&["boosted"], "trees", 3e7, &[None, None]),
        ],
    }
}

/// A figure of every sort, one whose axis is linear, and one without a value.
pub(crate) fn corpus() -> Vec<Figure> {
    let nothing = Points { axis: axis("accuracy", "fraction"), groups: vec![group(&["svm"], None, &[None])] };
    vec![
        figure("Accuracy", Sort::Points(points())),
        figure("Time saved", Sort::Bars(bars())),
        figure("Learning curves", Sort::Lines(lines())),
        figure("Confusion", Sort::Matrix(matrix())),
        figure("Accuracy against cost", Sort::Scatter(scatter())),
        figure("Nothing", Sort::Points(nothing)),
    ]
}

#[test]
fn bytes_do_not_change_unless_the_version_does() {
    let drawn: String = corpus().iter().map(draw).collect();
    let digest = Digest::of(drawn.as_bytes()).to_hex();
    assert_eq!(
        (VERSION, digest.as_str()),
        (1, "05552f46e75ed9842e89e42c3b786414220f694a5e7699389d9b89c1b35e76bf")
    );
}
