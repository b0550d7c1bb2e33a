"""A forest of decision trees over features that are there or not."""

import collections
import math


def impurity(rows):
    """Gives Gini's impurity times the number of rows: no logarithm, whose last bit differs from machine to machine."""
    counts = collections.Counter(row["licence"] for row in rows)
    return len(rows) - sum(count * count for count in counts.values()) / len(rows)


def grow(rows, depth, random):
    """Grows a tree; of some features, drawn anew for each branch, the one that tells most splits it."""
    counts = collections.Counter(row["licence"] for row in rows)
    leaf = min(counts, key=lambda licence: (-counts[licence], licence))
    if depth == 0 or len(counts) == 1:
        return leaf
    count = len(rows[0]["has"])
    best = None
    features = sorted(range(count), key=lambda _: random.random())
    for feature in features[: round(math.sqrt(count))]:
        parts = [[row for row in rows if row["has"][feature] is value] for value in (False, True)]
        if all(parts):
            left = impurity(parts[0]) + impurity(parts[1])
            if best is None or (left, feature) < best[:2]:
                best = (left, feature, parts)
    if best is None:
        return leaf
    return [best[1], *(grow(part, depth - 1, random) for part in best[2])]


def predict(forest, has):
    """Gives what most trees say; of equals the first by name."""
    votes = collections.Counter()
    for tree in forest:
        while isinstance(tree, list):
            tree = tree[1 + has[tree[0]]]
        votes[tree] += 1
    return min(votes, key=lambda licence: (-votes[licence], licence))
