"""recount beside other engines on the same fan: `python3 benches/peers/engines/compare.py N…` prints the README's table.

Needs `cargo build --release`, and of `--tools` (by default recount, ninja and make) whatever is on the PATH.

Each case is measured in turns: every tool once, then every tool again, so that a slow minute of the machine slows all of
them. The wall-clock medians of `--turns` turns are given (of `--builds` for full builds), and their ratio to ninja's.
Between the cases there is a pause, after which no file is younger than the coarsest clock of a file system: what is younger
is read again by recount, since its time would not show a later edit, and by nobody else.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

import fan

ROOT = pathlib.Path(__file__).parents[3]
RECOUNT = str(ROOT / "target" / "release" / "recount")

RUN = {
    "recount": [RECOUNT, "run", "-j2"],
    "ninja": ["ninja", "-j2", "--quiet"],
    "make": ["make", "-s", "-j2", "all.txt"],
    "dvc": ["dvc", "repro", "-q"],
    "snakemake": ["snakemake", "-q", "all", "-c2"],
}

PAUSE_SECONDS = 3


def seconds(command, folder):
    began = time.monotonic()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - began


def in_turns(commands, folders, turns, before=lambda tool, turn: None):
    """Gives each tool's median seconds; `before` prepares a turn and is not timed."""
    measured = {tool: [] for tool in commands}
    for turn in range(turns):
        for tool, command in commands.items():
            before(tool, turn)
            measured[tool].append(seconds(command, folders[tool]))
    return {tool: statistics.median(times) for tool, times in measured.items()}


def show(case, medians):
    ninja = medians.get("ninja")
    cells = [f" {times * 1000:.1f}" + (f" ({times / ninja:.2f})" if ninja else "") for times in medians.values()]
    print(f"| {case} |" + " |".join(cells) + " |", flush=True)


def emptied(tool, folder, n):
    """Makes a fan's folder as it was before anything ran."""
    shutil.rmtree(folder, ignore_errors=True)
    fan.write(tool, n, folder)
    if tool == "dvc":
        # The folders above may be git's, which dvc would look into.
        subprocess.run(["dvc", "init", "-q", "--no-scm"], cwd=folder, check=True)


def edited(tool, folder, n, turn):
    """Gives one leaf another command."""
    (name, text), = fan.TOOLS[tool](n).items()
    leaf = n * 7 // 9
    more = f"; echo {turn} >> out/{leaf}.txt"
    old, new = {
        "recount": (f"cp source.txt out/{leaf}.txt\n", f"cp source.txt out/{leaf}.txt{more}\n"),
        "ninja": (f"build out/{leaf}.txt: leaf source.txt\n",
                  f"build out/{leaf}.txt: leaf source.txt\n  command = cp source.txt out/{leaf}.txt{more}\n"),
    }[tool]
    assert old in text
    (folder / name).write_text(text.replace(old, new))


def compare(n, tools, turns, builds, top):
    folders = {tool: top / f"{tool}-{n}" for tool in tools}
    run = {tool: RUN[tool] for tool in tools}
    print(f"\n| N = {n} | " + " | ".join(tools) + " |\n|---|" + "---|" * len(tools))
    show("full build", in_turns(run, folders, builds, lambda tool, _: emptied(tool, folders[tool], n)))
    for _ in range(2):
        time.sleep(PAUSE_SECONDS)
        in_turns(run, folders, 1)
    show("nothing to do", in_turns(run, folders, turns))
    pair = {tool: run[tool] for tool in ("recount", "ninja") if tool in tools}
    for words in (["status"], ["why", "collect"]):
        show(f"`{' '.join(words)}`, beside nothing to do", in_turns({**pair, "recount": [RECOUNT, *words]}, folders, turns))

    def touch(tool, _):
        if tool == "recount":
            for path in [folders[tool] / "source.txt", *(folders[tool] / "out").iterdir()]:
                os.utime(path)

    show("every file touched, beside nothing to do", in_turns(pair, folders, turns, touch))
    time.sleep(PAUSE_SECONDS)
    in_turns(pair, folders, 1)
    show("one leaf's command changed", in_turns(pair, folders, turns, lambda tool, turn: edited(tool, folders[tool], n, turn)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--tools", nargs="+", choices=RUN, default=["recount", "ninja", "make"])
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--builds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as top:
        for n in arguments.sizes:
            compare(n, arguments.tools, arguments.turns, arguments.builds, pathlib.Path(top))


if __name__ == "__main__":
    main()
