"""The published example's differences of tuned sides, and on other splits, worked out again."""

import math

import numpy as np
import pytest
from published import EXAMPLE, IMAGES, STUDY, holm, read
from published_protocols import PROTOCOLS, RATES, comparisons, verdicts
from scipy import stats


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_differences_and_intervals(protocol):
    splits = "splits" in protocol
    share = IMAGES["val"] / IMAGES["train"] if splits else 0
    for row, differences in comparisons(protocol):
        n = STUDY["resample"] if splits else STUDY["seeds"]
        assert int(row["n"]) == len(differences) == n
        assert float(row["difference"]) == pytest.approx(np.mean(differences), abs=1e-11)
        if splits and row["metric"].startswith("final_test_"):
            assert row["p_value"] == row["low"] == ""  # whose level no such test keeps
            continue
        half = stats.t.ppf(0.975, n - 1) * np.std(differences, ddof=1) * math.sqrt(1 / n + share)
        found = (float(row["high"]) - float(row["low"])) / 2
        assert found >= half * (1 - 1e-6)  # what tuning may have chosen makes it wider
        if protocol == "splits":
            assert found == pytest.approx(half, rel=1e-9)
        outside = not float(row["low_adjusted"]) <= 0 <= float(row["high_adjusted"])
        assert outside == (float(row["p_holm"]) <= 0.05), row


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_claims_are_adjusted_together(protocol):
    """p by Holm, over each test once, and each interval at the level of its p."""
    rows = {row["claim"]: row for row in read(EXAMPLE / protocol / "claims.csv")}
    pairs = read(EXAMPLE / protocol / "claim_pairs.csv")
    tests = {}  # of which claims may be one in other words
    for name in rows:
        compared = tuple(pair["differences"] for pair in pairs if pair["claim"] == name)
        tests[name] = (compared, rows[name]["expect"], rows[name]["margin"])
    p_values = {tests[name]: float(row["p_value"]) for name, row in rows.items() if row["p_value"]}
    adjusted = holm(p_values)
    assert adjusted
    for name, row in rows.items():
        if row["p_value"]:
            assert float(row["tests"]) == len(p_values)
            found = [float(row[key]) for key in ("p_adjusted", "alpha_adjusted")]
            assert found == pytest.approx(adjusted[tests[name]], rel=1e-9)
            decided = row["verdict"] in ("supported", "contradicted")
            assert decided == (float(row["p_adjusted"]) <= 0.05)


def test_verdicts_beside_each_other():
    rows = read(EXAMPLE / "statistics" / "verdicts.csv")
    for protocol in ("fixed", *PROTOCOLS):
        found = {row["name"]: row["verdict"] for row in rows
                 if (row["kind"], row["protocol"]) == ("claim", protocol)}  # fmt: skip
        assert found == verdicts(protocol)


def test_tuned_sides_have_a_rate_that_was_tried():
    rows = read(EXAMPLE / "tuned" / "runs.csv")
    assert {float(row["learning_rate"]) for row in rows} <= {*RATES}
    rates = {}
    for row in rows:
        rates.setdefault((row["cell"], row["place"]), set()).add(float(row["learning_rate"]))
    assert all(len(of_place) == 1 for of_place in rates.values())
    chosen = set().union(*(found for (_, place), found in rates.items() if place == "tuned1"))
    assert min(RATES) < min(chosen) and max(chosen) < max(RATES), "the range is too narrow"


def test_noise_of_the_seeds():
    """The standard deviation over seeds is that of the comparison."""
    spread = {(row["table"], row["level"], row["metric"]): float(row["sd"])
              for row in read(EXAMPLE / "fixed" / "comparisons.csv")}  # fmt: skip
    rows = [row for row in read(EXAMPLE / "statistics" / "noise.csv") if row["source"] == "seed"]
    assert rows
    for row in rows:
        expected = spread[row["table"], row["level"], row["metric"]]
        assert float(row["sd"]) == pytest.approx(expected, rel=1e-6)
        assert float(row["low"]) < expected < float(row["high"])
