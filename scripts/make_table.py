"""Write one table of the study as CSV, Markdown and LaTeX."""

import sys

import pandas as pd

from study.files import write_text
from study.tables import caption, make_table, to_latex, to_markdown

if __name__ == "__main__":
    sys.stdout = sys.stderr = open(snakemake.log[0], "w", buffering=1)
    plan = snakemake.params.plan
    summary = pd.read_csv(snakemake.input.summary)
    table = make_table(summary, plan["table"], plan["cells"])
    text = caption(plan["table"], plan["baseline"])
    write_text(snakemake.output.csv, table.to_csv(index=False, lineterminator="\n"))
    write_text(snakemake.output.md, to_markdown(table, plan["seeds"], text))
    write_text(
        snakemake.output.tex, to_latex(table, plan["seeds"], text, snakemake.wildcards.table)
    )
