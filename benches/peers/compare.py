"""recount, PyTorch and JAX side by side: `python3 benches/peers/compare.py DATA [CASE…]` prints the README's table.

The three train the same model on the same data, each in a process of its own on the same one CPU, and take turns: an
epoch of one, an epoch of the next. A slow minute of the machine therefore slows all of them. Each one's first epoch
is not counted; of the others the median CPU time (user and system) is given.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
EPOCHS = 5


def start(command):
    return subprocess.Popen(command, cwd=HERE.parents[1], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def seconds_of_one_epoch(peer):
    return json.loads(peer.stdout.readline())["seconds"]


def compare(data, case):
    """Gives the three medians of a case, in seconds."""
    ours = ["cargo", "bench", "--quiet", "--bench", "train", "--", "--turns", "--data", data, case]
    peers = [ours] + [[sys.executable, str(HERE / script), data, case] for script in ("pytorch.py", "jax_scan.py")]
    running = []
    for command in peers:
        running.append(start(command))
        seconds_of_one_epoch(running[-1])
    measured = [[] for _ in peers]
    for _ in range(EPOCHS):
        for peer, seconds in zip(running, measured):
            peer.stdin.write("\n")
            peer.stdin.flush()
            seconds.append(seconds_of_one_epoch(peer))
    for peer in running:
        peer.stdin.close()
        peer.wait()
    return [statistics.median(seconds) for seconds in measured]


def main():
    data, wanted = str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2:]
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    from notebook import CASES

    print("| case | recount | PyTorch | JAX | PyTorch / recount | JAX / recount |")
    print("|---|---|---|---|---|---|", flush=True)
    for case in wanted or CASES:
        ours, torch, jax = compare(data, case)
        row = f"| {case} | {ours:.3f} | {torch:.3f} | {jax:.3f} | {torch / ours:.1f} | {jax / ours:.1f} |"
        print(row, flush=True)


main()
