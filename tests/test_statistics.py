"""Every statistic against a published example, a number worked out by hand, or another way."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from study.analysis.paired import (
    beyond_margin_p,
    compare_pairs,
    equivalence_p,
    holm,
    image_interval,
    mean_interval,
    sign_flip_p,
)
from study.analysis.power import (
    detectable_difference,
    seeds_for_p,
    seeds_to_be_equivalent,
    seeds_to_differ,
    smallest_p,
)

# Hours of sleep gained with two drugs by ten patients (Student 1908, Biometrika 6, p. 20).
SLEEP = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
# Cross- against self-fertilized maize, in eighths of an inch (Darwin 1876, in Fisher 1935, §17).
MAIZE = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48])


def test_t_interval_of_students_sleep_data():
    """Mean 1.58, standard deviation 1.23 (Student); interval from 0.70 to 2.46 (R's t.test)."""
    row = mean_interval(SLEEP)
    assert (row["n"], row["mean"]) == (10, pytest.approx(1.58))
    assert row["sd"] == pytest.approx(1.229995, abs=1e-6)
    assert (row["low"], row["high"]) == (
        pytest.approx(0.7001142, abs=1e-6),
        pytest.approx(2.4598858, abs=1e-6),
    )


def test_too_few_values_have_no_interval():
    one, none = mean_interval([3.0]), mean_interval([])
    assert one["mean"] == 3 and math.isnan(one["sd"]) and math.isnan(one["low"])
    assert none["n"] == 0 and math.isnan(none["mean"])


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
    p_value = sign_flip_p(differences)
    assert p_value == sign_flip_p(differences)
    assert p_value == pytest.approx(stats.ttest_1samp(differences, 0).pvalue, abs=0.02)
    assert sign_flip_p(np.ones(20)) == pytest.approx(smallest_p(20), rel=1)


def test_nothing_to_flip():
    assert sign_flip_p([0.0, 0.0, 0.0]) == 1
    assert sign_flip_p([0.3]) == 1


def test_smallest_p_values():
    assert [smallest_p(n) for n in (1, 3, 5, 7, 10)] == [1, 0.25, 0.0625, 0.015625, 2 / 1024]
    assert sign_flip_p(np.arange(1, 6)) == smallest_p(5)
    assert [seeds_for_p(0.05, tests) for tests in (1, 2, 3)] == [6, 7, 7]
    assert seeds_for_p(0.05, 19) == 10
    assert seeds_for_p(0.0001, 19) == math.inf  # not with 99,999 random flips


def test_holm_of_a_worked_example():
    """0.01, 0.04, 0.03, 0.005: sorted times 4, 3, 2, 1 is 0.02, 0.03, 0.06, 0.04, never falling."""
    adjusted = holm([0.01, 0.04, np.nan, 0.03, 0.005])
    assert adjusted[[0, 1, 3, 4]] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert math.isnan(adjusted[2])
    assert np.isnan(holm([np.nan])).all()


def test_a_comparison_by_hand():
    """Differences 1, 2, 3; of the 9 pairs 7 are higher and 1 is a tie."""
    row = compare_pairs([3, 5, 7], [2, 3, 4])
    assert (row["n"], row["difference"], row["sd"], row["d_z"]) == (3, 2, 1, 2)
    assert row["low"] == pytest.approx(2 - 4.302653 / math.sqrt(3), abs=1e-6)
    assert row["p_value"] == 0.25
    assert row["correlation"] == pytest.approx(1)
    assert row["probability_higher"] == pytest.approx(7.5 / 9)


def test_probability_higher_is_mann_whitneys():
    generator = np.random.default_rng(5)
    first, second = generator.integers(0, 6, (2, 9))
    expected = stats.mannwhitneyu(first, second).statistic / 81
    assert compare_pairs(first, second)["probability_higher"] == pytest.approx(expected)


def test_pairs_that_do_not_vary():
    row = compare_pairs([1.0, 1.0, 1.0], [1.0, 1.0, 1.0])
    assert (row["difference"], row["p_value"], row["probability_higher"]) == (0, 1, 0.5)
    assert math.isnan(row["d_z"]) and math.isnan(row["correlation"])
    assert math.isnan(compare_pairs([], [])["difference"])


def test_equivalence_is_the_larger_of_two_t_tests():
    differences = np.array([0.2, -0.1, 0.4, 0.1, 0.0])  # mean 0.12, sd 0.192354, error 0.086023
    t = [(0.12 + 0.5) / 0.0860233, (0.5 - 0.12) / 0.0860233]
    expected = max(stats.t.sf(t[0], 4), stats.t.sf(t[1], 4))
    assert equivalence_p(differences, 0.5) == pytest.approx(expected, rel=1e-4)
    assert equivalence_p(differences + 0.5, 0.5) > 0.5
    assert equivalence_p(np.zeros(4), 0.1) == 1 / 16
    assert equivalence_p(np.ones(4), 0.1) == 1


def test_beyond_a_margin():
    differences = np.array([0.2, -0.1, 0.4, 0.1, 0.0]) + 1
    expected = 2 * stats.t.sf((1.12 - 0.5) / 0.0860233, 4)
    assert beyond_margin_p(differences, 0.5) == pytest.approx(expected, rel=1e-4)
    assert beyond_margin_p(-differences, 0.5) == pytest.approx(expected, rel=1e-4)
    assert beyond_margin_p(differences - 1, 0.5) == 1
    assert beyond_margin_p(np.ones(5), 0.5) == 1 / 16


def test_power_agrees_with_published_sample_sizes():
    """Two-sided paired t-test at 5%, 80% power: d_z 0.2, 0.5, 0.8 need 199, 34, 15 (G*Power)."""
    assert [seeds_to_differ(effect, 0.05) for effect in (0.2, 0.5, 0.8)] == [199, 34, 15]
    assert seeds_to_differ(-0.5, 0.05) == 34
    assert seeds_to_differ(0, 0.05) == math.inf
    assert seeds_to_differ(1e6, 0.05) == 6  # as few as the sign-flip test allows


def test_detectable_difference_has_the_power_it_says():
    """The share of simulated t-tests that find it, 0.8."""
    found = detectable_difference(0.3, 8)
    assert found == pytest.approx(0.3 * 1.156, rel=1e-3)
    samples = np.random.default_rng(1).normal(found, 0.3, (4000, 8))
    share = np.mean(stats.ttest_1samp(samples, 0, axis=1).pvalue < 0.05)
    assert share == pytest.approx(0.8, abs=0.02)
    assert detectable_difference(0.3, 5) == math.inf
    assert detectable_difference(0.3, 6, tests=2) == math.inf


def test_seeds_for_equivalence_have_the_power_they_are_for():
    n = seeds_to_be_equivalent(0.0, 1.0, 0.05)
    samples = np.random.default_rng(2).normal(0, 1, (2000, n))
    error = samples.std(axis=1, ddof=1) / math.sqrt(n)
    reach = np.abs(samples.mean(axis=1)) + stats.t.ppf(0.95, n - 1) * error
    assert 0.78 < np.mean(reach < 1) < 0.87  # a whole seed more than needed, at most
    assert seeds_to_be_equivalent(1.2, 1.0, 0.05) == math.inf


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
