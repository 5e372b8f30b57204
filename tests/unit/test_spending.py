"""Alpha spending: published boundaries, the level over the looks, and p-values over them."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import stdtr

from study.analysis.spending import boundaries, nominal_level, overall_p

FIVE = (4, 8, 12, 16, 20)


@pytest.mark.parametrize(
    ("looks", "spending", "published"),
    [
        # of Lan and DeMets' program, as the R package ldbounds (Casper and Perez) prints them
        (FIVE, "obrien_fleming", [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]),
        (FIVE, "pocock", [2.4380, 2.4268, 2.4101, 2.3966, 2.3859]),
        # of the R package gsDesign (Anderson), sfLDOF and sfLDPocock at 0.025 on a side
        ((5, 10, 15), "obrien_fleming", [3.7103, 2.5114, 1.9930]),
        ((10, 20), "obrien_fleming", [2.9626, 1.9686]),
        ((10, 20), "pocock", [2.1570, 2.2010]),
    ],
)
def test_published_boundaries(looks, spending, published):
    # printed to four digits, of which the last is off in one (3.35701 to ten digits)
    assert boundaries(looks, 0.05, spending) == pytest.approx(published, abs=1.2e-4)


@pytest.mark.parametrize("spending", ["obrien_fleming", "pocock"])
@pytest.mark.parametrize("looks", [(5, 10, 20), (5, 6, 50), (99, 100)])
def test_boundaries_are_crossed_with_probability_alpha(looks, spending):
    """Integrated in another way: the joint normal distribution of the statistics at the looks."""
    seeds = np.array(looks, float)
    correlation = np.sqrt(np.minimum.outer(seeds, seeds) / np.maximum.outer(seeds, seeds))
    for alpha in (0.05, 0.005):
        limit = boundaries(looks, alpha, spending)
        normal = stats.multivariate_normal(cov=correlation, seed=0, maxpts=10**6, abseps=1e-7)
        assert 1 - normal.cdf(limit, lower_limit=-limit) == pytest.approx(alpha, abs=2e-6)


@pytest.mark.parametrize("spending", ["obrien_fleming", "pocock"])
def test_a_p_value_over_looks_is_the_level_at_which_it_is_just_significant(spending):
    looks = (5, 10, 20)
    for look in range(3):
        for alpha in (0.4, 0.05, 0.05 / 18):
            level = nominal_level(alpha, look, looks, spending)
            assert overall_p(level, look, looks, spending) == pytest.approx(alpha, rel=1e-8)
        found = [overall_p(p, look, looks, spending) for p in (1e-300, 1e-9, 0.001, 0.2, 0.97, 1)]
        assert found == sorted(found) and found[0] > 0 and found[-1] == 1


def test_without_looks_a_level_is_what_it_is():
    assert nominal_level(0.05, 0, (), "pocock") == 0.05
    assert overall_p(0.03, 0, (), "pocock") == 0.03


@pytest.mark.parametrize(("spending", "most"), [("obrien_fleming", 0.052), ("pocock", 0.055)])
def test_t_tests_held_to_nominal_levels_keep_alpha_over_the_looks(spending, most):
    """Of 100,000 studies with nothing to find; docs/statistics.md has these numbers."""
    looks, studies = (5, 10, 20), 100_000
    differences = np.random.default_rng(0).standard_normal((studies, 20))
    false, naive = np.zeros(studies, bool), np.zeros(studies, bool)
    for look, seeds in enumerate(looks):
        first = differences[:, :seeds]
        t = first.mean(axis=1) / (first.std(axis=1, ddof=1) / np.sqrt(seeds))
        p_values = 2 * stdtr(seeds - 1, -np.abs(t))
        false |= p_values <= nominal_level(0.05, look, looks, spending)
        naive |= p_values <= 0.05
    assert 0.049 < false.mean() < most
    assert naive.mean() > 0.11  # what it is without
