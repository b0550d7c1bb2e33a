"""recount, PyTorch and JAX side by side: `python3 benches/peers/compare.py DATA` prints the README's table.

`--cases NAME…` restricts it, `--epochs N` counts others than five, `--without-jax` saves the time to compile.

The three train the same model on the same data, each in a process of its own on the same one CPU, and take turns: an
epoch of one, an epoch of the next. A slow minute of the machine therefore slows all of them. Each one's first epoch
is not counted; of the others the median CPU time (user and system) is given.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent


def start(command):
    return subprocess.Popen(command, cwd=HERE.parents[1], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def seconds_of_one_epoch(peer):
    return json.loads(peer.stdout.readline())["seconds"]


def compare(data, case, scripts, epochs):
    """Gives the medians of a case, in seconds: ours, then those of the scripts."""
    ours = ["cargo", "bench", "--quiet", "--bench", "train", "--", "--turns", "--data", data, case]
    running = []
    for command in [ours] + [[sys.executable, str(HERE / script), data, case] for script in scripts]:
        running.append(start(command))
        seconds_of_one_epoch(running[-1])
    measured = [[] for _ in running]
    for _ in range(epochs):
        for peer, seconds in zip(running, measured):
            peer.stdin.write("\n")
            peer.stdin.flush()
            seconds.append(seconds_of_one_epoch(peer))
    for peer in running:
        peer.stdin.close()
        peer.wait()
    return [statistics.median(seconds) for seconds in measured]


def main():
    from notebook import CASES

    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--without-jax", action="store_true")
    arguments = parser.parse_args()
    peers = {"PyTorch": "pytorch.py"} | ({} if arguments.without_jax else {"JAX": "jax_scan.py"})
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

    print("| case | recount | " + " | ".join(f"{peer} | ×" for peer in peers) + " |")
    print("|---|" + "---|" * (1 + 2 * len(peers)), flush=True)
    for case in arguments.cases:
        ours, *theirs = compare(str(arguments.data.resolve()), case, peers.values(), arguments.epochs)
        columns = "".join(f" {seconds:.3f} | {seconds / ours:.1f} |" for seconds in theirs)
        print(f"| {case} | {ours:.3f} |{columns}", flush=True)


main()
