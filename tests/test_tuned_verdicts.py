"""Verdicts of tuned sides: what tuning adds to their noise, and where trials do not reach them."""

import math

import numpy as np
import pandas as pd
import pytest
from print_plan import untuned_lines
from test_cells import default_study
from test_claims import BCE, CE, HIGH, LOW, claim, make_runs, make_values

from study.analysis.claims import judge
from study.analysis.comparisons import compare_levels
from study.analysis.table_noise import describe_noise
from study.analysis.verdict_changes import collect_verdicts
from study.next_look import decide_look
from study.parameters import DEFAULTS
from study.report.sections.fair import claim_rows, counts_of_changes, not_compared

LATER = CE | {"rounds": [3], "title": "ce, round 3"}
RISES = claim("greater", (LATER, CE), factor="round")
VALUES = make_values(bce={1: LOW, 3: LOW}, ce={1: LOW, 3: HIGH})
ENDED = (
    "trials end with round 1 (tune.round), so what tuning adds to the noise of round 3 is not known"
)


def trials_of(worth: dict[int, tuple[float, float]], choice=((0.9, 0.7), (0.8, 0.8))):
    """The trials.csv of an arm: two trials with two tuning seeds, a row a round.

    Args:
        worth: round -> the accuracy of each trial, the same of both seeds.
        choice: of each trial, each seed's validation AUC after any round, by which it is chosen: of
            these, seed 0 alone would choose trial 0 and seed 1 alone trial 1.
    """
    rows = [
        {"trial": trial, "round": number, "seed": 1_000_000 + seed}
        | {"val_accuracy": accuracy, "final_val_roc_auc": choice[trial][seed]}
        for number, accuracies in worth.items()
        for trial, accuracy in enumerate(accuracies)
        for seed in range(2)
    ]
    return pd.DataFrame(rows)


def tuning(ce: dict, bce: dict) -> dict:
    clear = ((0.9, 0.9), (0.1, 0.1))  # both seeds choose trial 0
    trials = {"ce": trials_of(ce), "bce": trials_of(bce, clear)}
    return {"metric": "final_val_roc_auc", "count": 2, "trials": trials}


# BCE's choice is clear. By one of its two tuning seeds CE would have a trial that rises by 0.05 to
# 0.90, by the other one that rises by 0.08 to 0.93.
REACHED = tuning({1: (0.85, 0.85), 3: (0.90, 0.93)}, {1: (0.9, 0.9), 3: (0.9, 0.9)})
SHORT = tuning({1: (0.90, 0.93)}, {1: (0.9, 0.9)})


def test_a_change_over_rounds_has_the_noise_of_the_trials_change():
    """Half of 0.08 - 0.05 is the choice's deviation: 0.015.

    The differences are 0.059, 0.057 to 0.041: their mean 0.05, their standard error 0.0019149. So
    the mean's is √(0.0019149² + 0.015²) = 0.0151217, and with t(9) = 2.262157 the interval 0.05 ±
    0.034208.
    """
    claims, pairs = judge({"a": RISES}, VALUES, make_runs(), tuning=REACHED)
    row = pairs.iloc[0]
    assert [row["low"], row["high"]] == pytest.approx([0.015792, 0.084208], abs=4e-4)
    assert claims.loc[0, "p_value"] == pytest.approx(0.0091, abs=2e-4)


def test_a_claim_on_rounds_that_trials_do_not_reach_has_no_verdict():
    """Nor any number, also where one of its rounds is reached, and it says why."""
    later = {"b": claim("greater", (LATER, BCE | {"rounds": [3], "title": "bce, round 3"}))}
    changes = {"c": claim("greater", (CE | {"rounds": [1, 3]}, BCE | {"rounds": [1, 3]}))}
    reached = {"d": claim("less", (CE, BCE))}
    all_claims = {"a": RISES} | later | changes | reached
    claims, pairs = judge(all_claims, VALUES, make_runs(), tuning=SHORT)
    claims, pairs = claims.set_index("claim"), pairs.set_index("claim")
    for name in "abc":
        assert (claims.loc[name, "verdict"], claims.loc[name, "reason"]) == ("not tested", ENDED)
        assert math.isnan(claims.loc[name, "p_value"]) and math.isnan(pairs.loc[name, "difference"])
    assert (claims.loc["d", "verdict"], claims.loc["d", "tests"]) == ("undecided", 1)
    assert set(judge(all_claims, VALUES, make_runs())[0]["verdict"]) == {"supported", "undecided"}


def test_a_metric_that_trials_do_not_have_has_no_verdict():
    without = {name: frame.drop(columns="val_accuracy") for name, frame in SHORT["trials"].items()}
    empty = {name: frame.assign(val_accuracy=np.nan) for name, frame in SHORT["trials"].items()}
    for trials in (without, empty):
        (row,) = judge(
            {"a": claim("less", (CE, BCE))}, VALUES, make_runs(), tuning=SHORT | {"trials": trials}
        )[0].to_dict("records")
        assert row["verdict"] == "not tested"
        assert row["reason"].startswith("the trials do not all have val_accuracy, so what tuning")


