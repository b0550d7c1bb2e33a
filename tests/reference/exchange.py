"""Exchanges weights with recount: `python3 tests/reference/exchange.py FOLDER`, run by `main.rs`.

For each case FOLDER has recount's weights, `NAME.weights.safetensors`. Written beside them are PyTorch's
logits for those (`NAME.logits.safetensors`), and weights of PyTorch's own with their logits
(`NAME.torch.safetensors`, `NAME.torch-logits.safetensors`).
"""

import pathlib
import sys

import torch

import tensors
from cases import CASES, LABELS
from model import Classifier, Data

HERE = pathlib.Path(__file__).parent

try:
    from safetensors.torch import load_file, save_file
except ImportError:

    def load_file(path):
        return {name: torch.from_numpy(array.copy()) for name, array in tensors.read(path).items()}

    def save_file(named, path):
        tensors.write(path, {name: tensor.numpy() for name, tensor in named.items()})


def main(folder):
    torch.set_num_threads(1)
    torch.manual_seed(2)
    arrays = tensors.read(HERE / "data.safetensors")
    data = Data(arrays)
    batch, _ = data.batch(torch.from_numpy(arrays["batches"][0].astype("int64")))
    for name, (cell, hidden, layers, conv) in CASES.items():
        model = Classifier(cell, data.channels, hidden, layers, conv, LABELS)
        with torch.no_grad():
            save_file(model.state_dict(), folder / f"{name}.torch.safetensors")
            save_file({"logits": model(batch)}, folder / f"{name}.torch-logits.safetensors")
            model.load_state_dict(load_file(folder / f"{name}.weights.safetensors"))
            save_file({"logits": model(batch)}, folder / f"{name}.logits.safetensors")


main(pathlib.Path(sys.argv[1]))
