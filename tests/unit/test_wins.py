"""How often a side wins, with its interval: by hand, by resamples, and as the page has it."""

import math

import numpy as np
import pytest
from measurements import BCE, CE, claim, make_values, measured

from study.analysis.claims import judge
from study.analysis.interval import Added, Noise
from study.analysis.wins import bootstrap_ends, reading, share_won
from study.report.pair_words import wins_text, wins_words

# Hours of sleep gained with the second drug more than with the first (Student 1908).
SLEEP = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]


def test_nine_won_and_one_tied_by_hand():
    """A resample has T ties, binomial of 10 at 0.1, and a share of 1 - T/20.

    T is above 2 in 7.0% of resamples, above 3 in 1.3%, and 0 in 35%: from 0.85 to 1.
    """
    found = share_won(SLEEP, "higher")
    assert found == {"wins": 0.95, "wins_low": 0.85, "wins_high": 1.0}
    assert share_won(SLEEP, "lower") == {
        "wins": pytest.approx(0.05), "wins_low": 0.0, "wins_high": pytest.approx(0.15),
    }  # fmt: skip
    assert np.isnan(list(share_won(SLEEP, None).values())).all()  # of which no value is better


@pytest.mark.parametrize("counts", [(3, 0, 12), (2, 3, 7), (1, 8, 1), (0, 0, 6), (9, 2, 18)])
def test_the_ends_are_those_of_many_resamples(counts):
    """By the percentiles of a million that are drawn."""
    pairs = sum(counts)
    drawn = np.random.default_rng(0).multinomial(pairs, np.array(counts) / pairs, 1_000_000)
    shares = drawn @ [0, 0.5, 1] / pairs
    expected = np.quantile(shares, [0.025, 0.975], method="inverted_cdf")
    assert bootstrap_ends(*counts) == pytest.approx(expected)


def test_pairs_that_are_not_independent_have_no_interval():
    noise = Noise({"split": Added(share=0.25)})
    found = share_won(SLEEP, "higher", noise)
    assert found["wins"] == 0.95 and math.isnan(found["wins_low"] + found["wins_high"])
    assert math.isnan(share_won([1.0], "higher")["wins_low"])
    assert wins_text(found) == "0.95" and wins_words(found) == ""


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.5, 0.9, "not significant"),
        (0.51, 0.76, "significant and meaningful"),
        (0.51, 0.75, "significant, not meaningful"),
        (0.1, 0.49, "significant and meaningful"),  # of the other side
        (0.25, 0.49, "significant, not meaningful"),
        (math.nan, math.nan, ""),
    ],
)
def test_the_rule_of_bouthillier_and_others(low, high, expected):
    assert reading({"n": 10, "wins_low": low, "wins_high": high}) == expected
    assert reading({"n": 9, "wins_low": low, "wins_high": high}) == ""


def test_a_claims_pair_says_how_often_its_first_side_is_better():
    accuracy = np.linspace(0.90, 0.92, 10)
    values = make_values(bce=[*accuracy], ce=[*(accuracy + np.array(SLEEP) / 100)])
    _, pairs = judge({"a": claim("greater", (CE, BCE))}, measured(values))
    (row,) = pairs.to_dict("records")
    assert [row[key] for key in ("wins", "wins_low", "wins_high")] == [0.95, 0.85, 1]
    assert wins_words(row) == (
        "the first side is better in 9.5 of 10 seeds, ties counted as half: 0.95 [0.85, 1.00],"
        " significant and meaningful (threshold 0.75)"
    )
