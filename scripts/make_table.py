"""Write one table of the study as CSV, Markdown and LaTeX."""

from study.analysis.values import read_values
from study.design.cell import design_from
from study.design.tables import Table
from study.report import crossed, tables
from study.report.tables import make_table, table_metrics
from study.store.files import write_text
from study.store.frames import write_frame
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    told, output, name = snakemake.params.told, snakemake.output, snakemake.wildcards.table
    table, design = Table(**told["table"]), design_from(told["design"])
    seeds = [told["cell_seeds"][cell] for cell in table.cells]
    frame = make_table(read_values(snakemake.input["values"]), table)
    write_frame(output.csv, frame)
    if table.is_crossed:
        text = crossed.caption(table, design, told["cell_seeds"], table_metrics(frame))
        write_text(output.md, crossed.to_markdown(frame, seeds, text))
        write_text(output.tex, crossed.to_latex(frame, seeds, text, name))
    else:
        text = tables.caption(table, design, table_metrics(frame))
        write_text(output.md, tables.to_markdown(frame, seeds, text))
        write_text(output.tex, tables.to_latex(frame, seeds, text, name))
