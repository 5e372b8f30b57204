"""Write the statistics of every table: its levels, and each of them against the first."""

import sys

import pandas as pd

from study.averages import join_metrics
from study.comparisons import compare_levels, describe_levels
from study.evaluation import cell_scores
from study.files import write_text
from study.guard import read_runs

if __name__ == "__main__":
    sys.stdout = sys.stderr = open(snakemake.log[0], "w", buffering=1)
    plan = snakemake.params.plan
    values = join_metrics(
        pd.read_csv(snakemake.input.summary), pd.read_csv(snakemake.input.evaluation)
    )
    runs = read_runs(snakemake.input.runs)
    scores = cell_scores(plan["runs"], snakemake.input.scores)
    levels = describe_levels(plan["tables"], values)
    comparisons = compare_levels(plan["tables"], values, runs, scores)
    write_text(snakemake.output.levels, levels.to_csv(index=False, lineterminator="\n"))
    write_text(snakemake.output.comparisons, comparisons.to_csv(index=False, lineterminator="\n"))
