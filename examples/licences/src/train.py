"""Grows a forest: each tree on sentences drawn with replacement."""

import json
import random
import sys

from forest import grow

params = json.load(open("params.yaml"))["train"]
features, out = sys.argv[1:]
rows = json.load(open(f"{features}/learn.json"))["rows"]
draw = random.Random(params["seed"])
forest = []
for _ in range(params["n_est"]):
    drawn = [rows[int(draw.random() * len(rows))] for _ in rows]
    forest.append(grow(drawn, params["depth"], draw))
json.dump(forest, open(f"{out}/forest.json", "w"))
