"""Splits the licences into sentences, and these into a part to learn from and a part to test on."""

import json
import pathlib
import random
import re
import sys

params = json.load(open("params.yaml"))["prepare"]
sentences = []
for path in sorted(pathlib.Path("data").glob("*.txt")):
    text = " ".join(path.read_text(encoding="utf-8").split())
    for sentence in re.split(r"(?<=[.;:]) ", text):
        words = re.findall(r"[a-z]+", sentence.lower())
        if len(words) >= params["min_words"]:
            sentences.append({"licence": path.stem, "words": words})

draw = random.Random(params["seed"])
sentences.sort(key=lambda _: draw.random())  # `shuffle` may differ from one Python to the next
count = round(len(sentences) * params["test_share"])
for name, part in ("test", sentences[:count]), ("learn", sentences[count:]):
    with open(f"{sys.argv[1]}/{name}.jsonl", "w") as file:
        file.writelines(json.dumps(sentence) + "\n" for sentence in part)
