"""Draw each side's trials, and what would have been chosen with fewer of them."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from study.analysis.expected_best import BEST_OF_COLUMNS, difference_seen
from study.analysis.metrics import METRICS
from study.design.study import tables_from
from study.design.tables import Table, of_one_factor
from study.report.figures.saving import save_figure, use_style
from study.report.plots.trials import SideTrials, draw_budgets, draw_curves
from study.report.tables import describe
from study.report.wording import upper_first
from study.settings.choices import parameter_title
from study.settings.level_titles import level_title
from study.store.frames import read_frame, write_frame
from study.store.logs import log_to
from study.store.records import read_chosen

COLUMNS = ["table", "level", "against", "metric", "round", *BEST_OF_COLUMNS]


def budgets(
    tables: Mapping[str, Table], tried: Mapping[str, np.ndarray], metric: str, number: int
) -> pd.DataFrame:
    """The difference of each comparison with the best of k trials for each side: `COLUMNS`.

    By the tuning seeds alone, after the round that trials are chosen after.

    Args:
        tables: those of tuned sides.
        tried: side -> the metric of each trial and tuning seed, (trials, seeds).
        metric: the one that trials are chosen by and that is compared.
        number: that round.
    """
    parts = [pd.DataFrame(columns=COLUMNS)]
    less_is_better = METRICS[metric].better == "lower"
    for name, table in tables.items():
        sides = [tried[cell] for cell in table.cells]
        for level, side in list(zip(table.row_levels, sides))[1:]:
            found = difference_seen(side, sides[0], less_is_better)
            about = {"table": name, "level": str(level), "against": str(table.row_levels[0])}
            parts.append(found.assign(metric=metric, round=number, **about)[COLUMNS])
    return pd.concat([part for part in parts if len(part)] or parts)


def by_seed(values: pd.DataFrame, cells: Sequence[str], number: int, metric: str) -> np.ndarray:
    """A side's trials, each of them a cell, after a round: (trials, seeds)."""
    of_round = values[values["round"] == number]
    wide = of_round.pivot(index="cell", columns="seed", values=metric)
    return wide.reindex(list(cells)).to_numpy(float)


def titled(found: pd.DataFrame, tables: Mapping[str, Table]) -> pd.DataFrame:
    """What is drawn of `budgets`: each comparison once, with its `title`, by its factor."""
    # tables of the same sides after other rounds are one comparison here
    once = {tuple(table.cells): name for name, table in reversed([*tables.items()])}
    drawn = found[found["table"].isin(once.values())]
    factors = [tables[name].factor for name in drawn["table"]]
    sides = [
        [level_title(factor, side) for side in pair]
        for factor, *pair in zip(factors, drawn["level"], drawn["against"])
    ]
    return drawn.assign(
        title=[" − ".join(pair) for pair in sides],
        table=[parameter_title(factor) for factor in factors],
    )


if __name__ == "__main__":
    log_to(snakemake.log[0])
    told, files, output = snakemake.params.told, snakemake.input, snakemake.output
    use_style(told["figure_style"])
    metric, number, tables = (
        told["metric"],
        told["round"],
        of_one_factor(tables_from(told["tables"])),
    )
    trials = dict(zip(told["sides"], map(read_frame, files.trials), strict=True))
    chosen = dict(zip(told["sides"], map(read_chosen, files.chosen), strict=True))
    tried = {
        side: by_seed(values, told["cells"][side], number, metric)
        for side, values in trials.items()
    }
    found = budgets(tables, tried, metric, number)
    write_frame(output.budgets, found)
    sides = [
        SideTrials(
            title=upper_first(describe(told["titles"][side]) or "baseline"),
            values=told["trials"],
            trials=values,
            chosen=chosen[side].trials[0].number,
            edges=chosen[side].edges,
        )
        for side, values in trials.items()
    ]
    save_figure(draw_curves(sides, metric, number), output.curves, output.curves_pdf)
    drawing = draw_budgets(titled(found, tables), metric)
    save_figure(drawing, output.budget, output.budget_pdf)
