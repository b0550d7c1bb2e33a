"""Splits the penguins into some to learn from and some to be tested on: split.py PARAMS SEED OUT"""

import csv
import json
import random
import sys

MEASURED = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]

params_file, seed, out = sys.argv[1:]
with open(params_file) as file:
    params = json.load(file)
with open("data/penguins.csv", newline="") as file:
    penguins = [row for row in csv.DictReader(file) if all(row[name] != "NA" for name in MEASURED)]

draw = random.Random(int(seed))
penguins.sort(key=lambda _: draw.random())  # `shuffle` may differ from one Python to the next
count = round(len(penguins) * params["test_share"])
for name, part in ("test", penguins[:count]), ("learn", penguins[count:]):
    with open(f"{out}/{name}.csv", "w", newline="") as file:
        table = csv.DictWriter(file, ["species", *MEASURED], extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        table.writerows(part)
