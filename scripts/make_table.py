"""Write one table of the study as CSV, Markdown and LaTeX."""

from study.analysis.averages import read_values
from study.files import write_text
from study.frames import write_frame
from study.logs import log_to
from study.report.tables import caption, make_table, table_metrics, to_latex, to_markdown

if __name__ == "__main__":
    log_to(snakemake.log[0])
    params, output = snakemake.params, snakemake.output
    table, seeds = params.table, params.study["seeds"]
    values = read_values(snakemake.input.summary, snakemake.input.evaluation)
    frame = make_table(values, table)
    text = caption(table, params.study, table_metrics(frame))
    write_frame(output.csv, frame)
    write_text(output.md, to_markdown(frame, seeds, text))
    label = snakemake.wildcards.table
    write_text(output.tex, to_latex(frame, seeds, text, label))
