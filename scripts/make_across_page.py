"""Write the page of several data sets: what they say together, with links to the report of each."""

import json
import os
from pathlib import Path

from study.analysis.across import ACROSS_CLAIMS, ACROSS_LEVELS, RANK_TESTS, RANKS
from study.data.prepared import read_description
from study.design.study import claims_from, tables_from
from study.report.across_inputs import AcrossFrames, AcrossInputs
from study.report.across_page import render_across
from study.store.files import write_text
from study.store.frames import read_frame
from study.store.logs import log_to
from study.store.paths import DESCRIPTION

if __name__ == "__main__":
    log_to(snakemake.log[0])
    files, page = snakemake.input, Path(snakemake.output.html)
    first, *_ = studies = snakemake.params.told
    frames = AcrossFrames(
        levels=read_frame(files.levels, ACROSS_LEVELS),
        ranks=read_frame(files.ranks, RANKS),
        tests=read_frame(files.tests, RANK_TESTS),
        claims=read_frame(files.claims, ACROSS_CLAIMS),
    )
    descriptions = [
        read_description(Path(path).parent) for path in files.data if Path(path).name == DESCRIPTION
    ]
    links = [Path(os.path.relpath(path, page.parent)).as_posix() for path in files.reports]
    summaries = [json.loads(Path(path).read_text(encoding="utf-8")) for path in files.summaries]
    inputs = AcrossInputs(
        tables=tables_from(first["tables"]),
        claims=claims_from(first["claims"]),
        seeds=first["seeds"],
        frames=frames,
        links=dict(zip([study["dataset"] for study in studies], links, strict=True)),
        summaries={each["dataset"]: each for each in summaries},
        descriptions={each["dataset"]: each for each in descriptions},
        diagrams={Path(path).stem: path for path in files.diagrams},
    )
    write_text(page, render_across(inputs, first["name"]))
