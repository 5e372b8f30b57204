"""What jobs ask of a scheduler: enough, by the size of the data and the length of the run."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from small_study import SMALL_STUDY
from snakemake.iocontainers import Wildcards
from studies import study_of

from study.design.study import Study
from study.settings.parameters import DEFAULTS
from study.snake.data_files import Prepared
from study.snake.jobs import growing
from study.snake.resources import (
    preparation_memory,
    preparation_minutes,
    source_size,
    training_memory,
    training_minutes,
)
from study.training.losses import LOSSES
from study.training.networks import NETWORKS, network_module


def small_study(**changes) -> Study:
    return study_of(**SMALL_STUDY | changes)


def on(study: Study) -> dict:
    """The study's data set, as rules have it."""
    return {"tiny": Prepared(study, "0" * 12, [])}


def prepared(folder, shape: list[int], train: int, val: int) -> SimpleNamespace:
    """The input of a job: a description of data of that size."""
    splits = {"train": {"count": train}, "val": {"count": val}}
    path = folder / "description.json"
    path.write_text(json.dumps({"shape": shape, "classes": ["no", "yes"], "splits": splits}))
    return SimpleNamespace(data=[str(path)])


def job(study: Study, seeds: int) -> Wildcards:
    run = {"cell": next(iter(study.cells)), "place": "fixed", "split": "0", "digest": "0" * 12}
    seeds_and_round = {"first": "0", "last": str(seeds - 1), "round": "1"}
    return Wildcards(fromdict=run | seeds_and_round | {"dataset": "tiny"})


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"loss": "ce"},
        {"hidden_layers": 3, "hidden_units": 7, "batch_norm": True, "channels": 5},
    ],
)
def test_weights_are_those_of_the_network(name, changes):
    parameters, module = DEFAULTS | {"network": name} | changes, network_module(name)
    outputs = LOSSES[parameters["loss"]].outputs(2)
    for shape in ((28, 28), (9, 12, 3)):
        network = module.build(shape, outputs, parameters, torch.Generator())
        count = sum(weight.numel() for weight in network.parameters())
        assert module.count_weights(shape, outputs, parameters) == count
        assert network(torch.zeros(2, math.prod(shape))).shape == (2, outputs)


def test_training_asks_for_what_it_takes(tmp_path):
    """784 values, 4,000 + 1,000 images; 256 hidden units, 1 output; Adam; 2 seeds; by hand."""
    study = small_study(baseline={"hidden_units": 256}, epochs_per_round=30)
    data = prepared(tmp_path, [28, 28], 4000, 1000)
    weights = 785 * 256 + 257
    numbers = 784 * (2 * 4000 + 5000) + weights * 4 * (2 + 4) + 4000 * (2 * 256 + 1)
    megabytes = int(800 + 1.5 * 4 * numbers / 2**20) + 1
    memory, minutes = training_memory(on(study)), training_minutes(on(study))
    assert memory(job(study, 2), data, 1) == megabytes
    assert memory(job(study, 2), data, 3) == 3 * megabytes
    seconds = 30 * 2 * (125 / 400 + 6 * weights * 5000 / 5e9)
    assert minutes(job(study, 2), data, 1) == int(5 + seconds / 60) + 1
    assert minutes(job(study, 2), data, 2) == 2 * (int(5 + seconds / 60) + 1)
    sgd = small_study(baseline={"hidden_units": 256, "optimizer": "sgd"}, epochs_per_round=30)
    less = 1.5 * 4 * weights * 1 * (2 + 4) / 2**20  # one copy, with momentum, and not Adam's two
    found = training_memory(on(sgd))(job(sgd, 2), data, 1)
    assert found == pytest.approx(megabytes - less, abs=1)
    cuda = small_study(baseline={"hidden_units": 256}, device="cuda")
    order = 32 * 4 * 4000  # of the samples of a stack, which is put together on the CPU
    expected = int(3000 + 1.5 * 4 * (numbers + order) / 2**20) + 1
    assert training_memory(on(cuda))(job(cuda, 2), data, 1) == expected


