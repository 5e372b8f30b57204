"""The published example's differences of tuned sides, and on other splits, worked out again."""

import math

import numpy as np
import pytest
from published import CLAIMS, EXAMPLE, IMAGES, STUDY, holm, read, t_quantile
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


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_claims_on_rounds_that_trials_do_not_reach_have_no_tuned_verdict(protocol):
    """And all others are adjusted without them: p by Holm, each interval at the level of its p."""
    rows = {row["claim"]: row for row in read(EXAMPLE / protocol / "claims.csv")}
    late = {
        name
        for name, claim in CLAIMS.items()
        if max(side["round"] for pair in claim["compare"] for side in pair) > STUDY["rounds"]
    }
    tuned = "tuned" in protocol
    assert late and {name for name, row in rows.items() if row["verdict"] == "not tested"} == (
        late if tuned else set()
    )
    for name in late if tuned else ():
        assert rows[name]["reason"].startswith(f"trials end with round {STUDY['rounds']} ")
        assert rows[name]["p_value"] == rows[name]["p_adjusted"] == ""
    pairs = read(EXAMPLE / protocol / "claim_pairs.csv")
    tests = {}  # of which claims may be one in other words
    for name in rows:
        compared = tuple(pair["differences"] for pair in pairs if pair["claim"] == name)
        tests[name] = (compared, rows[name]["expect"], rows[name]["margin"])
    p_values = {tests[name]: float(row["p_value"]) for name, row in rows.items() if row["p_value"]}
    adjusted = holm(p_values)
    for name, row in rows.items():
        if row["p_value"]:
            assert float(row["tests"]) == len(p_values)
            expected = adjusted[tests[name]]
            found = [float(row[key]) for key in ("p_adjusted", "alpha_adjusted")]
            assert found == pytest.approx(expected, rel=1e-9)
    for pair in pairs:
        if tuned and pair["claim"] in late:
            assert pair["difference"] == pair["low"] == pair["low_adjusted"] == ""
        elif len(CLAIMS[pair["claim"]]["compare"]) == 1:
            wide, plain = (float(pair[f"high{key}"]) - float(pair[f"low{key}"])
                           for key in ("_adjusted", ""))  # fmt: skip
            df, alpha = int(float(pair["n"])) - 1, float(rows[pair["claim"]]["alpha_adjusted"])
            ratio = t_quantile(df, alpha) / t_quantile(df, 0.05)
            assert wide / plain == pytest.approx(ratio, rel=1e-9)


def test_verdicts_beside_each_other():
    rows = read(EXAMPLE / "statistics" / "verdicts.csv")
    reasons = {row["reason"] for row in rows if row["verdict"] == "not tested"}
    assert len(reasons) == 1 and "" not in reasons
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
              for row in read(EXAMPLE / "fixed" / "comparisons.csv")}  # fmt: skip
    rows = [row for row in read(EXAMPLE / "statistics" / "noise.csv") if row["source"] == "seed"]
    assert rows
    for row in rows:
        expected = spread[row["table"], row["level"], row["metric"]]
        assert float(row["sd"]) == pytest.approx(expected, rel=1e-6)
        assert float(row["low"]) < expected < float(row["high"])
