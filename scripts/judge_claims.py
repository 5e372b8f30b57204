"""Write the verdict on every claim, and the differences that it rests on."""

import sys

from study.averages import read_values
from study.claims import judge
from study.frames import write_frame
from study.guard import read_runs

if __name__ == "__main__":
    sys.stdout = sys.stderr = open(snakemake.log[0], "w", buffering=1)
    values = read_values(snakemake.input.summary, snakemake.input.evaluation)
    claims, pairs = judge(snakemake.params.plan["claims"], values, read_runs(snakemake.input.runs))
    write_frame(snakemake.output.claims, claims)
    write_frame(snakemake.output.pairs, pairs)
