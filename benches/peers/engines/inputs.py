"""Large inputs: `python3 benches/peers/engines/inputs.py` measures a folder of 10,000 files, read by one stage and by 400, and
a file of 1 GiB.

The folder is one input of one stage; ninja is given the same files as inputs of one edge. The first look at the large file
is compared with `openssl sha256` on the same file, both with the file in the page cache, in turns; a second look is a
`recount run` with nothing to do. Medians of `--turns` turns, wall clock.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

from compare import PAUSE_SECONDS, RECOUNT, in_turns, seconds

FILES = 10_000
PIPELINE = """recount: 1
title: Inputs
stages:
  - name: count
    run: {run} > count.txt
    inputs: [{input}]
    outputs: [count.txt]
"""


def folder_of_files(top, turns):
    folders = {tool: top / tool for tool in ("recount", "ninja")}
    for folder in folders.values():
        (folder / "data").mkdir(parents=True)
        for i in range(FILES):
            (folder / "data" / f"{i}.txt").write_text(f"{i}\n")
    (folders["recount"] / "pipeline.yaml").write_text(PIPELINE.format(run="ls data | wc -l", input="data"))
    files = " ".join(f"data/{i}.txt" for i in range(FILES))
    (folders["ninja"] / "build.ninja").write_text(
        f"rule count\n  command = ls data | wc -l > count.txt\nbuild count.txt: count {files}\n")
    run = {"recount": [RECOUNT, "run"], "ninja": ["ninja", "--quiet"]}
    for _ in range(3):
        in_turns(run, folders, 1)
        time.sleep(PAUSE_SECONDS)
    medians = in_turns(run, folders, turns)
    print(f"{FILES} files, nothing to do: " + ", ".join(f"{tool} {t * 1000:.1f} ms" for tool, t in medians.items())
          + f", {medians['recount'] / medians['ninja']:.2f} times")


def read_by_many(top):
    """400 stages read one folder of 10,000 files: the first run of all, with its largest memory."""
    folder = top / "many"
    (folder / "data").mkdir(parents=True)
    for i in range(FILES):
        (folder / "data" / f"{i}.txt").write_text(f"{i}\n")
    values = ", ".join(str(i) for i in range(400))
    (folder / "pipeline.yaml").write_text(
        f"recount: 1\ntitle: Inputs\nstages:\n  - name: read\n    each: {{ i: [{values}] }}\n"
        "    run: [cp, data/0.txt, \"out/{i}.txt\"]\n    inputs: [data]\n    outputs: [\"out/{i}.txt\"]\n")
    time.sleep(PAUSE_SECONDS)
    began = time.monotonic()
    child = subprocess.Popen([RECOUNT, "run"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    assert status == 0
    print(f"400 stages that read {FILES} files: {time.monotonic() - began:.1f} s, {usage.ru_maxrss / 1024:.0f} MiB")


def large_file(top, turns):
    folder = top / "large"
    folder.mkdir()
    with open(folder / "large.bin", "wb") as file:
        for _ in range(1024):
            file.write(os.urandom(1 << 20))
    (folder / "pipeline.yaml").write_text(PIPELINE.format(run="wc -c < large.bin", input="large.bin"))
    first, openssl, second = [], [], []
    for _ in range(turns):
        shutil.rmtree(folder / "artifacts", ignore_errors=True)
        time.sleep(PAUSE_SECONDS)
        first.append(seconds([RECOUNT, "status"], folder))
        openssl.append(seconds(["openssl", "sha256", "large.bin"], folder))
    seconds([RECOUNT, "run"], folder)
    time.sleep(PAUSE_SECONDS)
    for _ in range(turns + 2):
        second.append(seconds([RECOUNT, "run"], folder))
    first, openssl = statistics.median(first), statistics.median(openssl)
    print(f"1 GiB: first look {first:.2f} s, openssl {openssl:.2f} s, so {openssl / first:.2f} of its speed; "
          f"second look {statistics.median(second[2:]) * 1000:.1f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--turns", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as top:
        folder_of_files(pathlib.Path(top), arguments.turns)
        read_by_many(pathlib.Path(top))
        large_file(pathlib.Path(top), arguments.turns)
