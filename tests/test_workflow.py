"""The workflow as users run it: Snakemake, for real, on a small study."""

import copy
import csv
import json
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import (
    REPOSITORY,
    SMALL_STUDY,
    assert_readable,
    contents,
    jobs_by_rule,
    snakemake,
    tiny_arrays,
    write_study,
)
from PIL import Image

BCE, CE = (f"{loss}_b32_relu_hidden_units8_epochs_per_round4" for loss in ("bce", "ce"))
RESULTS = ("metrics.csv", "scores.npz", "run.json", "tiny/*.csv", "*/tables/*", "*/statistics/*")
RESULTS += ("*.svg", "*.html")
NOTHING = "Nothing to be done"


def read_csv(path: Path) -> list[dict]:
    with path.open() as file:
        return list(csv.DictReader(file))


def cell_folder(folder: Path, prefix: str) -> Path:
    (found,) = (folder / "results" / "tiny" / "runs").glob(f"{prefix}_????????")
    return found


def planned(folder: Path, **options) -> dict[str, int]:
    """The jobs that a dry run plans, by rule; none where there is nothing to be done."""
    done = snakemake(folder, "--dry-run", **options)
    assert done.returncode == 0, done.stdout
    return {} if NOTHING in done.stdout else jobs_by_rule(done.stdout)


# ---- From scratch -------------------------------------------------------------------------------


def test_first_run_trains_and_says_where_the_report_is(finished_once):
    text = (finished_once / "stdout.txt").read_text()
    assert jobs_by_rule(text)["train"] == 2
    assert "Report: results/tiny/report.html" in text


def test_metrics_have_a_row_a_seed_and_epoch(finished_once):
    rows = read_csv(cell_folder(finished_once, BCE) / "seeds_0-1" / "round1" / "metrics.csv")
    assert list(rows[0]) == [
        "seed", "epoch", "train_loss", "train_accuracy", "val_loss", "val_accuracy",
    ]  # fmt: skip
    assert [(row["seed"], row["epoch"]) for row in rows] == [
        (seed, epoch) for seed in "01" for epoch in "1234"
    ]


def test_cells_csv_names_every_parameter(finished_once):
    rows = read_csv(finished_once / "results/tiny/cells.csv")
    assert [row["loss"] for row in rows] == ["bce", "ce"]
    assert [row.pop("cell") for row in rows] == [
        cell_folder(finished_once, cell).name for cell in (BCE, CE)
    ]
    assert rows[0] == {
        "loss": "bce", "batch_size": "32", "activation": "relu", "hidden_layers": "1",
        "hidden_units": "8", "optimizer": "adam", "learning_rate": "0.001", "rounds": "1",
    }  # fmt: skip


def test_summary_and_table_are_the_means_of_the_metrics(finished_once):
    """Worked out again from metrics.csv, without pandas."""
    results = finished_once / "results" / "tiny"
    summary, table = read_csv(results / "summary.csv"), read_csv(results / "tables" / "table1.csv")
    assert [(row["loss"], row["seed"]) for row in summary] == [
        ("bce", "0"), ("bce", "1"), ("ce", "0"), ("ce", "1"),
    ]  # fmt: skip
    for row_of_table, cell in zip(table, (BCE, CE)):
        rows = read_csv(cell_folder(finished_once, cell) / "seeds_0-1" / "round1" / "metrics.csv")
        assert (row_of_table["round"], row_of_table["n"], row_of_table["diverged"]) == (
            "1", "2", "0",
        )  # fmt: skip
        for metric in ("train_loss", "train_accuracy", "val_loss", "val_accuracy"):
            means = [
                statistics.mean(
                    float(row[metric])
                    for row in rows
                    if row["seed"] == seed and int(row["epoch"]) > 1
                )
                for seed in "01"
            ]
            of_summary = [
                float(row[metric]) for row in summary if row["loss"] == row_of_table["loss"]
            ]
            assert of_summary == pytest.approx(means, rel=1e-14)
            assert float(row_of_table[metric]) == pytest.approx(statistics.mean(means), rel=1e-14)
            deviation = statistics.stdev(means)
            assert float(row_of_table[f"{metric}_sd"]) == pytest.approx(deviation, rel=1e-9)


def test_report_is_one_self_contained_page(finished_once):
    html = (finished_once / "results" / "tiny" / "report.html").read_text()
    assert "2 of 2 runs present" in html
    assert '<h3 id="table1">Table 1</h3>' in html
    assert html.count("data:image/svg+xml;base64,") == 2  # Figure 3 and the interactions
    assert not re.search(r"(?:src|href)\s*=\s*[\"'](?!#|data:)", html)
    assert "<script" not in html


