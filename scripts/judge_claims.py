"""Write the verdict on every claim, and the differences that it rests on."""

from study.averages import read_values
from study.claims import judge
from study.frames import write_frame
from study.guard import read_runs
from study.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    values = read_values(snakemake.input.summary, snakemake.input.evaluation)
    claims, pairs = judge(snakemake.params.plan["claims"], values, read_runs(snakemake.input.runs))
    write_frame(snakemake.output.claims, claims)
    write_frame(snakemake.output.pairs, pairs)
