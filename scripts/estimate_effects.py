"""Write the main effects and two-way interactions of the grid, and draw the interactions."""

import pandas as pd

from study.analysis.alike import Alike, cell_rows, refuse_alike
from study.analysis.effects import (
    EFFECT_COLUMNS,
    MEAN_COLUMNS,
    estimate_effects,
    grid_metric,
    marginal_means,
)
from study.analysis.guard import Confounded, check_grid, read_runs
from study.analysis.metrics import METRICS
from study.analysis.values import read_values
from study.design.factors import Factorial
from study.report.figures.interactions import DRAWN, draw_interactions
from study.report.figures.saving import save_figure, use_style
from study.store.frames import write_frame
from study.store.logs import log_to


def refuse_grid(
    values: pd.DataFrame, runs: pd.DataFrame, grid: Factorial, number: int, epochs: dict[str, int]
) -> None:
    """Stop where the grid's effects in a round cannot be told from something else.

    Args:
        values, runs: as `read_values` and `read_runs` return them.
        grid: the design.
        number: the round.
        epochs: cell -> how many epochs per round the study's budget gives it.

    Raises:
        Confounded: its cells differ in more than its factors.
        Alike: the seeds of one are alike in everything.
    """
    varied = [*grid.factors, *(name for names in grid.along.values() for name in names)]
    check_grid(runs, grid.cells, number, varied, epochs)
    for cell in grid.cells:
        trained = cell_rows(values, cell, number)
        title = f"{cell}, round {number}"
        refuse_alike(trained, list(trained.index), title, "command" in runs)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    told, files, output = snakemake.params.told, snakemake.input, snakemake.output
    use_style(told["figure_style"])
    grid, values = Factorial(**told["factorial"]), read_values(files.values)
    refused = []
    try:
        refuse_grid(values, read_runs(files.runs), grid, told["rounds"], told["epochs"])
    except (Confounded, Alike) as error:
        values = values.iloc[:0]
        refused = [{"refused": str(error)}]
    effects = [pd.DataFrame(refused, columns=list(EFFECT_COLUMNS))]
    means = [pd.DataFrame(columns=list(MEAN_COLUMNS))]
    for metric in METRICS:
        measured, seeds = grid_metric(values, grid, told["rounds"], metric)
        if seeds:
            found = estimate_effects(measured, list(grid.factors))
            of_levels = marginal_means(measured, grid.factors, told["baseline"])
            effects.append(found.assign(metric=metric))
            means.append(of_levels.assign(metric=metric))
    for frames, columns, path in (
        (effects, EFFECT_COLUMNS, output.effects),
        (means, MEAN_COLUMNS, output.means),
    ):
        frame = pd.concat([frame for frame in frames if len(frame)] or frames[:1])
        write_frame(path, frame.reindex(columns=list(columns)))
    measured, _ = grid_metric(values, grid, told["rounds"], DRAWN)
    drawing = draw_interactions(measured, grid.factors, told["rounds"], grid.along)
    save_figure(drawing, output.svg, output.pdf, output.png)
