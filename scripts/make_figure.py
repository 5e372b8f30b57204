"""Draw one figure of the study."""

from study.analysis.epochs import collect_epochs
from study.logs import log_to
from study.report.figures import figure_module
from study.report.figures.saving import save_figure

if __name__ == "__main__":
    log_to(snakemake.log[0])
    params, files = snakemake.params, snakemake.input
    per_round = params.figure["epochs_per_round"]
    epochs = collect_epochs(params.runs, files.metrics, files.runs, per_round)
    study = params.study | {"epochs_per_round": per_round}
    drawing = figure_module(params.figure["kind"]).draw(params.figure, epochs, study)
    save_figure(drawing, snakemake.output.svg, snakemake.output.png)
