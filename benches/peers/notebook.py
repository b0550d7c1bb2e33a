"""What the peers share: the cases, the batches of the notebook protocol, and taking turns."""

import json
import pathlib
import sys
import time

import numpy

sys.path.append(str(pathlib.Path(__file__).parents[2] / "tests" / "reference"))

import tensors

LABELS = 20
DROPOUT = 0.5

# Name, as `cargo bench --bench train` knows it: cell, hidden units, layers, batch.
CASES = {
    "h64": ("gru", 64, 1, 32),
    "h128": ("gru", 128, 1, 32),
    "h256": ("gru", 256, 1, 32),
    "h128-b16": ("gru", 128, 1, 16),
    "h128-b4": ("gru", 128, 1, 4),
    "h128x3-b4": ("gru", 128, 3, 4),
    "h128x5-b16": ("gru", 128, 5, 16),
    "h128x7-b16": ("gru", 128, 7, 16),
    "lstm128": ("lstm", 128, 1, 32),
}


class Split:
    """An endless stream over one side of the split: each pass a new permutation, its remainder dropped."""

    def __init__(self, arrays, side, batch):
        self.random = numpy.random.default_rng(1)
        self.lengths, self.labels = arrays["length"], arrays["label"].astype("int32")
        self.padded = numpy.zeros((len(self.lengths), self.lengths.max(), 3), "float32")
        for row, (first, length) in enumerate(zip(arrays["first_row"], self.lengths)):
            self.padded[row, :length] = arrays["samples"][first : first + length]
        self.indices, self.batch = arrays[side].copy(), batch
        self.steps = len(self.indices) // batch

    def epoch(self):
        """Yields `[row, step, channel]` batches, padded to their own longest sequence, with their labels."""
        self.random.shuffle(self.indices)
        for step in range(self.steps):
            chosen = self.indices[step * self.batch : (step + 1) * self.batch]
            yield self.padded[chosen, : self.lengths[chosen].max()], self.labels[chosen]


def case():
    """Reads the command line, `DATA CASE`: the case's cell, hidden units and layers, and both splits."""
    arrays = tensors.read(sys.argv[1])
    cell, hidden, layers, batch = CASES[sys.argv[2]]
    return cell, hidden, layers, Split(arrays, "train", batch), Split(arrays, "valid", batch)


def take_turns(epoch):
    """Runs epochs, each at a line of input, and prints its CPU seconds; `epoch` says its loss and what not to count."""
    while True:
        start = time.process_time()
        loss, not_counted = epoch()
        seconds = time.process_time() - start - not_counted
        print(json.dumps({"seconds": seconds, "loss": loss}), flush=True)
        if not sys.stdin.readline():
            return
