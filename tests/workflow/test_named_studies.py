"""Studies that share runs, and what they make of them: Snakemake, for real, on the small study."""

import hashlib
import math
import shutil
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from example_page import Tables
from run_snakemake import contents, jobs_by_rule, pages, snakemake
from session import made_once
from small_study import NOTHING, SMALL_STUDY, planned, read_csv, write_study

from study.report.tables import mean_text

GRID = {"activation": None, "batch_size": [32, 16], "learning_rate": [0.001, 0.0005]}
TABLES = dict.fromkeys(SMALL_STUDY["tables"]) | {
    "table1": None,
    "sizes": {"vary": "batch_size"},
    "at16": {"vary": "loss", "cell": {"batch_size": 16}},
    "crossed": {"vary": ["loss", "batch_size"], "metrics": ["val_accuracy", "train_loss"]},
}
CLAIM = {
    "sentence": "Smaller batches have a higher loss.",
    "metric": "train_loss",
    "factor": "batch_size",
    "expect": "greater",
    "compare": [[{"cell": {"batch_size": 16}, "round": 1}, {"cell": {}, "round": 1}]],
}
SIZES = SMALL_STUDY | {
    "study": "sizes",
    "grid": GRID,
    "together": [["batch_size", "learning_rate"]],
    "tables": TABLES,
    "claims": {"small": CLAIM},
    "reference": None,
}
FOLDER = "results/tiny/studies/sizes"


@pytest.fixture(scope="module")
def shared(finished_once, tmp_path_factory) -> SimpleNamespace:
    """The finished small study, and beside it one with a name. Not to be changed.

    The `folder`, what was `before` the second study, and what that `said`.
    """

    def make(folder) -> None:
        shutil.copytree(finished_once, folder, dirs_exist_ok=True)  # with the files' times
        write_study(folder, SIZES)
        done = snakemake(folder)
        assert done.returncode == 0, done.stdout
        (folder / "stdout2.txt").write_text(done.stdout)

    folder = made_once(tmp_path_factory, "shared", make)
    said = (folder / "stdout2.txt").read_text()
    summary = pd.read_csv(folder / FOLDER / "fixed/values.csv")
    return SimpleNamespace(folder=folder, before=finished_once, said=said, summary=summary)


def test_a_second_study_trains_what_is_missing_and_touches_nothing_of_the_first(shared):
    jobs = jobs_by_rule(shared.said)
    assert jobs["train"] == 2 and "prepare_data" not in jobs and "audit_data" not in jobs
    assert f"Report: {FOLDER}/report.html" in shared.said
    first, second = (folder / "results" / "tiny" for folder in (shared.before, shared.folder))
    whole = {path: path.read_bytes() for path in first.rglob("*") if path.is_file()}
    assert len(whole) > 40
    for path, content in whole.items():
        assert (second / path.relative_to(first)).read_bytes() == content, path
    new = {path.relative_to(second).parts[0] for path in second.rglob("*") if path.is_file()
           and not (first / path.relative_to(second)).exists()}  # fmt: skip
    assert new == {"runs", "studies"}
    logs = contents(shared.folder / "logs", "make_report.log", "judge.log")
    assert set(logs) == {f"tiny/{name}{file}.log" for name in ("", "studies/sizes/")
                         for file in ("make_report", "fixed/judge")}  # fmt: skip


def test_each_study_is_up_to_date_after_the_other(shared):
    assert NOTHING in snakemake(shared.folder, "--dry-run").stdout
    assert planned(shared.before) == {}


def test_the_checksums_of_a_study_with_a_name_reach_the_runs_that_it_shares(shared):
    folder = shared.folder / FOLDER
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    names = [line.partition("  ")[2] for line in lines]
    assert sum(name.endswith("metrics.csv") for name in names) == 4
    assert sum(name.startswith("../../runs/") for name in names) == 3 * 4
    for line in lines:
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def test_what_moves_along_is_in_the_table_in_the_proof_and_on_the_page(shared):
    folder = shared.folder / FOLDER
    rows = read_csv(folder / "tables" / "sizes.csv")
    assert [(row["batch_size"], row["learning_rate"]) for row in rows] == [
        ("32", "0.001"), ("16", "0.0005"),
    ]  # fmt: skip
    proof = (
        "differ in batch_size (16 against 32) with learning_rate changed in step (0.0005 against"
        " 0.001): all their runs have the same loss, activation"
    )
    compared = pd.read_csv(folder / "fixed" / "comparisons.csv").set_index("table")
    assert set(compared.loc["sizes", "factor"]) == {"batch_size"}
    assert compared.loc["sizes", "refused"].isna().all()
    assert all(text.startswith(proof) for text in compared.loc["sizes", "guard"])
    (pair,) = read_csv(folder / "fixed" / "claim_pairs.csv")
    assert pair["guard"].startswith(proof)
    assert pair["first"] == "batch size 16, learning rate 0.0005, round 1"
    of_loss = shared.summary.pivot(
        index=["batch_size", "seed"], columns="loss", values="train_loss"
    )
    by_size = of_loss["bce"].unstack("batch_size")
    differences = by_size[16] - by_size[32]
    assert float(pair["difference"]) == pytest.approx(differences.mean(), abs=1e-9)
    html = pages(folder)
    for text in (
        "Appendix to the study on tiny, study sizes",
        "Table 3 (sizes): batch size with learning rate, round 1",
        "Against 32, with learning rate changed in step, seed by seed.",
        "Batch size and learning rate change together: it is not known which of them makes",
        ", batch size 16 minus 32, learning rate changed in step, round 1",
        "Learning rate changes in step with batch size: what is said about batch size applies to",
    ):
        assert text in html, text
    effects = read_csv(folder / "statistics" / "effects.csv")
    assert {row["effect"] for row in effects} == {"loss", "batch_size", "batch_size × loss"}


