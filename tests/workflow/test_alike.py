"""Seeds that are alike in everything are one observation: nothing is judged, and it is said why."""

from dataclasses import replace

import numpy as np
import pytest
import yaml
from measurements import (
    BCE,
    CE,
    HIGH,
    LOW,
    PARAMETERS,
    SPLITS,
    TENTH,
    claim,
    make_runs,
    make_table,
    make_values,
    measured,
)
from run_snakemake import pages, snakemake
from small_study import read_csv, tiny_arrays

from study.analysis.claims import judge
from study.analysis.comparisons import compare_levels, describe_levels
from study.analysis.planned_looks import Plan
from study.analysis.table_noise import describe_posterior
from study.design.cell import Cell

TABLES = {"losses": make_table("loss", ["bce", "ce"], ["bce", "ce"])}
CELLS = {name: Cell(parameters, 1, 30, 0) for name, parameters in PARAMETERS.items()}


def by_program(runs):
    """As if a program had trained them."""
    return runs.rename(columns={"device": "command"})


# ---- What is not judged -------------------------------------------------------------------------

ALIKE = make_values(bce=LOW, ce=[0.95] * 10)
ALIKE["same_as"] = [*range(10), *[0] * 10]


@pytest.mark.parametrize("expect", ["greater", "less", "equivalent", "not_less"])
@pytest.mark.parametrize(
    ("runs", "question"),
    [
        (make_runs(), "do the network's first weights depend on the seed?"),
        (by_program(make_runs()), "does the program use {seed}?"),
    ],
)
def test_a_claim_about_seeds_that_are_alike_is_not_tested(expect, runs, question):
    margin = {} if expect in ("greater", "less") else {"margin": 0.01}
    for sides in ((CE, BCE), (BCE, CE)):
        claims, pairs = judge({"a": claim(expect, sides, **margin)}, measured(ALIKE, runs))
        (row,) = claims.to_dict("records")
        assert row["verdict"] == "not tested"
        assert row["reason"] == f"all 10 seeds of ce, round 1 are identical: {question}"
        assert np.isnan(row["p_value"]) and pairs["p_supporting"].isna().all()


def test_a_change_since_a_round_of_seeds_that_are_alike_is_not_tested():
    """Although the changes vary, because the later round does."""
    values = make_values(bce={1: [0.5] * 10, 3: LOW}, ce={1: LOW, 3: HIGH})
    values["same_as"] = [*[0] * 10, *range(10), *range(10), *range(10)]
    first, second = (replace(side, rounds=[1, 3]) for side in (CE, BCE))
    claims = {"a": claim("greater", (first, second))}
    (row,) = judge(claims, measured(values))[0].to_dict("records")
    assert row["verdict"] == "not tested" and "all 10 seeds of bce" in row["reason"]


def test_seeds_are_alike_at_the_look_that_has_no_others():
    """Of 5 seeds all, of 10 half: the second look is judged."""
    values = make_values(bce=LOW, ce=[0.95] * 5 + HIGH[5:])
    values["same_as"] = [*range(10), *[0] * 5, *range(5, 10)]
    claims = {"a": claim("greater", (CE, BCE))}
    first, _ = judge(claims, measured(values[values["seed"] < 5]), Plan((5, 10)))
    assert "all 5 seeds of ce, round 1 are identical" in first["reason"][0]
    both, _ = judge(claims, measured(values), Plan((5, 10)))
    assert (both["verdict"][0], both["look"][0]) == ("supported", 2)


def test_splits_that_are_alike_ask_for_the_data():
    runs = by_program(make_runs(splits=range(10)))
    over_splits = measured(ALIKE, runs, protocol=SPLITS, data={"d": TENTH})
    judged = judge({"a": claim("greater", (CE, BCE))}, over_splits)[0]
    assert judged["reason"][0] == (
        "all 10 splits of ce, round 1 are identical: does the program read {data} or {npz}?"
    )
    compared = compare_levels(TABLES, over_splits, CELLS)
    assert "all 10 splits of loss ce, round 1" in compared["refused"][0]


