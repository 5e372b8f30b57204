"""Draw the average ranks of a table's levels over several data sets."""

from study.analysis.across import RANK_TESTS, RANKS
from study.choices import level_title
from study.frames import read_frame
from study.logs import log_to
from study.report.plots.rank_diagram import draw
from study.report.plots.style import write_picture

if __name__ == "__main__":
    log_to(snakemake.log[0])
    table, name = snakemake.params.table, snakemake.wildcards.table
    frames = (
        read_frame(snakemake.input.tests, RANK_TESTS),
        read_frame(snakemake.input.ranks, RANKS),
    )
    tests, ranks = (frame[frame["table"] == name] for frame in frames)
    titles = [level_title(table["vary"], row[table["vary"]]) for row in table["rows"]]
    write_picture(snakemake.output.svg, draw(tests, ranks, titles))
