"""The report's whole sweep in PyTorch: `python3 benches/peers/sweep.py ARTIFACTS`, after a run of recount's.

What is trained is read from recount's own records below ARTIFACTS: each distinct experiment once for each seed, with its
effective parameters, on the dataset that recount prepared, under the same protocol (Adam, scheduler, early stopping).
One thread a training, `--jobs N` trainings at once (two unless told), the dearest first. `--seeds N…` restricts it.

Prints a line for each training, with recount's seconds for the same experiment and seed from its record, then the sums.
"""

import argparse
import hashlib
import json
import pathlib
import sys
import time
from multiprocessing import get_context

sys.path.append(str(pathlib.Path(__file__).parents[2] / "tests" / "reference"))


def experiments(artifacts, data, seeds):
    """Gives the records of training on the data: the same key is the same experiment, so none comes twice."""
    digest = hashlib.sha256(data.read_bytes()).hexdigest()
    for path in sorted((artifacts / "records").rglob("*.json")):
        record = json.loads(path.read_text())["record"]
        recipe = record["recipe"]
        if recipe["kind"] == "train" and digest in str(recipe["inputs"]) and (not seeds or recipe["seed"] in seeds):
            yield recipe["parameters"], recipe["seed"], record["observed"]


def train(task):
    """Trains one experiment and gives its seconds, epochs and best validation accuracy."""
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

    start = time.monotonic()
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
    return time.monotonic() - start, epochs, best_accuracy


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("artifacts", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[])
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    data = arguments.artifacts / "by-name" / "prepare" / "dataset.safetensors"
    told = sorted(experiments(arguments.artifacts, data, arguments.seeds), key=lambda each: -each[2]["seconds"])
    begin = time.monotonic()
    ours = theirs = 0.0
    with get_context("spawn").Pool(arguments.jobs) as pool:
        tasks = [(str(data), parameters, seed) for parameters, seed, _ in told]
        for (_, seed, observed), (seconds, epochs, accuracy) in zip(told, pool.imap(train, tasks)):
            ours, theirs = ours + observed["seconds"], theirs + seconds
            print(f"{observed['instance']:24} recount {observed['seconds']:6.1f} s   PyTorch {seconds:6.1f} s, "
                  f"{epochs} epochs, best accuracy {accuracy:.3f}", flush=True)
    print(f"sum of {len(told)} trainings: recount {ours:.0f} s, PyTorch {theirs:.0f} s: {theirs / ours:.2f} times; "
          f"PyTorch's wall {time.monotonic() - begin:.0f} s with {arguments.jobs} at once")


if __name__ == "__main__":
    main()
