"""Write summary.csv: the means over each round's epochs after the warm-up, a row a seed."""

import sys

from study.averages import summarize
from study.files import write_text

if __name__ == "__main__":
    sys.stdout = sys.stderr = open(snakemake.log[0], "w", buffering=1)
    plan = snakemake.params.plan
    summary = summarize(plan["runs"], snakemake.input.metrics, plan)
    write_text(snakemake.output.summary, summary.to_csv(index=False, lineterminator="\n"))
