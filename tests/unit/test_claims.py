"""Verdicts on claims: each kind, the confound guard, and studies whose truth is known."""

import math
from dataclasses import replace

import numpy as np
import pytest
from measurements import (
    BCE,
    CE,
    HIGH,
    LOW,
    NEAR,
    STEPS,
    claim,
    make_runs,
    make_values,
    measured,
    verdict,
)
from scipy import stats

from study.analysis.claims import judge
from study.analysis.guard import Recorded
from study.analysis.verdicts import VERDICTS
from study.design.claims import Side
from study.settings.parameters import DEFAULTS


@pytest.mark.parametrize(
    ("expect", "keys", "ce", "expected"),
    [
        ("greater", {}, HIGH, "supported"),
        ("less", {}, HIGH, "contradicted"),
        ("greater", {}, NEAR, "no signal"),
        ("equivalent", {"margin": 0.01}, NEAR, "supported"),
        ("equivalent", {"margin": 0.01}, HIGH, "contradicted"),
        ("equivalent", {"margin": 0.05}, HIGH, "borderline"),
        ("not_greater", {"margin": 0.01}, NEAR, "supported"),
        ("not_greater", {"margin": 0.01}, HIGH, "contradicted"),
        ("not_less", {"margin": 0.01}, HIGH, "supported"),
        ("greater", {"margin": 0.01}, HIGH, "supported"),
        ("greater", {"margin": 0.05}, HIGH, "borderline"),
        ("not_less", {"margin": 0.0001}, NEAR, "no signal"),
        ("greater", {}, HIGH[:9], "too few seeds"),
        ("greater", {}, HIGH[:1], "not tested"),
        ("greater", {}, [np.nan] * 10, "not tested"),  # all diverged
    ],
)
def test_verdicts(expect, keys, ce, expected):
    row = verdict({"a": claim(expect, (CE, BCE), **keys)}, make_values(bce=LOW, ce=ce)).loc["a"]
    assert row["verdict"] == expected
    if expected == "not tested":
        assert row["reason"] and math.isnan(row["p_value"])


def test_a_claim_without_runs_is_not_tested():
    row = verdict({"a": claim("greater", (CE, BCE))}, make_values(bce=LOW)).loc["a"]
    assert (row["verdict"], row["reason"]) == ("not tested", "ce, round 1 has not been trained")


@pytest.mark.parametrize(
    ("whole", "why"),
    [
        (HIGH, "only one epoch is left after the warm-up, which cannot be halved"),
        ([np.nan] * 10, "all seeds diverged"),
    ],
)
def test_a_half_of_one_epoch_is_not_tested(whole, why):
    values = make_values(bce=LOW, ce=whole)
    values["val_accuracy_late"] = np.nan
    late = [replace(side, half="late") for side in (CE, BCE)]
    row = verdict({"a": claim("greater", late)}, values).loc["a"]
    assert (row["verdict"], row["reason"]) == ("not tested", f"ce, round 1: {why}")


def test_what_a_verdict_rests_on():
    _, pairs = judge({"a": claim("greater", (CE, BCE))}, measured(make_values(bce=LOW, ce=HIGH)))
    (pair,) = pairs.to_dict("records")
    assert (pair["first"], pair["second"], pair["n"]) == ("ce, round 1", "bce, round 1", 10)
    assert pair["difference"] == pytest.approx(0.05)
    differences = np.array(HIGH) - np.array(LOW)
    assert pair["p_supporting"] == pytest.approx(stats.ttest_1samp(differences, 0).pvalue)
    assert pair["p_contradicting"] == 1 and pair["p_sign_flip"] == 2 / 1024
    seeds = [item.split(":") for item in pair["differences"].split()]
    assert [float(value) for _, value in seeds] == pytest.approx(differences)
    assert "differ in loss alone (bce against ce)" in pair["guard"].replace(
        "ce against bce", "bce against ce"
    )


def test_p_values_are_adjusted_over_the_tests_that_are_made():
    """Three tests, although four claims: b says again what a says. Of e nothing is trained."""
    values = make_values(bce=LOW, ce=HIGH)
    p_value = stats.ttest_rel(HIGH, LOW).pvalue
    claims = {name: claim("greater", (CE, BCE)) for name in "ab"}
    claims["c"] = claim("less", (BCE, CE))
    claims["d"] = claim("greater", (CE, BCE), alpha=0.01)
    claims["e"] = claim("greater", (replace(CE, rounds=[3]), BCE))
    frame = verdict(claims, values)
    assert frame.loc[list("abcd"), "p_adjusted"].tolist() == pytest.approx([3 * p_value] * 4)
    assert frame.loc[list("abcd"), "tests"].tolist() == [3] * 4
    assert math.isnan(frame.loc["e", "p_adjusted"])


