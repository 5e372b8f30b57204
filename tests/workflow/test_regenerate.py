"""regenerate_report: from what has been trained, at any time, and never training."""

import re
import shutil
import signal
import subprocess
import sys

import numpy as np
from run_snakemake import contents, jobs_by_rule, pages, snakemake
from session import REPOSITORY
from small_study import BCE, CE, RESULTS, cell_folder, change_study, planned, read_csv, tiny_arrays


def test_regenerated_report_is_the_report_also_without_the_data(finished, finished_once):
    """With other data prepared as well, the card is still that of the data trained on."""
    made = finished / "results" / "tiny"
    (made / "report.html").write_text("to be replaced")
    table = made / "tables" / "table1.csv"
    written = table.stat().st_mtime_ns
    (finished / "tiny.npz").rename(finished / "elsewhere.npz")
    (prepared,) = (made / "data").iterdir()
    other = prepared.with_name("0" * 12)
    shutil.copytree(prepared, other)
    (other / "description.json").write_text("{}")
    done = snakemake(finished, "regenerate_report", cores=1)
    assert done.returncode == 0, done.stdout
    assert "2 of 2 runs present" in done.stdout
    assert contents(finished, *RESULTS) == contents(finished_once, *RESULTS)
    assert table.stat().st_mtime_ns > written  # though it was up to date
    shutil.rmtree(other)
    (finished / "elsewhere.npz").rename(finished / "tiny.npz")
    assert planned(finished).keys() <= {"make_report", "list_checksums", "all", "total"}


def test_regenerate_report_never_trains(finished, repository_copy):
    """Not for missing runs, not for changed code; and what is missing is said everywhere.

    The data are missing as well.
    """
    shutil.rmtree(cell_folder(finished, CE))
    shutil.rmtree(finished / "results" / "tiny" / "data")
    (finished / "tiny.npz").unlink()
    kept = contents(finished / "results", "metrics.csv", "checkpoint.pt")
    script = repository_copy / "scripts" / "train.py"
    script.write_text(script.read_text() + "\nraise SystemExit('trained')\n")
    change_study(finished, seeds=3, seeds_per_job=2)
    done = snakemake(finished, "regenerate_report", repository=repository_copy)
    assert done.returncode == 0, done.stdout
    assert "1 of 4 runs present" in done.stdout
    ce = read_csv(finished / "results" / "tiny" / "cells.csv")[1]["cell"]
    assert re.search(r"^missing: results/tiny/runs/\S+ and 2 more$", done.stdout, re.MULTILINE)
    assert contents(finished / "results", "metrics.csv", "checkpoint.pt") == kept
    html = pages(finished / "results" / "tiny")
    assert "1 of 4 runs present" in html
    assert "The prepared data set and its description are not here" in html
    assert re.search(rf"runs/{ce}/fixed/split0/[0-9a-f]{{12}}/seeds_2-2/round1", html)
    table = (finished / "results" / "tiny" / "tables" / "table1.md").read_text()
    assert "| 2 of 3 seeds; 1 missing |" in table
    assert "| CE | – | – | – | – | 0 of 3 seeds; 3 missing |" in table


def test_what_is_lost_or_was_regenerated_with_other_settings_is_made_again(finished, finished_once):
    """After a report of some runs with another warm-up the study is itself."""
    shutil.rmtree(cell_folder(finished, CE))
    change_study(finished, warmup_epochs=3)
    assert snakemake(finished, "regenerate_report").returncode == 0
    change_study(finished)
    lost = ["fixed/values.csv", "tables/table1.tex", "statistics/interactions.png", "cells.csv"]
    lost += ["figures/figure3.png", "fixed/claims.csv"]
    for name in lost:
        (finished / "results" / "tiny" / name).unlink()
    next(cell_folder(finished, BCE).rglob("metrics.csv")).unlink()
    done = snakemake(finished)
    assert done.returncode == 0 and jobs_by_rule(done.stdout)["train"] == 2, done.stdout
    assert contents(finished, *RESULTS) == contents(finished_once, *RESULTS)


