"""The expected best of k trials, against the formula's definition: every draw, one by one."""

import itertools
import math

import numpy as np
import pytest

from study.analysis.expected_best import (
    BEST_OF_COLUMNS,
    TrialMeans,
    difference_seen,
    expected_best,
    expected_chosen,
    expected_difference,
)

# Validation accuracies of five trials, two of them alike; what the test split says of them.
CHOSEN_BY = np.array([0.91, 0.94, 0.94, 0.80, 0.89])
VALUES = np.array([0.90, 0.88, 0.93, 0.81, 0.95])
OTHER = TrialMeans(
    np.array([0.93, 0.85, 0.90, 0.92, 0.95]),
    np.array([0.7, 0.75, 0.8, 0.9, 0.85]),
)


def choices(k: int) -> list[tuple[int, ...]]:
    return list(itertools.combinations(range(len(CHOSEN_BY)), k))


def best(chosen_by: np.ndarray, drawn: tuple[int, ...]) -> int:
    """Of equals the first."""
    return min(drawn, key=lambda trial: (-chosen_by[trial], trial))


def test_three_trials_by_hand():
    """Of 1, 2 and 3 the best of two is 3 in 5 of 9 draws, 2 in 3, 1 in 1: 22/9, variance 38/81."""
    found = expected_best([2, 3, 1])
    assert found["k"].tolist() == [1, 2, 3]
    assert found["mean"].tolist() == pytest.approx([2, 22 / 9, 8 / 3])
    assert found["sd"][:2].tolist() == pytest.approx([math.sqrt(2 / 3), math.sqrt(38 / 81)])


@pytest.mark.parametrize("less_is_better", [False, True])
def test_the_best_with_replacement_over_every_draw(less_is_better):
    """The expectation of Dodge et al. 2019 is over n^k draws that are equally probable."""
    found = expected_best(CHOSEN_BY, less_is_better).set_index("k")
    pick = min if less_is_better else max
    for k in (1, 2, 3, 4):
        drawn = [pick(draw) for draw in itertools.product(CHOSEN_BY, repeat=k)]
        assert found.loc[k, "mean"] == pytest.approx(np.mean(drawn))
        assert found.loc[k, "sd"] == pytest.approx(np.std(drawn))


def test_what_is_chosen_without_replacement_over_every_choice():
    found = expected_chosen(CHOSEN_BY, VALUES).set_index("k")
    for k in range(1, 6):
        drawn = [VALUES[best(CHOSEN_BY, choice)] for choice in choices(k)]
        assert found.loc[k, "mean"] == pytest.approx(np.mean(drawn))
        assert found.loc[k, "sd"] == pytest.approx(np.std(drawn), abs=1e-12)
    assert found.loc[5, "mean"] == VALUES[1] and found.loc[5, "sd"] == 0  # of equals the first


def test_less_is_better_is_the_same_with_another_sign():
    less = expected_chosen(-CHOSEN_BY, VALUES, less_is_better=True)
    assert less["mean"].tolist() == pytest.approx(expected_chosen(CHOSEN_BY, VALUES)["mean"])


def test_the_difference_of_two_cells_on_the_same_trials():
    first = TrialMeans(CHOSEN_BY, VALUES)
    found = expected_difference(first, OTHER)
    assert list(found.columns) == list(BEST_OF_COLUMNS)
    for k, row in found.set_index("k").iterrows():
        drawn = [
            (VALUES[best(CHOSEN_BY, choice)], OTHER.values[best(OTHER.chosen_by, choice)])
            for choice in choices(k)
        ]
        one, other = np.array(drawn).T
        assert row[["first", "second"]].tolist() == pytest.approx([one.mean(), other.mean()])
        assert row["difference"] == pytest.approx((one - other).mean())
        assert row["sd"] == pytest.approx((one - other).std(), abs=1e-12)


def test_the_difference_that_is_seen_depends_on_the_tuning_seeds_too():
    """Three seeds, of which two are drawn: of all nine draws and, of k trials, all choices."""
    generator = np.random.default_rng(4)
    first, second = generator.normal(0, 1, (2, 4, 3))
    found = difference_seen(first, second).set_index("k")
    for k in (1, 2, 3, 4):
        seen = []
        for seeds in itertools.product(range(3), repeat=2):
            one, other = (side[:, seeds].mean(axis=1) for side in (first, second))
            for drawn in itertools.combinations(range(4), k):
                seen.append(one[[*drawn]].max() - other[[*drawn]].max())
        assert found.loc[k, "sd"] == pytest.approx(np.std(seen), rel=0.1)
    means = first.mean(axis=1), second.mean(axis=1)
    assert found.loc[4, "difference"] == pytest.approx(means[0].max() - means[1].max())
    assert found.loc[4, "sd"] > 0.1
    assert difference_seen(first[:, :1], second[:, :1])["sd"].isna().all()


def test_a_trial_that_diverged_has_its_place_and_is_never_chosen():
    """Of two trials with the values 1 and none, one draw in two finds something, and it is 1."""
    for function in (expected_best, lambda values: expected_chosen(values, values)):
        assert function([np.nan, 1.0])["mean"].tolist() == [1, 1]
        assert function([np.nan, np.nan])["mean"].isna().all()
    found = expected_chosen([0.9, np.nan, 0.8], [1, 2, 3])
    # of two: {0, 1}, {0, 2} choose the first, {1, 2} the third
    assert found["mean"].tolist() == pytest.approx([2, 5 / 3, 1])
    lost = TrialMeans(np.array([np.nan, 0.9, 0.8]), np.array([np.nan, 1.0, 2.0]))
    kept = TrialMeans(np.array([0.9, 0.8, 0.7]), np.array([5.0, 6.0, 7.0]))
    found = expected_difference(lost, kept)
    assert found["difference"].tolist() == pytest.approx([-5, (1 - 5 + 2 - 5 + 1 - 6) / 3, -4])


def test_many_trials_of_a_uniform_metric():
    """The best of k uniform numbers is k / (k + 1) on average."""
    values = (np.arange(400) + 0.5) / 400
    for found in (expected_best(values), expected_chosen(values, values)):
        assert found["mean"][[0, 4, 19]].tolist() == pytest.approx(
            [1 / 2, 5 / 6, 20 / 21], abs=2e-3
        )
