"""A fan in each tool's own language: N stages copy one source file, and a collector joins what they wrote.

    python3 benches/peers/engines/fan.py TOOL N FOLDER

One leaf also reads `extra.txt`, of which it makes nothing.

TOOL is `recount` (N stages), `recount-each` (one stage over N values), `ninja`, `make`, `dvc` or `snakemake`. What runs
is the same everywhere: `cp source.txt out/I.txt` N times, then `cat out/*.txt > all.txt`.
"""

import pathlib
import sys

COLLECT = "cat out/*.txt > all.txt"


def special(n):
    """Gives the leaf that reads `extra.txt`."""
    return n * 5 // 9


def recount(n):
    leaves = "".join(
        f"  - name: leaf-{i}\n    run: cp source.txt out/{i}.txt\n"
        f"    inputs: [source.txt{', extra.txt' if i == special(n) else ''}]\n    outputs: [out/{i}.txt]\n"
        for i in range(n)
    )
    needs = ", ".join(f"leaf-{i}" for i in range(n))
    return {"pipeline.yaml": f"recount: 1\ntitle: Fan\nstages:\n{leaves}  - name: collect\n    kind: command\n"
                             f"    run: {COLLECT}\n    outputs: [all.txt]\n    needs: [{needs}]\n"}


def recount_each(n):
    values = ", ".join(str(i) for i in range(n))
    return {"pipeline.yaml": f"""recount: 1
title: Fan
stages:
  - name: leaf
    kind: command
    each: {{ i: [{values}] }}
    run: cp source.txt out/{{i}}.txt
    inputs: [source.txt]
    outputs: ["out/{{i}}.txt"]
  - name: collect
    kind: command
    run: {COLLECT}
    outputs: [all.txt]
    needs: [leaf]
"""}


def ninja(n):
    leaves = "".join(f"build out/{i}.txt: leaf source.txt{' | extra.txt' if i == special(n) else ''}\n" for i in range(n))
    outputs = " ".join(f"out/{i}.txt" for i in range(n))
    return {"build.ninja": "rule leaf\n  command = cp source.txt $out\n"
                           f"rule collect\n  command = {COLLECT}\n{leaves}build all.txt: collect {outputs}\n"}


def make(n):
    outputs = " ".join(f"out/{i}.txt" for i in range(n))
    return {"Makefile": f"all.txt: {outputs}\n\t@{COLLECT}\n{outputs}: source.txt\n\t@cp source.txt $@\n"}


def dvc(n):
    leaves = "".join(f"  leaf-{i}:\n    cmd: cp source.txt out/{i}.txt\n    deps: [source.txt]\n"
                     f"    outs: [out/{i}.txt]\n" for i in range(n))
    outputs = "".join(f"    - out/{i}.txt\n" for i in range(n))
    return {"dvc.yaml": f"stages:\n{leaves}  collect:\n    cmd: {COLLECT}\n    deps:\n{outputs}    outs: [all.txt]\n"}


def snakemake(n):
    return {"Snakefile": f"""rule collect:
    input: expand("out/{{i}}.txt", i=range({n}))
    output: "all.txt"
    shell: "{COLLECT}"

rule leaf:
    input: "source.txt"
    output: "out/{{i}}.txt"
    shell: "cp {{input}} {{output}}"
"""}


TOOLS = {"recount": recount, "recount-each": recount_each, "ninja": ninja, "make": make, "dvc": dvc,
         "snakemake": snakemake}


def write(tool, n, folder):
    """Writes the fan of N stages for a tool into a folder that is made."""
    (folder / "out").mkdir(parents=True, exist_ok=True)
    (folder / "source.txt").write_text("one line that every stage copies\n")
    (folder / "extra.txt").write_text("first\n")
    for name, text in TOOLS[tool](n).items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3]))