TABLES = {
    f"table{number}": {
        "vary": "loss", "levels": ["bce", "ce"], "round": number, "cells": ["bce", "ce"],
        "along": {"loss": {}},
    }
    for number in (1, 3)
}  # fmt: skip
CELLS = {name: DEFAULTS | {"loss": name, "epochs": 30} for name in ("bce", "ce")}


def compared(trials: dict) -> pd.DataFrame:
    values = VALUES.assign(val_loss=0.3)
    rows = compare_levels(TABLES, values, make_runs(), {}, CELLS, tuning=trials)
    return rows.set_index(["table", "metric"])


def test_a_comparison_that_trials_do_not_reach_has_no_numbers():
    rows = compared(SHORT)
    # of round 1 both sides are LOW: 0 ± 2.262157 × 0.015, by the choice alone
    reached = rows.loc["table1", "val_accuracy"]
    assert [reached["low"], reached["high"]] == pytest.approx([-0.03393, 0.03393], abs=4e-4)
    beyond = rows.loc["table3", "val_accuracy"]
    assert beyond["refused"] == ENDED
    assert beyond[["difference", "p_value", "p_holm", "low_adjusted"]].isna().all()
    missing = rows.loc["table1", "val_loss"]
    assert missing["refused"].startswith("the trials do not all have val_loss")
    assert math.isnan(missing["p_holm"])


def test_the_noise_of_tuning_is_left_out_where_trials_do_not_reach():
    def sources(trials: dict) -> dict:
        found = describe_noise(TABLES, VALUES, None, {}, None, trials)
        return {table: dict(zip(rows["source"], rows["sd"])) for table, rows in
                found.groupby("table")}  # fmt: skip

    short = sources(SHORT)
    assert set(short["table1"]) == {"seed", "tuning"} and set(short["table3"]) == {"seed"}
    assert short["table1"]["tuning"] == pytest.approx(0.015, rel=0.01)
    assert sources(REACHED)["table3"]["tuning"] == pytest.approx(0.015, rel=0.01)
    # cells that differ in what is tuned are one arm, of which there is nothing to tell apart
    one = SHORT | {"trials": dict.fromkeys(("ce", "bce"), SHORT["trials"]["ce"])}
    assert set(sources(one)["table1"]) == {"seed"}


def test_verdicts_beside_each_other_say_why_there_is_none():
    fixed, short = (
        dict(zip(("claims", "pairs"), judge({"a": RISES}, VALUES, make_runs(), tuning=trials)))
        | {"comparisons": compared(trials).reset_index()}
        for trials in (None, SHORT)
    )
    found = collect_verdicts({"fixed": fixed, "tuned": short})
    study = {"claims": {"a": RISES}, "tables": TABLES}
    (row,) = claim_rows(found, ["fixed", "tuned"], study)
    assert [cell["verdict"] for cell in row["cells"]] == ["supported", "not tested"]
    assert row["cells"][0]["text"].startswith("+5.00 [") and row["cells"][1]["text"] == ENDED
    assert counts_of_changes(found, "tuned") == (
        "Where each side is tuned, of 1 decided claim 0 keep their verdict and 1 has no verdict."
    )
    lines = not_compared(found, study)
    assert f"Tuned: Table 2 (table3), because {ENDED}" in lines


def test_a_claim_without_a_tuned_verdict_is_decided_by_the_fixed_one():
    study = {"claims": {"a": RISES}, "looks": [5, 10], "look": 1, "decided_for": "d"}
    study |= {"cell_seeds": {"ce": 5}}
    judged = [pd.DataFrame({"claim": ["a"], "verdict": [word]}) for word in
              ("supported", "not tested")]  # fmt: skip
    assert decide_look(study, judged)["decided"] == ["a"]
    assert decide_look(study, judged[1:])["decided"] == []


def test_the_plan_names_what_trials_do_not_reach():
    """Of the default study's 23 claims 17 are on a later round than the first."""
    tune = {"space": {"learning_rate": [0.001, 0.01]}}
    first, *lines = untuned_lines(default_study(tune=tune | {"round": 1}))
    assert first == "without a tuned verdict, because trials end with round 1 (tune.round):"
    assert "  ce_val_accuracy_rises: round 3" in lines
    tables = [line for line in lines if line.startswith("  Table")]
    assert tables == [f"  Table {number}: round 3" for number in (2, 4, 6)]
    assert len(lines) - len(tables) == 17
    assert untuned_lines(default_study(tune=tune))[1:] == [
        "  fourth_round_train_accuracy: round 4",
        "  fourth_round_val_accuracy: round 4",
    ]
    assert untuned_lines(default_study()) == []
    losses = {"space": {"loss": ["bce", "ce"]}, "round": 1}  # has no tuned verdicts anyway
    assert not any("Table 2" in line for line in untuned_lines(default_study(tune=losses)))