def test_a_stack_asks_for_all_of_its_members(tmp_path):
    """30 values, 400 + 100 samples; 8 hidden units, 1 output; Adam; 1, 12 and 13 seeds; by hand."""
    study = small_study(baseline={"hidden_units": 8}, epochs_per_round=3000)
    data = prepared(tmp_path, [30], 400, 100)
    weights = 31 * 8 + 9
    memory, minutes = training_memory(on(study)), training_minutes(on(study))
    for seeds, stacks in ((1, 1), (12, 1), (13, 2)):
        numbers = 30 * (2 * 400 + 500) + weights * 4 * 2 * (12 + seeds)
        numbers += 12 * (400 * (2 * 8 + 1) + 32 * 30 + 4 * 400)
        expected = int(800 + 1.5 * 4 * numbers / 2**20) + 1
        assert memory(job(study, seeds), data, 1) == expected
        seconds = 3000 * stacks * (4 * 13 / 400 + 12 * 6 * weights * 500 / 5e9)
        assert minutes(job(study, seeds), data, 1) == int(5 + seconds / 60) + 1
    description = json.loads((tmp_path / "description.json").read_text())
    redrawn = tmp_path / "redrawn.json"
    redrawn.write_text(json.dumps(description | {"split": 1}))
    seconds = 3000 * (13 / 400 + 6 * weights * 500 / 5e9)  # of the one seed, which is not stacked
    found = minutes(job(study, 1), SimpleNamespace(data=[str(redrawn)]), 1)
    assert found == int(5 + seconds / 60) + 1


def test_training_asks_again_where_the_data_are_not_there_yet(tmp_path):
    """Snakemake does so where a file is missing; a damaged one is told of by the job itself."""
    study = small_study()
    for name, content in (("missing", None), ("damaged", "{")):
        path = tmp_path / name
        if content:
            path.write_text(content)
        for ask in (training_memory(on(study)), training_minutes(on(study))):
            with pytest.raises(FileNotFoundError) as error:
                ask(job(study, 2), SimpleNamespace(data=[str(path)]), 1)
            assert error.value.filename == str(path)


def test_preparing_asks_for_the_size_of_the_source(tmp_path, monkeypatch):
    """An .npz counts unpacked: here 6,000,000 bytes of zeros."""
    monkeypatch.chdir(tmp_path)
    study = small_study()
    assert source_size(study) == (0, 0)  # not there: the job says so
    assert preparation_memory(study) == 1000
    np.savez_compressed("tiny.npz", train_images=np.zeros(6_000_000, np.uint8))
    assert source_size(study) == pytest.approx((6e6 / 2**20,) * 2, rel=1e-3)
    assert preparation_memory(study) == int(1000 + 20 * 6e6 / 2**20) + 1
    assert preparation_minutes(study) == 5 + 15 + 1
    images = tmp_path / "images"
    for name in ("a", "b"):
        (images / name).mkdir(parents=True)
        (images / name / "1.png").write_bytes(bytes(5_000_000))  # decoded a few at a time
    entry = {"kind": "folder", "path": str(images), "positive": "a", "size": [1024, 512]}
    folder = small_study(dataset="images", datasets={"images": entry})
    assert source_size(folder) == (pytest.approx(1e7 / 2**20), 1)
    entry = {"kind": "medmnist", "name": "pneumoniamnist"}
    download = small_study(dataset="pneumoniamnist", datasets={"pneumoniamnist": entry})
    assert preparation_memory(download) == int(1000 + 20 * 5856 * 28**2 / 2**20) + 1
    assert preparation_minutes(download) == 5 + 15 + 30 + 1


def test_every_attempt_asks_for_more():
    assert [growing(10)(None, attempt) for attempt in (1, 2, 3)] == [10, 20, 30]
    assert growing(len)("four", 2) == 8  # of the job's wildcards


def test_jobs_took_less_than_they_asked_for(finished_once):
    """The memory that Snakemake measured of each training job."""
    study = small_study()
    (description,) = finished_once.glob("results/tiny/data/*/description.json")
    data = SimpleNamespace(data=[str(description)])
    asked = training_memory(on(study))(job(study, 2), data, 1)
    measured = [pd.read_csv(path, sep="\t") for path in finished_once.rglob("benchmarks/**/*.tsv")]
    assert len(measured) == 2
    for frame in measured:
        assert float(frame["max_rss"].iloc[0]) < asked
