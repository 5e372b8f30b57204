"""Write summary.csv, the means over each round's epochs after the warm-up; runs.csv, what each run
was trained with; and environments.csv, what it ran on."""

from pathlib import Path

from study.analysis.averages import collect_runs, summarize
from study.analysis.environments import collect_environments
from study.frames import write_frame
from study.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    params, files = snakemake.params, snakemake.input
    summary = summarize(params.runs, files.metrics, files.runs, params.study)
    runs = collect_runs(params.runs, files.runs)
    beside = [Path(path).with_name("environment.json") for path in files.runs]
    environments = collect_environments(params.runs, beside)
    write_frame(snakemake.output.summary, summary)
    write_frame(snakemake.output.runs, runs)
    write_frame(snakemake.output.environments, environments)