def test_data_description(finished_once):
    (path,) = (finished_once / "results" / "tiny" / "data").glob("*/description.json")
    description = json.loads(path.read_text())
    assert description["splits"]["train"] == {
        "first_row": 0, "count": 50, "negative": 25, "positive": 25,
    }  # fmt: skip
    assert (description["shape"], description["dtype"]) == ([5, 5], "uint8")


def test_second_run_has_nothing_to_do(finished):
    assert NOTHING in snakemake(finished).stdout


def test_results_do_not_depend_on_cores_job_order_or_seed_blocks(finished_once, fresh):
    study = copy.deepcopy(SMALL_STUDY) | {"seeds_per_job": 1}
    study["grid"] = {"loss": ["ce", "bce"]} | study["grid"]  # trained in another order
    write_study(fresh, study)
    assert snakemake(fresh, cores=1).returncode == 0
    one, two = (folder / "results" / "tiny" for folder in (fresh, finished_once))
    for cell in (BCE, CE):
        blocks = [
            cell_folder(fresh, cell) / f"seeds_{seed}-{seed}" / "round1" / "metrics.csv"
            for seed in (0, 1)
        ]
        header, *rows = blocks[0].read_text().splitlines(keepends=True)
        rows += blocks[1].read_text().splitlines(keepends=True)[1:]
        whole = cell_folder(finished_once, cell) / "seeds_0-1" / "round1" / "metrics.csv"
        assert whole.read_text() == header + "".join(rows)
    for pattern in ("tables/*", "figures/*.svg", "comparisons.csv", "claim_pairs.csv"):
        assert contents(one, pattern) == contents(two, pattern)
    lines = [sorted((folder / "summary.csv").read_text().splitlines()) for folder in (one, two)]
    assert lines[0] == lines[1]


def test_two_runs_from_scratch_are_the_same_to_the_byte(finished_once, fresh):
    assert snakemake(fresh, cores=4).returncode == 0
    first, second = (
        contents(folder / "results", *RESULTS, "checkpoint.pt") for folder in (finished_once, fresh)
    )
    # of two runs, of the study, of table1, the statistics, figure3, the report
    assert len(first) == 2 * 4 + 4 + 3 + 11 + 1 + 1
    assert first == second


# ---- Only what is new ---------------------------------------------------------------------------


def change_study(folder: Path, **changes) -> None:
    write_study(folder, copy.deepcopy(SMALL_STUDY), **changes)


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


# ---- Kinds of data, and their audit -------------------------------------------------------------


def kinds_of_the_same_images(folder: Path) -> dict[str, dict]:
    """The small data set as one file, as an array a class, and as a folder of images."""
    arrays = tiny_arrays()
    entries = {
        "one_file": {"kind": "npz", "path": "tiny.npz"},
        "lab": {"kind": "arrays", "positive": "ill", "train": {}, "val": {}},
        "images": {"kind": "folder", "path": "images", "positive": "ill", "size": 5},
    }
    for split in ("train", "val"):
        for label, name in enumerate(("well", "ill")):
            images = arrays[f"{split}_images"][arrays[f"{split}_labels"][:, 0] == label]
            np.save(folder / f"{split}_{name}.npy", images)
            entries["lab"][split][name] = f"{split}_{name}.npy"
            target = folder / "images" / split / name
            target.mkdir(parents=True)
            for number, image in enumerate(images):
                Image.fromarray(image).save(target / f"{number:02d}.png")
    return entries


def test_kinds_of_the_same_images_give_the_same_data(fresh):
    """Class by class, arrays and PNG files are in the same order: the same runs to the byte."""
    entries = kinds_of_the_same_images(fresh)
    samples = {}
    for name in entries:
        change_study(fresh, dataset=name, datasets=SMALL_STUDY["datasets"] | entries)
        done = snakemake(fresh, f"results/{name}/summary.csv")
        assert done.returncode == 0, done.stdout
        (folder,) = (fresh / "results" / name / "data").glob("*")
        inputs = np.load(folder / "inputs.npy").reshape(70, -1)
        labels = np.load(folder / "labels.npy")
        samples[name] = sorted(map(tuple, np.column_stack([labels, inputs]).tolist()))
    assert samples["one_file"] == samples["lab"] == samples["images"]
    ordered = {}
    for name in ("lab", "images"):
        (folder,) = (fresh / "results" / name / "data").glob("*")
        order = np.lexsort(np.load(folder / "inputs.npy").reshape(70, -1).T)
        ordered[name] = np.load(folder / "labels.npy")[order].tolist()
    assert ordered["lab"] == ordered["images"]


