"""Draw one figure of the study."""

from study.analysis.epochs import collect_epochs
from study.design.cell import design_from
from study.design.runs import Run
from study.design.tables import Figure
from study.report.figures import figure_module
from study.report.figures.saving import save_figure
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    told, files = snakemake.params.told, snakemake.input
    figure, design = Figure(**told["figure"]), design_from(told["design"])
    runs = [Run(**run) for run in told["runs"]]
    epochs = collect_epochs(runs, files.metrics, files.runs, figure.epochs)
    seeds = told["cell_seeds"][figure.cell]
    drawing = figure_module(figure.kind).draw(figure, epochs, design, seeds)
    save_figure(drawing, snakemake.output.svg, snakemake.output.png)
