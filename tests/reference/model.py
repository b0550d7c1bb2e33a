"""The report's classifier in PyTorch, and its batches: what recount is compared with."""

import torch


class Classifier(torch.nn.Module):
    """Optional convolution, recurrent layers, linear layer on the batch's last step."""

    def __init__(self, cell, channels, hidden, layers, conv, labels, dropout=0.0):
        super().__init__()
        if conv:
            self.conv = torch.nn.Conv1d(channels, channels, 3, padding=1)
        kind = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell]
        between = dropout if layers > 1 else 0.0
        self.rnn = kind(channels, hidden, layers, batch_first=True, dropout=between)
        self.linear = torch.nn.Linear(hidden, labels)

    def forward(self, batch):
        """Gives `[row, label]` logits of a `[row, step, channel]` batch."""
        if hasattr(self, "conv"):
            batch = self.conv(batch.transpose(1, 2)).transpose(1, 2)
        outputs, _ = self.rnn(batch)
        return self.linear(outputs[:, -1])


class Data:
    """A packed dataset of recount's, padded with zeros once to its longest sequence."""

    def __init__(self, arrays):
        self.lengths = torch.from_numpy(arrays["length"].astype("int64"))
        self.labels = torch.from_numpy(arrays["label"].astype("int64"))
        self.split = {side: torch.from_numpy(arrays[side].astype("int64")) for side in ("train", "valid")}
        samples = torch.from_numpy(arrays["samples"].copy())
        sequences = torch.split(samples, self.lengths.tolist())
        self.padded = torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True)
        self.channels = samples.shape[1]

    def batch(self, indices):
        """Collects sequences, padded to the longest of them, and their labels."""
        longest = int(self.lengths[indices].max())
        return self.padded[indices, :longest], self.labels[indices]
