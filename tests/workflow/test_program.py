"""A study with a training program of its own: the example, failures, and config.yaml."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from run_snakemake import assert_readable, pages, snakemake
from session import REPOSITORY, made_once
from small_program import STUDY
from small_study import planned, read_csv

from study.config.read import read_config
from study.data.prepared import load_splits, read_description
from study.design.study import expand_study


def finish_trees(folder: Path) -> None:
    """The example with fewer trees, seeds and cells."""
    shutil.copytree(REPOSITORY / "examples" / "program", folder / "examples" / "program")
    study = yaml.safe_load((folder / "examples" / "program" / "config.yaml").read_text())
    study |= {"seeds": 2, "epochs_per_round": 6, "warmup_epochs": 4}
    study["program"]["scores"] = "logit"  # as they are
    study["grid"] = {"max_depth": [3, 1]}
    study["tables"] = {"depths": {"vary": "max_depth"}}
    (folder / "study.yaml").write_text(yaml.safe_dump(study))
    done = snakemake(folder)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def trees_once(tmp_path_factory) -> Path:
    return made_once(tmp_path_factory, "trees", finish_trees)


@pytest.fixture
def trees(trees_once, tmp_path) -> Path:
    """A copy of the finished example, time stamps included."""
    return Path(shutil.copytree(trees_once, tmp_path / "study"))


def train_trees(folder: Path, depth: int, trees: int, seed: int) -> tuple[float, float, np.ndarray]:
    """The example's training anew: loss and accuracy on the validation split, and its log-odds."""
    from sklearn.ensemble import GradientBoostingClassifier

    (place,) = (folder / "results" / "wdbc_trees" / "data").iterdir()
    about, data = read_description(place), load_splits(place)
    train, val = (
        ((data[split][0] - about["subtract"]) / about["divide_by"], data[split][1])
        for split in ("train", "val")
    )
    model = GradientBoostingClassifier(
        n_estimators=trees, max_depth=depth, subsample=0.5, random_state=seed
    )
    model.fit(train[0].astype(np.float32), train[1])
    scores = model.decision_function(val[0].astype(np.float32))
    return (
        np.logaddexp(0, np.where(val[1], -scores, scores)).mean(),
        np.mean((scores > 0) == val[1]),
        scores,
    )


def test_the_examples_numbers_are_those_of_a_training_of_its_own(trees_once):
    """The table's means, from models of 5 and of 6 trees: the epochs after the warm-up."""
    results = trees_once / "results" / "wdbc_trees"
    cells = {row["max_depth"]: row["cell"] for row in read_csv(results / "cells.csv")}
    assert re.fullmatch(r"train_trees_learning_rate0\.1_max_depth3_[0-9a-f]{8}", cells["3"])
    for row in read_csv(results / "tables" / "depths.csv"):
        depth = int(row["max_depth"])
        found = {(n, s): train_trees(trees_once, depth, n, s) for n in (5, 6) for s in (0, 1)}
        for place, metric in enumerate(("val_loss", "val_accuracy")):
            means = [np.mean([found[n, seed][place] for n in (5, 6)]) for seed in (0, 1)]
            assert float(row[metric]) == pytest.approx(np.mean(means), rel=1e-6)
            assert float(row[f"{metric}_sd"]) == pytest.approx(np.std(means, ddof=1), abs=1e-6)
        of_cell = results / "runs" / cells[row["max_depth"]]
        (scores,) = of_cell.glob("fixed/split0/*/seeds_0-1/round1/scores.npz")
        with np.load(scores) as file:
            expected = np.stack([found[6, seed][2] for seed in (0, 1)])
            assert file["val_scores"] == pytest.approx(expected, rel=1e-5)
    html = pages(results)
    assert "2 cells, settings of the program train_trees on wdbc_trees" in html
    assert "2 of 2 runs present" in html and "initial weights" not in html


def test_finished_runs_are_kept_until_the_program_changes(trees):
    program = trees / "examples" / "program" / "train_trees.py"
    program.write_text(f"# a comment\n{program.read_text()}")
    assert planned(trees) == {}
    program.write_text(program.read_text().replace("subsample=0.5", "subsample=0.6"))
    assert planned(trees)["train"] == 2
    done = snakemake(trees, "status")
    assert "2 runs: 2 waiting" in done.stdout, done.stdout
    assert "2 of the runs that are not done were trained before, with different" in done.stdout
    assert snakemake(trees, "plan").returncode == 0


def test_a_failure_is_named_and_the_seeds_before_it_are_kept(program_folder):
    (program_folder / "fail2").touch()
    done = snakemake(program_folder, "--until", "train", "--keep-going")
    assert done.returncode != 0 and "Traceback" not in done.stdout
    failed = r"^seed 2: the program ended with exit status 1; .* in (\S+rate0\.01\S+)"
    (said,) = set(re.findall(failed, done.stdout, re.MULTILINE))
    assert (program_folder / said).read_text().endswith("no luck\n")
    assert "no luck" in done.stdout
    assert f"seed 2 {program_folder} []" in (program_folder / said).read_text()
    (program_folder / "fail2").unlink()
    (program_folder / "calls").unlink()
    done = snakemake(program_folder, "results/tiny/tables/rates.csv")
    assert done.returncode == 0, done.stdout
    assert "2 resume from their saved progress" in done.stdout
    assert sorted((program_folder / "calls").read_text().split()) == ["2", "2", "3", "3"]
    rows = read_csv(program_folder / "results" / "tiny" / "tables" / "rates.csv")
    # per seed 2 × rate × (seed + 1), as the mean over the epochs 1, 2, 3
    assert [float(row["val_accuracy"]) for row in rows] == pytest.approx([0.05, 0.1])
    assert list(rows[0]) == ["rate", "round", "n", "diverged", "val_accuracy", "val_accuracy_sd"]
    assert snakemake(program_folder, "regenerate_report").returncode == 0
    html = pages(program_folder / "results" / "tiny")
    assert "ROC curves" not in html and "Validation loss" not in html


def test_nothing_of_config_yaml_counts_where_there_is_a_program(program_folder):
    """Neither its grid nor its tables, which name parameters of the built-in trainer."""
    study = expand_study(read_config(STUDY), {})
    assert {cell.parameters["rate"] for cell in study.cells.values()} == {0.01, 0.02}
    assert (study.rounds, study.design.warmup_epochs) == (1, 0)
    jobs = planned(program_folder, "--until", "train")
    assert jobs == {"prepare_data": 1, "train": 2, "total": 3}
    (program_folder / "study.yaml").write_text(yaml.safe_dump(STUDY | {"grid": {"loss": ["bce"]}}))
    assert_readable(snakemake(program_folder, "-n"), "grid: unknown key 'loss'; known: rate")
