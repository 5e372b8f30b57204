"""What the data sets say together, and each one's headline with a link to its report."""

from collections.abc import Collection, Sequence
from typing import Any

from study.analysis.verdicts import CONTRADICTED, SUPPORTED, VERDICTS, tested_once
from study.report.across_inputs import AcrossInputs
from study.report.data_table import DataTable
from study.report.wording import counted

TITLE = ""


def context(inputs: AcrossInputs) -> dict[str, Any]:
    """A headline, and a row a data set."""
    claims = inputs.frames.claims
    claims = claims[claims["claim"].isin(tested_once(inputs.claims))]
    rows = []
    for dataset in inputs.links:
        verdicts = claims.loc[claims["dataset"] == dataset, "verdict"].value_counts()
        counts = [f"{verdicts[name]} {name}" for name in VERDICTS if name in verdicts]
        said = inputs.summaries[dataset]
        told = [" ".join(said["headline"]), str(len(said["doubts"]))]
        rows.append([dataset, *told, ", ".join(counts) or "none declared"])
    headings = ["Data set", "What its report says first", "Warnings", "Claims"]
    table = DataTable(
        "Each data set's name links to its report, identical to that of a study on it alone.",
        headings,
        rows,
        text_columns=["Data set", "What its report says first", "Claims"],
        kind="prose",
        links=list(inputs.links.values()),
    )
    found = [set(verdicts) for _, verdicts in claims.groupby("claim", sort=False)["verdict"]]
    return {"headline": headline(found, len(inputs.links)), "table": table}


def headline(claims: Sequence[Collection[str]], datasets: int) -> str:
    """How far the data sets agree on the claims; empty where there is no claim.

    Args:
        claims: of each claim, the verdicts that it gets.
        datasets: how many there are.
    """
    if not claims:
        return ""
    everywhere = sum(set(verdicts) == {SUPPORTED} for verdicts in claims)
    turning = sum({SUPPORTED, CONTRADICTED} <= set(verdicts) for verdicts in claims)
    are = "is" if everywhere == 1 else "are"
    of_all = f"{everywhere} of {counted(len(claims), 'claim')}"
    every = "both" if datasets == 2 else f"all {datasets}"
    said = f"{of_all} {are} supported on {every} data sets"
    if turning:
        are = "is" if turning == 1 else "are"
        said += f"; {turning} {are} supported on one and contradicted on another"
    return f"{said}."
