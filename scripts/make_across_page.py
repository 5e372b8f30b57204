"""Write the page of several data sets: what they say together, with links to the report of each."""

import os
from pathlib import Path

from study.analysis.across import ACROSS_CLAIMS, ACROSS_LEVELS, RANK_TESTS, RANKS
from study.files import write_text
from study.frames import read_frame
from study.logs import log_to
from study.report.across_page import render_across

COLUMNS = {"levels": ACROSS_LEVELS, "ranks": RANKS, "tests": RANK_TESTS, "claims": ACROSS_CLAIMS}

if __name__ == "__main__":
    log_to(snakemake.log[0])
    params, files, page = snakemake.params, snakemake.input, Path(snakemake.output.html)
    frames = {name: read_frame(files[name], columns) for name, columns in COLUMNS.items()}
    links = [Path(os.path.relpath(path, page.parent)).as_posix() for path in files.reports]
    diagrams = {Path(path).stem: path for path in files.diagrams}
    write_text(page, render_across(params.studies, frames, links, diagrams))
