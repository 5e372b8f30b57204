"""Write what several data sets say together: the levels of each table with their ranks, whether
these differ, and the verdicts on each claim."""

import pandas as pd

from study.analysis.across import (
    ACROSS_LEVELS,
    across_claims,
    across_levels,
    average_ranks,
    shown_metrics,
)
from study.analysis.claims import CLAIM_COLUMNS
from study.design.study import tables_from
from study.store.frames import read_frame, write_frame
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    params, files, output = snakemake.params, snakemake.input, snakemake.output
    tables = tables_from(params.told["tables"])
    parts = [pd.DataFrame(columns=[*ACROSS_LEVELS])]
    for place, (name, table) in enumerate(tables.items()):
        paths = files.tables[place :: len(tables)]  # data set by data set, as the rule lists them
        frames = {dataset: read_frame(path) for dataset, path in zip(params.datasets, paths)}
        for metric in shown_metrics(table, [*frames.values()]):
            parts.append(across_levels(name, table, metric, frames))
    levels = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    ranks, tests = average_ranks(levels)
    claims = dict(zip(params.datasets, (read_frame(path, CLAIM_COLUMNS) for path in files.claims)))
    write_frame(output.levels, levels)
    write_frame(output.ranks, ranks)
    write_frame(output.tests, tests)
    write_frame(output.claims, across_claims(claims))
