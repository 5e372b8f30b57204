"""Write summary.csv, the means over each round's epochs after the warm-up, and runs.csv."""

import sys

from study.averages import collect_runs, summarize
from study.frames import write_frame

if __name__ == "__main__":
    sys.stdout = sys.stderr = open(snakemake.log[0], "w", buffering=1)
    plan = snakemake.params.plan
    summary = summarize(plan["runs"], snakemake.input.metrics, plan)
    runs = collect_runs(plan["runs"], snakemake.input.runs)
    write_frame(snakemake.output.summary, summary)
    write_frame(snakemake.output.runs, runs)
