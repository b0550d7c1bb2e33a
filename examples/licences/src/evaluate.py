"""Counts how often the forest names the right licence, and of which licences it takes which for which."""

import json
import sys

from forest import predict

features, model, out = sys.argv[1:]
with open(f"{model}/forest.json") as file:
    forest = json.load(file)


def read(name):
    with open(f"{features}/{name}.json") as file:
        return json.load(file)["rows"]


def share_right(rows):
    return sum(predict(forest, row["has"]) == row["licence"] for row in rows) / len(rows)


learnt, rows = read("learn"), read("test")
licences = sorted({row["licence"] for row in rows})
confusion = {licence: dict.fromkeys(licences, 0) for licence in licences}
for row in rows:
    confusion[row["licence"]][predict(forest, row["has"])] += 1
scores = {
    "accuracy": share_right(rows),
    "sentences": len(rows),
    "accuracy_on_learnt": share_right(learnt),
    "learnt": len(learnt),
    "confusion": confusion,
}
with open(f"{out}/scores.json", "w") as file:
    json.dump(scores, file, indent=2)
