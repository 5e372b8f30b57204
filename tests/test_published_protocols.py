"""The published example's differences of tuned sides, and on other splits, worked out again."""

import math

import numpy as np
import pytest
from published import EXAMPLE, IMAGES, STUDY, read
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
        assert found >= half * (1 - 1e-9)  # what tuning may have chosen makes it wider
        if protocol == "splits":
            assert found == pytest.approx(half, rel=1e-9)
        outside = not float(row["low_adjusted"]) <= 0 <= float(row["high_adjusted"])
        assert outside == (float(row["p_holm"]) <= 0.05), row


def test_verdicts_beside_each_other():
    rows = read(EXAMPLE / "statistics" / "verdicts.csv")
    for protocol in ("fixed", *PROTOCOLS):
        found = {row["name"]: row["verdict"] for row in rows
                 if (row["kind"], row["protocol"]) == ("claim", protocol)}  # fmt: skip
        assert found == verdicts(protocol)


def test_tuned_sides_have_a_rate_that_was_tried():
    rows = read(EXAMPLE / "tuned" / "runs.csv")
    assert {float(row["learning_rate"]) for row in rows} <= {*RATES}
    by_cell = {}
    for row in rows:
        by_cell.setdefault(row["cell"], set()).add(row["learning_rate"])
    assert all(len(rates) == 1 for rates in by_cell.values())


def test_noise_of_the_seeds():
    """The standard deviation over seeds is that of the comparison."""
    spread = {(row["table"], row["level"], row["metric"]): float(row["sd"])
              for row in read(EXAMPLE / "statistics" / "comparisons.csv")}  # fmt: skip
    rows = [row for row in read(EXAMPLE / "statistics" / "noise.csv") if row["source"] == "seed"]
    assert rows
    for row in rows:
        expected = spread[row["table"], row["level"], row["metric"]]
        assert float(row["sd"]) == pytest.approx(expected, rel=1e-6)
        assert float(row["low"]) < expected < float(row["high"])
