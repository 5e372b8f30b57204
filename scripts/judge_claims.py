"""Write the verdict on every claim, and the differences that it rests on."""

import sys

import pandas as pd

from study.averages import join_metrics
from study.claims import judge
from study.files import write_text
from study.guard import read_runs

if __name__ == "__main__":
    sys.stdout = sys.stderr = open(snakemake.log[0], "w", buffering=1)
    values = join_metrics(
        pd.read_csv(snakemake.input.summary), pd.read_csv(snakemake.input.evaluation)
    )
    claims, pairs = judge(snakemake.params.plan["claims"], values, read_runs(snakemake.input.runs))
    write_text(snakemake.output.claims, claims.to_csv(index=False, lineterminator="\n"))
    write_text(snakemake.output.pairs, pairs.to_csv(index=False, lineterminator="\n"))
