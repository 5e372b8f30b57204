"""Draw every claim's difference with its interval: a forest plot."""

from study.analysis.claims import CLAIM_COLUMNS, PAIR_COLUMNS
from study.design.study import claims_from
from study.report.figures.saving import save_figure, use_style
from study.report.plots.forest import draw
from study.store.frames import read_frame
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    told, files, made = snakemake.params.told, snakemake.input, snakemake.output
    use_style(told["figure_style"])
    claims, pairs = read_frame(files.claims, CLAIM_COLUMNS), read_frame(files.pairs, PAIR_COLUMNS)
    save_figure(draw(claims_from(told["claims"]), claims, pairs), made.forest, made.forest_pdf)
