"""Main effects and two-way interactions over the grid, with seeds as the repeated measure."""

import itertools

import numpy as np
import pandas as pd
from scipy import stats
from scipy.linalg import helmert
from statsmodels.stats.anova import AnovaRM

from study import statistics

EFFECT_COLUMNS = [
    "metric", "effect", "n", "df_effect", "df_error", "f_value", "epsilon", "p_value", "p_holm",
    "partial_eta_squared",
]  # fmt: skip
MEAN_COLUMNS = [
    "metric", "factor", "level", "n", "mean", "low", "high", "difference", "difference_low",
    "difference_high",
]  # fmt: skip


def grid_metric(values: pd.DataFrame, plan: dict, metric: str) -> tuple[np.ndarray, list[int]]:
    """A metric over the full grid: (seeds, levels of factor 1, levels of factor 2, …), and seeds.

    Args:
        values: as `study.averages.join_metrics` returns it.
        plan: has `factors`, factor -> levels with two or more; `grid_cells`, the names of the
            full grid's cells in the product's order; and `round`.

    Returns:
        The seeds that no cell of the grid lacks.
    """
    shown = values[values["round"] == plan["round"]]
    if metric not in shown:
        return np.empty((0, *map(len, plan["factors"].values()))), []
    table = shown.pivot(index="seed", columns="cell", values=metric)
    table = table.reindex(columns=plan["grid_cells"]).dropna()
    shape = (len(table), *map(len, plan["factors"].values()))
    return table.to_numpy().reshape(shape), table.index.tolist()


def estimate_effects(measured: np.ndarray, factors: list[str]) -> pd.DataFrame:
    """A repeated-measures analysis of variance of a full grid, a row an effect.

    Args:
        measured: (seeds, levels of factor 1, …), as `grid_metric` returns it.
        factors: their names.

    Returns:
        `EFFECT_COLUMNS` but for the metric, for all main effects and two-way interactions. The
        p-values are corrected for what the F test assumes of the spread of the differences
        (sphericity), by the factor epsilon of Greenhouse and Geisser (1959), and Holm-adjusted
        over the effects. Empty below two seeds, or where the grid has no factor.
    """
    seeds = len(measured)
    if seeds < 2 or not factors:
        return pd.DataFrame(columns=EFFECT_COLUMNS[1:])
    index = pd.MultiIndex.from_product([range(size) for size in measured.shape])
    frame = pd.Series(measured.ravel(), index=index, name="value").rename_axis(
        ["seed", *(f"f{position}" for position in range(len(factors)))]
    )
    within = list(frame.index.names[1:])
    with np.errstate(divide="ignore", invalid="ignore"):  # no spread: F is not defined
        table = AnovaRM(frame.reset_index(), "value", "seed", within=within).fit().anova_table
    rows = []
    for size in (1, 2):
        for chosen in itertools.combinations(range(len(factors)), size):
            tested = table.loc[":".join(within[position] for position in chosen)]
            f_value, df_effect, df_error = tested[["F Value", "Num DF", "Den DF"]]
            epsilon = sphericity(measured, chosen)
            rows.append(
                {
                    "effect": " × ".join(factors[position] for position in chosen),
                    "n": seeds,
                    "df_effect": int(df_effect),
                    "df_error": int(df_error),
                    "f_value": f_value,
                    "epsilon": epsilon,
                    "p_value": stats.f.sf(f_value, epsilon * df_effect, epsilon * df_error),
                    "partial_eta_squared": f_value * df_effect / (f_value * df_effect + df_error),
                }
            )
    effects = pd.DataFrame(rows, columns=EFFECT_COLUMNS[1:])
    effects["p_holm"] = statistics.holm(effects["p_value"])
    return effects


def sphericity(measured: np.ndarray, chosen: tuple[int, ...]) -> float:
    """Greenhouse and Geisser's epsilon of an effect, from 1/df to 1; NaN without spread.

    Args:
        measured: (seeds, levels of factor 1, …).
        chosen: the positions of the effect's factors.
    """
    contrasts = np.ones((1, 1))
    for position, levels in enumerate(measured.shape[1:]):
        mean = np.full((1, levels), levels**-0.5)
        contrasts = np.kron(contrasts, helmert(levels) if position in chosen else mean)
    scores = measured.reshape(len(measured), -1) @ contrasts.T
    covariance = np.atleast_2d(np.cov(scores, rowvar=False))
    spread = len(covariance) * np.square(covariance).sum()
    return float(np.trace(covariance) ** 2 / spread) if spread > 0 else np.nan


def marginal_means(measured: np.ndarray, factors: dict[str, list], baseline: dict) -> pd.DataFrame:
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
            mean = statistics.mean_interval(by_seed[:, column])
            row = {"factor": factor, "level": level, "n": mean["n"]}
            row |= {key: mean[key] for key in ("mean", "low", "high")}
            if column != start:
                change = statistics.mean_interval(by_seed[:, column] - by_seed[:, start])
                row |= {
                    "difference": change["mean"],
                    "difference_low": change["low"],
                    "difference_high": change["high"],
                }
            rows.append(row)
    return pd.DataFrame(rows, columns=MEAN_COLUMNS[1:])
