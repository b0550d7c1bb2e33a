//! Weights go from one to the other and give the same logits, where PyTorch is installed.

use std::fs;
use std::io::Write as _;
use std::process::Command;

use recount::lab::nn::{Batch, Simd};

use super::{CASES, data, difference, folder, logits, model, read, tensors};

/// Says so past the harness, which shows nothing of a test that passes.
fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// Says whether this machine's Python has what the scripts need.
fn has_pytorch() -> bool {
    let found = Command::new("python3").args(["-c", "import numpy, torch"]).output();
    found.is_ok_and(|output| output.status.success())
}

#[test]
fn weights_give_the_same_logits_here_and_in_pytorch_whoever_made_them() {
    if !has_pytorch() {
        return skipped("`python3` has no PyTorch, or no NumPy");
    }
    let folder_of_both = tempfile::tempdir().expect("a folder can be made");
    let path = |name: &str, kind: &str| folder_of_both.path().join(format!("{name}.{kind}.safetensors"));
    for (name, cell, hidden, layers, conv) in CASES {
        let weights = model(cell, hidden, layers, conv, 3).to_safetensors();
        fs::write(path(name, "weights"), weights).expect("the folder can be written");
    }
    let script = folder().join("exchange.py");
    let mut python = Command::new("python3");
    python.arg(script).arg(folder_of_both.path()).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = python.output().expect("it was there a moment ago");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (dataset, batches) = data();
    let batch = Batch::of(&dataset, &batches[0]);
    for (name, cell, hidden, layers, conv) in CASES {
        for (made, weights, theirs) in
            [("here", "weights", "logits"), ("in PyTorch", "torch", "torch-logits")]
        {
            let model = model(cell, hidden, layers, conv, 4).load_safetensors(&read(&path(name, weights)));
            let model = model.unwrap_or_else(|error| panic!("{name} made {made}: {error}"));
            let theirs = &tensors(&read(&path(name, theirs)), "logits")[""];
            let found = difference(&logits(&model, &batch, Simd::best()), theirs);
            // Measured: 1.5e-7.
            assert!(found <= 5e-7, "{name} made {made}: logits are {found:.1e} apart");
        }
    }
}