def test_differences_in_the_last_bits_are_none():
    ce = list(np.array(LOW) + 1e-16 * (1 + STEPS))
    row = verdict({"a": claim("greater", (CE, BCE))}, make_values(bce=LOW, ce=ce)).loc["a"]
    assert (row["verdict"], row["p_value"]) == ("no signal", 1)


def test_what_is_the_same_in_all_runs_cannot_be_tested():
    claims = {"a": claim("greater", (CE, BCE)), "b": claim("equivalent", (CE, BCE), margin=0.01)}
    frame = verdict(claims, make_values(bce=[1.0] * 12, ce=[1.0] * 12))
    assert frame["verdict"].tolist() == ["not tested", "supported"]
    assert frame.loc["a", "reason"] == (
        "it is 100.00 in all runs of both sides: there is nothing to test"
    )


@pytest.mark.parametrize("order", [1, -1])
def test_what_is_the_same_in_all_runs_keeps_no_other_pair_from_contradicting(order):
    """It is one of two pairs that could; where the other does not either, nothing is said."""
    values = make_values(bce={1: [1.0] * 10, 2: [1.0] * 10, 3: LOW})
    first, second, third = (replace(BCE, rounds=[n], title=f"round {n}") for n in (1, 2, 3))
    pairs = [(second, first), (third, first)][::order]
    claims = {kind: claim(kind, *pairs, factor="round") for kind in ("greater", "less")}
    rows = verdict(claims, values)
    assert rows["verdict"].to_dict() == {"greater": "contradicted", "less": "not tested"}
    assert rows.loc["greater", "reason"] == "it falls (round 3 against round 1)"
    assert rows.loc["less", "reason"].startswith("it is 100.00 in all runs of both sides")
    p_value = 2 * stats.ttest_1samp(np.array(LOW) - 1, 0).pvalue
    assert rows["p_value"].tolist() == pytest.approx([p_value, 1])
    assert rows["p_adjusted"].tolist() == pytest.approx([2 * p_value, 1])


def test_too_few_seeds_say_how_many_are_needed():
    row = verdict({"a": claim("greater", (CE, BCE))}, make_values(bce=LOW[:5], ce=HIGH[:5])).loc[
        "a"
    ]
    assert (row["reason"], row["seeds"]) == ("10 needed; 5 run", 5)
    assert math.isnan(row["p_adjusted"])


@pytest.mark.parametrize(
    ("expect", "margin", "ce", "reason"),
    [
        ("equivalent", 0.01, HIGH, "it is higher by more than 1 percentage point"),
        ("equivalent", 0.01, [2 * 0.9 - value for value in HIGH], "it is lower by more than 1 pe"),
        ("less", 0, HIGH, "it is higher"),
        ("not_greater", 0.005, HIGH, "it is higher by more than 0.5 percentage points"),
        ("less", 0.01, HIGH, "it is not lower by more than 1 percentage point"),
    ],
)
def test_a_contradiction_says_how(expect, margin, ce, reason):
    claims = {"a": claim(expect, (CE, BCE), **({"margin": margin} if margin else {}))}
    row = verdict(claims, make_values(bce=LOW, ce=ce)).loc["a"]
    assert row["verdict"] == "contradicted" and row["reason"].startswith(reason)


def test_the_margin_at_which_a_verdict_flips():
    """A claim with a margin just beyond either number gets the verdict that it says."""
    values = make_values(bce=LOW, ce=HIGH)
    row = verdict({"a": claim("equivalent", (CE, BCE), margin=0.05)}, values).loc["a"]
    assert row["verdict"] == "borderline"
    for key, step, expected in (
        ("supported_above", 1e-6, "supported"), ("supported_above", -1e-6, "borderline"),
        ("contradicted_below", -1e-6, "contradicted"), ("contradicted_below", 1e-6, "borderline"),
    ):  # fmt: skip
        claims = {"a": claim("equivalent", (CE, BCE), margin=row[key] + step)}
        assert verdict(claims, values)["verdict"].tolist() == [expected]


