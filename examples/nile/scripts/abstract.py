"""Writes what was found as sentences: abstract.py SERIES RESULT CHANGE..., where the latter are folders of `change`"""

import json
import sys


def read(path):
    with open(path) as file:
        return json.load(file)


def main(series, result, *changes):
    about = read(f"{series}/series.json")
    sentences = [
        f"From {about['first']} to {about['last']} the Nile carried {about['mean']:.0f} · 10⁸ m³ a year"
        f" past Aswan, with a standard deviation of {about['deviation']:.0f}."
    ]
    for folder in changes:
        change = read(f"{folder}/change.json")
        sentences.append(
            f"Of {change['years']} years up to {about['last']}, {change['from_year']} is the likeliest to begin"
            f" another mean: {change['before']:.0f} before, {change['after']:.0f} from then on, which explains"
            f" {change['explained']:.0%} of the variance."
        )
    with open(result, "w", encoding="utf-8") as file:
        file.writelines(f"{sentence}\n" for sentence in sentences)


if __name__ == "__main__":
    main(*sys.argv[1:])
