"""Write the report: one HTML file with the tables, the figures and what they were made from."""

from study.files import write_text
from study.logs import log_to
from study.report.inputs import read_inputs
from study.report.page import render_page

if __name__ == "__main__":
    log_to(snakemake.log[0])
    files, params = dict(snakemake.input.items()), dict(snakemake.params.items())
    write_text(snakemake.output.html, render_page(read_inputs(files, params)))
