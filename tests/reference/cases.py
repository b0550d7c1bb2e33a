"""The models that recount and PyTorch are compared on; `main.rs` lists the same ones."""

LABELS = 5
BATCH = 8
STEPS = 50

# Name: cell, hidden units, layers, whether a convolution stands in front.
CASES = {
    "gru-1": ("gru", 20, 1, False),
    "gru-2": ("gru", 10, 2, False),
    "gru-2-conv": ("gru", 16, 2, True),
    "lstm-1": ("lstm", 20, 1, False),
    "lstm-2": ("lstm", 10, 2, False),
    "lstm-1-conv": ("lstm", 16, 1, True),
}
