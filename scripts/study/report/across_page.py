"""The page of several data sets: one HTML page of what they say together."""

from study.report.across_inputs import AcrossInputs
from study.report.page import Parts, render_parts
from study.report.sections import across_claims, across_reports, across_tables
from study.report.wording import listed

# The parts in their order, as those of `study.report.page`.
ACROSS_PARTS: Parts = {
    "reports": ("The data sets", (across_reports,)),
    "claims": ("On how many data sets each claim holds", (across_claims,)),
    "tables": ("Tables", (across_tables,)),
}


def render_across(inputs: AcrossInputs, name: str | None) -> str:
    """The page.

    Args:
        inputs: what it is made from.
        name: of the study, where it has one.
    """
    title = listed(list(inputs.links)) + (f", study {name}" if name else "")
    return render_parts(ACROSS_PARTS, inputs, title)
