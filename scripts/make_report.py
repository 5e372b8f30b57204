"""Write the report, its appendix, and its first screen in a form for programs to read."""

from study.report.inputs import read_inputs
from study.report.page import render_pages
from study.report.report_json import summary
from study.store.files import write_text
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    files, params = dict(snakemake.input.items()), snakemake.params
    inputs = read_inputs(files, params.told, params.arguments)
    report, appendix = render_pages(inputs)
    write_text(snakemake.output.html, report)
    write_text(snakemake.output.appendix, appendix)
    write_text(snakemake.output.json, summary(inputs))
