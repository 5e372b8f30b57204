"""Draw one figure of the study."""

from study.analysis.epochs import collect_epochs
from study.design.cell import design_from
from study.design.runs import Run
from study.design.tables import Figure
from study.report.figures import SHARED, figure_module
from study.report.figures.saving import save_figure, use_style
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    told, files = snakemake.params.told, snakemake.input
    figures, design = [Figure(**each) for each in told["figures"]], design_from(told["design"])
    use_style(told["figure_style"])
    runs = [Run(**run) for run in told["runs"]]
    epochs = []
    for figure in figures:
        own = [place for place, run in enumerate(runs) if run.cell == figure.cell]
        epochs.append(
            collect_epochs(
                [runs[place] for place in own],
                [files.metrics[place] for place in own],
                [files.runs[place] for place in own],
                figure.epochs,
            )
        )
    figure, seeds = figures[0], told["cell_seeds"][figures[0].cell]
    beside = {"beside": epochs[1:]} if figure.kind in SHARED else {}
    drawing = figure_module(figure.kind).draw(figure, epochs[0], design, seeds, **beside)
    save_figure(drawing, *snakemake.output)
