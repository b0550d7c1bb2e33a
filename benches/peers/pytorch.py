"""The notebook protocol in PyTorch on one thread: `python3 benches/peers/pytorch.py DATA CASE`."""

import torch

from notebook import DROPOUT, LABELS, case, take_turns
from model import Classifier

torch.set_num_threads(1)
torch.manual_seed(1)
cell, hidden, layers, train, valid = case()
model = Classifier(cell, 3, hidden, layers, False, LABELS, DROPOUT)
adam = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-5)
cross_entropy = torch.nn.CrossEntropyLoss()


def batches(split):
    for inputs, labels in split.epoch():
        yield torch.from_numpy(inputs), torch.from_numpy(labels).long()


def epoch():
    loss_sum = 0.0
    model.train()
    for inputs, labels in batches(train):
        adam.zero_grad()
        loss = cross_entropy(model(inputs), labels)
        loss.backward()
        adam.step()
        loss_sum += loss.item()
    model.eval()
    valid_loss = accuracy = 0.0
    with torch.no_grad():
        for inputs, labels in batches(valid):
            logits = model(inputs)
            valid_loss += cross_entropy(logits, labels).item()
            accuracy += (logits.argmax(1) == labels).float().mean().item()
    return loss_sum / train.steps, 0.0


take_turns(epoch)
