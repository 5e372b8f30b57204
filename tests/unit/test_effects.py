"""Main effects and interactions against sums of squares and numbers worked out another way."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.anova import AnovaRM

from study.analysis.effects import estimate_effects, grid_metric, marginal_means
from study.design.factors import Factorial

FACTORS = {"loss": ["bce", "ce"], "batch_size": [32, 16, 64]}


@pytest.fixture
def measured():
    """(7 seeds, 2, 3), with an effect of the second factor and seeds that differ."""
    generator = np.random.default_rng(0)
    seeds = generator.normal(0, 2, (7, 1, 1))
    return seeds + np.array([0, 0.5, 1.5]) + generator.normal(0, 1, (7, 2, 3))


def test_f_values_are_ratios_of_sums_of_squares(measured):
    effects = estimate_effects(measured, list(FACTORS)).set_index("effect")
    # the main effect of the second factor, and what of it varies from seed to seed
    by_level = measured.mean(axis=1)
    means = by_level.mean(axis=0)
    error = by_level - by_level.mean(axis=1, keepdims=True) - means + means.mean()
    ratio = (7 * np.sum((means - means.mean()) ** 2) / 2) / (np.sum(error**2) / 12)
    row = effects.loc["batch_size"]
    assert row["f_value"] == pytest.approx(ratio)
    assert (row["n"], row["df_effect"], row["df_error"]) == (7, 2, 12)
    assert row["partial_eta_squared"] == pytest.approx(ratio * 2 / (ratio * 2 + 12))
    # two levels: F is the square of the paired t
    difference = measured[:, 1].mean(axis=1) - measured[:, 0].mean(axis=1)
    t = difference.mean() / (difference.std(ddof=1) / 7**0.5)
    assert effects.loc["loss", "f_value"] == pytest.approx(t**2)
    # the interaction is the second factor's effect on the difference of the first
    change = measured[:, 1] - measured[:, 0]
    means = change.mean(axis=0)
    error = change - change.mean(axis=1, keepdims=True) - means + means.mean()
    ratio = (7 * np.sum((means - means.mean()) ** 2) / 2) / (np.sum(error**2) / 12)
    assert effects.loc["loss × batch_size", "f_value"] == pytest.approx(ratio)
    assert (effects["p_holm"] >= effects["p_value"]).all()


def test_f_values_are_those_of_statsmodels():
    """Three factors, by another implementation."""
    measured = np.random.default_rng(1).normal(size=(5, 2, 3, 2))
    index = pd.MultiIndex.from_product(map(range, measured.shape), names=["seed", "a", "b", "c"])
    frame = pd.DataFrame({"value": measured.ravel()}, index=index).reset_index()
    table = AnovaRM(frame, "value", "seed", within=["a", "b", "c"]).fit().anova_table
    effects = estimate_effects(measured, ["a", "b", "c"])
    for row in effects.to_dict("records"):
        expected = table.loc[row["effect"].replace(" × ", ":")]
        assert row["f_value"] == pytest.approx(expected["F Value"])
        degrees = (row["df_effect"], row["df_error"])
        assert degrees == (expected["Num DF"], expected["Den DF"])
    assert len(effects) == 6  # and not the interaction of all three


def test_epsilon_is_boxs(measured):
    """From the levels' covariance matrix (Box 1954), in place of contrasts."""
    covariance = np.cov(measured.mean(axis=1), rowvar=False)
    k = len(covariance)
    top = (k * (np.trace(covariance) / k - covariance.mean())) ** 2
    rows = covariance.mean(axis=0)
    below = np.sum(covariance**2) - 2 * k * np.sum(rows**2) + k**2 * covariance.mean() ** 2
    epsilon = estimate_effects(measured, list(FACTORS)).set_index("effect")["epsilon"]
    assert epsilon["batch_size"] == pytest.approx(top / ((k - 1) * below))
    assert epsilon["loss"] == pytest.approx(1)  # two levels have one difference
    assert 0.5 <= epsilon["loss × batch_size"] <= 1


def test_p_values_are_corrected_for_unequal_spread(measured):
    measured[:, :, 2] *= 3
    row = estimate_effects(measured, list(FACTORS)).set_index("effect").loc["batch_size"]
    epsilon = row["epsilon"]
    assert epsilon < 0.9
    assert row["p_value"] == pytest.approx(stats.f.sf(row["f_value"], 2 * epsilon, 12 * epsilon))
    assert row["p_value"] > stats.f.sf(row["f_value"], 2, 12)


def test_marginal_means_by_hand():
    measured = np.array([[[1.0, 2.0, 6.0], [3.0, 4.0, 8.0]], [[1.0, 2.0, 6.0], [5.0, 6.0, 10.0]]])
    means = marginal_means(measured, FACTORS, {"loss": "bce", "batch_size": 16})
    assert means["mean"].tolist() == pytest.approx([3, 6, 2.5, 3.5, 7.5])
    assert means["difference"].tolist() == pytest.approx(
        [np.nan, 3, -1, np.nan, 4], nan_ok=True
    )  # against BCE, and against 16
    ce = means.iloc[1]
    half = 12.7062 * np.sqrt(2) / np.sqrt(2)  # the seeds' differences are 2 and 4
    assert (ce["difference_low"], ce["difference_high"]) == (
        pytest.approx(3 - half, abs=1e-3),
        pytest.approx(3 + half, abs=1e-3),
    )


def test_the_grid_leaves_out_seeds_that_a_cell_lacks():
    rows = [("a", 3, 0, 1.0), ("b", 3, 0, 2.0), ("a", 3, 1, 3.0), ("b", 3, 1, None)]
    rows += [("a", 2, 2, 9.0), ("b", 2, 2, 9.0)]
    values = pd.DataFrame(rows, columns=["cell", "round", "seed", "val_loss"])
    grid = Factorial(factors={"loss": ["ce", "bce"]}, along={}, cells=["b", "a"])
    measured, seeds = grid_metric(values, grid, 3, "val_loss")
    assert measured.tolist() == [[2, 1]] and seeds == [0]
    untrained = replace(grid, cells=["b", "not trained"])
    assert grid_metric(values, untrained, 3, "val_loss")[1] == []
    measured, seeds = grid_metric(values, grid, 3, "final_test_accuracy")
    assert measured.shape == (0, 2) and seeds == []


def test_too_little_to_estimate():
    assert estimate_effects(np.ones((1, 2, 3)), list(FACTORS)).empty
    assert estimate_effects(np.ones((3,)), []).empty
    still = estimate_effects(np.full((3, 2, 3), 0.1), list(FACTORS))
    assert still["p_value"].isna().all()
