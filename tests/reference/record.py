"""Records what PyTorch computes: `python3 tests/reference/record.py` writes the files beside it.

`data.safetensors` is a packed dataset of recount's with the batches of the training; each case's file has the
weights before (`initial/`), logits, losses and the gradients (`gradient/`) of the first batch, and the weights
after the training (`trained/`). Dropout is off: PyTorch's masks come from a generator of its own.
"""

import json
import pathlib

import numpy
import torch

import tensors
from cases import BATCH, CASES, LABELS, STEPS
from model import Classifier, Data

HERE = pathlib.Path(__file__).parent
SEQUENCES = 60
LONGEST = 17
CHANNELS = 3


def dataset():
    """Makes sequences of 1 to 17 steps as large as accelerations are."""
    random = numpy.random.Generator(numpy.random.PCG64(1))
    length = random.integers(1, LONGEST + 1, SEQUENCES)
    arrays = {
        "samples": random.normal(0.0, 5.0, (length.sum(), CHANNELS)).astype("float32"),
        "first_row": numpy.cumsum(length) - length,
        "length": length,
        "label": random.integers(0, LABELS, SEQUENCES),
        "user": numpy.zeros(SEQUENCES, int),
        "train": numpy.arange(0, 48),
        "valid": numpy.arange(48, SEQUENCES),
        "batches": numpy.stack([random.permutation(48)[:BATCH] for _ in range(STEPS)]),
    }
    description = json.dumps({"users": ["U01"], "labels": LABELS})
    tensors.write(HERE / "data.safetensors", arrays, {"dataset": description})
    return arrays


def prefixed(prefix, named):
    """Copies tensors into arrays whose names begin with `prefix`."""
    return {f"{prefix}/{name}": tensor.detach().numpy().copy() for name, tensor in named}


def record(name, data, batches):
    """Trains one case and writes its file."""
    cell, hidden, layers, conv = CASES[name]
    torch.manual_seed(1)
    model = Classifier(cell, CHANNELS, hidden, layers, conv, LABELS)
    recorded = prefixed("initial", model.named_parameters())
    adam = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-5)
    losses = []
    for step, indices in enumerate(batches):
        inputs, labels = data.batch(torch.from_numpy(indices))
        logits = model(inputs)
        loss = torch.nn.functional.cross_entropy(logits, labels)
        adam.zero_grad()
        loss.backward()
        if step == 0:
            recorded["logits"] = logits.detach().numpy()
            gradients = ((name, parameter.grad) for name, parameter in model.named_parameters())
            recorded |= prefixed("gradient", gradients)
        losses.append(loss.item())
        adam.step()
    recorded["losses"] = numpy.array(losses)
    recorded |= prefixed("trained", model.named_parameters())
    tensors.write(HERE / f"{name}.safetensors", recorded, {"torch": torch.__version__})


def main():
    torch.set_num_threads(1)
    arrays = dataset()
    for name in CASES:
        record(name, Data(arrays), arrays["batches"])


main()
