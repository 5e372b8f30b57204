"""Every statistic against a published example, a number worked out by hand, or another way."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower

from study.analysis import power
from study.analysis.expectations import p_values
from study.analysis.interval import interval, p_value
from study.analysis.noise.images import image_interval
from study.analysis.pairs import compare_values
from study.analysis.power import detectable_difference, predict
from study.analysis.recorded_looks import (
    RECORDED_COLUMNS,
    add_look,
    chance_of_false_verdict,
    grown,
)
from study.analysis.significance import holm, holm_alphas, sign_flip_p
from study.design.claims import Claim

# Hours of sleep gained with two drugs by ten patients (Student 1908, Biometrika 6, p. 20).
SLEEP = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
# Cross- against self-fertilized maize, in eighths of an inch (Darwin 1876, in Fisher 1935, §17).
MAIZE = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48])


def test_t_interval_of_students_sleep_data():
    """Mean 1.58, standard deviation 1.23 (Student); interval from 0.70 to 2.46 (R's t.test)."""
    found = interval(SLEEP)
    assert (found.n, found.mean) == (10, pytest.approx(1.58))
    assert found.sd == pytest.approx(1.229995, abs=1e-6)
    assert (found.low, found.high) == (
        pytest.approx(0.7001142, abs=1e-6),
        pytest.approx(2.4598858, abs=1e-6),
    )


def test_too_few_values_have_no_interval():
    one, none = interval([3.0]), interval([])
    assert one.mean == 3 and math.isnan(one.sd) and math.isnan(one.low)
    assert none.n == 0 and math.isnan(none.mean)


def test_sign_flips_of_darwins_maize():
    """863 of 32,768 assignments sum to 314 or more (Fisher 1935, §21); twice that is as far off."""
    assert sign_flip_p(MAIZE) == pytest.approx(2 * 863 / 2**15)


@pytest.mark.parametrize("n", [2, 3, 7, 10])
def test_sign_flips_are_all_counted(n):
    differences = np.random.default_rng(n).normal(0.4, 1, n).round(1)
    means = [np.mean(differences * flips) for flips in itertools.product((1, -1), repeat=n)]
    expected = np.mean([abs(mean) >= abs(differences.mean()) - 1e-12 for mean in means])
    assert sign_flip_p(differences) == pytest.approx(expected)


def test_many_seeds_flip_at_random_and_always_alike():
    differences = np.random.default_rng(0).normal(0.5, 1, 20)
    found = sign_flip_p(differences)
    assert found == sign_flip_p(differences)
    assert found == pytest.approx(stats.ttest_1samp(differences, 0).pvalue, abs=0.02)
    assert sign_flip_p(np.ones(20)) <= 2 / 100_000


def test_sign_flips_tie_where_counts_do():
    """Of 114 images: the differences 0, 1, 1, -1 and 2 tie in many ways; 10 of 32 reach 3."""
    first, second = np.array([109, 109, 109, 109, 108]), np.array([110, 110, 110, 108, 110])
    exact = np.mean([
        abs(np.dot(flips, second - first)) >= abs((second - first).sum())
        for flips in itertools.product((1, -1), repeat=5)
    ])  # fmt: skip
    assert exact == 0.3125
    assert sign_flip_p(first / 114 - second / 114) == exact


def test_nothing_to_flip():
    assert sign_flip_p([0.0, 0.0, 0.0]) == 1
    assert sign_flip_p([0.3]) == 1


def test_t_of_students_sleep_data():
    """t = 4.0621 with 9 degrees of freedom, p = 0.002833 (Student 1908; R's t.test)."""
    assert p_value(SLEEP) == pytest.approx(0.002833, abs=1e-6)
    assert p_value(SLEEP, mean=1.58) == pytest.approx(1, abs=1e-6)
    end = interval(SLEEP, alpha=0.01).low
    assert p_value(SLEEP, mean=end) == pytest.approx(0.01)


def test_differences_without_spread_are_tested_by_their_signs():
    assert p_value(np.full(5, 0.25)) == 2 / 32
    assert p_value(np.zeros(5)) == 1 and p_value([0.3]) == 1


def test_holm_of_a_worked_example():
    """0.01, 0.04, 0.03, 0.005: sorted times 4, 3, 2, 1 is 0.02, 0.03, 0.06, 0.04, never falling."""
    adjusted = holm([0.01, 0.04, np.nan, 0.03, 0.005])
    assert adjusted[[0, 1, 3, 4]] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert math.isnan(adjusted[2])
    assert np.isnan(holm([np.nan])).all()


def test_holm_and_power_are_those_of_statsmodels():
    p_values = np.random.default_rng(3).random(12) ** 3
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])
    for effect, seeds, alpha in ((0.5, 34, 0.05), (1.2, 12, 0.05 / 18), (0.1, 500, 0.01)):
        expected = TTestPower().power(effect, seeds, alpha / 2, alternative="larger")
        assert power._power(effect, seeds, alpha) == pytest.approx(expected, rel=1e-9)


