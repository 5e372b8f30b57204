"""A study whose jobs ask for a GPU, on cards that need not be there."""

import numpy as np
from run_snakemake import snakemake
from small_study import tiny_arrays, write_study

from study.snake.cards import VISIBLE

# A user's program, which can ask for a GPU where there is none. It says which card it has, fails if
# another job has that too, and waits until a second job has one.
PROGRAM = """
import os, sys, time
out, card = sys.argv[1], os.environ["CUDA_VISIBLE_DEVICES"]
os.mkdir(f"uses{card}")
open("cards", "a").write(card)
while len(open("cards").read()) < 2:
    time.sleep(0.01)
with open(out + "/metrics.csv", "w") as file:
    file.write("epoch,val_accuracy\\n1,0.5\\n")
os.rmdir(f"uses{card}")
"""


def test_a_study_trains_a_job_a_card(tmp_path, monkeypatch):
    """Four jobs on two cards, of which a scheduler gave the numbers 5 and 7."""
    (tmp_path / "program.py").write_text(PROGRAM)
    np.savez(tmp_path / "tiny.npz", **tiny_arrays())
    study = {
        "dataset": "tiny",
        "datasets": {"tiny": {"kind": "npz", "path": "tiny.npz"}},
        "program": {
            "command": "python program.py {output} {seed} {rate}",
            "files": ["program.py"],
            "parameters": {"rate": 0.01},
            "gpu": 1,
        },
        "grid": {"rate": [0.01]},
        "epochs_per_round": 1,
        "warmup_epochs": 0,
        "seeds": 4,
        "seeds_per_job": 1,
    }
    write_study(tmp_path, study)
    monkeypatch.setenv(VISIBLE, "5,7")
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # which has the lock files
    done = snakemake(tmp_path, "--until", "train", cores=4)
    assert done.returncode == 0, done.stdout
    used = (tmp_path / "cards").read_text()
    assert len(used) == 4 and set(used) == {"5", "7"}
    (locks,) = tmp_path.glob("study-gpus-*")
    assert sorted(lock.name for lock in locks.iterdir()) == ["5.0", "7.0"]