def test_a_table_at_another_cell_is_of_that_cell(shared):
    of_16 = shared.summary[shared.summary["batch_size"] == 16]
    rows = read_csv(shared.folder / FOLDER / "tables" / "at16.csv")
    means = of_16.groupby("loss")["val_loss"].mean()
    assert [row["loss"] for row in rows] == ["bce", "ce"]
    assert [float(row["val_loss"]) for row in rows] == pytest.approx(means.tolist())
    by_seed = of_16.pivot(index="seed", columns="loss", values="val_loss")
    compared = pd.read_csv(shared.folder / FOLDER / "fixed" / "comparisons.csv")
    (row,) = compared.query("table == 'at16' and metric == 'val_loss'").to_dict("records")
    assert row["difference"] == pytest.approx((by_seed["ce"] - by_seed["bce"]).mean(), abs=1e-9)
    assert row["guard"].startswith("differ in loss alone (ce against bce)")
    text = (shared.folder / FOLDER / "tables" / "at16.md").read_text()
    assert "batch size 16" in text and "learning rate 0.0005" in text
    assert "loss, at batch size 16, learning rate 0.0005, round 1" in pages(shared.folder / FOLDER)


def test_a_table_of_two_factors_is_a_pivot_of_the_summary(shared):
    folder = shared.folder / FOLDER
    keys = {"index": "loss", "columns": "batch_size"}
    shown, written = {}, pd.read_csv(folder / "tables" / "crossed.csv")
    assert list(written.columns[:6]) == [
        "loss", "batch_size", "learning_rate", "round", "n", "diverged",
    ]  # fmt: skip
    for metric in ("val_accuracy", "train_loss"):
        mean, sd = (
            shared.summary.pivot_table(values=metric, aggfunc=function, **keys)
            for function in (np.mean, lambda values: np.std(values, ddof=1))
        )
        for name, expected in ((metric, mean), (f"{metric}_sd", sd)):
            found = written.pivot(values=name, **keys)
            np.testing.assert_allclose(found.to_numpy(), expected.to_numpy(), rtol=1e-12)
        sample = 1 / 20 if metric == "val_accuracy" else math.nan
        shown[metric] = [
            [title, *(mean_text(metric, mean.loc[loss, size], sd.loc[loss, size], sample)
                      for size in (16, 32))]
            for title, loss in (("BCE", "bce"), ("CE", "ce"))
        ]  # fmt: skip
    head = ["Loss", "Batch size 16", "Batch size 32"]
    markdown = (folder / "tables" / "crossed.md").read_text()
    lines = [line.strip("| ").split(" | ") for line in markdown.splitlines() if line[:1] == "|"]
    rule = ["---", "---:", "---:"]
    assert lines == [head, rule, *shown["val_accuracy"], head, rule, *shown["train_loss"]]
    assert "**Validation accuracy (%)**\n\n|" in markdown
    assert markdown.endswith("mean ± standard deviation over 2 seeds.\n")
    tex = (folder / "tables" / "crossed.tex").read_text()
    assert tex.count(r"\begin") == tex.count(r"\end") == 2
    for rows in shown.values():
        for row in rows:
            assert " & ".join(row).replace("±", r"$\pm$") + r" \\" in tex
    page = Tables(pages(folder))
    named = dict(zip((text.partition(".")[0] for text in page.captions), page.found))
    assert named["Table 2 (crossed), validation accuracy (%)"] == [head, *shown["val_accuracy"]]
    assert named["Table 2 (crossed), training loss"] == [head, *shown["train_loss"]]
    # nothing is compared in it
    compared = read_csv(folder / "fixed" / "comparisons.csv")
    assert {row["table"] for row in compared} == {"at16", "sizes"}
