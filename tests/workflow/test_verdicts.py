"""Claims, statistics and the plan, through Snakemake as a user runs it."""

import re

import numpy as np
import pandas as pd
import pytest
import yaml
from run_snakemake import jobs_by_rule, pages, snakemake
from sklearn.metrics import roc_auc_score
from small_study import SMALL_STUDY, write_study

RESULTS = "results/tiny"
SIDES = [{"cell": {"loss": "ce"}, "round": 1}, {"cell": {"loss": "bce"}, "round": 1}]
CLOSE = {
    "sentence": "CE's validation loss is within 5 of BCE's.",
    "metric": "val_loss",
    "factor": "loss",
    "expect": "equivalent",
    "margin": 5,
    "compare": [SIDES],
    "required": True,
}
LATER = CLOSE | {
    "sentence": "It is so later.",
    "compare": [[side | {"round": 9} for side in SIDES]],
}


def read(folder, name) -> pd.DataFrame:
    return pd.read_csv(folder / RESULTS / name)


def test_scores_are_those_of_the_last_epoch(finished_once):
    """The final accuracy is the last epoch's, and its metrics are what scikit-learn gives."""
    values = read(finished_once, "fixed/values.csv").set_index(["cell", "seed"])
    paths = [*(finished_once / RESULTS / "runs").rglob("metrics.csv")]
    assert len(paths) == 2
    for path in paths:
        cell = path.relative_to(finished_once / RESULTS / "runs").parts[0]
        scores = np.load(path.with_name("scores.npz"))
        assert scores["val_scores"].shape == (2, 20) and scores["val_scores"].dtype == np.float32
        metrics = pd.read_csv(path)
        for position, seed in enumerate(scores["seeds"]):
            row = values.loc[(cell, seed)]
            last = metrics[metrics["seed"] == seed].iloc[-1]
            assert row["final_val_accuracy"] == pytest.approx(last["val_accuracy"])
            auc = roc_auc_score(scores["val_labels"], scores["val_scores"][position])
            assert row["final_val_roc_auc"] == pytest.approx(auc)
    assert values.filter(like="test").empty


def test_comparisons_are_of_the_seeds_averages(finished_once):
    values = read(finished_once, "fixed/values.csv").set_index(["loss", "seed"])
    rows = read(finished_once, "fixed/comparisons.csv").set_index("metric")
    differences = values.loc["ce", "val_loss"] - values.loc["bce", "val_loss"]
    assert rows.loc["val_loss", "difference"] == pytest.approx(differences.mean())
    assert rows.loc["val_loss", "sd"] == pytest.approx(differences.std())
    assert rows["guard"].str.contains("differ in loss alone (ce against bce)", regex=False).all()
    effects = read(finished_once, "statistics/marginal_means.csv").set_index(["metric", "level"])
    assert effects.loc[("val_loss", "ce"), "difference"] == pytest.approx(differences.mean())


def test_claims_are_judged_and_checked(finished):
    """With ten seeds; then with twelve, and with a claim on what has not been trained."""
    write_study(finished, SMALL_STUDY, claims={"close": CLOSE}, seeds=10)
    assert snakemake(finished, f"{RESULTS}/statistics/looks.csv").returncode == 0
    done = snakemake(finished, "check_claims")
    assert done.returncode == 0, done.stdout
    assert "10 of 10 runs present" in done.stdout
    assert re.search(r"^close +supported +\(required\)$", done.stdout, re.MULTILINE)
    looks = read(finished, "statistics/looks.csv")
    assert looks[["planned", "seeds"]].values.tolist() == [[10, 10]]
    write_study(finished, SMALL_STUDY, claims={"close": CLOSE, "later": LATER}, seeds=12)
    assert snakemake(finished).returncode == 0
    done = snakemake(finished, "check_claims")
    assert done.returncode != 0
    assert "later: not tested. It is so later." in done.stdout
    assert "Traceback" not in done.stdout
    claims = read(finished, "fixed/claims.csv").set_index("claim")
    assert claims["verdict"].to_dict() == {"close": "supported", "later": "not tested"}
    assert "has not been trained" in claims.loc["later", "reason"]
    looks = read(finished, "statistics/looks.csv")
    assert looks[["planned", "seeds"]].values.tolist() == [[10, 10], [12, 12]]
    report = pages(finished / RESULTS)
    assert "The verdicts had been seen with 10 seeds before 12 were run." in report


def test_claims_and_published_tables_in_files_of_ones_own_train_nothing(finished):
    """And text from the configuration is escaped."""
    (finished / "mine.yaml").write_text(yaml.safe_dump({"close": CLOSE}))
    header = "table,factor,level,round,val_loss\n"
    (finished / "theirs.csv").write_text(f"{header}A,loss,BCE,1,0.70\nA,loss,CE,1,99.00\n")
    caption = "<script>alert(1)</script> & more"
    write_study(
        finished,
        SMALL_STUDY,
        claims="mine.yaml",
        reference={"title": "the paper", "tables": "theirs.csv", "dataset": "tiny"},
        tables=SMALL_STUDY["tables"] | {"table1": {"caption": caption}},
    )
    done = snakemake(finished)
    assert done.returncode == 0, done.stdout
    assert set(jobs_by_rule(done.stdout)) == {
        "judge", "record_look", "draw_claims", "make_table", "tabulate_results", "make_report",
        "compare_reference", "compare_splits", "list_checksums", "all", "total",
    }  # fmt: skip
    assert read(finished, "fixed/claims.csv")["claim"].tolist() == ["close"]
    beside = read(finished, "statistics/reference.csv").set_index("level")
    assert beside.loc["ce", "verdict"] == "outside"
    assert beside.loc["bce", "verdict"] == "reproduced"  # two seeds leave a wide interval
    report = pages(finished / RESULTS)
    assert CLOSE["sentence"].replace("'", "&#39;") in report
    assert "10 needed; 2 run" in report
    assert "Beside the paper" in report
    assert '<td class="number">0.70</td>' in report  # as printed, with its last digit
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in report
    assert "<script>alert" not in report


def test_the_plan_of_a_study_that_has_not_begun(fresh):
    done = snakemake(fresh, "plan")
    assert done.returncode == 0, done.stdout
    assert "2 cells × 2 seeds in jobs of 2: 2 runs, 0 finished, 2 to train" in done.stdout
    assert "time: not known" in done.stdout
    assert "2 seeds are too few for a verdict; 10 are needed." in done.stdout
    assert "Table 1 (loss, round 1): not known" in done.stdout
    assert not (fresh / "results").exists()


def test_the_plan_of_a_study_that_grows(finished):
    """Ten seeds, of which two are there: their time and their spread stand for the others."""
    write_study(finished, SMALL_STUDY, seeds=10)
    done = snakemake(finished, "plan")
    assert "10 runs, 2 finished, 8 to train" in done.stdout
    assert "to train: round 1: 8 runs" in done.stdout
    assert re.search(r"time: about \d+ s on one core", done.stdout)
    # the spread of the differences, and 80% power for 10 seeds at d_z 0.9961 (a paired t-test)
    values = read(finished, "fixed/values.csv").set_index(["loss", "seed"])
    spread = (values.loc["ce", "val_loss"] - values.loc["bce", "val_loss"]).std()
    (found,) = re.findall(r"Table 1 .*: val_accuracy .*, val_loss ([\d.]+),", done.stdout)
    assert float(found) == pytest.approx(0.9961 * spread, rel=2e-3, abs=1e-4)
