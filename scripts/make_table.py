"""Write one table of the study as CSV, Markdown and LaTeX."""

from study.analysis.averages import read_values
from study.files import write_text
from study.frames import write_frame
from study.logs import log_to
from study.report import crossed, tables
from study.report.tables import is_crossed, make_table, table_metrics

if __name__ == "__main__":
    log_to(snakemake.log[0])
    params, output = snakemake.params, snakemake.output
    table = params.table
    seeds = [params.study["cell_seeds"][cell] for cell in table["cells"]]
    values = read_values(snakemake.input.summary, snakemake.input.evaluation)
    frame = make_table(values, table)
    printer = crossed if is_crossed(table) else tables
    text = printer.caption(table, params.study, table_metrics(frame))
    label = snakemake.wildcards.table
    write_frame(output.csv, frame)
    write_text(output.md, printer.to_markdown(frame, seeds, text))
    write_text(output.tex, printer.to_latex(frame, seeds, text, label))