def test_the_levels_at_which_holm_tests():
    """p below its level exactly where the adjusted p is below alpha; the third step stops it."""
    p_values = np.array([0.01, 0.04, np.nan, 0.03, 0.005])
    expected = [0.05 / 3, 0.05 / 2, np.nan, 0.05 / 2, 0.05 / 4]
    assert holm_alphas(p_values) == pytest.approx(expected, nan_ok=True)
    generator = np.random.default_rng(0)
    for _ in range(200):
        p_values = generator.random(6) ** 4
        assert ((p_values <= holm_alphas(p_values)) == (holm(p_values) <= 0.05)).all()


def test_a_comparison_by_hand():
    """Differences 1, 2, 3; of the 9 pairs 7 are higher and 1 is a tie."""
    row = compare_values([3, 5, 7], [2, 3, 4])
    assert (row["n"], row["difference"], row["sd"], row["d_z"]) == (3, 2, 1, 2)
    assert row["low"] == pytest.approx(2 - 4.302653 / math.sqrt(3), abs=1e-6)
    assert row["p_value"] == pytest.approx(0.0741799, abs=1e-6)  # t = 2 sqrt(3), 2 degrees
    assert row["correlation"] == pytest.approx(1)
    assert row["probability_higher"] == pytest.approx(7.5 / 9)


def test_probability_higher_is_mann_whitneys():
    generator = np.random.default_rng(5)
    first, second = generator.integers(0, 6, (2, 9))
    expected = stats.mannwhitneyu(first, second).statistic / 81
    assert compare_values(first, second)["probability_higher"] == pytest.approx(expected)


def test_pairs_that_do_not_vary():
    row = compare_values([1.0, 1.0, 1.0], [1.0, 1.0, 1.0])
    assert (row["difference"], row["p_value"], row["probability_higher"]) == (0, 1, 0.5)
    assert math.isnan(row["d_z"]) and math.isnan(row["correlation"])
    assert math.isnan(compare_values([], [])["difference"])
    third = [1 / 3] * 4  # whose standard deviation is not quite zero in floating point
    assert math.isnan(compare_values(third, np.add(third, 0.1))["correlation"])


DIFFERENCES = np.array([0.2, -0.1, 0.4, 0.1, 0.0])  # mean 0.12, sd 0.192354, error 0.086023


def test_p_of_an_equivalence_by_hand():
    """Within: the larger of two t-tests, doubled for what contradicts it. Beyond: likewise."""
    claim = Claim("It is so.", "val_accuracy", "loss", "equivalent", [], margin=0.5)
    found = p_values(claim, DIFFERENCES)
    assert found.supporting == pytest.approx(2 * stats.t.sf(0.38 / 0.0860233, 4), rel=1e-4)
    assert found.contradicting == 1
    for sign in (1, -1):
        found = p_values(claim, sign * (DIFFERENCES + 1))
        assert found.supporting == 1
        expected = 2 * stats.t.sf((1.12 - 0.5) / 0.0860233, 4)
        assert found.contradicting == pytest.approx(expected, rel=1e-4)


