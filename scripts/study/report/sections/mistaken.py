"""The samples that most runs get wrong."""

from collections.abc import Sequence
from typing import Any

from study.analysis.metrics import SPLIT_TITLES
from study.report.data_table import DataTable
from study.report.inputs import Inputs
from study.report.pictures import picture
from study.report.wording import counted
from study.store.frames import Row, rows_of

TITLE = "The samples most often mistaken"


def context(inputs: Inputs) -> dict[str, Any] | None:
    """A table, and where the samples are images a sheet of them; None without any scores."""
    if inputs.without_scores:
        return None
    card, found = inputs.card, inputs.frames.mistaken_samples
    images = len(found) and card and len(card.description["shape"]) > 1
    several = "taken_for" in found  # more than two classes
    rows = [
        [
            str(row["number"]),
            SPLIT_TITLES[row["split"]],
            row["name"],
            row["label"],
            *([row["taken_for"]] if several else []),
            f"{100 * row['wrong'] / row['runs']:.1f}",
            f"{row['wrong']} of {row['runs']}",
        ]
        for row in rows_of(found)
    ]
    headings = ["No.", "Split", "Sample", "Its class", "Mistaken (%)", "Trainings"]
    wrong = "put the sample on the wrong side of a probability of 0.5."
    if several:
        headings.insert(4, "Most often taken for")
        wrong = "give another class than the sample's the largest probability."
    return {
        "sheet": picture(inputs.drawings.mistaken) if images else None,
        "table": DataTable(
            f"How many of all trainings (each cell with each seed, after its last round) {wrong}"
            + ties_text(rows_of(found)),
            headings,
            rows,
            title="Most often mistaken",
            kind="fine",
            text_columns=["Sample", "Its class", "Most often taken for"] if several else ["Sample"],
            file="fixed/mistakes.csv",
        )
        if rows
        else None,
        "here": card is not None,
    }


def ties_text(rows: Sequence[Row]) -> str:
    """Of each split how many tie for the last place that is shown, where not all of them are."""
    text = ""
    for split in dict.fromkeys(row["split"] for row in rows):
        shown = [row for row in rows if row["split"] == split]
        last = shown[-1]
        there = sum(row["wrong"] == last["wrong"] for row in shown)
        if there < last["tied"]:
            text += (
                f" On {SPLIT_TITLES[split]}, {counted(int(last['tied']), 'sample')} are mistaken in"
                f" {last['wrong']} trainings; {there} of them are shown, drawn evenly."
            )
    return text
