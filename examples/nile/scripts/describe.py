"""Says what a series is like, once it has each year once and in order: describe.py TABLE RESULT"""

import csv
import json
import sys
from math import fsum, sqrt


def main(table, result):
    with open(table, newline="") as file:
        rows = [(int(row["year"]), float(row["flow"])) for row in csv.DictReader(file)]
    for (year, _), (next_year, _) in zip(rows, rows[1:]):
        if next_year != year + 1:
            sys.exit(f"{table}: {year} is followed by {next_year}")
    flow = [value for _, value in rows]
    mean = fsum(flow) / len(flow)
    off = [value - mean for value in flow]
    squares = fsum(value * value for value in off)
    described = {
        "first": rows[0][0],
        "last": rows[-1][0],
        "years": len(rows),
        "mean": mean,
        "deviation": sqrt(squares / (len(flow) - 1)),
        "lag_one_correlation": fsum(one * other for one, other in zip(off, off[1:])) / squares,
    }
    with open(result, "w") as file:
        json.dump(described, file, indent=2)


if __name__ == "__main__":
    main(*sys.argv[1:])
