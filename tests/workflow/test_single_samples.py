"""A batch of one sample, which batch normalization cannot take."""

import json
import math
import shutil

import pytest
import torch
from run_snakemake import assert_readable, snakemake
from small_study import change_study

from study.design.single_samples import refuse_single_sample
from study.settings.parameters import DEFAULTS
from study.store.errors import UserError
from study.training.networks import network_module


@pytest.mark.parametrize(
    ("network", "shape", "batch", "train_share"),
    [
        ("resnet18", (5, 5), 7, 1.0),  # 50 = 7 × 7 + 1
        ("resnet18", (5, 5), 8, 1.0),
        ("resnet18", (9, 9), 7, 1.0),  # of which 2 × 2 pixels are left
        ("resnet18(stem='large')", (9, 9), 7, 1.0),
        ("resnet18", (5, 5), 1, 1.0),
        ("resnet18", (5, 5), 8, 0.5),  # 25 = 3 × 8 + 1
        ("cnn", (5, 5), 7, 1.0),
        ("cnn", (1, 1), 7, 1.0),
    ],
)
def test_what_torch_cannot_train_is_refused_and_nothing_else(
    tmp_path, network, shape, batch, train_share
):
    description = tmp_path / "description.json"
    split = {"count": 50, "negative": 26, "positive": 24}
    description.write_text(json.dumps({"shape": shape, "splits": {"train": split}}))
    parameters = DEFAULTS | {"network": network, "batch_size": batch, "train_share": train_share}
    built = network_module(network).build(shape, 1, parameters, torch.Generator()).train()
    left = int(50 * train_share) % batch or batch
    images = torch.zeros(left, math.prod(shape))
    try:
        built(images)
        trains = True
    except ValueError as error:
        assert "more than 1 value per channel" in str(error)
        trains = False
    if trains:
        refuse_single_sample(parameters, description)
    else:
        with pytest.raises(UserError, match=f"batch_size: {batch} leaves one of"):
            refuse_single_sample(parameters, description)


def test_the_study_stops_before_it_trains(finished):
    """At a dry run where the data are prepared; else by the job that prepares them."""
    change_study(finished, baseline={"network": "resnet18", "batch_size": 7})
    said = "batch_size: 7 leaves one of 50 training images alone in a batch"
    assert_readable(snakemake(finished, "-n"), said)
    shutil.rmtree(finished / "results" / "tiny" / "data")
    assert_readable(snakemake(finished), said)
