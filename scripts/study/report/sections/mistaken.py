"""The samples that most runs get wrong, by outcome: of which class, and taken for which."""

from collections.abc import Sequence
from typing import Any

from PIL import Image

from study.analysis.confusion import has_mistakes
from study.analysis.metrics import SPLIT_TITLES
from study.report.data_table import DataTable
from study.report.inputs import Inputs
from study.report.pictures import picture
from study.report.plots.mistaken import OUTCOME
from study.report.wording import counted, upper_first
from study.store.frames import Row, groups_of, rows_of

TITLE = "The samples most often misclassified"


def anchor(classes: Sequence[str], split: str, label: str, taken_for: str) -> str:
    """Where the page shows what of a split's class is taken for another class."""
    return f"mistaken-{split}-{classes.index(label)}-{classes.index(taken_for)}"


def anchors(inputs: Inputs) -> dict[tuple[str, ...], str]:
    """(split, class, class that it is taken for) -> where its samples are, of those shown."""
    if inputs.card is None:
        return {}
    classes, found = inputs.card.description["classes"], inputs.frames.mistaken_samples
    return {key: anchor(classes, *key) for key in groups_of(found, *OUTCOME)}


def context(inputs: Inputs) -> dict[str, Any] | None:
    """The samples of each outcome, with their images where they have some, and a table of them.

    None without any scores.
    """
    if inputs.without_scores:
        return None
    card, found = inputs.card, inputs.frames.mistaken_samples
    images = bool(len(found)) and card is not None and len(card.description["shape"]) > 1
    several = card is not None and len(card.description["classes"]) > 2
    places = anchors(inputs)
    return {
        "outcomes": [
            {
                "id": places[key],
                "title": f"{upper_first(SPLIT_TITLES[key[0]])}: {key[1]} predicted {key[2]}",
                "ties": ties_text(rows_of(rows)),
                "samples": [shown_sample(row) for row in rows_of(rows)],
            }
            for key, rows in groups_of(found, *OUTCOME).items()
            if key in places
        ],
        "images": sheet(inputs, len(found)) if images else None,
        "rule": "give the largest probability to a class other than the sample’s"
        if several
        else "put the sample on the wrong side of a probability of 0.5",
        "table": samples_table(rows_of(found)) if len(found) else None,
        "none_wrong": not has_mistakes(inputs.frames.confusions),
    }


def sheet(inputs: Inputs, count: int) -> dict[str, Any]:
    """The images, one below the other in one picture, and their size in pixels."""
    with Image.open(inputs.drawings.mistaken) as drawn:
        width, height = drawn.size
    return {
        "picture": picture(inputs.drawings.mistaken),
        "width": width,
        "height": height,
        "each": height // count,
    }


def shown_sample(row: Row) -> dict[str, str]:
    """A sample: its number, its name, and how often it is mistaken."""
    percent = 100 * row["wrong"] / row["runs"]
    share = f"{percent:.0f}%" if percent >= 1 else "<1%"
    return {
        "number": str(row["number"]),
        "name": row["name"],
        "share": share,
        "said": f"{row['name']}: {row['label']}, misclassified by {share} of the models",
    }


def samples_table(rows: Sequence[Row]) -> DataTable:
    """The same as a table."""
    return DataTable(
        "How many of the trained models (each cell with each seed, after its last round) get"
        " each sample wrong.",
        ["No.", "Split", "Sample", "Its class", "Predicted as", "Misclassified (%)", "Models"],
        [
            [
                str(row["number"]),
                SPLIT_TITLES[row["split"]],
                row["name"],
                row["label"],
                row["taken_for"],
                f"{100 * row['wrong'] / row['runs']:.1f}",
                f"{row['wrong']} of {row['runs']}",
            ]
            for row in rows
        ],
        title="Most often misclassified",
        kind="fine",
        text_columns=["Sample", "Its class", "Predicted as"],
        file="fixed/mistakes.csv",
    )


def ties_text(rows: Sequence[Row]) -> str:
    """How many of an outcome tie for the last place that is shown, where not all are shown."""
    last = rows[-1]
    there = sum(row["wrong"] == last["wrong"] for row in rows)
    if there >= last["tied"]:
        return ""
    return (
        f"{counted(int(last['tied']), 'sample')} tie at {last['wrong']} of {last['runs']}"
        f" models; {there} of them {'is' if there == 1 else 'are'} shown, evenly spread."
    )
