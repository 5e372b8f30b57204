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
        for row in found.to_dict("records")
    ]
    headings = ["No.", "Split", "Sample", "Its class", "Mistaken (%)", "Trainings"]
    wrong = "put the sample on the wrong side of a probability of 0.5."
    if several:
        headings.insert(4, "Most often taken for")
        wrong = "give another class than the sample's the largest probability."
    return {
        "sheet": picture(files["mistaken"]) if images else None,
        "table": data_table(
            f"How many of all trainings (each cell with each seed, after its last round) {wrong}",
            headings,
            rows,
            title="Most often mistaken",
            kind="fine",
            text_columns=["Sample", "Its class", "Most often taken for"] if several else ["Sample"],
            file="mistakes.csv",
        )
        if rows
        else None,
        "here": card is not None,
    }
