"""Draw the average ranks of a table's levels over several data sets."""

from study.analysis.across import RANK_TESTS, RANKS
from study.design.tables import Table
from study.report.plots.rank_diagram import draw
from study.report.plots.style import write_picture
from study.settings.choices import level_title
from study.store.frames import read_frame
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    name = snakemake.wildcards.table
    table = Table(**snakemake.params.told["tables"][name])
    frames = (
        read_frame(snakemake.input.tests, RANK_TESTS),
        read_frame(snakemake.input.ranks, RANKS),
    )
    tests, ranks = (frame[frame["table"] == name] for frame in frames)
    titles = [level_title(table.factor, level) for level in table.row_levels]
    write_picture(snakemake.output.svg, draw(tests, ranks, titles))
