"""Verdicts of tuned sides: what tuning adds to their noise, and where trials do not reach them."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from measurements import (
    BCE,
    CE,
    HIGH,
    LOW,
    PARAMETERS,
    claim,
    make_runs,
    make_table,
    make_values,
    measured,
)
from studies import default_study

from study.analysis.claims import judge
from study.analysis.comparisons import compare_levels
from study.analysis.measured import Measured, Trials
from study.analysis.table_noise import describe_noise, describe_posterior
from study.analysis.verdict_changes import Judged, collect_verdicts
from study.design.cell import Cell
from study.design.protocols import PROTOCOLS
from study.report.plan_words import untuned_lines

LATER = replace(CE, rounds=[3], title="ce, round 3")
RISES = claim("greater", (LATER, CE), factor="round")
VALUES = make_values(bce={1: LOW, 3: LOW}, ce={1: LOW, 3: HIGH})
ENDED = (
    "trials end with round 1 (tune.round), so what tuning adds to the noise of round 3 is not known"
)
CELLS = {name: Cell(parameters, 3, 30, 0) for name, parameters in PARAMETERS.items()}
TABLES = {
    f"table{number}": make_table("loss", ["bce", "ce"], ["bce", "ce"], number) for number in (1, 3)
}


def trials_of(worth: dict[int, tuple[float, float]], choice=((0.9, 0.7), (0.8, 0.8))):
    """The trials.csv of a side: two trials with two tuning seeds, a row a round.

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


def tuning(ce: dict, bce: dict) -> Trials:
    clear = ((0.9, 0.9), (0.1, 0.1))  # both seeds choose trial 0
    of_cell = {"ce": trials_of(ce), "bce": trials_of(bce, clear)}
    return Trials("final_val_roc_auc", max(ce), 2, of_cell)


# BCE's choice is clear. By one of its two tuning seeds CE would have a trial that rises by 0.05 to
# 0.90, by the other one that rises by 0.08 to 0.93.
REACHED = tuning({1: (0.85, 0.85), 3: (0.90, 0.93)}, {1: (0.9, 0.9), 3: (0.9, 0.9)})
SHORT = tuning({1: (0.90, 0.93)}, {1: (0.9, 0.9)})


def tuned(trials: Trials, values: pd.DataFrame = VALUES) -> Measured:
    return measured(values, protocol=PROTOCOLS["tuned"], trials=trials)


def test_a_change_over_rounds_has_the_noise_of_the_trials_change():
    """Half of 0.08 - 0.05 is the choice's deviation: 0.015.

    The differences are 0.059, 0.057 to 0.041: their mean 0.05, their standard error 0.0019149. So
    the mean's is √(0.0019149² + 0.015²) = 0.0151217, and with t(9) = 2.262157 the interval 0.05 ±
    0.034208.
    """
    claims, pairs = judge({"a": RISES}, tuned(REACHED))
    row = pairs.iloc[0]
    assert [row["low"], row["high"]] == pytest.approx([0.015792, 0.084208], abs=4e-4)
    assert claims.loc[0, "p_value"] == pytest.approx(0.0091, abs=2e-4)
    assert math.isnan(row["p_sign_flip"])  # of which the choice is not a part


def test_trials_add_nothing_to_sides_that_are_not_tuned():
    with_trials = judge({"a": RISES}, measured(VALUES, trials=REACHED))
    for frame, other in zip(with_trials, judge({"a": RISES}, measured(VALUES))):
        pd.testing.assert_frame_equal(frame, other)


def test_a_claim_on_rounds_that_trials_do_not_reach_has_no_verdict():
    """Nor any number, also where one of its rounds is reached, and it says why."""
    ahead = replace(BCE, rounds=[3], title="bce, round 3")
    later = {"b": claim("greater", (LATER, ahead))}
    change = replace(CE, rounds=[1, 3]), replace(BCE, rounds=[1, 3])
    reached = {"d": claim("less", (CE, BCE))}
    all_claims = {"a": RISES} | later | {"c": claim("greater", change)} | reached
    claims, pairs = judge(all_claims, tuned(SHORT))
    claims, pairs = claims.set_index("claim"), pairs.set_index("claim")
    for name in "abc":
        assert (claims.loc[name, "verdict"], claims.loc[name, "reason"]) == ("not tested", ENDED)
        assert math.isnan(claims.loc[name, "p_value"]) and math.isnan(pairs.loc[name, "difference"])
    assert (claims.loc["d", "verdict"], claims.loc["d", "tests"]) == ("no signal", 1)
    fixed = judge(all_claims, measured(VALUES))[0]
    assert set(fixed["verdict"]) == {"supported", "no signal"}


