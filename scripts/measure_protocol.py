"""Write every metric of a protocol's runs, seed by seed, and what they were trained with."""

from study.analysis.averages import collect_runs, join_metrics, summarize
from study.analysis.evaluation import evaluate_runs
from study.frames import write_frame
from study.logs import log_to
from study.parameters import declared

if __name__ == "__main__":
    log_to(snakemake.log[0])
    params, files = snakemake.params, snakemake.input
    protocol, study = params.protocol, params.study | {"cells": params.protocol["cells"]}
    summary = summarize(protocol["runs"], files.metrics, files.runs, study)
    values = join_metrics(summary, evaluate_runs(protocol["runs"], files.scores, files.runs))
    for name, (cell, split) in protocol["origin"].items():
        values.loc[values["cell"] == name, ["cell", "seed"]] = cell, split
    values = values.sort_values(["cell", "round", "seed"])
    write_frame(snakemake.output.values, values)
    write_frame(snakemake.output.runs, collect_runs(protocol["runs"], files.runs, declared(study)))
