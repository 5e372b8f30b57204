"""The workflow as users run it: Snakemake, for real, on a small study."""

import copy
import json
import re
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from run_snakemake import contents, jobs_by_rule, pages, snakemake
from session import REPOSITORY, made_once
from small_study import (
    BCE,
    CE,
    SMALL_STUDY,
    cell_folder,
    read_csv,
    tiny_arrays,
    write_study,
)

# ---- From scratch --------------------------------------------------------------------------------


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
        cell_folder(finished_once, cell).parents[2].name for cell in (BCE, CE)
    ]
    assert rows[0] == {
        "loss": "bce", "batch_size": "32", "activation": "relu", "hidden_layers": "1",
        "hidden_units": "8", "optimizer": "adam", "learning_rate": "0.001", "rounds": "1",
    }  # fmt: skip


def test_summary_and_table_are_the_means_of_the_metrics(finished_once):
    """Worked out again from metrics.csv, without pandas."""
    results = finished_once / "results" / "tiny"
    summary, table = (
        read_csv(results / "fixed/values.csv"),
        read_csv(results / "tables" / "table1.csv"),
    )
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
    html = pages(finished_once / "results" / "tiny")
    assert "2 of 2 runs present" in html
    assert '<h3 id="table1">Table 1: loss, round 1</h3>' in html
    for name in ("Validation accuracy by the levels", "Loss and accuracy epoch by epoch"):
        assert re.search(f'alt="{name}[^"]*" src="data:image/svg', html), name
    assert "source study" not in html and "Published tables" not in html  # there are none
    assert not re.search(r"src\s*=\s*[\"'](?!#|data:)", html)
    assert not re.search(r"<link|href\s*=\s*[\"'](\w+:|/)", html)  # but for files beside them


def test_data_description(finished_once):
    (path,) = (finished_once / "results" / "tiny" / "data").glob("*/description.json")
    description = json.loads(path.read_text())
    assert description["splits"]["train"] == {
        "first_row": 0, "count": 50, "negative": 25, "positive": 25,
    }  # fmt: skip
    assert (description["shape"], description["dtype"]) == ([5, 5], "uint8")


def test_results_do_not_depend_on_cores_job_order_or_seed_blocks(finished_once, fresh):
    study = copy.deepcopy(SMALL_STUDY) | {"seeds_per_job": 1}
    study["grid"] = {"loss": ["ce", "bce"]} | study["grid"]  # trained in another order
    write_study(fresh, study)
    made = ("tables/table1.csv", "figures/figure3.svg", "fixed/comparisons.csv")
    assert snakemake(fresh, *(f"results/tiny/{name}" for name in made), cores=1).returncode == 0
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
    for pattern in ("tables/*", "figures/*.svg", "comparisons.csv"):
        assert contents(one, pattern) == contents(two, pattern) != {}
    lines = [
        sorted((folder / "fixed/values.csv").read_text().splitlines()) for folder in (one, two)
    ]
    assert lines[0] == lines[1]


# ---- A test split, numbers as levels, diverged seeds ---------------------------------------------


def finish_rates(folder: Path) -> None:
    """Two rounds at three learning rates, of which one is far too large, and a test split."""
    arrays = tiny_arrays()
    arrays |= {"test_images": arrays["val_images"][:9], "test_labels": arrays["val_labels"][:9]}
    np.savez(folder / "tiny.npz", **arrays)
    rates = [0.001, 0.01, 1.0e30]
    tables = dict.fromkeys(SMALL_STUDY["tables"]) | {
        "table1": None,
        "1": {"vary": "learning_rate", "round": 2},
        "2": {"vary": "batch_size"},
    }
    diverged = {"cell": {"loss": None, "learning_rate": 1.0e30}, "rounds": [1, 2]}
    write_study(
        folder,
        SMALL_STUDY,
        baseline={"hidden_units": 8, "optimizer": "sgd"},
        design={"list": [{}, *({"learning_rate": rate} for rate in rates[1:]), {"batch_size": 8}]},
        grid=None,
        tables=tables,
        figures=SMALL_STUDY["figures"] | {"figure3": diverged},
        rounds=2,
    )
    done = snakemake(folder)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def rates(tmp_path_factory) -> Path:
    """The results of that study. Not to be changed."""
    return made_once(tmp_path_factory, "rates", finish_rates) / "results" / "tiny"


def test_a_test_split_is_scored(rates):
    scores = np.load(next((rates / "runs").rglob("scores.npz")))
    # of the same images, but for the last bit, which may differ with the number of images
    assert scores["test_scores"] == pytest.approx(scores["val_scores"][:, :9], abs=1e-6)
    assert "Final metrics, test split" in pages(rates)


def test_levels_stay_as_they_were_written(rates):
    """Numbers beside fractions, and a table whose name is a number."""
    report = pages(rates)
    assert "<td>8 − 32</td>" in report and "<td>0.01 − 0.001</td>" in report
    assert ">8.0<" not in report and "8.0 −" not in report


def test_a_diverged_cell_fails_nothing_and_is_said(rates):
    markdown = (rates / "tables" / "1.md").read_text()
    assert "| 0.001 | **0." in markdown or "| 0.001 | 0." in markdown
    assert "| 1e+30 | – | – | – | – | 0 of 2 seeds; 2 diverged |" in markdown
    summary = read_csv(rates / "fixed/values.csv")
    means = {
        (row["learning_rate"], row["round"], row["seed"]): row["val_loss"]
        for row in summary
        if row["batch_size"] == "32"
    }
    assert len(means) == 3 * 2 * 2
    assert means["1e+30", "2", "0"] == ""
    assert means["0.001", "2", "0"] != ""
    assert "2 seeds have diverged" in pages(rates)


# ---- Snakemake's own commands --------------------------------------------------------------------


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
