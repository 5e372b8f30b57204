"""Write what a protocol's runs say to the study's tables and claims."""

from study.analysis.claims import judge
from study.analysis.comparisons import compare_levels, describe_levels
from study.analysis.guard import read_runs
from study.analysis.split_share import split_share
from study.analysis.trials import read_chosen
from study.data.prepared import described_data
from study.frames import read_frame, write_frame
from study.logs import log_to
from study.protocols import with_chosen

if __name__ == "__main__":
    log_to(snakemake.log[0])
    files, output = snakemake.input, snakemake.output
    chosen = {
        name: read_chosen(path)["values"]
        for name, path in zip(snakemake.params.protocol["arms"], files.chosen)
    }
    protocol = with_chosen(snakemake.params.protocol, chosen)
    share = split_share(files.data) if protocol["splits"] else 0.0
    values, runs = read_frame(files.values), read_runs(files.runs)
    data, arms = described_data(files.data), snakemake.params.tuning
    tuning = None
    if chosen:
        trials = {name: read_frame(path) for name, path in zip(arms["tuned"], files.trials)}
        tuning = {"metric": arms["metric"], "count": len(arms["trials"]), "trials": trials}
    if protocol["splits"]:  # which all have as many samples as the study's own
        data = {digest: card for card in data.values() for digest in runs["data"].unique()}
    levels = describe_levels(protocol["tables"], values)
    comparisons = compare_levels(
        protocol["tables"],
        values,
        runs,
        {},
        protocol["cells"],
        data=data,
        tuned=chosen,
        tuning=tuning,
        share=share,
    )
    # splits are not looked at in stages
    planned = {} if protocol["splits"] else snakemake.params.planned
    claims, pairs = judge(
        protocol["claims"], values, runs, data=data, share=share, tuning=tuning, **planned
    )
    for frame, path in (
        (levels, output.levels),
        (comparisons, output.comparisons),
        (claims, output.claims),
        (pairs, output.pairs),
    ):
        write_frame(path, frame)