def test_verdicts_are_what_the_intervals_say():
    """Of random studies with several claims of every kind, some of them of two pairs."""
    generator = np.random.default_rng(1)
    cells = {name: DEFAULTS | {"batch_size": 2 + i} for i, name in enumerate("abcd")}
    a, b, c, d = (
        Side(name, [1], title=name, parameters=parameters) for name, parameters in cells.items()
    )
    kinds = ("greater", "less", "equivalent", "not_greater", "not_less")
    claims = {
        f"{kind} {number}": claim(kind, *pairs, factor="batch_size", margin=0.5)
        for kind in kinds
        for number, pairs in enumerate([[(b, a)], [(c, a)], [(d, a)], [(b, a), (c, b)]])
    }
    seen = set()
    for _ in range(8):
        shifts = generator.choice([0, 0.5, 1, 2], 4)
        values = make_values(
            **{name: generator.normal(shift, 0.5, 12) for name, shift in zip("abcd", shifts)}
        )
        judged, pairs = judge(claims, measured(values, make_runs(cells, rounds=(1,))))
        for row in judged.to_dict("records"):
            low, high = {
                "greater": (0.5, math.inf), "less": (-math.inf, -0.5), "equivalent": (-0.5, 0.5),
                "not_greater": (-math.inf, 0.5), "not_less": (-0.5, math.inf),
            }[row["expect"]]  # fmt: skip
            of_claim = pairs[pairs["claim"] == row["claim"]]
            lower, upper = of_claim["low_adjusted"], of_claim["high_adjusted"]
            within = ((lower > low) & (upper < high)).all()
            beyond = ((upper < low) | (lower > high)).any()
            crossing = ((lower <= low) & (low <= upper)) | ((lower <= high) & (high <= upper))
            clear = ((lower > 0) | (upper < 0))[crossing].all()
            undecided = "borderline" if clear else "no signal"
            expected = "supported" if within else "contradicted" if beyond else undecided
            assert row["verdict"] == expected
            seen.add((row["expect"], expected))
    assert len(seen) == 20  # every verdict of every kind


def test_a_metric_that_the_data_do_not_have():
    claims = {"a": claim("greater", (CE, BCE), metric="final_test_accuracy")}
    row = verdict(claims, make_values(bce=LOW, ce=HIGH)).loc["a"]
    assert row["verdict"] == "not tested" and "there is no final_test_accuracy" in row["reason"]


def test_a_claim_of_several_pairs_means_all_of_them():
    rounds = {1: LOW, 2: HIGH, 3: NEAR}
    values = make_values(bce=rounds)
    t_two_one = stats.ttest_rel(HIGH, LOW).pvalue
    t_two_three = stats.ttest_rel(HIGH, NEAR).pvalue
    sides = [replace(BCE, rounds=[number], title=str(number)) for number in (1, 2, 3)]
    first, second, third = sides
    claims = {
        "both": claim("greater", (second, first), (second, third), factor="round"),
        "one": claim("greater", (second, first), (third, first), factor="round"),
        "against": claim("greater", (second, first), (first, second), factor="round"),
    }
    frame = verdict(claims, values)
    assert frame["verdict"].tolist() == ["supported", "no signal", "contradicted"]
    assert frame.loc["against", "reason"] == "it falls (1 against 2)"
    # the second pair decides what supports it, and two pairs could each contradict it
    assert frame.loc["both", "p_value"] == pytest.approx(max(t_two_one, t_two_three))
    assert frame.loc["against", "p_value"] == pytest.approx(2 * t_two_one)


def test_a_change_since_an_earlier_round():
    rise = {1: LOW, 3: list(np.array(LOW) + 0.05 + 0.001 * (STEPS % 3))}
    still = {1: HIGH, 3: HIGH}
    values = make_values(bce=still, ce=rise)
    sides = replace(CE, rounds=[1, 3]), replace(BCE, rounds=[1, 3])
    frame, pairs = judge({"a": claim("greater", sides)}, measured(values))
    assert frame["verdict"][0] == "supported"
    assert pairs["difference"][0] == pytest.approx(0.05 + 0.001 * np.mean(STEPS % 3))


def test_only_seeds_of_both_sides_are_paired():
    ce = [np.nan, *HIGH[1:]]
    frame, pairs = judge(
        {"a": claim("greater", (CE, BCE))}, measured(make_values(bce=LOW[:8], ce=ce))
    )
    assert frame["seeds"][0] == pairs["n"][0] == 7


