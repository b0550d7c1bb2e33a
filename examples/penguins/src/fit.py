"""Has a model learn which species a penguin is of, and tests it: fit.py PARAMS SEED SPLIT OUT

OUT/metrics.json says how well it does, OUT/curve.csv how well with fewer penguins to learn from, and
OUT/observed.json how long it took, which is of this machine and not of the model.
"""

import csv
import json
import math
import random
import sys
import time

from models import MODELS

SIZES = [10, 20, 40, 80, 160]

params_file, seed, split, out = sys.argv[1:]
with open(params_file) as file:
    params = json.load(file)
features, model = params.pop("features"), MODELS[params.pop("model")]


def read(name):
    with open(f"{split}/{name}.csv", newline="") as file:
        table = list(csv.DictReader(file))
    return [[float(row[name]) for name in features] for row in table], [row["species"] for row in table]


def scale_of(rows):
    """Gives the mean and the deviation of each column."""
    means = [math.fsum(column) / len(rows) for column in zip(*rows)]
    squares = [math.fsum((value - mean) ** 2 for value in column) for column, mean in zip(zip(*rows), means)]
    return [(mean, math.sqrt(square / len(rows)) or 1.0) for mean, square in zip(means, squares)]


def scaled(rows, scale):
    return [[(value - mean) / deviation for value, (mean, deviation) in zip(row, scale)] for row in rows]


def share_right(fitted, rows, species):
    return sum(fitted.predict(row) == right for row, right in zip(rows, species)) / len(rows)


def learn(count):
    """Fits on the first penguins alone, and gives the model with the rows that it learnt and those of the test."""
    rows = learn_rows[:count]
    scale = scale_of(rows)
    fitted = model(**params)
    fitted.fit(scaled(rows, scale), learn_species[:count], random.Random(int(seed)))
    return fitted, scaled(rows, scale), scaled(test_rows, scale)


(learn_rows, learn_species), (test_rows, test_species) = read("learn"), read("test")
started = time.perf_counter()
curve = []
for count in [*SIZES, len(learn_rows)]:
    fitted, learnt, tested = learn(count)
    curve.append((count, share_right(fitted, learnt, learn_species), share_right(fitted, tested, test_species)))
seconds = time.perf_counter() - started

species = sorted(set(learn_species))
confusion = [[0] * len(species) for _ in species]
for row, right in zip(tested, test_species):
    confusion[species.index(right)][species.index(fitted.predict(row))] += 1
metrics = {
    "accuracy": curve[-1][2],
    "learnt_accuracy": curve[-1][1],
    "tested": len(test_rows),
    "learnt": len(learn_rows),
    "size": fitted.size(),
    "species": species,
    "confusion": confusion,
}
with open(f"{out}/metrics.json", "w") as file:
    json.dump(metrics, file, indent=2)
with open(f"{out}/observed.json", "w") as file:
    json.dump({"seconds": seconds}, file)
with open(f"{out}/curve.csv", "w", newline="") as file:
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["penguins", "learnt_accuracy", "accuracy"])
    table.writerows(curve)
