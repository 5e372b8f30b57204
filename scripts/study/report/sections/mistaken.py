"""The samples that most runs get wrong."""

from study.analysis.metrics import SPLIT_TITLES
from study.analysis.mistakes import MISTAKEN_COLUMNS
from study.frames import read_frame
from study.report.data_table import data_table
from study.report.pictures import picture, without_scores

TITLE = "The samples most often mistaken"


def context(inputs: dict) -> dict | None:
    """A table, and where the samples are images a sheet of them; None without any scores."""
    if without_scores(inputs):
        return None
    files, card = inputs["files"], inputs["card"]
    found = read_frame(files["mistaken_samples"], MISTAKEN_COLUMNS)
    images = len(found) and card and len(card["description"]["shape"]) > 1
    rows = [
        [
            str(row["number"]),
            SPLIT_TITLES[row["split"]],
            row["name"],
            row["label"],
            f"{100 * row['wrong'] / row['runs']:.1f}",
            f"{row['wrong']} of {row['runs']}",
        ]
        for row in found.to_dict("records")
    ]
    headings = ["No.", "Split", "Sample", "Its class", "Mistaken (%)", "Trainings"]
    return {
        "sheet": picture(files["mistaken"]) if images else None,
        "table": data_table(
            "How many of all trainings (each cell with each seed, after its last round) put the"
            " sample on the wrong side of a probability of 0.5.",
            headings,
            rows,
            title="Most often mistaken",
            kind="fine",
            text_columns=["Sample"],
            file="mistakes.csv",
        )
        if rows
        else None,
        "here": card is not None,
    }
