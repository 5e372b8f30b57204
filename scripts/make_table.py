"""Write one table of the study as CSV, Markdown and LaTeX."""

from study.analysis.comparisons import COMPARISON_COLUMNS
from study.analysis.values import read_values
from study.design.cell import design_from
from study.design.tables import Table
from study.report import crossed, tables
from study.report.pictures import read_card
from study.report.tables import make_table, table_metrics
from study.report.worth import worth_of
from study.store.files import write_text
from study.store.frames import read_frame, write_frame
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    told, files, output = snakemake.params.told, snakemake.input, snakemake.output
    name, dataset = snakemake.wildcards.table, told["title"]
    table, design = Table(**told["table"]), design_from(told["design"])
    seeds = [told["cell_seeds"][cell] for cell in table.cells]
    values, compared = read_values(files["values"]), read_frame(files.compared, COMPARISON_COLUMNS)
    frame = make_table(values, table)
    metrics = table_metrics(frame)
    compared = compared[compared["table"] == name]
    worth = worth_of(values, table, metrics, compared, read_card(files.data))
    write_frame(output.csv, frame)
    if table.is_crossed:
        text = crossed.caption(table, design, told["cell_seeds"], metrics, dataset)
        write_text(output.md, crossed.to_markdown(frame, seeds, text, worth))
        write_text(output.tex, crossed.to_latex(frame, seeds, text, name, worth))
    else:
        text = tables.caption(table, design, metrics, dataset, told["cell_seeds"])
        text += "" if table.caption else tables.worth_note(worth)
        write_text(output.md, tables.to_markdown(frame, seeds, text, worth))
        write_text(output.tex, tables.to_latex(frame, seeds, text, name, worth))