def test_an_undecided_claim_says_with_how_many_seeds_it_would_be_decided():
    """Half and most of all studies that go on from here; simulated seed by seed."""
    shift = (STEPS - 4.5) / (STEPS - 4.5).std(ddof=1)
    seen = 0.01 * (shift + 0.5)
    row = verdict({"a": claim("greater", (CE, BCE))}, make_values(bce=LOW, ce=LOW + seen)).loc["a"]
    assert row["verdict"] == "no signal"
    generator, studies = np.random.default_rng(5), 4000
    variance = 9 * seen.var(ddof=1) / generator.chisquare(9, studies)
    means = generator.normal(seen.mean(), np.sqrt(variance / 10))
    for key, chance in (("seeds_half", 0.5), ("seeds_most", 0.8)):
        more = int(row[key]) - 10
        new = generator.normal(means, np.sqrt(variance), (more, studies))
        found = stats.ttest_1samp(np.vstack([np.tile(seen[:, None], studies), new]), 0).pvalue
        assert np.mean(found <= 0.05) == pytest.approx(chance, abs=0.03)
    assert 10 < row["seeds_half"] < row["seeds_most"]


def test_no_number_of_seeds_beyond_1000_or_of_differences_that_do_not_vary():
    ce = np.array(LOW) + 0.01 * (STEPS - 4.5)
    row = verdict({"a": claim("greater", (CE, BCE), alpha=1e-5)}, make_values(bce=LOW, ce=ce))
    assert row.loc["a", "verdict"] == "no signal" and row.loc["a", "seeds_half"] < 1000
    assert math.isnan(row.loc["a", "seeds_most"])
    same = verdict({"a": claim("greater", (CE, BCE))}, make_values(bce=LOW, ce=LOW)).loc["a"]
    assert same["verdict"] == "no signal" and math.isnan(same["seeds_half"])


def test_halves_of_a_round_are_compared():
    values = make_values(bce=LOW).assign(val_accuracy_early=LOW, val_accuracy_late=HIGH)
    late, early = (replace(BCE, half=half, title=half) for half in ("late", "early"))
    claims = {"a": claim("greater", (late, early), factor="epoch")}
    frame, pairs = judge(claims, measured(values))
    assert frame["verdict"][0] == "supported"
    assert pairs["difference"][0] == pytest.approx(0.05)
    assert "differ in epoch alone (late against early)" in pairs["guard"][0]


# ---- Studies whose truth is known ---------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.usefixtures("verdicts_alone")
def test_many_studies_without_an_effect_and_with_a_large_one():
    """Of 400 simulated studies of 10 seeds at 5%: errors stay below the level.

    Nothing differs between BCE and CE. That CE is greater is then false, and so is that it is
    less; that they are equivalent is false for a third cell, which is exactly a margin away, where
    the chance to err is largest. A fourth is off by three standard deviations.
    """
    generator = np.random.default_rng(2024)
    cells = {name: DEFAULTS | {"batch_size": 2 + i} for i, name in enumerate(["a", "b", "c", "d"])}
    recorded = Recorded(make_runs(cells, rounds=(1,)))
    a, b, c, d = (
        Side(name, [1], title=name, parameters=parameters) for name, parameters in cells.items()
    )
    claims = {
        "greater": claim("greater", (b, a), factor="batch_size"),
        "equivalent": claim("equivalent", (c, a), factor="batch_size", margin=1.0),
        "large": claim("greater", (d, a), factor="batch_size"),
        "all of it": claim("greater", (d, a), (b, a), factor="batch_size"),
    }
    counts = {name: dict.fromkeys(VERDICTS, 0) for name in claims}
    alone = {"supported": 0, "contradicted": 0}  # what the first claim would be without the others
    for _ in range(400):
        seeds = generator.normal(0, 1, 10)  # shared by the cells of a seed
        noise = generator.normal(0, 0.5, (4, 10))
        values = make_values(
            a=seeds + noise[0], b=seeds + noise[1], c=seeds + noise[2] + 1, d=seeds + noise[3] + 2.1
        )
        judged, pairs = judge(claims, measured(values, recorded))
        for name, result in zip(judged["claim"], judged["verdict"]):
            counts[name][result] += 1
        alone["supported"] += pairs["p_supporting"][0] <= 0.05
        alone["contradicted"] += pairs["p_contradicting"][0] <= 0.05
    most = stats.binom.ppf(0.999, 400, 0.05)
    assert 0 < alone["supported"] <= stats.binom.ppf(0.999, 400, 0.025)
    assert 0 < alone["contradicted"] <= stats.binom.ppf(0.999, 400, 0.025)
    assert counts["greater"]["supported"] + counts["greater"]["contradicted"] <= most
    assert 0 < counts["equivalent"]["supported"] <= most
    assert counts["equivalent"]["contradicted"] <= most
    # half of it is true, and large; all of it is not
    assert counts["all of it"]["supported"] <= most
    assert counts["all of it"]["contradicted"] <= most
    assert counts["large"]["supported"] > 360 and counts["large"]["contradicted"] == 0
