"""Draw each arm's trials, and what would have been chosen with fewer of them."""

import pandas as pd

from study.analysis.expected_best import BEST_OF_COLUMNS, expected_difference
from study.analysis.trials import is_less_better, read_chosen, trial_means
from study.choices import level_title, parameter_title
from study.frames import read_frame, write_frame
from study.logs import log_to
from study.report.plots.style import write_picture
from study.report.plots.trials import draw_budgets, draw_curves
from study.report.tables import describe
from study.report.wording import upper_first

COLUMNS = ["table", "level", "reference", "metric", "round", *BEST_OF_COLUMNS]


def budgets(tables: dict, arms: dict[str, dict], number: int, metric: str) -> pd.DataFrame:
    """The difference of each comparison with the best of k trials for each side: `COLUMNS`.

    By the tuning seeds alone, after the round that trials are chosen after.

    Args:
        tables: those of tuned cells.
        arms: tuned cell -> its `trials`, a frame, and their `cells`.
        number: that round.
        metric: the one that trials are chosen by and that is compared.
    """
    parts = [pd.DataFrame(columns=COLUMNS)]
    for name, table in tables.items():
        sides = [
            trial_means(arms[cell]["trials"], arms[cell]["cells"], number, metric)
            for cell in table["cells"]
        ]
        for level, side in list(zip(table["levels"], sides))[1:]:
            pair = [{"chosen_by": of, "values": of} for of in (side, sides[0])]
            found = expected_difference(*pair, is_less_better(metric))
            about = {"table": name, "level": str(level), "reference": str(table["levels"][0])}
            parts.append(found.assign(metric=metric, round=number, **about)[COLUMNS])
    return pd.concat([part for part in parts if len(part)] or parts)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    params, files, output = snakemake.params, snakemake.input, snakemake.output
    metric, number = params.tuning["metric"], params.tuning["round"]
    arms = {
        cell: {
            "title": upper_first(describe(params.tuning["changes"][cell]) or "baseline"),
            "values": params.tuning["trials"],
            "cells": params.tuning["cells"][cell],
            "chosen": read_chosen(chosen),
            "trials": read_frame(trials),
        }
        for cell, trials, chosen in zip(params.tuning["tuned"], files.trials, files.chosen)
    }
    found = budgets(params.tables, arms, number, metric)
    write_frame(output.budgets, found)
    write_picture(output.curves_of_arms, draw_curves([*arms.values()], metric, number))
    # tables of the same cells after other rounds are one comparison here
    once = {tuple(table["cells"]): name for name, table in reversed(params.tables.items())}
    drawn = found[found["table"].isin(once.values())]
    factors = {name: table["vary"] for name, table in params.tables.items()}
    sides = [
        [level_title(factors[row.table], side) for side in (row.level, row.reference)]
        for row in drawn.itertuples()
    ]
    titled = drawn.assign(
        title=[" − ".join(pair) for pair in sides],
        table=[parameter_title(factors[name]) for name in drawn["table"]],
    )
    write_picture(output.budget, draw_budgets(titled, metric))
