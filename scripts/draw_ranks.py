"""Draw the average ranks of a table's levels over several data sets."""

from study.analysis.across import RANK_TESTS, RANKS
from study.design.tables import Table
from study.report.figures.saving import save_figure, use_style
from study.report.plots.rank_diagram import draw
from study.settings.level_titles import level_title
from study.store.frames import read_frame
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    name = snakemake.wildcards.table
    use_style(snakemake.params.told["figure_style"])
    table = Table(**snakemake.params.told["tables"][name])
    frames = (
        read_frame(snakemake.input.tests, RANK_TESTS),
        read_frame(snakemake.input.ranks, RANKS),
    )
    tests, ranks = (frame[frame["table"] == name] for frame in frames)
    titles = [level_title(table.factor, level) for level in table.row_levels]
    save_figure(draw(tests, ranks, titles), snakemake.output.svg, snakemake.output.pdf)