def test_report_shows_the_audit(fresh):
    arrays = tiny_arrays()
    arrays["val_images"][3] = arrays["train_images"][5]
    np.savez(fresh / "tiny.npz", **arrays)
    assert snakemake(fresh).returncode == 0
    (path,) = (fresh / "results" / "tiny" / "data").glob("*/audit.json")
    findings = {finding["check"]: finding for finding in json.loads(path.read_text())["findings"]}
    assert findings["duplicates across splits"]["samples"] == [["train[5]", "val[3]"]]
    html = (fresh / "results" / "tiny" / "report.html").read_text()
    assert "train[5] and val[3]" in html
    assert html.count("data:image/png;base64,") == 1


@pytest.mark.parametrize("audited", [False, True], ids=["at first", "after a study"])
def test_findings_can_stop_the_study(fresh, audited):
    arrays = tiny_arrays()
    arrays["val_images"][3] = arrays["train_images"][5]
    np.savez(fresh / "tiny.npz", **arrays)
    if audited:
        assert snakemake(fresh).returncode == 0
    change_study(fresh, audit={"fail_on": "error"}, seeds=4)
    done = snakemake(fresh)
    expected = "error: 1 pairs of identical samples in two splits: train[5] and val[3]"
    assert_readable(done, "The audit of tiny stops the study", expected, "fail_on: never")
    assert snakemake(fresh, "regenerate_report").returncode == 0
    change_study(fresh)
    done = snakemake(fresh)
    assert done.returncode == 0, done.stdout
    assert ("train" in jobs_by_rule(done.stdout)) == (not audited)


# ---- Diverged seeds -----------------------------------------------------------------------------


def test_a_diverged_cell_fails_nothing_and_is_said(fresh):
    baseline = {"hidden_units": 8, "optimizer": "sgd"}
    grid = {"loss": None, "batch_size": None, "activation": None, "learning_rate": [0.001, 1.0e30]}
    tables = dict.fromkeys(SMALL_STUDY["tables"]) | {
        "table1": None,
        "rates": {"vary": "learning_rate", "round": 2},
    }
    diverged = {"cell": {"loss": None, "learning_rate": 1.0e30}, "rounds": [1, 2]}
    figures = SMALL_STUDY["figures"] | {"figure3": diverged}
    change_study(fresh, baseline=baseline, grid=grid, tables=tables, figures=figures, rounds=2)
    done = snakemake(fresh)
    assert done.returncode == 0, done.stdout
    markdown = (fresh / "results" / "tiny" / "tables" / "rates.md").read_text()
    assert "| 0.001 | 2 | 0." in markdown
    assert "| 1e+30 | 2 | – | – | – | – | 0 of 2 seeds; 2 diverged |" in markdown
    summary = read_csv(fresh / "results" / "tiny" / "summary.csv")
    means = {(row["learning_rate"], row["round"], row["seed"]): row["val_loss"] for row in summary}
    assert len(means) == 8
    assert means["1e+30", "2", "0"] == ""
    assert means["0.001", "2", "0"] != ""
    html = (fresh / "results" / "tiny" / "report.html").read_text()
    assert "2 trainings have diverged" in html


# ---- Snakemake's own commands -------------------------------------------------------------------


def test_dag_is_a_graph(finished):
    command = [sys.executable, "-m", "snakemake", "--snakefile", REPOSITORY / "Snakefile"]
    command += ["--configfile", "study.yaml", "--dag"]
    done = subprocess.run(command, cwd=finished, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.startswith("digraph snakemake_dag {")
    assert done.stdout.rstrip().endswith("}")


def test_snakemakes_report(finished):
    done = snakemake(finished, "--report", "snakemake_report.html")
    assert done.returncode == 0, done.stdout
    assert "table1" in (finished / "snakemake_report.html").read_text()


def test_reading_the_snakefile_imports_nothing_heavy(fresh):
    program = """
import atexit, sys
heavy = ("torch", "matplotlib", "sklearn", "scipy")
atexit.register(lambda: print("heavy:", [name for name in heavy if name in sys.modules]))
sys.argv[0] = "snakemake"
from snakemake.cli import main
main(sys.argv[1:])
"""
    command = [sys.executable, "-c", program, "--snakefile", str(REPOSITORY / "Snakefile")]
    command += ["--configfile", "study.yaml", "--dry-run"]
    done = subprocess.run(command, cwd=fresh, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "heavy: []"
