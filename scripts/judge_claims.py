"""Write the verdict on every claim, the differences that it rests on, and that they were seen."""

from pathlib import Path

import pandas as pd

from study.analysis.averages import read_values
from study.analysis.claims import judge
from study.analysis.guard import read_runs
from study.analysis.looks import LOOK_COLUMNS, add_look
from study.analysis.paired import MIN_SEEDS, MIN_SEEDS_OF_LOOK
from study.analysis.verdicts import test_name
from study.data.prepared import described_data
from study.frames import read_frame, write_frame
from study.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    params, files, output = snakemake.params, snakemake.input, snakemake.output
    values, runs = read_values(files.summary, files.evaluation), read_runs(files.runs)
    planned, data = (params.looks, params.spending), described_data(files.data)
    claims, pairs = judge(params.claims, values, runs, *planned, data=data)
    looks = pd.DataFrame(columns=list(LOOK_COLUMNS))
    if Path(output.looks).exists():
        looks = read_frame(output.looks, LOOK_COLUMNS)
    fewest = MIN_SEEDS_OF_LOOK if params.looks else MIN_SEEDS
    judged = claims.dropna(subset="seeds")
    tests = {test_name(params.claims[row.claim]): int(row.seeds) for row in judged.itertuples()}
    write_frame(output.claims, claims)
    write_frame(output.pairs, pairs)
    write_frame(output.looks, add_look(looks, tests, params.seeds, fewest))
