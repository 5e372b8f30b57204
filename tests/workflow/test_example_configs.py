"""Examples that take minutes are planned from their configuration files alone."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from session import REPOSITORY
from small_study import planned, write_study
from snakemake.utils import update_config
from studies import study_of

from study.design.study import study_runs


def small_xrays(path: Path) -> dict:
    """20 images of 28 × 28 a split, in place of the download."""
    generator = np.random.default_rng(0)
    arrays = {}
    for split in ("train", "val", "test"):
        arrays[f"{split}_images"] = generator.integers(0, 255, (20, 28, 28), np.uint8)
        arrays[f"{split}_labels"] = np.arange(20).reshape(-1, 1) % 2
    np.savez(path, **arrays)
    entry = {"kind": "npz", "path": str(path), "name": None, "size": None}
    return {"datasets": {"pneumoniamnist": entry}}


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        ("source_study/config", {"train": 168, "compare_reference": 1}),
        ("tuned/config", {"train": 3 * (1 + 8 + 10) + 3 * (3 + 10), "choose_trial": 3}),
    ],
)
def test_an_example_is_planned(example, expected, tmp_path):
    """What others train already, or what takes minutes."""
    config = yaml.safe_load((REPOSITORY / "examples" / f"{example}.yaml").read_text())
    xrays = small_xrays(tmp_path / "tiny.npz") if config["dataset"] == "pneumoniamnist" else {}
    write_study(tmp_path, config, **xrays)
    jobs = planned(tmp_path)
    assert {rule: jobs[rule] for rule in expected} == expected


@pytest.mark.parametrize(
    ("example", "jobs"),
    [("networks/resnet18", 2), ("networks/config", 9), ("optimizers/config", 9)],
)
def test_an_example_is_accepted(example, jobs):
    """And has as many jobs that train as it says."""
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
    update_config(config, yaml.safe_load((REPOSITORY / "examples" / f"{example}.yaml").read_text()))
    assert len(study_runs(study_of(**config))) == jobs
