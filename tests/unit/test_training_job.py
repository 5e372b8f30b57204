"""What a training job writes: metrics, a record, and checkpoints that are refused if spoilt."""

import copy
import csv
import json
import subprocess
import sys

import pytest
import torch
from session import REPOSITORY
from small_training import IN_TURN, RUN, TRAINED, train_rounds

from study.store.errors import UserError
from study.store.files import file_digest
from study.training.checkpoints import save_tensors
from study.training.run import train_run


def run_job(data_folder, out, first, last, previous=None):
    run = RUN | {"first": first, "last": last}
    train_run(run, TRAINED, data_folder, previous and previous / "run.json", out)
    return out


def test_seeds_do_not_depend_on_the_job_they_are_trained_in(data_folder, tmp_path):
    together = run_job(data_folder, tmp_path / "0-2", 0, 2)
    alone = [run_job(data_folder, tmp_path / f"{s}-{s}", s, s) for s in range(3)]
    header, *rows = (together / "metrics.csv").read_text().splitlines()
    assert header == "seed,epoch,train_loss,train_accuracy,val_loss,val_accuracy"
    assert rows == [
        row for job in alone for row in (job / "metrics.csv").read_text().splitlines()[1:]
    ]
    assert len(rows) == 3 * 6
    after = run_job(data_folder, tmp_path / "next", 0, 2, together) / "metrics.csv"
    alone = run_job(data_folder, tmp_path / "next2", 2, 2, alone[2]) / "metrics.csv"
    assert after.read_text().endswith(alone.read_text().partition("\n")[2])


def test_metrics_keep_full_precision(data, data_folder, tmp_path):
    run = RUN | {"first": 0, "last": 0}
    train_run(run, IN_TURN, data_folder, None, tmp_path)
    rows = list(csv.reader((tmp_path / "metrics.csv").open()))[1:]
    expected, _ = train_rounds(data, IN_TURN, epochs=6, rounds=1)
    assert [[float(text) for text in row[1:]] for row in rows] == expected[0]


def test_a_run_records_its_settings_and_its_files(data_folder, tmp_path):
    folder = run_job(data_folder, tmp_path / "run", 0, 1)
    files = {
        name: file_digest(folder / name) for name in ("checkpoint.pt", "scores.npz", "metrics.csv")
    }
    record = json.loads((folder / "run.json").read_text())
    assert record == RUN | {"first": 0, "last": 1, "files": files}


def test_a_job_computes_without_subnormal_numbers(data_folder, tmp_path):
    """Half of 1e-40 is nothing once a job has trained; the process is one of its own."""
    program = f"""
import sys
from pathlib import Path
from types import SimpleNamespace
sys.path.insert(0, {str(REPOSITORY / "scripts")!r})
import train
data = [{str(data_folder / "description.json")!r}]
train.snakemake = SimpleNamespace(
    threads=1,
    input=SimpleNamespace(data=data, previous=[]),
    params=SimpleNamespace(checkpoint_every=0),
)
train.train({RUN!r}, Path({str(tmp_path)!r}), lambda: False)
import torch
print((torch.tensor([1e-40]) / 2).item())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-1] == "0.0"


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def change(path):
    """Other weights in a whole file."""
    states = torch.load(path, weights_only=True)
    states[0]["network"]["0.bias"] += 1
    save_tensors(states, path)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (cut, r"checkpoint.pt: damaged, or changed since its run wrote it .*; delete it and run a"),
        (change, r"checkpoint.pt: damaged, or changed since its run .*; delete it and run again"),
        (lambda path: path.unlink(), r"checkpoint.pt: cannot be read \(No such file .*; run again"),
    ],
    ids=["cut", "changed", "missing"],
)
def test_a_spoilt_checkpoint_is_named(data_folder, tmp_path, spoil, expected):
    folder = run_job(data_folder, tmp_path / "run", 0, 0)
    spoil(folder / "checkpoint.pt")
    with pytest.raises(UserError, match=expected):
        run_job(data_folder, tmp_path / "next", 0, 0, folder)
    assert not (tmp_path / "next").exists()


def test_checkpoints_hold_no_code(data_folder, tmp_path):
    """A pickled object in a checkpoint's place is refused, not run, whatever its record says."""
    folder = run_job(data_folder, tmp_path / "run", 0, 0)
    torch.save({0: copy.deepcopy(subprocess.CompletedProcess([], 0))}, folder / "checkpoint.pt")
    record = json.loads((folder / "run.json").read_text())
    record["files"]["checkpoint.pt"] = file_digest(folder / "checkpoint.pt")
    (folder / "run.json").write_text(json.dumps(record) + "\n")
    with pytest.raises(UserError, match=r"checkpoint.pt: damaged \((?s:.*); delete it and run a"):
        run_job(data_folder, tmp_path / "next", 0, 0, folder)


def test_equal_states_give_equal_bytes(tmp_path):
    """Whatever the file's name, and whether two parts of them are one object."""
    options = {"lr": 0.1, "betas": (0.9, 0.999), "state": [torch.ones(3)]}
    save_tensors({0: options, 1: options | {"state": [torch.ones(3)]}}, tmp_path / "a.pt")
    other = {"".join(key): copy.deepcopy(value) for key, value in options.items()}
    save_tensors({0: options, 1: other}, tmp_path / "b.pt")
    assert (tmp_path / "a.pt").read_bytes() == (tmp_path / "b.pt").read_bytes()
