"""The simulations behind the choice of the test: their four tests, and the page that they write."""

import importlib.util
import re

import numpy as np
import pytest
from scipy import stats
from session import REPOSITORY

from study.analysis.interval import p_value
from study.analysis.significance import sign_flip_p

SPEC = importlib.util.spec_from_file_location(
    "compare_tests", REPOSITORY / "docs" / "compare_tests.py"
)
program = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(program)

DRAWN = np.random.default_rng(0).normal(0.4, 1, (6, 10))
TIED = np.round(DRAWN)


def test_the_t_test_and_the_sign_flips_are_the_projects():
    for differences in (DRAWN, TIED):
        expected = [p_value(row) for row in differences]
        assert program.paired_t(differences) == pytest.approx(expected)
        expected = [sign_flip_p(row) for row in differences]
        assert program.sign_flip(differences) == pytest.approx(expected)
    assert program.paired_t(np.full((1, 5), 2.0)) == [p_value(np.full(5, 2.0))]


def test_signed_ranks_are_scipys():
    expected = [stats.wilcoxon(row, method="exact").pvalue for row in DRAWN]
    assert program.signed_rank(DRAWN) == pytest.approx(expected)


def test_the_bootstrap_t_is_near_the_t_test_where_differences_are_normal():
    differences = np.random.default_rng(1).normal(0.5, 1, (40, 30))
    gap = program.bootstrap_t(differences) - program.paired_t(differences)
    assert abs(gap).mean() < 0.02 and abs(gap).max() < 0.1
    assert (program.bootstrap_t(np.ones((2, 5))) == 1).all()


def test_noise_has_mean_0_and_standard_deviation_1():
    for draw in (*program.NOISES.values(), program.real_noise(program.REAL_RUNS, "val_accuracy")):
        drawn = draw(np.random.default_rng(2), (500, 18, 20))
        assert drawn.mean() == pytest.approx(0, abs=0.01)
        assert drawn.std() == pytest.approx(1, abs=0.05)


def test_false_verdicts_and_power_of_the_t_test_on_normal_noise():
    """5% of 300 studies give or take; the power is that of the noncentral t distribution."""
    noise = {"normal": program.NOISES["normal"]}
    rows = {row["seeds"]: row["paired t"] for row in program.simulate(noise, 300)}
    limit = stats.t.ppf(1 - 0.05 / 18 / 2, 11)
    power = [100 * stats.nct.sf(limit, 11, effect * 12**0.5) for effect in (1, 2)]
    assert rows[12][0] <= 100 * stats.binom.ppf(0.999, 300, 0.05) / 300
    assert rows[12][1:] == pytest.approx(power, abs=9)


def page_rows() -> list[dict]:
    """The rows of the page's three tables: false verdicts, power at 1 and at 2."""
    page = program.PAGE.read_text(encoding="utf-8")
    text = page[page.index(program.BEGIN) : page.index(program.END)]
    numbers = r" \| ([\d.]+)" * 4
    rows = re.findall(rf"^\| ([^|]+) \| (\d+){numbers} \|$", text, re.M)
    return [
        {"noise": noise, "seeds": int(seeds)} | dict(zip(program.TESTS, map(float, numbers)))
        for noise, seeds, *numbers in rows
    ]


def test_the_page_has_a_row_for_every_noise_and_number_of_seeds():
    rows = page_rows()
    real = [
        f"{name}, {metric}"
        for name in ("pneumoniamnist", "wdbc")
        for metric in ("val_accuracy", "val_loss")
    ]
    expected = [(noise, seeds) for noise in (*program.NOISES, *real) for seeds in program.SEEDS]
    assert [(row["noise"], row["seeds"]) for row in rows] == 3 * expected


def test_what_the_page_says_of_its_tables():
    rows = page_rows()
    third = len(rows) // 3
    false, one, two = (rows[part * third : (part + 1) * third] for part in range(3))
    real = [row for row in false if "val_" in row["noise"]]
    assert all(abs(row["paired t"] - 5) <= 2 for row in real)
    flips = ("sign-flip", "signed-rank")
    symmetric = [row for row in false if "skewed" not in row["noise"]]
    assert all(row[name] <= 6 for row in symmetric for name in flips)
    assert all(row[name] == 0 for row in rows if row["seeds"] == 5 for name in flips)
    skewed = [row for row in false if "skewed" in row["noise"] and row["seeds"] >= 10]
    assert all(row[name] > 9 for row in skewed for name in program.TESTS)
    assert all(row["bootstrap-t"] == min(row[name] for name in program.TESTS) for row in skewed)
    for row in (*one, *two):
        if "val_" in row["noise"]:
            assert row["paired t"] == max(row[name] for name in program.TESTS)
            assert row["seeds"] < 12 or row["paired t"] - row["sign-flip"] < 10
        if "val_" in row["noise"] and row["seeds"] >= 10:
            assert row["bootstrap-t"] == min(row[name] for name in program.TESTS)
    clear = [row["paired t"] for row in two if row["seeds"] == 5 and "val_" in row["noise"]]
    assert all(20 < found < 30 for found in clear)  # one study of four