def test_no_level_is_compared_and_no_interval_taken_of_seeds_that_are_alike():
    (row,) = compare_levels(TABLES, measured(ALIKE), CELLS).to_dict("records")
    assert row["refused"].startswith("all 10 seeds of loss ce, round 1 are identical: ")
    assert np.isnan(row["p_value"]) and np.isnan(row["p_holm"]) and np.isnan(row["low"])
    levels = describe_levels(TABLES, measured(ALIKE)).set_index("level")
    assert levels["n"].tolist() == [10, 1] and levels.loc["ce", "mean"] == 0.95
    assert levels.loc["ce", ["sd", "low", "high"]].isna().all()
    assert len(levels.loc["ce", "values"].split()) == 10
    assert describe_posterior(
        TABLES, CELLS, {"val_accuracy": 0.01}, {"seeds": measured(ALIKE)}
    ).empty


def test_ties_in_one_metric_alone_are_judged_as_before():
    """Also where some seeds are alike, but not all."""
    plain = ALIKE.drop(columns="same_as")
    some = ALIKE.assign(same_as=[*range(10), *[0] * 9, 9])
    claims = {"a": claim("greater", (CE, BCE)), "b": claim("equivalent", (CE, BCE), margin=0.01)}
    for values in (plain, some):
        frame = judge(claims, measured(values))[0]
        assert frame["verdict"].tolist() == ["supported", "contradicted"]
        assert compare_levels(TABLES, measured(values), CELLS)["refused"].isna().all()
        assert describe_levels(TABLES, measured(values))["n"].tolist() == [10, 10]


# ---- Through Snakemake --------------------------------------------------------------------------

PROGRAM = """
import sys
with open(sys.argv[3] + "/metrics.csv", "w") as file:
    file.write(f"epoch,val_accuracy\\n1,{0.5 + float(sys.argv[1])}\\n")
"""


def test_a_program_that_does_not_use_its_seed_gets_no_verdict(tmp_path):
    np.savez(tmp_path / "tiny.npz", **tiny_arrays())
    (tmp_path / "program.py").write_text(PROGRAM)
    side = {"cell": {"rate": 0.02}, "round": 1}
    study = {
        "dataset": "tiny",
        "datasets": {"tiny": {"kind": "npz", "path": "tiny.npz"}},
        "program": {
            "command": "python program.py {rate} {seed} {output}",
            "files": ["program.py"],
            "parameters": {"rate": 0.01},
        },
        "grid": {"rate": [0.01, 0.02]},
        "epochs_per_round": 1,
        "seeds": 10,
        "seeds_per_job": 10,
        "resample": 2,
        "tables": {"rates": {"vary": "rate"}},
        "claims": {
            "faster": {
                "sentence": "A higher rate is better.",
                "metric": "val_accuracy",
                "factor": "rate",
                "expect": "greater",
                "compare": [[side, side | {"cell": {}}]],
            }
        },
    }
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study))
    done = snakemake(tmp_path)
    assert done.returncode == 0, done.stdout
    results = tmp_path / "results" / "tiny"
    question = "are identical: does the program use {seed}?"
    (row,) = read_csv(results / "fixed" / "claims.csv")
    assert (row["verdict"], row["p_value"]) == ("not tested", "")
    assert row["reason"] == f"all 10 seeds of rate 0.02, round 1 {question}"
    for name in ("fixed/comparisons", "statistics/effects"):
        (row,) = read_csv(results / f"{name}.csv")
        assert row["refused"].startswith("all 10 seeds of ") and row["refused"].endswith(question)
    assert read_csv(results / "statistics" / "marginal_means.csv") == []
    assert [row["n"] for row in read_csv(results / "fixed" / "levels.csv")] == ["1", "1"]
    assert [row["same_as"] for row in read_csv(results / "fixed" / "values.csv")] == ["0"] * 20
    (row,) = read_csv(results / "splits" / "claims.csv")
    assert (row["verdict"], row["reason"]) == (
        "not tested",
        "all 2 splits of rate 0.02, round 1 are identical: does the program read {data} or {npz}?",
    )
    (row,) = read_csv(results / "splits" / "comparisons.csv")
    assert row["refused"].startswith("all 2 splits of rate 0.02, round 1 are identical")
    assert read_csv(results / "statistics" / "noise.csv") == []
    html = pages(results)
    assert html.count("identical: does the program use {seed}?") >= 3
    said = snakemake(tmp_path, "check_claims").stdout
    assert f"faster  not tested: all 10 seeds of rate 0.02, round 1 {question}" in said
