"""Skewed differences: when the page warns, and what the bootstrap-t says beside the t-test."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from jinja2 import Environment, FileSystemLoader
from measurements import BCE, CE, claim, make_runs, make_table, make_values, measured
from scipy import stats

from study.analysis.claims import judge
from study.analysis.comparisons import compare_levels
from study.analysis.interval import Added, Noise
from study.analysis.pairs import pair_sides
from study.analysis.skewness import RESAMPLES, are_skewed, bootstrap_t, skewness
from study.design.cell import Cell
from study.report.axis import axis_of
from study.report.pair_words import place_words, skewness_words, zero_words
from study.report.sections.claims import claim_items
from study.report.sections.tables import skewed_comparisons
from study.settings.parameters import DEFAULTS
from study.store.paths import REPORT_FOLDER

# Hours of sleep gained with the second drug more than with the first (Student 1908).
SLEEP = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])


def test_skewness_by_hand():
    """Of 0, 0, 0, 4: about 1, -1, -1, -1 and 3; 24/4 over (12/4)^1.5."""
    assert skewness([0, 0, 0, 4]) == pytest.approx(6 / 3**1.5)
    assert skewness([1, 2, 3]) == pytest.approx(0)
    assert math.isnan(skewness([1, 1, 1])) and math.isnan(skewness([1, 2]))


@pytest.mark.parametrize(("seeds", "least"), [(10, 0.33), (20, 0.66)])
def test_exponential_differences_are_marked_and_normal_ones_seldom(seeds, least):
    """docs/statistics.md has these numbers; heavy tails and ties are not what it is for."""
    generator = np.random.default_rng(0)
    shape = (1000, seeds)
    marked = [
        np.mean([are_skewed(differences) for differences in drawn])
        for drawn in (generator.exponential(size=shape), generator.normal(size=shape))
    ]
    assert marked[0] > least and 0.03 < marked[1] < 0.07
    assert not are_skewed([0, 0, 0, 0, 0, 0, 9]) and not are_skewed(np.ones(20))


def test_the_bootstrap_t_is_that_of_all_resamples():
    """Of 6 differences all 6^6; draws are right to three of their standard errors."""
    differences = np.array([0.3, 0.1, 0.9, 0.2, -0.1, 0.4])
    every = np.array([*itertools.product(differences, repeat=6)])
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (every.mean(1) - differences.mean()) / (every.std(1, ddof=1) / math.sqrt(6))
    t = np.where(np.ptp(every, axis=1) == 0, np.inf, np.abs(t))
    observed = stats.ttest_1samp(differences, 0).statistic
    exact = np.mean(t >= observed - 1e-9)
    found = bootstrap_t(differences, 0.1)
    assert found.p_value == pytest.approx(exact, abs=3 * math.sqrt(exact / RESAMPLES))
    half = np.quantile(t, 0.9) * differences.std(ddof=1) / math.sqrt(6)
    assert found.high - differences.mean() == pytest.approx(half, rel=0.05)
    assert (found.low + found.high) / 2 == pytest.approx(differences.mean())


@pytest.mark.parametrize("shift", [0.0, 0.5, 1.0, 1.5])
def test_the_bootstrap_t_interval_and_its_p_value_say_the_same(shift):
    differences = np.random.default_rng(2).exponential(size=15) - 1 + shift
    p = bootstrap_t(differences).p_value
    for alpha in (p - 1e-4, p, p + 1e-4):
        low, high, _ = bootstrap_t(differences, alpha)
        assert (low > 0 or high < 0) == (alpha >= p)


def test_too_few_resamples_have_no_interval():
    found = bootstrap_t(SLEEP, 1e-6)
    assert math.isnan(found.low) and math.isnan(found.high) and 0.01 < found.p_value < 0.03
    tied = np.array([0.0] * 9 + [1.0])  # a third of the resamples have zeros alone
    assert math.isnan(bootstrap_t(tied).low)


def sleep_pairs():
    accuracy = np.linspace(0.90, 0.92, 10)
    values = make_values(bce=[*accuracy], ce=[*(accuracy + SLEEP / 100)])
    return judge({"a": claim("greater", (CE, BCE), alpha=0.01)}, measured(values))


def test_a_claim_on_skewed_differences_has_the_bootstrap_t_at_its_level():
    """Student's data are significant at 1% by the t-test, and not by the bootstrap-t."""
    claims, pairs = sleep_pairs()
    (row,) = pairs.to_dict("records")
    assert claims["verdict"].item() == "supported" and row["low_adjusted"] > 0
    found = bootstrap_t(SLEEP / 100, 0.01)
    keys = ("low_bootstrap_t", "high_bootstrap_t", "p_bootstrap_t")
    assert [row[key] for key in keys] == pytest.approx([*found])
    assert row["skewness"] == pytest.approx(stats.skew(SLEEP))
    ((pair,),) = (item["pairs"] for item in claim_items(claims, pairs, 10))
    assert pair["skewed"] == (
        "skewness +1.47; the bootstrap-t gives [−0.25, +3.41] and p = 0.0215 before adjustment;"
        " its interval crosses a bound of the claim, but the t-test’s lies where the claim says"
    )


