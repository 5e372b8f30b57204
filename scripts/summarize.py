"""Write summary.csv, the means over each round's epochs after the warm-up, and runs.csv."""

from study.analysis.averages import collect_runs, summarize
from study.frames import write_frame
from study.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    params, files = snakemake.params, snakemake.input
    summary = summarize(params.runs, files.metrics, files.runs, params.study)
    runs = collect_runs(params.runs, files.runs)
    write_frame(snakemake.output.summary, summary)
    write_frame(snakemake.output.runs, runs)
