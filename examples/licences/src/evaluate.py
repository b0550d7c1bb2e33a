"""Counts how often the forest names the right licence."""

import json
import sys

from forest import predict

features, model, out = sys.argv[1:]
rows = json.load(open(f"{features}/test.json"))["rows"]
forest = json.load(open(f"{model}/forest.json"))
licences = sorted({row["licence"] for row in rows})
confusion = {licence: dict.fromkeys(licences, 0) for licence in licences}
for row in rows:
    confusion[row["licence"]][predict(forest, row["has"])] += 1
right = sum(confusion[licence][licence] for licence in licences)
scores = {"accuracy": right / len(rows), "sentences": len(rows), "confusion": confusion}
json.dump(scores, open(f"{out}/scores.json", "w"), indent=2)
