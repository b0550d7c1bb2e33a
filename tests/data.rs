//! The prepared data: the facts of the real archive where it can be found, and of the generated gestures.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

use recount::lab::data::fetch::{ArchiveSource, Places, SMART_WATCH_SHA256, SMART_WATCH_URL};
use recount::lab::data::{DataCard, Dataset, Lengths, Source, prepare, read_archive};
use recount_engine::digest::Digest;

/// Finds the real archive in the folders that `RECOUNT_MIRRORS` names; says so where it is absent.
#[expect(clippy::disallowed_methods, reason = "only the environment can say where the real archive is")]
fn real_archive() -> Option<Vec<u8>> {
    let folders = std::env::var_os("RECOUNT_MIRRORS").unwrap_or_default();
    let places = Places {
        project_data: PathBuf::from("data"),
        mirrors: std::env::split_paths(&folders).collect(),
        cache: None,
    };
    let sha256 = Digest::from_hex(SMART_WATCH_SHA256).expect("the constant is a SHA-256");
    let source = ArchiveSource { url: SMART_WATCH_URL.to_owned(), sha256 };
    match source.find(&places).expect("whatever has the archive's name is the archive") {
        Some(path) => Some(std::fs::read(path).expect("it was just read")),
        None => {
            skipped();
            None
        }
    }
}

/// Says so past the harness, which shows nothing of a test that passes.
fn skipped() {
    let _ = writeln!(std::io::stderr(), "skipped: the archive is in no folder that RECOUNT_MIRRORS names");
}

fn synthetic() -> (Dataset, DataCard) {
    prepare(Source::Synthetic, 42, 0.8).expect("generated gestures are sound")
}

#[test]
fn the_real_archive_has_the_facts_that_are_known_of_it() {
    let Some(archive) = real_archive() else { return };
    assert_eq!(archive.len(), 2_156_283);
    let content = read_archive(&archive).expect("it is sound");
    assert_eq!(content.not_read, ["gestures-dataset/gestures.png", "gestures-dataset/info.txt"]);
    let source = Source::Archive { content, url: SMART_WATCH_URL.to_owned() };
    let (dataset, card) = prepare(source, 42, 0.8).expect("it has sequences for both sides");
    assert_eq!(card.source, "smartwatch");
    assert_eq!(card.archive.as_deref(), Some(SMART_WATCH_SHA256));
    assert_eq!((card.sequences, card.rows, card.channels), (3_251, 64_070, 3));
    let users = [401, 417, 429, 400, 402, 401, 400, 401];
    let users: BTreeMap<String, u32> =
        (1..).zip(users).map(|(user, count)| (format!("U{user:02}"), count)).collect();
    assert_eq!(card.users, users);
    assert_eq!(card.labels.len(), 20);
    assert_eq!((card.labels.iter().min(), card.labels.iter().max()), (Some(&160), Some(&168)));
    let mean = card.length.mean;
    assert_eq!(card.length, Lengths { least: 10, median: 19, mean, p95: 29, most: 51 });
    assert_eq!((mean * 10.0).round() / 10.0, 19.7);
    assert_eq!(card.extreme_rows, 96);
    assert!(card.duplicates.contains(&vec!["U02/13/20.txt".to_owned(), "U02/14/01.txt".to_owned()]));
    assert_eq!(card.contradictory_duplicates, 1);
    assert_eq!((card.train, card.valid), (2_600, 651));
    assert_eq!((dataset.train.len(), dataset.valid.len()), (2_600, 651));
    assert_eq!(dataset.steps(dataset.sequences[0])[..3], [1.532_289, -0.919_373, 10.113_108]);
    assert_eq!(Dataset::from_bytes(&dataset.to_bytes()).expect("it was just written"), dataset);
}

#[test]
fn generated_gestures_have_the_shape_of_the_real_ones() {
    let (dataset, card) = synthetic();
    assert_eq!((card.source.as_str(), card.archive), ("synthetic", None));
    assert_eq!((card.sequences, card.channels, card.train, card.valid), (3_200, 3, 2_560, 640));
    assert!(card.users.len() == 8 && card.users.values().all(|&count| count == 400), "{:?}", card.users);
    assert_eq!(card.labels, [160; 20]);
    let Lengths { least, median, mean, p95, most } = card.length;
    assert!(least >= 10 && (40..=51).contains(&most), "{least} to {most}");
    assert!((18..=20).contains(&median) && (19.0..20.5).contains(&mean), "{median}, {mean}");
    assert!((28..=30).contains(&p95), "{p95}");
    assert!(card.duplicates.is_empty());
    for (axis, expected) in [3.5_f32, -1.4, 7.9].into_iter().enumerate() {
        let values: Vec<f32> = dataset.samples.iter().skip(axis).step_by(3).copied().collect();
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        assert!((mean - expected).abs() < 1.5, "axis {axis} has the mean {mean}");
    }
}

#[test]
fn generated_gestures_are_the_same_bits_everywhere() {
    let (dataset, _) = synthetic();
    let digest = Digest::of(&dataset.to_bytes()).to_hex();
    assert_eq!(digest, "b8dd980ca1729cf206432b2ad67e53ebd39d4d0ae87ce0c6d5a8b32e535fc85b");
}

#[test]
fn the_split_seed_changes_the_split_and_nothing_else() {
    let (one, _) = synthetic();
    let (other, _) = prepare(Source::Synthetic, 43, 0.8).expect("generated gestures are sound");
    assert_ne!(one.valid, other.valid);
    assert_eq!((one.samples, one.sequences), (other.samples, other.sequences));
}
