"""Main effects and two-way interactions over the grid, with seeds as the repeated measure."""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg import helmert
from scipy.special import fdtrc

from study.analysis.interval import interval
from study.analysis.significance import holm
from study.design.factors import Factorial
from study.settings.parameters import Level, Parameters

# What the files have, column by column.
EFFECT_COLUMNS = {
    "metric": str,
    "effect": str,
    "n": int,
    "df_effect": int,
    "df_error": int,
    "f_value": float,
    "epsilon": float,
    "p_value": float,
    "p_holm": float,
    "partial_eta_squared": float,
    "refused": str,
}
MEAN_COLUMNS = {
    "metric": str,
    "factor": str,
    "level": str,
    "n": int,
    "mean": float,
    "low": float,
    "high": float,
    "difference": float,
    "difference_low": float,
    "difference_high": float,
}


def grid_metric(
    values: pd.DataFrame, grid: Factorial, number: int, metric: str
) -> tuple[np.ndarray, list[int]]:
    """A metric over the full grid: (seeds, levels of factor 1, levels of factor 2, …), and seeds.

    Args:
        values: as `study.analysis.values.read_values` returns it.
        grid: the design as a full factorial.
        number: the round.
        metric: which one.

    Returns:
        The seeds that no cell of the grid lacks.
    """
    shown = values[values["round"] == number]
    levels = [len(of_factor) for of_factor in grid.factors.values()]
    if metric not in shown or not grid.cells:
        return np.empty((0, *levels)), []
    table = shown.pivot(index="seed", columns="cell", values=metric)
    table = table.reindex(columns=grid.cells).dropna()
    return table.to_numpy().reshape(len(table), *levels), table.index.tolist()


def estimate_effects(measured: np.ndarray, factors: list[str]) -> pd.DataFrame:
    """A repeated-measures analysis of variance of a full grid, one row per effect.

    An effect is a set of orthogonal contrasts between cells, which each seed has a score on. F is
    n times the squared length of the mean scores, over the trace of their covariance matrix; the
    p-value is corrected by Greenhouse and Geisser's epsilon (1959) for what F assumes of that
    matrix (sphericity).

    Args:
        measured: (seeds, levels of factor 1, …), as `grid_metric` returns it.
        factors: their names.

    Returns:
        `EFFECT_COLUMNS` but for the metric, for all main effects and two-way interactions; the
        p-values Holm-adjusted over them, and NaN where nothing varies. Empty below two seeds, or
        where the grid has no factor.
    """
    places = range(len(factors))
    effects = [each for size in (1, 2) for each in itertools.combinations(places, size)]
    rows = [
        {"effect": " × ".join(factors[place] for place in effect)} | _effect(measured, effect)
        for effect in effects
        if len(measured) > 1
    ]
    frame = pd.DataFrame(rows, columns=list(EFFECT_COLUMNS)[1:])
    frame["p_holm"] = holm(frame["p_value"])
    return frame


def _effect(measured: np.ndarray, effect: tuple[int, ...]) -> dict[str, float]:
    """What `estimate_effects` says of one effect, the positions of its factors."""
    seeds = len(measured)
    scores = contrast_scores(measured, effect)
    covariance = np.atleast_2d(np.cov(scores, rowvar=False))
    error = np.trace(covariance)
    df_effect, df_error = len(covariance), len(covariance) * (seeds - 1)
    f_value = epsilon = np.nan
    if error > 1e-20:  # below that it is rounding
        f_value = seeds * np.square(scores.mean(axis=0)).sum() / error
        epsilon = error**2 / (df_effect * np.square(covariance).sum())
    return {
        "n": seeds,
        "df_effect": df_effect,
        "df_error": df_error,
        "f_value": f_value,
        "epsilon": epsilon,
        "p_value": fdtrc(epsilon * df_effect, epsilon * df_error, f_value),
        "partial_eta_squared": f_value * df_effect / (f_value * df_effect + df_error),
    }


def contrast_scores(measured: np.ndarray, chosen: tuple[int, ...]) -> np.ndarray:
    """Each seed's scores on an effect's orthogonal contrasts: (seeds, degrees of freedom).

    Args:
        measured: (seeds, levels of factor 1, …).
        chosen: the positions of the effect's factors.
    """
    contrasts = np.ones((1, 1))
    for position, levels in enumerate(measured.shape[1:]):
        mean = np.full((1, levels), 1 / levels)
        contrasts = np.kron(contrasts, helmert(levels) if position in chosen else mean)
    return measured.reshape(len(measured), -1) @ contrasts.T


def marginal_means(
    measured: np.ndarray, factors: Mapping[str, list[Level]], baseline: Parameters
) -> pd.DataFrame:
    """Each level's mean over all other factors, and its difference from the baseline's level.

    Both with the 95% t-interval over seeds; where the baseline's level is not in the grid, against
    the first. `MEAN_COLUMNS` but for the metric.
    """
    rows = []
    for position, (factor, levels) in enumerate(factors.items()):
        others = tuple(axis for axis in range(1, measured.ndim) if axis != position + 1)
        by_seed = measured.mean(axis=others)
        start = levels.index(baseline[factor]) if baseline[factor] in levels else 0
        for column, level in enumerate(levels):
            mean = interval(by_seed[:, column])
            row: dict[str, Any] = {"factor": factor, "level": str(level), "n": mean.n}
            row |= {"mean": mean.mean, "low": mean.low, "high": mean.high}
            if column != start:
                change = interval(by_seed[:, column] - by_seed[:, start])
                row |= {
                    "difference": change.mean,
                    "difference_low": change.low,
                    "difference_high": change.high,
                }
            rows.append(row)
    return pd.DataFrame(rows, columns=list(MEAN_COLUMNS)[1:])
