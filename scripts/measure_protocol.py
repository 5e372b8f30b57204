"""Write every metric of a protocol's runs, seed by seed, and what they were trained with."""

from study.analysis.alike import mark_same
from study.analysis.averages import collect_runs, join_metrics, summarize
from study.analysis.evaluation import evaluate_runs, result_digests
from study.frames import write_frame
from study.logs import log_to
from study.parameters import declared

if __name__ == "__main__":
    log_to(snakemake.log[0])
    params, files = snakemake.params, snakemake.input
    protocol, study = params.protocol, params.study | {"cells": params.protocol["cells"]}
    summary = summarize(protocol["runs"], files.metrics, files.runs, study)
    evaluation = evaluate_runs(protocol["runs"], files.scores, files.runs)
    digests = result_digests(protocol["runs"], files.metrics, files.scores, files.runs)
    for frame in (summary, evaluation, digests):
        for name, (cell, split) in protocol["origin"].items():
            frame.loc[frame["cell"] == name, ["cell", "seed"]] = cell, split
    values = join_metrics(summary, mark_same(evaluation, digests))
    values = values.sort_values(["cell", "round", "seed"])
    write_frame(snakemake.output.values, values)
    write_frame(snakemake.output.runs, collect_runs(protocol["runs"], files.runs, declared(study)))