def test_whether_the_bootstrap_t_agrees_is_said():
    _, pairs = sleep_pairs()
    row = pairs.iloc[0].to_dict()
    assert zero_words(row) == "its interval includes zero, but the t-test’s excludes it"
    above = row | {"low_bootstrap_t": 0.001}
    assert zero_words(above) == "its interval excludes zero, as the t-test’s does"
    greater, less = (claim(expect, (CE, BCE)) for expect in ("greater", "less"))
    assert place_words(greater, above) == (
        "its interval lies where the claim says, as the t-test’s does"
    )
    assert place_words(less, above) == "its interval lies elsewhere, as the t-test’s does"


def test_where_the_bootstrap_t_has_no_interval_none_is_told():
    """Such an interval neither includes nor excludes zero; the t-test's still does."""
    _, pairs = sleep_pairs()
    row = pairs.iloc[0].to_dict() | {"low_bootstrap_t": math.nan, "high_bootstrap_t": math.nan}
    assert skewness_words(row | {"p_bootstrap_t": 0.0331}) == (
        "skewness +1.47; at this level the bootstrap-t gives no interval, because it has too few"
        " resamples or too many that repeat a single value; its p is 0.0331 before adjustment"
    )
    assert skewness_words(row | {"p_bootstrap_t": 1e-4}).endswith(
        "its p is below 0.001 before adjustment"
    )
    nothing = "without an interval it decides nothing; the t-test’s interval"
    assert zero_words(row) == f"{nothing} excludes zero"
    assert zero_words(row | {"low_adjusted": -0.1}) == f"{nothing} includes zero"
    assert place_words(claim("greater", (CE, BCE)), row) == "it decides nothing"


def compared(skewed: np.ndarray):
    parameters = {name: DEFAULTS | {"loss": name} for name in ("bce", "ce")}
    cells = {name: Cell(each, 1, 30, 0) for name, each in parameters.items()}
    tables = {"t": make_table("loss", ["bce", "ce"], ["bce", "ce"])}
    accuracy = np.linspace(0.90, 0.92, len(skewed))
    values = make_values(bce=[*accuracy], ce=[*(accuracy + skewed)])
    return compare_levels(tables, measured(values, make_runs(parameters)), cells)


def test_a_comparison_of_skewed_differences_is_marked():
    comparisons = compared(SLEEP / 100)
    (row,) = comparisons.to_dict("records")
    found = bootstrap_t(SLEEP / 100)  # the one comparison is at 5%
    assert (row["low_bootstrap_t"], row["high_bootstrap_t"]) == pytest.approx(found[:2])
    said = skewed_comparisons(comparisons, [])
    assert said == {
        "skewed": [
            "CE − BCE, validation accuracy (%): skewness +1.47; the bootstrap-t gives [+0.31,"
            " +2.85] and p = 0.0215 before adjustment; its interval excludes zero, as the t-test’s"
            " does"
        ],
        "skewed_others": [],
    }


def test_differences_that_are_not_skewed_have_no_bootstrap_t():
    even = compared(np.linspace(-0.01, 0.02, 10))
    (row,) = even.to_dict("records")
    assert row["skewness"] == pytest.approx(0, abs=1e-6) and math.isnan(row["p_bootstrap_t"])
    assert skewness_words(row) == ""
    assert skewed_comparisons(even, []) == {"skewed": [], "skewed_others": []}


def test_the_page_warns_beside_the_claim_and_under_the_table():
    sections = Environment(loader=FileSystemLoader(REPORT_FOLDER))
    claims, pairs = sleep_pairs()
    (item,) = claim_items(claims, pairs, 10)
    shown = item | {"name": "a", "verdict": "supported", "strips": [None], "checks": []}
    group = {"kind": "", "axis": axis_of([], percent=True), "claims": [shown]}
    template = sections.get_template("sections/claims.html.j2")
    page = template.render(groups=[group], counts={}, units="seeds")
    _, before, unfolded = page.split("<details>")
    assert "<strong>Skewed differences</strong>. For such differences, a t-test" in before
    assert item["pairs"][0]["skewed"] in before
    assert "P(A &gt; B): the first side is better in 9.5 of 10 seeds" in unfolded

    said = skewed_comparisons(compared(SLEEP / 100), [])
    table = {"name": "t", "crossed": [], "table": {}, "levels": {}, **said}
    page = sections.get_template("sections/tables.html.j2").render(tables=[table])
    assert f'<p class="soft">{said["skewed"][0]}.</p>' in page.split("<details>")[0]
    assert page.count("Skewed differences.") == 1


def test_other_noise_than_the_seeds_has_no_bootstrap_t():
    accuracy = np.linspace(0.90, 0.92, 10)
    values = make_values(bce=[*accuracy], ce=[*(accuracy + SLEEP / 100)])
    pair = pair_sides(CE, BCE, "val_accuracy", "loss", {}, measured(values))
    assert pair.bootstrap_t()
    noisy = replace(pair, noise=Noise({"split": Added(share=0.25)}))
    assert noisy.bootstrap_t() == {} and "skewness" not in noisy.statistics
