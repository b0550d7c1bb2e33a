"""recount beside other engines on the same fan: `python3 benches/peers/engines/compare.py N…` prints the README's table.

Needs `cargo build --release`, and of `--tools` (by default recount and ninja) whatever is on the PATH.

Each case is measured in turns: every tool once, then every tool again, so that a slow minute of the machine slows all of
them. The medians of `--turns` turns are given (of `--builds` for full builds), and their ratio to ninja's: of processor time
in the tool and all that it starts, or with `--wall` of the clock. Between the cases there is a pause, after which no file is
younger than the coarsest clock of a file system: what is younger is read again by recount, since its time would not show a
later edit, and by nobody else.
"""

import argparse
import os
import pathlib
import resource
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


def seconds(command, folder, wall=True):
    began, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if wall:
        return time.monotonic() - began
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime


def in_turns(commands, folders, turns, before=lambda tool, turn: None, wall=True):
    """Gives each tool's median seconds; `before` prepares a turn and is not timed."""
    measured = {tool: [] for tool in commands}
    for turn in range(turns):
        for tool, command in commands.items():
            before(tool, turn)
            measured[tool].append(seconds(command, folders[tool], wall))
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


def compare(n, tools, turns, builds, top, wall):
    folders = {tool: top / f"{tool}-{n}" for tool in tools}
    run = {tool: RUN[tool] for tool in tools}
    pair = {tool: run[tool] for tool in ("recount", "ninja") if tool in tools}

    def case(name, commands=pair, count=turns, before=lambda tool, turn: None):
        show(name, in_turns(commands, folders, count, before, wall))

    def settle():
        for _ in range(2):
            time.sleep(PAUSE_SECONDS)
            in_turns(run, folders, 1)

    print(f"\n| N = {n} | " + " | ".join(tools) + " |\n|---|" + "---|" * len(tools))
    case("full build", run, builds, lambda tool, _: emptied(tool, folders[tool], n))
    settle()
    case("nothing to do", run)

    def comment(tool, turn):
        if tool == "recount":
            with open(folders[tool] / "pipeline.yaml", "a") as file:
                file.write(f"# {turn}\n")

    case("a start that the snapshot does not answer, beside nothing to do", before=comment)
    settle()
    case("one leaf's command changed", before=lambda tool, turn: edited(tool, folders[tool], n, turn))
    settle()
    case("one input file changed", before=lambda tool, turn: (folders[tool] / "extra.txt").write_text(f"{turn} more\n"))
    settle()

    def forget(tool, _):
        if tool == "recount":
            (folders[tool] / "artifacts" / "v2" / "snapshot").unlink()

    case("the snapshot deleted, beside nothing to do", before=forget)
    settle()

    def touch(tool, _):
        if tool == "recount":
            for path in [folders[tool] / "source.txt", *(folders[tool] / "out").iterdir()]:
                os.utime(path)

    case("every file touched, beside nothing to do", before=touch)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--tools", nargs="+", choices=RUN, default=["recount", "ninja"])
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--builds", type=int, default=3)
    parser.add_argument("--wall", action="store_true", help="the clock in place of processor time")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as top:
        for n in arguments.sizes:
            compare(n, arguments.tools, arguments.turns, arguments.builds, pathlib.Path(top), arguments.wall)


if __name__ == "__main__":
    main()
