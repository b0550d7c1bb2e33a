"""Four classifiers: each learns from rows of numbers, of which class each is, and says of which class a row is.

No `sum` of fractions: since Python 3.12 it rounds otherwise. What is drawn comes from `draw.random()` alone.
"""

import math


def dot(one, other):
    total = 0.0
    for left, right in zip(one, other):
        total += left * right
    return total


class Nearest:
    """Takes the class that most of the `k` nearest penguins have; of equals that of the nearest one."""

    def __init__(self, k):
        self.k = k

    def fit(self, rows, classes, draw):
        self.known = list(zip(rows, classes))

    def predict(self, row):
        def distance(known):
            away = [here - there for here, there in zip(row, known[0])]
            return dot(away, away)

        nearest = [label for _, label in sorted(self.known, key=distance)[: self.k]]
        return max(nearest, key=lambda label: (nearest.count(label), -nearest.index(label)))

    def size(self):
        return sum(len(row) + 1 for row, _ in self.known)


class Linear:
    """Weights for each class, and steps down the errors, one penguin after the other, in a new order each time."""

    def __init__(self, epochs, rate=1.0):
        self.epochs, self.rate = epochs, rate

    def fit(self, rows, classes, draw):
        self.labels = sorted(set(classes))
        self.weights = [[0.0] * (len(rows[0]) + 1) for _ in self.labels]
        order = list(range(len(rows)))
        for _ in range(self.epochs):
            order.sort(key=lambda _: draw.random())
            for at in order:
                row = [*rows[at], 1.0]
                errors = self.errors(self.scores(row), self.labels.index(classes[at]))
                for weights, error in zip(self.weights, errors):
                    if error:
                        weights[:] = [old - self.rate * error * value for old, value in zip(weights, row)]

    def scores(self, row):
        return [dot(weights, row) for weights in self.weights]

    def predict(self, row):
        scores = self.scores([*row, 1.0])
        return self.labels[scores.index(max(scores))]

    def size(self):
        return sum(len(weights) for weights in self.weights)


class Perceptron(Linear):
    """Steps only where it is wrong: away from the class that it said, to the right one."""

    def errors(self, scores, right):
        said = scores.index(max(scores))
        return [(at == said) - (at == right) for at in range(len(scores))]


class Logistic(Linear):
    """Steps by how far the probability of each class is from the truth."""

    def errors(self, scores, right):
        top = max(scores)
        powers = [math.exp(score - top) for score in scores]
        total = math.fsum(powers)
        return [power / total - (at == right) for at, power in enumerate(powers)]


class Tree:
    """Asks up to `depth` questions, each whether a number is above a threshold: the one that leaves the least disorder."""

    def __init__(self, depth):
        self.depth = depth

    def fit(self, rows, classes, draw):
        self.root = self.grow(list(zip(rows, classes)), self.depth)

    def grow(self, known, depth):
        labels = [label for _, label in known]
        leaf = max(sorted(set(labels)), key=labels.count)
        if depth == 0 or len(set(labels)) == 1:
            return leaf
        best = None
        for column in range(len(known[0][0])):
            values = sorted({row[column] for row, _ in known})
            for low, high in zip(values, values[1:]):
                threshold = (low + high) / 2
                parts = [[it for it in known if (it[0][column] > threshold) is side] for side in (False, True)]
                disorder = self.disorder(parts[0]) + self.disorder(parts[1])
                if best is None or disorder < best[0]:
                    best = (disorder, column, threshold, parts)
        if best is None:
            return leaf
        _, column, threshold, parts = best
        return (column, threshold, [self.grow(part, depth - 1) for part in parts])

    def disorder(self, known):
        """Gives Gini's impurity times the number of rows."""
        labels = [label for _, label in known]
        return len(labels) - sum(labels.count(label) ** 2 for label in set(labels)) / len(labels)

    def predict(self, row):
        node = self.root
        while isinstance(node, tuple):
            column, threshold, branches = node
            node = branches[row[column] > threshold]
        return node

    def size(self):
        def numbers(node):
            return 2 + sum(map(numbers, node[2])) if isinstance(node, tuple) else 1

        return numbers(self.root)


MODELS = {"nearest": Nearest, "perceptron": Perceptron, "logistic": Logistic, "tree": Tree}
