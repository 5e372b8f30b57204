"""A training program of the tests' own, its study, and a run of it."""

from pathlib import Path

import numpy as np
import yaml
from small_study import tiny_arrays

# Writes the seed's share of a rate; goes on from the round before; leaves a line a call.
PROGRAM = """
import os, sys, time
rate, seed, out, previous = float(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
before = float(open(previous + "/state").read()) if previous else 0
print("seed", seed, os.getcwd(), os.listdir(out))
with open("calls", "a") as file:
    file.write(f"{seed} ")
if os.path.exists(f"hang{seed}"):
    with open("hangs", "w") as file:
        file.write(str(os.getpid()))
    time.sleep(600)
if os.path.exists(f"fail{seed}"):
    sys.exit("no luck")
values = [before + rate * (seed + 1) * epoch for epoch in (1, 2, 3)]
with open(out + "/metrics.csv", "w") as file:
    file.write("val_accuracy,epoch\\n" + "".join(f"{v},{e + 1}\\n" for e, v in enumerate(values)))
with open(out + "/state", "w") as file:
    file.write(str(values[-1]))
"""
STUDY = {
    "dataset": "tiny",
    "datasets": {"tiny": {"kind": "npz", "path": "tiny.npz"}},
    "program": {
        "command": 'python program.py {rate} {seed} {output} "{previous}"',
        "files": ["program.py"],
        "parameters": {"rate": 0.01},
    },
    "grid": {"rate": [0.01, 0.02]},
    "epochs_per_round": 3,
    "seeds": 4,
    "tables": {"rates": {"vary": "rate"}},
}
RUN = {
    "parameters": {"rate": 0.01},
    "command": f"{STUDY['program']['command']} {{epochs}}",
    "epochs": 3,
    "first": 0,
    "last": 3,
    "round": 1,
    "data": "d",
    "code": {"trainer": "t"},
}


def write_program(folder: Path) -> None:
    """The program, its data and its study, into a folder."""
    (folder / "program.py").write_text(PROGRAM)
    np.savez(folder / "tiny.npz", **tiny_arrays())
    (folder / "study.yaml").write_text(yaml.safe_dump(STUDY))
