"""Which data sets there are, each with its verdicts and the way to its report."""

from typing import Any

from study.analysis.verdicts import VERDICTS, tested_once
from study.report.across_inputs import AcrossInputs
from study.report.data_table import DataTable

TITLE = ""


def context(inputs: AcrossInputs) -> dict[str, Any]:
    """A row a data set."""
    claims = inputs.frames.claims
    claims = claims[claims["claim"].isin(tested_once(inputs.claims))]
    rows = []
    for dataset in inputs.links:
        verdicts = claims.loc[claims["dataset"] == dataset, "verdict"].value_counts()
        counts = [f"{verdicts[name]} {name}" for name in VERDICTS if name in verdicts]
        rows.append([dataset, ", ".join(counts) or "none declared"])
    table = DataTable(
        "Each data set's name links to its report, the same as that of a study on it alone.",
        ["Data set", "Claims"],
        rows,
        text_columns=["Data set", "Claims"],
        links=list(inputs.links.values()),
    )
    return {"table": table}
