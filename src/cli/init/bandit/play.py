"""Plays slot machines: `play.py PARAMS SEED OUT` writes OUT/metrics.json and OUT/history.csv."""
import csv
import json
import random
import sys
from pathlib import Path

params_file, seed, out = sys.argv[1:]
params = json.loads(Path(params_file).read_text())
draw = random.Random(int(seed))
machines = range(params["machines"])
worth = [draw.gauss(0, 1) for _ in machines]  # what each pays on average
best = max(machines, key=lambda machine: worth[machine])

pulls, sums = [0 for _ in machines], [0.0 for _ in machines]
total, history = 0.0, []
for pull in range(1, params["pulls"] + 1):
    if draw.random() < params["explore"]:
        machine = draw.randrange(params["machines"])
    else:
        machine = max(machines, key=lambda it: sums[it] / pulls[it] if pulls[it] else 0.0)
    pay = draw.gauss(worth[machine], 1)
    pulls[machine] += 1
    sums[machine] += pay
    total += pay
    if pull % 50 == 0:
        history.append((pull, total / pull))

metrics = {"payout": total / params["pulls"], "best_share": pulls[best] / params["pulls"]}
(Path(out) / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
with open(Path(out) / "history.csv", "w", newline="") as file:
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["pull", "payout"])
    table.writerows(history)
