"""Which data sets there are, each with its verdicts and the way to its report."""

from study.analysis.verdicts import VERDICTS
from study.report.data_table import data_table

TITLE = ""


def context(inputs: dict) -> dict:
    """A row a data set."""
    claims = inputs["frames"]["claims"]
    rows = []
    for dataset in inputs["datasets"]:
        verdicts = claims.loc[claims["dataset"] == dataset, "verdict"].value_counts()
        counts = [f"{verdicts[name]} {name}" for name in VERDICTS if name in verdicts]
        rows.append([dataset, ", ".join(counts) or "none declared"])
    table = data_table(
        "Each data set's name leads to its report, the same as that of a study on it alone.",
        ["Data set", "Claims"],
        rows,
        text_columns=["Data set", "Claims"],
    )
    return {"table": table | {"links": [*inputs["links"].values()]}}
