"""Write the verdict on every claim, and the differences that it rests on."""

from study.analysis.averages import read_values
from study.analysis.claims import judge
from study.analysis.guard import read_runs
from study.frames import write_frame
from study.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    values = read_values(snakemake.input.summary, snakemake.input.evaluation)
    claims, pairs = judge(snakemake.params.claims, values, read_runs(snakemake.input.runs))
    write_frame(snakemake.output.claims, claims)
    write_frame(snakemake.output.pairs, pairs)
