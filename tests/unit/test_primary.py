"""The protocol whose verdicts count, and what stands beside a verdict: checks, moves, edges."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from check_claims import verdict_lines
from measurements import BCE, CE, HIGH, LOW, NEAR, TENTH, claim, make_values, measured
from studies import default_study

from study.analysis.claims import judge
from study.analysis.pairs import is_below_one_sample, sample_share
from study.analysis.verdict_changes import VERDICT_COLUMNS, move
from study.design.judged_claims import judged_claims
from study.report.claim_words import hypothesis_words
from study.report.sections.claims import claim_items
from study.report.sections.fair import counts_of_changes, has_moved, moved_words
from study.snake.result_jobs import primary_file
from study.store.errors import UserError

TUNE = {"space": {"learning_rate": [0.001, 0.01]}}
RATES = [{"cell": {"learning_rate": rate}, "round": 1} for rate in (0.01, 0.001)]
ABOUT_RATES = {
    "sentence": "A higher rate is better.",
    "metric": "val_accuracy",
    "factor": "learning_rate",
    "expect": "greater",
    "compare": [RATES],
}
VALUES = make_values(bce=LOW, ce=HIGH)


# ---- Which protocol counts ----------------------------------------------------------------------


def test_verdicts_on_tuned_sides_count_where_a_study_tunes():
    assert default_study().primary.name == "fixed"
    assert default_study(resample=2).primary.name == "fixed"
    study = default_study(tune=TUNE, resample=2)
    assert study.primary.name == "tuned"
    assert primary_file(study, "claims.csv") == f"{study.made}/tuned/claims.csv"
    assert default_study(tune=TUNE, verdicts="fixed").primary.name == "fixed"
    assert default_study(resample=2, verdicts="splits").primary.splits
    # where trials are not there yet, a page is made of the rest
    without = replace(study, tuning=None)
    assert (without.primary.name, without.is_pending, study.is_pending) == ("fixed", True, False)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"verdicts": "tuned"}, "verdicts: tuned needs `tune`, .* or write fixed"),
        ({"verdicts": "splits"}, "other splits; write resample: 10, or verdicts: fixed"),
        ({"verdicts": "tuned_splits", "tune": TUNE}, "write resample: 10, or verdicts: tuned"),
        ({"verdicts": "tunned"}, "did you mean 'tuned'"),
        (
            {"tune": TUNE, "claims": {"rates": ABOUT_RATES | {"required": True}}},
            "claims.rates.required: its factor, learning_rate, is tuned, .* verdicts: fixed, or",
        ),
    ],
)
def test_a_protocol_that_does_not_fit_is_refused(changes, message):
    with pytest.raises(UserError, match=message):
        default_study(**changes)


def test_what_is_required_may_be_about_what_is_tuned_where_fixed_verdicts_count():
    claims = {"rates": ABOUT_RATES | {"required": True}}
    default_study(tune=TUNE, verdicts="fixed", claims=claims)


def test_a_claim_on_what_is_tuned_is_listed_and_not_judged():
    claims = {"rates": claim("greater", (CE, BCE), factor="learning_rate")}
    claims |= {"losses": claim("greater", (CE, BCE))}
    judged, pairs = judge(claims, measured(VALUES), left_out=["rates"])
    rates, losses = judged.to_dict("records")
    assert (rates["verdict"], rates["reason"]) == (
        "not tested",
        "its factor, learning rate, is tuned",
    )
    assert math.isnan(rates["p_adjusted"]) and (losses["verdict"], losses["tests"]) == (
        "supported",
        1,
    )
    assert pairs["claim"].tolist() == ["rates", "losses"] and math.isnan(pairs["n"][0])
    fixed = pd.DataFrame({"claim": [*claims], "verdict": ["no signal", "supported"]})
    lines = verdict_lines(judged, pairs, fixed)
    assert lines == [
        "rates   not tested: its factor, learning rate, is tuned; with fixed values no signal",
        "  It is so.",
        "losses  supported: with fixed values supported",
        "  It is so. +5.00 [+4.57, +5.43] percentage points",
        "2 claims: 1 supported, 1 not tested",
    ]


def test_words_of_a_tuned_difference_do_not_name_what_is_tuned():
    sides = [{"cell": {"loss": loss, "learning_rate": 0.01}, "round": 1} for loss in ("ce", "bce")]
    config = {"claims": {"losses": ABOUT_RATES | {"factor": "loss", "compare": [sides]}}}
    changes = {"tune": TUNE} | config
    (first, _), *_ = judged_claims(default_study(**changes))["losses"].compare
    assert first.changes == {"loss": "ce"}
    (first, _), *_ = judged_claims(default_study(**changes, verdicts="fixed"))["losses"].compare
    assert first.changes == {"loss": "ce", "learning_rate": 0.01}


# ---- Whether a difference moved -----------------------------------------------------------------


def test_how_far_a_difference_moved_by_hand():
    """0.02, 0 and 0.02: mean 0.0133333, error 0.0066667, so t = 2 with p = 1 - 2/√6.

    An added deviation as large as the error makes it √2, with p = 1 - √2/2. t(2) is 4.302653.
    """
    before, after = "0:0.01 1:0.02 2:0.03 4:0.5", "0:0.03 1:0.02 2:0.05 3:0.9"
    found = move(before, after, 0.0)
    assert found["moved"] == pytest.approx(0.04 / 3)
    assert found["p_moved"] == pytest.approx(1 - 2 / math.sqrt(6))
    assert found["moved_high"] - found["moved"] == pytest.approx(4.302653 / 150, rel=1e-6)
    wider = move(before, after, 1 / 150)
    assert wider["p_moved"] == pytest.approx(1 - math.sqrt(2) / 2)
    assert wider["moved_high"] - wider["moved"] == pytest.approx(
        4.302653 * math.sqrt(2) / 150, rel=1e-6
    )
    assert move(before, before, 0.0)["p_moved"] == 1
    assert math.isnan(move("", after, 0.0)["p_moved"])


def verdict_row(name: str, protocol: str, verdict: str, low: float, high: float, **more) -> dict:
    row = {"kind": "claim", "name": name, "protocol": protocol, "metric": "val_accuracy"}
    return row | {"verdict": verdict, "low": low, "high": high} | more


def test_a_wider_interval_is_not_a_difference_that_moved():
    row = {
        "metric": "val_accuracy",
        "low": 0.01,
        "high": 0.02,
        "low_then": -0.01,
        "high_then": 0.03,
    }
    row |= {"p_moved": np.nan, "p_moved_then": 0.4, "moved_then": 0.001}
    row |= {"moved_low_then": -0.002, "moved_high_then": 0.004}
    assert not has_moved(row)
    assert moved_words(row) == (
        "from fixed to tuned sides the difference did not clearly move (+0.10 [−0.20, +0.40]); only"
        " its interval is wider"
    )
    narrower = row | {"low_then": 0.011, "high_then": 0.015}
    assert "wider" not in moved_words(narrower)
    assert moved_words(row | {"p_moved_then": 0.01}) == (
        "from fixed to tuned sides the difference itself moved by +0.10 [−0.20, +0.40]"
    )
    assert moved_words(row | {"p_moved_then": np.nan}) == ""


# ---- Values at an edge, and differences below one sample ----------------------------------------


def test_what_is_chosen_at_an_edge_is_not_counted_among_what_holds():
    """Of two verdicts that are the same where sides are tuned, one is of a side at an edge."""
    rows = [
        verdict_row(name, protocol, "supported", 0.01, 0.02, edge=edge)
        for name, edges in (
            ("a", ("", "learning_rate is the highest tried for CE")),
            ("b", ("", "")),
        )
        for protocol, edge in zip(("fixed", "tuned"), edges)
    ]
    verdicts = pd.DataFrame(rows, columns=list(VERDICT_COLUMNS))
    claims = {"a": claim("greater", (CE, BCE)), "b": claim("less", (CE, BCE))}
    for primary, check in (("fixed", "tuned"), ("tuned", "fixed")):
        assert "1 of 2 decided claims keeps its verdict and 1 does so with a value at the edge" in (
            counts_of_changes(verdicts, check, claims, primary)
        )


def test_an_edge_stands_beside_the_verdict():
    edges = {"ce": {"learning_rate": "highest"}}
    claims, pairs = judge({"a": claim("greater", (CE, BCE))}, measured(VALUES, edges=edges))
    edge = "learning_rate is the highest tried for ce, round 1"
    assert pairs["edge"].tolist() == [edge]
    assert verdict_lines(claims, pairs)[0] == f"a  supported: not tuned: {edge}"
    assert claim_items(claims, pairs, 10)[0]["edge"] == edge


def test_a_difference_below_one_sample():
    """Of 10 validation samples one is 0.1; of 100 training samples, of which CE has half, 0.02."""
    data = {"d": TENTH}
    small = measured(VALUES, data=data)
    claims, pairs = judge({"a": claim("greater", (CE, BCE))}, small)
    assert pairs["one_sample"][0] == 0.1 and is_below_one_sample(pairs.iloc[0].to_dict())
    assert verdict_lines(claims, pairs)[0] == "a  supported: smaller than one sample"
    assert claim_items(claims, pairs, 10)[0]["pairs"][0]["small"] == "smaller than one sample"
    half = replace(CE, parameters=CE.parameters | {"train_share": 0.5})
    assert sample_share("train_accuracy", (half, BCE), TENTH) == 0.02
    assert sample_share("final_val_accuracy", (half, BCE), TENTH) == 0.1
    for metric in (
        "val_loss",
        "accuracy_gap",
        "final_val_balanced_accuracy",
        "final_test_accuracy",
    ):
        assert math.isnan(sample_share(metric, (half, BCE), TENTH))  # there is no test split
    assert math.isnan(sample_share("val_accuracy", (half, BCE), None))
    # as large as one sample, and none at all, are not smaller; nor where nothing is known
    assert not is_below_one_sample({"difference": 0.1, "one_sample": 0.1})
    assert not is_below_one_sample({"difference": 0.0, "one_sample": 0.1})
    assert not is_below_one_sample({"difference": 0.05})


# ---- Whose p-value it is ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expect", "margin", "ce", "words"),
    [
        ("equivalent", 0.01, NEAR, "for “within ±1 percentage point”"),
        ("equivalent", 0.01, HIGH, "for “not within ±1 percentage point”"),
        ("not_greater", 0.02, NEAR, "for “below 2 percentage points”"),
        ("greater", 0.01, HIGH, "for “above 1 percentage point”"),
        ("greater", 0, HIGH, ""),
    ],
)
def test_a_p_value_names_its_hypothesis(expect, margin, ce, words):
    about = claim(expect, (CE, BCE), **({"margin": margin} if margin else {}))
    claims, pairs = judge({"a": about}, measured(make_values(bce=LOW, ce=ce)))
    assert hypothesis_words(about, pairs.to_dict("records")) == words
    assert claim_items(claims, pairs, 10)[0]["p_of"] == words
