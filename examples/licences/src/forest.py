"""A forest of decision trees over features that are there or not."""

import collections
import math


def entropy(rows):
    counts = collections.Counter(row["licence"] for row in rows)
    return -sum(count / len(rows) * math.log2(count / len(rows)) for count in counts.values())


def grow(rows, depth, random):
    """Grows a tree; of some features, drawn anew for each branch, the one that tells most splits it."""
    counts = collections.Counter(row["licence"] for row in rows)
    leaf = min(counts, key=lambda licence: (-counts[licence], licence))
    if depth == 0 or len(counts) == 1:
        return leaf
    count = len(rows[0]["has"])
    best = None
    for feature in random.sample(range(count), round(math.sqrt(count))):
        parts = [[row for row in rows if row["has"][feature] is value] for value in (False, True)]
        if all(parts):
            left = sum(len(part) * entropy(part) for part in parts)
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
