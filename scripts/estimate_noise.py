"""Write where the noise of each comparison comes from, and the comparisons' Bayesian reading."""

from pathlib import Path

import pandas as pd

from study.analysis.averages import read_values
from study.analysis.evaluation import cell_scores
from study.analysis.split_share import split_share
from study.analysis.table_noise import describe_noise, describe_posterior
from study.data.prepared import split_groups
from study.frames import read_frame, write_frame
from study.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    params, files = snakemake.params, snakemake.input
    values = read_values(files.summary, files.evaluation)
    over_splits = read_frame(files.splits) if files.splits else None
    scores = cell_scores(params.runs, files.scores, files.records)
    groups = split_groups(Path(files.samples[0]).parent) if files.samples else None
    study, arms = params.study, params.tuning
    of_arms = {name: read_frame(path) for name, path in zip(arms["tuned"], files.trials)}
    trials = {cell: of_arms[name] for cell, name in arms["of"].items()}
    tuning = {"metric": arms["metric"], "trials": trials} if trials else None
    noise = describe_noise(study["tables"], values, over_splits, scores, groups, tuning)
    sources: dict[str, tuple[pd.DataFrame, float]] = {"seeds": (values, 0.0)}
    if over_splits is not None:
        sources["splits"] = (over_splits, split_share(files.data))
    write_frame(snakemake.output.noise, noise)
    posterior = describe_posterior(study["tables"], study["margins"], sources)
    write_frame(snakemake.output.rope, posterior)
