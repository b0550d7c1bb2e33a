"""Finds the year from which on a series has another mean: change_point.py TABLE FIRST-LAST

The split is the one that leaves the least squared error around the two means; how much of the
variance it explains says whether to believe in it.
"""

import csv
import sys
from statistics import fmean


def squared_error(values):
    mean = fmean(values)
    return sum((value - mean) ** 2 for value in values)


def change_point(flow):
    return min(range(1, len(flow)), key=lambda at: squared_error(flow[:at]) + squared_error(flow[at:]))


def main(table, span):
    first, last = map(int, span.split("-"))
    with open(table, newline="") as file:
        rows = [(int(row["year"]), float(row["flow"])) for row in csv.DictReader(file)]
    rows = [row for row in rows if first <= row[0] <= last]
    years, flow = zip(*rows)
    at = change_point(flow)
    left = squared_error(flow[:at]) + squared_error(flow[at:])
    explained = 1 - left / squared_error(flow)
    print(f"{span}  from {years[at]} on: {fmean(flow[:at]):.1f} -> {fmean(flow[at:]):.1f},"
          f" {explained:.0%} of the variance")


if __name__ == "__main__":
    main(*sys.argv[1:])
