"""What published tables can and cannot say."""

from typing import Any

from study.report.data_table import DataTable
from study.report.inputs import Inputs
from study.report.wording import minus, upper_first, with_titles
from study.store.frames import rows_of

TITLE = "Published tables"


def context(inputs: Inputs) -> dict[str, Any] | None:
    """The findings in the source's tables, and its conclusions by its numbers and by ours."""
    study, frames = inputs.study, inputs.frames
    reference = study.reference
    if not reference:
        return None
    claims = frames.claims.set_index("claim").to_dict("index")
    findings = [
        [
            str(row["finding"]),
            upper_first(with_titles(row["check"], study.design.specs)),
            f"{with_titles(row['text'], study.design.specs)}.",
        ]
        for row in rows_of(frames.findings)
    ]
    conclusions = [
        [
            claims[row["claim"]]["sentence"],
            minus(row["printed"]) or "–",
            "–" if row["agrees"] == "" else "yes" if row["agrees"] else "no",
            row["findings"] or "–",
            claims[row["claim"]]["verdict"],
        ]
        for row in rows_of(frames.printed.fillna(""))
        if row["printed"] or study.claims[row["claim"]].made_in
    ]
    headings = [
        "Conclusion",
        "Difference as printed",
        "Do the numbers say so?",
        "Rests on findings",
    ]
    return {
        "title": f"What the tables of {reference['title']} can and cannot say",
        "same_data": reference["dataset"] == study.dataset,
        "dataset": reference["dataset"],
        "findings": DataTable(
            "What a careful reader would question.",
            ["No.", "Finding", "In the tables as printed"],
            findings,
            title="Findings",
            kind="prose",
        )
        if findings
        else None,
        "conclusions": DataTable(
            "The source’s conclusions, by its own numbers and by ours. Accuracies are in percentage"
            " points; – where its tables do not have the numbers.",
            [*headings, "Our runs"],
            conclusions,
            title="Conclusions",
            kind="prose",
            text_columns=["Rests on findings", "Difference as printed"],
        )
        if conclusions
        else None,
        "note": reference.get("note"),
    }
