"""regenerate_report: from what has been trained, at any time, and never training."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import REPOSITORY, contents, jobs_by_rule, snakemake, tiny_arrays
from small_study import BCE, CE, RESULTS, cell_folder, change_study, planned, read_csv


def test_regenerated_report_is_the_report(finished):
    before = contents(finished / "results", *RESULTS)
    report = finished / "results" / "tiny" / "report.html"
    report.write_text("to be replaced")
    (finished / "results" / "tiny" / "SHA256SUMS").unlink()  # which would refuse it
    table = finished / "results" / "tiny" / "tables" / "table1.csv"
    written = table.stat().st_mtime_ns
    done = snakemake(finished, "regenerate_report", cores=1)
    assert done.returncode == 0, done.stdout
    assert "2 of 2 runs present" in done.stdout
    assert contents(finished / "results", *RESULTS) == before
    assert table.stat().st_mtime_ns > written  # though it was up to date
    assert set(planned(finished)) == {"all", "list_checksums", "total"}


def test_regenerate_report_never_trains(finished, repository_copy):
    """Not for missing runs, not for changed code; and what is missing is said everywhere."""
    shutil.rmtree(cell_folder(finished, CE))
    kept = contents(finished / "results", "metrics.csv", "checkpoint.pt")
    script = repository_copy / "scripts" / "train.py"
    script.write_text(script.read_text() + "\nraise SystemExit('trained')\n")
    change_study(finished, seeds=3, seeds_per_job=2)
    done = snakemake(finished, "regenerate_report", repository=repository_copy, cores=1)
    assert done.returncode == 0, done.stdout
    assert "1 of 4 runs present" in done.stdout
    ce = read_csv(finished / "results" / "tiny" / "cells.csv")[1]["cell"]
    assert f"missing: runs/{ce}/seeds_0-1/round1" in done.stdout
    assert contents(finished / "results", "metrics.csv", "checkpoint.pt") == kept
    html = (finished / "results" / "tiny" / "report.html").read_text()
    assert "1 of 4 runs present" in html
    assert f"runs/{ce}/seeds_2-2/round1" in html
    table = (finished / "results" / "tiny" / "tables" / "table1.md").read_text()
    assert "| 2 of 3 seeds; 1 missing |" in table
    assert "| CE | 1 | – | – | – | – | 0 of 3 seeds; 3 missing |" in table


@pytest.mark.parametrize(
    "lost",
    [
        ["metrics.csv"],
        ["scores.npz"],
        ["summary.csv", "tables/table1.tex", "statistics/interactions.png"],
        ["cells.csv", "figures/figure3.png", "statistics/claims.csv"],
    ],
)
def test_what_is_lost_is_made_again(finished, finished_once, lost):
    for name in lost:
        next((finished / "results").rglob(name)).unlink()
    assert snakemake(finished).returncode == 0
    assert contents(finished, *RESULTS) == contents(finished_once, *RESULTS)


def test_a_damaged_file_is_named_and_after_its_removal_made_again(fresh):
    change_study(fresh, rounds=2)
    assert snakemake(fresh).returncode == 0
    before = contents(fresh, *RESULTS)
    for damaged in ("metrics.csv", "checkpoint.pt", "scores.npz", "run.json"):
        path = next(cell_folder(fresh, CE).rglob(f"round1/{damaged}"))
        path.write_bytes(path.read_bytes()[: len(path.read_bytes()) // 2])
        (fresh / "results" / "tiny" / "SHA256SUMS").unlink()  # as if it were not finished
        done = snakemake(fresh)
        assert done.returncode != 0 and "Traceback" not in done.stdout
        assert f"{path.relative_to(fresh)}: " in done.stdout
        assert "delete it and run again" in done.stdout
        path.unlink()
        assert snakemake(fresh).returncode == 0
        assert contents(fresh, *RESULTS) == before


def test_a_moved_project_has_nothing_to_do(finished_once, repository_copy, tmp_path):
    shutil.copytree(finished_once, tmp_path / "study")
    assert planned(tmp_path / "study", repository=repository_copy) == {}


def test_after_a_partial_report_only_the_missing_is_trained(finished, finished_once):
    shutil.rmtree(cell_folder(finished, CE))
    assert snakemake(finished, "regenerate_report").returncode == 0
    done = snakemake(finished)
    assert jobs_by_rule(done.stdout)["train"] == 1
    for pattern in RESULTS:
        assert contents(finished / "results", pattern) == contents(
            finished_once / "results", pattern
        )


def test_regenerating_with_other_settings_is_not_taken_for_the_study(finished, finished_once):
    change_study(finished, warmup_epochs=3)
    assert snakemake(finished, "regenerate_report").returncode == 0
    summary = Path("results") / "tiny" / "summary.csv"
    assert (finished / summary).read_bytes() != (finished_once / summary).read_bytes()
    change_study(finished)
    snakemake(finished)
    assert (finished / summary).read_bytes() == (finished_once / summary).read_bytes()


def test_results_can_be_looked_at_without_the_data(finished, finished_once):
    (finished / "tiny.npz").unlink()
    assert snakemake(finished, "regenerate_report").returncode == 0
    assert contents(finished, *RESULTS) == contents(finished_once, *RESULTS)
    # with other data prepared as well, the card is still that of the data trained on
    (prepared,) = (finished / "results" / "tiny" / "data").iterdir()
    shutil.copytree(prepared, prepared.with_name("0" * 12))
    (prepared.with_name("0" * 12) / "description.json").write_text("{}")
    assert snakemake(finished, "regenerate_report").returncode == 0
    assert contents(finished, *RESULTS) == contents(finished_once, *RESULTS)
    shutil.rmtree(finished / "results" / "tiny" / "data")
    assert snakemake(finished, "regenerate_report").returncode == 0
    html = (finished / "results" / "tiny" / "report.html").read_text()
    assert "The prepared data set and its description are not here" in html


def test_runs_on_other_data_or_code_are_named(finished):
    """Half of the study is trained again on other data; the other half is said to be outdated."""
    arrays = tiny_arrays()
    np.savez(finished / "tiny.npz", **arrays | {"val_images": 255 - arrays["val_images"]})
    bce, ce = (cell_folder(finished, cell) / "seeds_0-1" / "round1" for cell in (BCE, CE))
    target = str((bce / "metrics.csv").relative_to(finished))
    assert snakemake(finished, target).returncode == 0
    done = snakemake(finished, "regenerate_report")
    assert done.returncode == 0, done.stdout
    outdated = str(ce.relative_to(finished / "results" / "tiny"))
    assert f"trained on other data or with other code: {outdated}" in done.stdout
    assert str(bce.relative_to(finished / "results" / "tiny")) not in done.stdout
    html = (finished / "results" / "tiny" / "report.html").read_text()
    assert "Some runs are outdated" in html and outdated in html
    assert snakemake(finished).returncode == 0
    assert "outdated" not in (finished / "results" / "tiny" / "report.html").read_text()


def test_what_is_missing_is_said_on_standard_error(finished):
    shutil.rmtree(cell_folder(finished, CE))
    command = [sys.executable, "-m", "snakemake", "regenerate_report", "--cores", "1"]
    command += ["--snakefile", REPOSITORY / "Snakefile", "--configfile", "study.yaml"]
    done = subprocess.run(command, cwd=finished, capture_output=True, text=True, check=True)
    assert "1 of 2 runs present" in done.stderr
    assert re.search(r"missing: runs/ce_\S+/seeds_0-1/round1", done.stderr)


def test_regenerate_report_with_nothing_trained(fresh):
    done = snakemake(fresh, "regenerate_report")
    assert done.returncode == 0, done.stdout
    assert "0 of 2 runs present" in done.stdout
    assert "0 of 2 runs present" in (fresh / "results" / "tiny" / "report.html").read_text()


def test_a_running_study_can_be_looked_at(fresh):
    change_study(fresh, seeds=6, seeds_per_job=1)
    command = [sys.executable, "-m", "snakemake", "--snakefile", REPOSITORY / "Snakefile"]
    command += ["--cores", "1", "--configfile", "study.yaml"]
    with subprocess.Popen(
        command, cwd=fresh, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        for line in running.stdout:
            if "(Rule: train)" in line:
                break
        look = snakemake(fresh, "regenerate_report")
        rest = running.stdout.read()
    assert look.returncode == 0, look.stdout
    assert re.search(r"\b[1-9] of 12 runs present", look.stdout)
    assert running.returncode == 0, rest
    assert "12 of 12 runs present" in (fresh / "results" / "tiny" / "report.html").read_text()
