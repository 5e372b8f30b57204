"""Write the statistics of every table: its levels, and each of them against the first."""

from study.averages import read_values
from study.comparisons import compare_levels, describe_levels
from study.evaluation import cell_scores
from study.frames import write_frame
from study.guard import read_runs
from study.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    plan = snakemake.params.plan
    values = read_values(snakemake.input.summary, snakemake.input.evaluation)
    runs = read_runs(snakemake.input.runs)
    scores = cell_scores(plan["runs"], snakemake.input.scores)
    levels = describe_levels(plan["tables"], values)
    comparisons = compare_levels(plan["tables"], values, runs, scores)
    write_frame(snakemake.output.levels, levels)
    write_frame(snakemake.output.comparisons, comparisons)