def test_damaged_files_are_named_and_after_their_removal_made_again(fresh):
    """Changed in one byte: what reads them says so. Other tests damage each kind of file.

    A checkpoint is read by the job of the round after it, the rest by what measures.
    """
    change_study(fresh, rounds=2, seeds=2, seeds_per_job=1)
    values = "results/tiny/fixed/values.csv"
    assert snakemake(fresh, values).returncode == 0
    before = contents(fresh / "results", "metrics.csv", "scores.npz", "run.json", "values.csv")
    bce, ce = cell_folder(fresh, BCE), cell_folder(fresh, CE)
    damaged = [
        bce / "seeds_0-0" / "round2" / "metrics.csv",
        ce / "seeds_1-1" / "round1" / "checkpoint.pt",
    ]
    for path in damaged:
        content = path.read_bytes()
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    (ce / "seeds_1-1" / "round2" / "metrics.csv").unlink()  # so that the checkpoint is read
    while damaged:  # a reader names the first of its files
        done = snakemake(fresh, values, "--keep-going")
        assert done.returncode != 0 and "Traceback" not in done.stdout
        found = {path for path in damaged if f"{path.relative_to(fresh)}: " in done.stdout}
        assert found and "delete it and run again" in done.stdout
        for path in found:
            path.unlink()
            damaged.remove(path)
    assert snakemake(fresh, values).returncode == 0
    names = ("metrics.csv", "scores.npz", "run.json", "values.csv")
    assert contents(fresh / "results", *names) == before


def test_runs_on_other_data_are_named_and_are_there_again_with_the_data(finished, finished_once):
    """Half of the study is trained again on other data; the other half is said to be outdated.

    Between the halves nothing is compared.
    """
    (finished / "tiny.npz").rename(finished / "whole.npz")
    arrays = tiny_arrays()
    np.savez(finished / "tiny.npz", **arrays | {"val_images": 255 - arrays["val_images"]})
    bce, ce = (cell_folder(finished, cell) / "seeds_0-1" / "round1" for cell in (BCE, CE))
    # which shows CE alone
    done = snakemake(finished, "results/tiny/figures/figure3.svg")
    jobs = jobs_by_rule(done.stdout)
    assert (jobs["prepare_data"], jobs["train"]) == (1, 1)
    done = snakemake(finished, "regenerate_report")
    assert done.returncode == 0, done.stdout
    outdated = str(bce.relative_to(finished))
    assert f"with other code or with other settings: {outdated}\n" in done.stdout
    assert str(ce.relative_to(finished)) not in done.stdout
    html = pages(finished / "results" / "tiny")
    assert (
        "Some runs are outdated" in html and str(bce.relative_to(finished / "results/tiny")) in html
    )
    (row,) = read_csv(finished / "results" / "tiny" / "fixed" / "comparisons.csv")
    assert row["refused"].startswith("the sides differ in data (") and row["difference"] == ""
    assert "A comparison is refused." in html
    assert "The cells of the grid differ in data as well." in html
    assert planned(finished)["train"] == 1
    (finished / "whole.npz").replace(finished / "tiny.npz")
    done = snakemake(finished)
    assert done.returncode == 0 and "train" not in jobs_by_rule(done.stdout), done.stdout
    before = contents(finished_once, *RESULTS)
    assert before.items() <= contents(finished, *RESULTS).items()


def test_regenerate_report_with_nothing_trained(fresh):
    done = snakemake(fresh, "regenerate_report")
    assert done.returncode == 0, done.stdout
    assert "0 of 2 runs present" in done.stdout
    assert "0 of 2 runs present" in pages(fresh / "results" / "tiny")


def test_a_running_study_can_be_looked_at(fresh):
    change_study(fresh, seeds=3, seeds_per_job=1)
    command = [sys.executable, "-m", "snakemake", "--snakefile", REPOSITORY / "Snakefile"]
    command += ["--cores", "1", "--configfile", "study.yaml", "--until", "train"]
    with subprocess.Popen(
        command, cwd=fresh, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        for line in running.stdout:
            if ", val " in line:
                break
        running.send_signal(signal.SIGSTOP)  # so that it is not through meanwhile
        look = snakemake(fresh, "regenerate_report")
        running.send_signal(signal.SIGCONT)
        rest = running.stdout.read()
    assert look.returncode == 0, look.stdout
    assert re.search(r"\b[1-5] of 6 runs present", look.stdout)
    assert running.returncode == 0, rest
    assert re.search(r"^(\d+) of \1 jobs done in ", rest, re.MULTILINE)
