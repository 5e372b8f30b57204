"""Write the main effects and two-way interactions of the grid, and draw the interactions."""

import pandas as pd

from study.analysis.alike import Alike, cell_rows, refuse_alike
from study.analysis.averages import read_values
from study.analysis.effects import (
    EFFECT_COLUMNS,
    MEAN_COLUMNS,
    estimate_effects,
    grid_metric,
    marginal_means,
)
from study.analysis.guard import Confounded, check_grid, read_runs
from study.analysis.metrics import METRICS
from study.frames import write_frame
from study.logs import log_to
from study.report.figures.interactions import DRAWN, draw_interactions
from study.report.figures.saving import save_figure

if __name__ == "__main__":
    log_to(snakemake.log[0])
    study, output = snakemake.params.study, snakemake.output
    values = read_values(snakemake.input.summary, snakemake.input.evaluation)
    grid = study["factorial"] | {"round": study["rounds"]}
    factors, along = grid["factors"], grid["along"]
    refused = []
    try:
        runs = read_runs(snakemake.input.runs)
        varied = [*factors, *(name for names in along.values() for name in names)]
        epochs = {name: cell["epochs"] for name, cell in study["cells"].items()}
        check_grid(runs, grid["cells"], grid["round"], varied, epochs)
        for cell in grid["cells"]:
            trained = cell_rows(values, cell, grid["round"])
            title = f"{cell}, round {grid['round']}"
            refuse_alike(trained, trained.index, title, "command" in runs)
    except (Confounded, Alike) as error:
        values = values.iloc[:0]
        refused = [{"refused": str(error)}]
    effects = [pd.DataFrame(refused, columns=list(EFFECT_COLUMNS))]
    means = [pd.DataFrame(columns=list(MEAN_COLUMNS))]
    for metric in METRICS:
        measured, seeds = grid_metric(values, grid, metric)
        if seeds:
            effects.append(estimate_effects(measured, list(factors)).assign(metric=metric))
            means.append(marginal_means(measured, factors, study["baseline"]).assign(metric=metric))
    for frames, columns, path in (
        (effects, EFFECT_COLUMNS, output.effects),
        (means, MEAN_COLUMNS, output.means),
    ):
        frame = pd.concat([frame for frame in frames if len(frame)] or frames[:1])
        write_frame(path, frame.reindex(columns=list(columns)))
    measured, _ = grid_metric(values, grid, DRAWN)
    drawing = draw_interactions(measured, factors, grid["round"], along)
    save_figure(drawing, output.svg, output.png)
