"""The page of several data sets: one HTML page of what they say together."""

from collections.abc import Mapping, Sequence

import pandas as pd

from study.report.page import render_parts
from study.report.sections import across_claims, across_reports, across_tables
from study.report.wording import listed

# The parts in their order, as those of `study.report.page`.
ACROSS_PARTS = {
    "reports": ("The data sets", (across_reports,)),
    "claims": ("Which claims hold on how many", (across_claims,)),
    "tables": ("Tables", (across_tables,)),
}


def render_across(
    studies: Sequence[Mapping],
    frames: Mapping[str, pd.DataFrame],
    links: Sequence[str],
    diagrams: Mapping[str, str],
) -> str:
    """The page.

    Args:
        studies: what reports are told of each data set's study.
        frames: `levels`, `ranks`, `tests` and `claims`: see `study.analysis.across`.
        links: where the report of each is, seen from the page.
        diagrams: table -> the file of the drawing of its ranks, where there is one.
    """
    datasets = [study["dataset"] for study in studies]
    title = listed(datasets) + (f", study {name}" if (name := studies[0]["study"]) else "")
    inputs = {
        "study": studies[0],
        "datasets": datasets,
        "frames": frames,
        "links": dict(zip(datasets, links)),
        "diagrams": diagrams,
    }
    return render_parts(ACROSS_PARTS, inputs, title)
