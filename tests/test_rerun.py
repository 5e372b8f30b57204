"""What is trained again, and what is not."""

import shutil

import numpy as np
import pytest
from conftest import (
    SMALL_STUDY,
    contents,
    jobs_by_rule,
    snakemake,
    tiny_arrays,
)
from small_study import BCE, RESULTS, cell_folder, change_study, planned, read_csv


def test_one_more_level_trains_its_cell_alone(finished):
    grid = SMALL_STUDY["grid"] | {"batch_size": [32, 16]}
    change_study(
        finished, grid=grid, tables=SMALL_STUDY["tables"] | {"table3": {"vary": "batch_size"}}
    )
    before = contents(finished / "results", "metrics.csv")
    done = snakemake(finished)
    assert jobs_by_rule(done.stdout)["train"] == 2
    after = contents(finished / "results", "metrics.csv")
    assert before.items() < after.items()
    assert len(after) == 4
    table = read_csv(finished / "results" / "tiny" / "tables" / "table3.csv")
    assert [row["batch_size"] for row in table] == ["32", "16"]


def test_one_more_round_for_one_cell_trains_that_round(finished):
    more = {"vary": "loss", "levels": ["ce"], "round": 2}
    change_study(finished, tables=SMALL_STUDY["tables"] | {"more": more})
    done = snakemake(finished)
    assert jobs_by_rule(done.stdout)["train"] == 1
    (row,) = read_csv(finished / "results" / "tiny" / "tables" / "more.csv")
    assert (row["loss"], row["round"], row["n"]) == ("ce", "2", "2")
    rounds = [row["rounds"] for row in read_csv(finished / "results" / "tiny" / "cells.csv")]
    assert rounds == ["1", "2"]


def test_one_more_seed_block_trains_that_block(finished):
    change_study(finished, seeds=3)
    done = snakemake(finished)
    assert jobs_by_rule(done.stdout)["train"] == 2
    blocks = sorted(path.name for path in cell_folder(finished, BCE).iterdir())
    assert blocks == ["seeds_0-1", "seeds_2-2"]
    table = read_csv(finished / "results" / "tiny" / "tables" / "table1.csv")
    assert [row["n"] for row in table] == ["3", "3"]


@pytest.mark.parametrize(
    "changes",
    [
        {"tables": SMALL_STUDY["tables"] | {"table1": {"caption": "Another."}}},
        {"figures": SMALL_STUDY["figures"] | {"figure3": {"caption": "Another."}}},
        {"warmup_epochs": 2},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_is_shown_retrains_nothing(finished, changes):
    change_study(finished, **changes)
    jobs = planned(finished)
    assert "train" not in jobs
    assert "make_report" in jobs


def test_trainer_is_tracked_by_content_not_by_time(finished_once, repository_copy, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(finished_once, folder)
    assert planned(folder, repository=repository_copy).get("train") is None  # another place
    for name in ("train.py", "study/choices.py"):
        script = repository_copy / "scripts" / name
        script.touch()
        assert planned(folder, repository=repository_copy).get("train") is None
        text = script.read_text()
        script.write_text(text + "\n# changed\n")
        assert planned(folder, repository=repository_copy)["train"] == 2
        script.write_text(text)
    script = repository_copy / "scripts" / "make_figure.py"
    script.write_text(script.read_text() + "\n# changed\n")
    jobs = planned(folder, repository=repository_copy)
    assert "train" not in jobs and jobs["make_figure"] == 1


def test_data_are_tracked_by_content_not_by_time(finished):
    (finished / "tiny.npz").touch()
    assert planned(finished) == {}
    arrays = tiny_arrays()
    arrays["train_images"][0, 0, 0] ^= 1
    np.savez(finished / "tiny.npz", **arrays)
    jobs = planned(finished)
    assert (jobs["prepare_data"], jobs["train"]) == (1, 2)


def test_changed_data_and_back_again(finished, finished_once):
    whole = (finished / "tiny.npz").read_bytes()
    arrays = tiny_arrays()
    np.savez(finished / "tiny.npz", **arrays | {"val_images": 255 - arrays["val_images"]})
    assert jobs_by_rule(snakemake(finished).stdout)["train"] == 2
    (finished / "tiny.npz").write_bytes(whole)
    assert jobs_by_rule(snakemake(finished).stdout)["train"] == 2
    assert contents(finished, *RESULTS) == contents(finished_once, *RESULTS)


def test_moved_data_retrain_nothing(finished):
    (finished / "tiny.npz").rename(finished / "moved.npz")
    change_study(
        finished,
        datasets=SMALL_STUDY["datasets"] | {"tiny": {"kind": "npz", "path": "moved.npz"}},
    )
    assert planned(finished) == {}
