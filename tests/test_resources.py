"""What jobs ask of a scheduler: enough, by the size of the data and the length of the run."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from conftest import SMALL_STUDY
from train import build_network

from study.cells import expand_study
from study.config import read_config
from study.parameters import DEFAULTS
from study.resources import (
    _weights,
    audit_memory,
    audit_minutes,
    growing,
    preparation_memory,
    preparation_minutes,
    source_megabytes,
    training_memory,
    training_minutes,
)


def planned(**changes) -> dict:
    return expand_study(read_config(SMALL_STUDY | changes))


def prepared(folder, shape: list[int], train: int, val: int) -> SimpleNamespace:
    """The input of a job: a description of data of that size, and inputs of a byte a value."""
    splits = {"train": {"count": train}, "val": {"count": val}}
    (folder / "description.json").write_text(json.dumps({"shape": shape, "splits": splits}))
    with open(folder / "inputs.npy", "wb") as file:
        file.truncate((train + val) * int(np.prod(shape)))
    return SimpleNamespace(data=[str(folder / "description.json"), str(folder / "inputs.npy")])


def job(study: dict, seeds: int) -> SimpleNamespace:
    cell = next(iter(study["cells"]))
    return SimpleNamespace(cell=cell, first="0", last=str(seeds - 1))


@pytest.mark.parametrize("changes", [{}, {"loss": "ce"}, {"hidden_layers": 3, "hidden_units": 7}])
def test_weights_are_those_of_the_network(changes):
    parameters = DEFAULTS | changes
    network = build_network(25, parameters, torch.Generator())
    assert _weights(parameters, 25) == sum(weight.numel() for weight in network.parameters())


def test_training_asks_for_what_it_takes(tmp_path):
    """784 values, 4,000 + 1,000 images; 256 hidden units, 1 output; Adam; 2 seeds; by hand."""
    study = planned(baseline={"hidden_units": 256}, epochs_per_round=30)
    data = prepared(tmp_path, [28, 28], 4000, 1000)
    weights = 785 * 256 + 257
    numbers = 784 * (2 * 4000 + 5000) + weights * 4 * (2 + 4) + 4000 * 256 * 2
    megabytes = 800 + 1.5 * 4 * numbers / 2**20
    assert training_memory(study, job(study, 2), data, 1) == int(megabytes) + 1
    assert training_memory(study, job(study, 2), data, 3) == 3 * (int(megabytes) + 1)
    seconds = 30 * 2 * (125 * 1.1 / 500 + 6 * weights * 5000 / 5e9)
    assert training_minutes(study, job(study, 2), data, 1) == int(5 + seconds / 60) + 1
    assert training_minutes(study, job(study, 2), data, 2) == 2 * (int(5 + seconds / 60) + 1)


def test_the_audit_asks_for_what_it_takes(tmp_path):
    """20,000 images of 64 × 64 took 564 MiB and 3 s, 6,000 of 224 × 224 took 536 MiB and 2 s."""
    for size, count, measured in ((64, 20000, 564), (224, 6000, 536)):
        data = prepared(tmp_path, [size, size], count * 4 // 5, count // 5)
        assert measured * 1.2 < audit_memory({}, None, data, 1) < measured * 5
        assert 5 < audit_minutes({}, None, data, 1) < 30
    assert audit_memory({}, None, data, 2) == 2 * audit_memory({}, None, data, 1)
    volumes = prepared(tmp_path, [64, 64, 64], 1500, 400)  # thumbnails of 32 x 32 x 64, float32
    assert audit_memory({}, None, volumes, 1) > 600 + 5 * 1900 * 4 * 32 * 32 * 64 / 2**20
    vectors = prepared(tmp_path, [20000], 900, 100)  # all of whose values are regressed on
    assert audit_memory({}, None, vectors, 1) > 600 + 5 * 1000 * 4 * 20000 / 2**20


def test_preparing_asks_for_the_size_of_the_source(tmp_path, monkeypatch):
    """An .npz counts unpacked: here 6,000,000 bytes of zeros."""
    monkeypatch.chdir(tmp_path)
    study = planned()
    assert source_megabytes(study) == (1, 1)  # not there: the job says so
    np.savez_compressed("tiny.npz", train_images=np.zeros(6_000_000, np.uint8))
    assert source_megabytes(study) == pytest.approx((6e6 / 2**20,) * 2, rel=1e-3)
    assert preparation_memory(study, None, 1) == int(600 + 3 * 6e6 / 2**20) + 1
    assert preparation_minutes(study, None, 1) == 6
    audited = planned(audit={"fail_on": "error"})
    assert preparation_memory(audited, None, 1) == int(600 + 20 * 6e6 / 2**20) + 1
    images = tmp_path / "images"
    for name in ("a", "b"):
        (images / name).mkdir(parents=True)
        (images / name / "1.png").write_bytes(bytes(5_000_000))  # decoded a few at a time
    entry = {"kind": "folder", "path": str(images), "positive": "a", "size": [1024, 512]}
    folder = planned(dataset="images", datasets={"images": entry})
    assert source_megabytes(folder) == (pytest.approx(1e7 / 2**20), 1)
    download = planned(dataset="pneumoniamnist", datasets={"pneumoniamnist": MEDMNIST})
    assert preparation_memory(download, None, 1) == 2100
    assert preparation_minutes(download, None, 2) == 2 * 44


MEDMNIST = {"kind": "medmnist", "name": "pneumoniamnist", "size": 28}


def test_every_attempt_asks_for_more():
    assert [growing(10)(None, attempt) for attempt in (1, 2, 3)] == [10, 20, 30]


def test_jobs_took_less_than_they_asked_for(finished):
    """The memory that Snakemake measured of each training job."""
    study = planned()
    (description,) = finished.glob("results/tiny/data/*/description.json")
    data = SimpleNamespace(data=[str(description)])
    measured = [pd.read_csv(path, sep="\t") for path in finished.rglob("benchmarks/**/*.tsv")]
    assert len(measured) == 2
    for frame in measured:
        assert float(frame["max_rss"].iloc[0]) < training_memory(study, job(study, 2), data, 1)
