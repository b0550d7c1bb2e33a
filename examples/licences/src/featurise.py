"""Turns sentences into the words that they hold, of those that are in most of the sentences to learn from."""

import collections
import json
import sys

params = json.load(open("params.yaml"))["featurise"]
prepared, out = sys.argv[1:]


def read(name):
    with open(f"{prepared}/{name}.jsonl") as file:
        return [json.loads(line) for line in file]


counts = collections.Counter(word for sentence in read("learn") for word in set(sentence["words"]))
words = sorted(counts, key=lambda word: (-counts[word], word))[: params["max_words"]]
for name in "learn", "test":
    rows = []
    for sentence in read(name):
        held = set(sentence["words"])
        rows.append({"licence": sentence["licence"], "has": [word in held for word in words]})
    json.dump({"words": words, "rows": rows}, open(f"{out}/{name}.json", "w"))