def test_the_mean_of_seeds_to_come_is_students_t():
    """About the mean of the n seen: t(n - 1) × s √(1/n + 1/more), of which more/(n + more) counts.

    The variance of n and one more has the mean of their squares' predictive: Fisher's F for more.
    """
    mean, error = predict(DIFFERENCES, 25)
    n, more = 5, 20
    scale = more / 25 * DIFFERENCES.std(ddof=1) * math.sqrt(1 / n + 1 / more)
    for share in (0.05, 0.25, 0.5, 0.9):
        expected = 0.12 + scale * stats.t.ppf(share, n - 1)
        assert np.mean(mean <= expected) == pytest.approx(share, abs=0.01)
    # those to come have F(more - 1, n - 1) times the variance seen; with 20 it is most of it
    of_all = np.square(error) * 25 * 24 - 4 * DIFFERENCES.var(ddof=1)
    of_all -= n * more / 25 * np.square((mean - 0.12) * 25 / more)
    ratio = of_all / (more - 1) / DIFFERENCES.var(ddof=1)
    for share in (0.1, 0.5, 0.9):
        expected = stats.f.ppf(share, more - 1, n - 1)
        assert np.mean(ratio <= expected) == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize(("seeds", "tests"), [(10, 1), (12, 18), (10, 18)])
def test_detectable_difference_has_the_power_it_says_of_the_test_that_decides(seeds, tests):
    """The share of simulated comparisons that are significant after Bonferroni: 80%."""
    found = detectable_difference(0.3, seeds, tests)
    samples = np.random.default_rng(1).normal(found, 0.3, (2000, seeds))
    share = np.mean([p_value(differences) <= 0.05 / tests for differences in samples])
    assert share == pytest.approx(0.8, abs=0.03)
    assert detectable_difference(0.3, 9, tests) == math.inf


def test_looking_again_and_again():
    """One to ten evenly spaced looks at 5% (Armitage et al. 1969, table 2), and few seeds."""
    chances = [chance_of_false_verdict(range(100, 100 * k + 1, 100)) for k in (1, 2, 3, 5, 10)]
    assert chances == pytest.approx([0.05, 0.083, 0.107, 0.142, 0.193], abs=2e-3)
    # at 5, 10 and 20 seeds 11.9% of t-tests are: 71,302 of 600,000 samples of 20 normal numbers
    assert chance_of_false_verdict([5, 10, 20]) == pytest.approx(0.1188, abs=2e-3)


def test_a_study_that_grows_after_its_verdicts_were_seen():
    none = add_look(pd.DataFrame(columns=list(RECORDED_COLUMNS)), {"a": 5, "b": 9}, 9)
    assert none.empty  # too few for a verdict
    looks = add_look(none, {"a": 10, "b": 12}, 12)  # while the study ran
    looks = add_look(looks, {"a": 12, "b": 12}, 12)
    assert grown(looks) == [] and grown(add_look(looks, {"a": 12}, 12)) == []
    assert grown(add_look(looks, {"a": 20, "b": 20}, 20)) == [12, 20]
    assert grown(add_look(looks, {"a": 10, "b": 10}, 10)) == []  # smaller


def test_image_interval_is_that_of_a_mean_over_images():
    generator = np.random.default_rng(3)
    first = (generator.random((5, 400)) < 0.95).astype(float)
    second = (generator.random((5, 400)) < 0.90).astype(float)
    low, high = image_interval(first, second)
    by_image = (first - second).mean(axis=0)
    error = by_image.std() / math.sqrt(400)
    assert low == pytest.approx(by_image.mean() - 1.96 * error, abs=0.1 * error)
    assert high == pytest.approx(by_image.mean() + 1.96 * error, abs=0.1 * error)
    assert image_interval(first, second) == (low, high)


def test_images_of_one_patient_are_drawn_together():
    """Of 100 patients with 4 images alike, the interval is that of 100 images, twice as wide."""
    generator = np.random.default_rng(4)
    first, second = (np.repeat(generator.random((3, 100)) < p, 4, axis=1) for p in (0.9, 0.8))
    first, second = first.astype(float), second.astype(float)
    groups = np.repeat([f"patient {number}" for number in range(100)], 4)
    together = image_interval(first, second, groups)
    one_each = image_interval(first[:, ::4], second[:, ::4])
    assert np.ptp(together) == pytest.approx(np.ptp(one_each), rel=0.1)
    assert np.ptp(together) > 1.7 * np.ptp(image_interval(first, second))
