"""Write summary.csv, the means over each round's epochs after the warm-up, and runs.csv."""

import sys

from study.averages import collect_runs, summarize
from study.files import write_text

if __name__ == "__main__":
    sys.stdout = sys.stderr = open(snakemake.log[0], "w", buffering=1)
    plan = snakemake.params.plan
    summary = summarize(plan["runs"], snakemake.input.metrics, plan)
    runs = collect_runs(plan["runs"], snakemake.input.runs)
    write_text(snakemake.output.summary, summary.to_csv(index=False, lineterminator="\n"))
    write_text(snakemake.output.runs, runs.to_csv(index=False, lineterminator="\n"))
