"""Write the statistics of every table: its levels, and each of them against the first."""

import gc

from study.analysis.averages import read_values
from study.analysis.comparisons import compare_levels, describe_levels
from study.analysis.evaluation import cell_scores
from study.analysis.guard import read_runs
from study.frames import write_frame
from study.logs import log_to

if __name__ == "__main__":
    gc.freeze()  # multipletests collects garbage whenever it is called, among all that was imported
    log_to(snakemake.log[0])
    params, files = snakemake.params, snakemake.input
    values = read_values(files.summary, files.evaluation)
    scores = cell_scores(params.runs, files.scores, files.records)
    levels = describe_levels(params.tables, values)
    comparisons = compare_levels(params.tables, values, read_runs(files.runs), scores)
    write_frame(snakemake.output.levels, levels)
    write_frame(snakemake.output.comparisons, comparisons)