def test_a_metric_that_trials_do_not_have_has_no_verdict():
    without = {name: frame.drop(columns="val_accuracy") for name, frame in SHORT.of_cell.items()}
    empty = {name: frame.assign(val_accuracy=np.nan) for name, frame in SHORT.of_cell.items()}
    for of_cell in (without, empty):
        trials = replace(SHORT, of_cell=of_cell)
        claims, _ = judge({"a": claim("less", (CE, BCE))}, tuned(trials))
        assert claims["verdict"].tolist() == ["not tested"]
        assert claims["reason"][0].startswith(
            "the trials do not all have val_accuracy, so what tuning"
        )


def compared(about: Measured) -> pd.DataFrame:
    rows = compare_levels(TABLES, about, CELLS)
    return rows.set_index(["table", "metric"])


def test_a_comparison_that_trials_do_not_reach_has_no_numbers():
    rows = compared(tuned(SHORT, VALUES.assign(val_loss=0.3)))
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
    def sources(trials: Trials) -> dict:
        found = describe_noise(TABLES, CELLS, measured(VALUES, trials=trials), None)
        by_table = found.groupby("table")
        return {table: dict(zip(rows["source"], rows["sd"])) for table, rows in by_table}

    short = sources(SHORT)
    assert set(short["table1"]) == {"seed", "tuning"} and set(short["table3"]) == {"seed"}
    assert short["table1"]["tuning"] == pytest.approx(0.015, rel=0.01)
    assert sources(REACHED)["table3"]["tuning"] == pytest.approx(0.015, rel=0.01)
    # cells that differ in what is tuned are one side, of which there is nothing to tell apart
    one = replace(SHORT, of_cell=dict.fromkeys(("ce", "bce"), SHORT.of_cell["ce"]))
    assert set(sources(one)["table1"]) == {"seed"}


def test_verdicts_beside_each_other_say_why_there_is_none():
    fixed, short = (
        Judged(*judge({"a": RISES}, about), compared(about).reset_index())
        for about in (measured(VALUES), tuned(SHORT))
    )
    found = collect_verdicts({"fixed": fixed, "tuned": short})
    claims = found[found["kind"] == "claim"].set_index("protocol")
    assert claims["verdict"].to_dict() == {"fixed": "supported", "tuned": "not tested"}
    assert claims.loc["tuned", "reason"] == ENDED and pd.isna(claims.loc["fixed", "reason"])
    assert claims.loc["fixed", "difference"] == pytest.approx(0.05)
    tables = found[(found["kind"] == "comparison") & (found["protocol"] == "tuned")]
    reasons = dict(zip(tables["name"], tables["reason"]))
    assert reasons["table3"] == ENDED and pd.isna(reasons["table1"])


# ---- Sides that are not to be compared ----------------------------------------------------------


def described(about: Measured) -> list[pd.DataFrame]:
    by_unit = {"seeds": about}
    return [
        describe_noise(TABLES, CELLS, about, None),
        describe_posterior(TABLES, CELLS, {"val_accuracy": 0.01}, by_unit),
    ]


def test_no_noise_and_no_probability_of_sides_that_differ_in_more():
    assert all(set(frame["table"]) == {"table1", "table3"} for frame in described(measured(VALUES)))
    assert all(frame.empty for frame in described(measured(VALUES, make_runs(data="other"))))


def test_no_noise_and_no_probability_of_a_side_that_is_not_trained():
    values = VALUES[(VALUES["cell"] == "bce") | (VALUES["round"] == 1)]
    for frame in described(measured(values)):
        assert set(frame["table"]) == {"table1"}


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
