"""Write the statistics of every table: its levels, and each of them against the first."""

from pathlib import Path

from study.analysis.averages import read_values
from study.analysis.comparisons import compare_levels, describe_levels
from study.analysis.evaluation import cell_scores, split_sizes
from study.analysis.guard import read_runs
from study.analysis.splits import compare_splits
from study.data.prepared import described_data, split_groups
from study.frames import write_frame
from study.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    params, files = snakemake.params, snakemake.input
    values = read_values(files.summary, files.evaluation)
    scores = cell_scores(params.runs, files.scores, files.records)
    groups = split_groups(Path(files.samples[0]).parent) if files.samples else None
    levels = describe_levels(params.tables, values)
    runs = read_runs(files.runs)
    data = described_data(files.data)
    comparisons = compare_levels(params.tables, values, runs, scores, params.cells, groups, data)
    sizes = split_sizes(scores)
    write_frame(snakemake.output.levels, levels)
    write_frame(snakemake.output.comparisons, comparisons)
    write_frame(snakemake.output.splits, compare_splits(levels, comparisons, sizes, params.cells))
