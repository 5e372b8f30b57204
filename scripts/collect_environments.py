"""Write environments.csv: what every run ran on, and how long it took."""

from study.analysis.environments import collect_environments
from study.design.runs import Run
from study.store.frames import write_frame
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    runs = [Run(**run) for run in snakemake.params.told["runs"]]
    environments = collect_environments(runs, snakemake.params.told["folders"])
    write_frame(snakemake.output.environments, environments)
