"""Counts how often the forest names the right licence, of which licences it takes which for which, and what fewer trees do."""

import collections
import csv
import json
import sys

from forest import predict

features, model, out = sys.argv[1:]
with open(f"{model}/forest.json") as file:
    forest = json.load(file)


def read(name):
    with open(f"{features}/{name}.json") as file:
        return json.load(file)["rows"]


def share_right(rows, trees=None):
    return sum(predict(forest[:trees], row["has"]) == row["licence"] for row in rows) / len(rows)


learnt, rows = read("learn"), read("test")
licences = sorted({row["licence"] for row in rows})
confusion = {licence: dict.fromkeys(licences, 0) for licence in licences}
for row in rows:
    confusion[row["licence"]][predict(forest, row["has"])] += 1
commonest = collections.Counter(row["licence"] for row in learnt).most_common(1)[0][0]
scores = {
    "accuracy": share_right(rows),
    "sentences": len(rows),
    "accuracy_on_learnt": share_right(learnt),
    "learnt": len(learnt),
    "always_commonest": sum(row["licence"] == commonest for row in rows) / len(rows),
    "confusion": confusion,
}
with open(f"{out}/scores.json", "w") as file:
    json.dump(scores, file, indent=2)

with open(f"{out}/curve.csv", "w", newline="") as file:
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["trees", "learnt", "new"])
    for trees in range(5, len(forest) + 1, 5):
        table.writerow([trees, share_right(learnt, trees), share_right(rows, trees)])
