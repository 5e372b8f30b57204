"""Write the report: one HTML file with the tables, the figures and what they were made from."""

from study.report.inputs import read_inputs
from study.report.page import render_page
from study.store.files import write_text
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    files, params = dict(snakemake.input.items()), snakemake.params
    inputs = read_inputs(files, params.told, params.arguments)
    write_text(snakemake.output.html, render_page(inputs))
