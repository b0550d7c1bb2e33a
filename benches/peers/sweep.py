"""The report's whole sweep, recount and PyTorch in turn: `python3 benches/peers/sweep.py`, after a run of recount's.

What is trained is read from recount's own records: each distinct experiment once for each seed, with its effective
parameters, on the dataset that recount prepared, under the same protocol (Adam, scheduler, early stopping). Each training
is run again by recount (`recount run --force`, one thread), then by PyTorch (one thread), on the same one CPU.

Prints a line for each training, then the sums: CPU seconds (user and system), recount's those of its whole process,
PyTorch's those of the training alone. `--seeds N…` and `--variants NAME…` restrict it, `--project DIR` takes another
folder than this one. Trainings that leave users out are not among them: PyTorch's script knows no such split.
"""

import argparse
import hashlib
import json
import os
import pathlib
import resource
import subprocess
import sys
import time
from multiprocessing import get_context

ROOT = pathlib.Path(__file__).parents[2]
RECOUNT = ROOT / "target" / "release" / "recount"

sys.path.append(str(ROOT / "tests" / "reference"))


def experiments(artifacts, data, seeds, variants):
    """Gives the last training of each instance on the data: the same key is the same experiment, so none comes twice."""
    digest = hashlib.sha256(data.read_bytes()).hexdigest()
    names = json.loads((artifacts / "names.json").read_text())
    log = artifacts / "names.log"
    for line in log.read_text().splitlines() if log.exists() else []:
        key, name = line.split(" ", 1)
        names[name] = key
    for key in sorted({key for name, key in names.items() if name.startswith("train[")}):
        record = json.loads((artifacts / "records" / key[:2] / f"{key}.json").read_text())["record"]
        recipe, instance = record["recipe"], record["observed"]["instance"]
        if digest not in str(recipe["inputs"]) or recipe["parameters"].get("held_out_users"):
            continue
        variant = instance.removeprefix("train[").split(",")[0]
        if (not seeds or recipe["seed"] in seeds) and (not variants or variant in variants):
            yield recipe["parameters"], recipe["seed"], instance


def train(task):
    """Trains one experiment and gives its CPU seconds, epochs and best validation accuracy."""
    import torch
    from model import Classifier
    from notebook import LABELS, Split
    import tensors

    data, parameters, seed = task
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    arrays = tensors.read(data)
    batch = parameters["batch"]
    train, valid = Split(arrays, "train", batch), Split(arrays, "valid", batch)
    model = Classifier(parameters["cell"], 3, parameters["hidden"], parameters["layers"],
                       parameters["conv"] == "conv1d", LABELS, parameters.get("dropout", 0.0))
    adam = torch.optim.Adam(model.parameters(), lr=parameters["learning_rate"], weight_decay=parameters["weight_decay"])
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        adam, factor=parameters["plateau_factor"], patience=parameters["plateau_patience"])
    cross_entropy = torch.nn.CrossEntropyLoss()

    def batches(split):
        for inputs, labels in split.epoch():
            yield torch.from_numpy(inputs), torch.from_numpy(labels).long()

    start = time.process_time()
    best_loss, waited, best_accuracy, epochs = float("inf"), 0, 0.0, 0
    while epochs < parameters["epochs"] and waited < parameters["stop_patience"]:
        model.train()
        for inputs, labels in batches(train):
            adam.zero_grad()
            cross_entropy(model(inputs), labels).backward()
            adam.step()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for inputs, labels in batches(valid):
                logits = model(inputs)
                loss += cross_entropy(logits, labels).item() / valid.steps
                accuracy += (logits.argmax(1) == labels).float().mean().item() / valid.steps
        scheduler.step(loss)
        epochs += 1
        best_accuracy = max(best_accuracy, accuracy)
        best_loss, waited = (loss, 0) if loss < best_loss else (best_loss, waited + 1)
    return time.process_time() - start, epochs, best_accuracy


def seconds_of_recount(project, instance):
    """Runs a training again with recount, and gives the CPU seconds of its process."""
    used = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    before = used()
    command = [RECOUNT, "run", "--project", project, "--jobs", "1", "--force", instance, instance]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return used() - before


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--project", type=pathlib.Path, default=ROOT)
    parser.add_argument("--seeds", type=int, nargs="+", default=[])
    parser.add_argument("--variants", nargs="+", default=[])
    arguments = parser.parse_args()
    artifacts = arguments.project / "artifacts"
    data = artifacts / "by-name" / "prepare" / "dataset.safetensors"
    told = sorted(experiments(artifacts, data, arguments.seeds, arguments.variants), key=lambda told: told[2])
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    ours = theirs = 0.0
    with get_context("spawn").Pool(1) as pool:
        for parameters, seed, instance in told:
            recount = seconds_of_recount(arguments.project, instance)
            seconds, epochs, accuracy = pool.apply(train, [(str(data), parameters, seed)])
            ours, theirs = ours + recount, theirs + seconds
            print(f"{instance:24} recount {recount:6.1f} s   PyTorch {seconds:6.1f} s, {epochs} epochs, "
                  f"best accuracy {accuracy:.3f}", flush=True)
    print(f"sum of {len(told)} trainings: recount {ours:.0f} s, PyTorch {theirs:.0f} s: {theirs / ours:.2f} times")


if __name__ == "__main__":
    main()
