"""Finds the year from which on a series has another mean: change_point.py TABLE FIRST-LAST OUT

The split is the one that leaves the least squared error around the two means; how much of the
variance it explains says whether to believe in it. OUT/change.json says which it is, and
OUT/series.csv has the flow of each year beside the mean of its part.
"""

import csv
import json
import sys
from math import fsum


def mean_of(values):
    return fsum(values) / len(values)


def squared_error(values):
    mean = mean_of(values)
    return fsum((value - mean) ** 2 for value in values)


def change_point(flow):
    return min(range(1, len(flow)), key=lambda at: squared_error(flow[:at]) + squared_error(flow[at:]))


def main(table, span, out):
    first, last = map(int, span.split("-"))
    with open(table, newline="") as file:
        rows = [(int(row["year"]), float(row["flow"])) for row in csv.DictReader(file)]
    rows = [row for row in rows if first <= row[0] <= last]
    years, flow = zip(*rows)
    at = change_point(flow)
    before, after = mean_of(flow[:at]), mean_of(flow[at:])
    left = squared_error(flow[:at]) + squared_error(flow[at:])
    change = {
        "years": len(years),
        "from_year": years[at],
        "before": before,
        "after": after,
        "explained": 1 - left / squared_error(flow),
    }
    with open(f"{out}/change.json", "w") as file:
        json.dump(change, file, indent=2)
    with open(f"{out}/series.csv", "w", newline="") as file:
        series = csv.writer(file, lineterminator="\n")
        series.writerow(["year", "flow", "mean"])
        series.writerows((year, value, before if year < years[at] else after) for year, value in rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
