"""Write one table of the study as CSV, Markdown and LaTeX."""

from study.files import write_text
from study.frames import read_frame, write_frame
from study.logs import log_to
from study.tables import caption, make_table, to_latex, to_markdown

if __name__ == "__main__":
    log_to(snakemake.log[0])
    plan = snakemake.params.plan
    summary = read_frame(snakemake.input.summary)
    table = make_table(summary, plan["table"], plan["cells"])
    text = caption(plan["table"], plan["baseline"])
    write_frame(snakemake.output.csv, table)
    write_text(snakemake.output.md, to_markdown(table, plan["seeds"], text))
    write_text(
        snakemake.output.tex, to_latex(table, plan["seeds"], text, snakemake.wildcards.table)
    )
