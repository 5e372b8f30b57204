"""Write summary.csv, the means over each round's epochs after the warm-up, and runs.csv."""

from study.averages import collect_runs, summarize
from study.frames import write_frame
from study.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    plan = snakemake.params.plan
    summary = summarize(plan["runs"], snakemake.input.metrics, plan)
    runs = collect_runs(plan["runs"], snakemake.input.runs)
    write_frame(snakemake.output.summary, summary)
    write_frame(snakemake.output.runs, runs)
