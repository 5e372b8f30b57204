"""The baseline and the levels of each factor, as pictures that people expect of classifiers."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from study.analysis.confusion import COUNTS, threshold_title
from study.analysis.metrics import SPLIT_TITLES
from study.design.levels import FactorLevels, factor_levels
from study.report.data_table import DataTable
from study.report.inputs import Inputs
from study.report.pictures import picture
from study.report.plots.confusion import DRAWN_MATRICES, NUMBERED
from study.report.plots.names import level_names
from study.report.wording import plain
from study.store.frames import groups_of, rows_of

TITLE = "The levels of each factor"
OPTIMISTIC = (
    " The threshold is chosen on the same samples that are counted here, so its matrix looks"
    " better than it would on others."
)
# name -> title, and what the picture shows
TEXTS = {
    "seeds": (
        "Each seed by level",
        "Each point is a seed, a thin line joins a seed's values, and the bar is their mean.",
    ),
    "level_curves": (
        "Learning curves",
        "Mean over seeds after each epoch of the round; the band is ± 2 standard errors.",
    ),
    "roc": (
        "ROC curves",
        "Mean over seeds of the true positive rate at each false positive rate; the band holds the"
        " middle 95% of the seeds (2.5th to 97.5th percentile). Where all curves stay within 10"
        " points of each other, their differences from the baseline are drawn, seed by seed, with"
        " the 95% interval of the mean. AUC is mean ± standard deviation over seeds.",
    ),
    "confusion": (
        "Confusion matrices",
        "Mean count over seeds, and its share of the true class. The threshold"
        " is a probability of 0.5, or for each seed the one with the highest balanced accuracy on"
        " the validation split.",
    ),
    "calibration": (
        "Calibration",
        "Share of positives against the mean predicted probability, in ten bins of equal"
        " width, over all seeds' predictions, with Wilson's 95% interval for the samples of one"
        " seed; bins of fewer than 50 samples are left out. Probabilities on the grey line are"
        " right.",
    ),
}
ALWAYS = ("seeds", "level_curves")  # also where no scores are known
FILES = {"level_curves": "curves"}  # those named differently from their drawing
# what differs with more than two classes
PREDICTED = " A column is a predicted class."
NO_CALIBRATION = " Calibration is drawn only for two classes."
TEXTS_OF_SEVERAL = {
    "seeds": TEXTS["seeds"],
    "level_curves": TEXTS["level_curves"],
    "roc": (
        "ROC curves",
        "Of each class against the rest, averaged over the classes (macro average). "
        + TEXTS["roc"][1],
    ),
    "confusion": (
        "Confusion matrices",
        "Mean count over seeds; the darker a square, the larger its share of the true class. The"
        " class with the largest probability is predicted. Standard deviations are in"
        " pictures/confusion.csv.",
    ),
}


def context(inputs: Inputs) -> dict[str, Any] | None:
    """The pictures with their captions, and the confusion matrices as a table."""
    groups, counts = factor_levels(inputs.study), inputs.frames.confusions
    if not groups:
        return None
    several = "true" in counts
    texts = {name: list(text) for name, text in (TEXTS_OF_SEVERAL if several else TEXTS).items()}
    if not several and set(counts["split"]) == {"val"}:
        texts["confusion"][1] += OPTIMISTIC
    if several and len(level_names(groups)) > DRAWN_MATRICES:
        texts["confusion"][1] += f" The first {DRAWN_MATRICES} cells are drawn."
    headings, rows = (matrix_rows if several else confusion_rows)(counts, level_names(groups))
    return {
        "about": about(groups) + NO_CALIBRATION * several,
        "pictures": [
            {"name": name, "title": title, "caption": text, "picture": shown}
            | {"file": f"pictures/{FILES.get(name, name)}"}
            for name, (title, text) in texts.items()
            if name in ALWAYS or not inputs.without_scores
            for shown in [picture(getattr(inputs.drawings, name))]
        ],
        "confusions": DataTable(
            "Mean ± standard deviation over seeds." + PREDICTED * several,
            headings,
            rows,
            title="Confusion matrices",
            kind="fine",
            text_columns=["Cell", "Split", "Threshold", "True class"],
            file="pictures/confusion.csv",
        )
        if not several or counts["predicted"].nunique() <= NUMBERED
        else None,
    }


def about(groups: Sequence[FactorLevels]) -> str:
    """What all of these pictures show."""
    if groups[0].factor is None:
        return f"The baseline after round {groups[0].round}."
    moved = " (and any named with it)" * any(group.along for group in groups)
    elsewhere = ", or the one in the title" * any(group.changes for group in groups)
    return (
        f"Each picture is of the round that it names. Every parameter except the one named{moved}"
        f" has the baseline's value{elsewhere}."
    )


def confusion_rows(
    counts: pd.DataFrame, names: Mapping[tuple[str, int], str]
) -> tuple[list[str], list[list[str]]]:
    """pictures/confusion.csv as headings and rows of text."""
    headings = ["Cell", "Round", "Split", "Threshold"]
    headings += [name.replace("_", " ").capitalize() + "s" for name in COUNTS] + ["Seeds"]
    rows = []
    for row in rows_of(counts):
        spread = [
            plain(row[name], 1)
            + ("" if pd.isna(row[f"{name}_sd"]) else f" ± {row[f'{name}_sd']:.1f}")
            for name in COUNTS
        ]
        name = names.get((row["cell"], row["round"]), row["cell"])
        split, kind = SPLIT_TITLES[row["split"]], threshold_title(row["threshold"])
        kind = kind.removeprefix("threshold ")
        rows.append([name, str(row["round"]), split, kind, *spread, str(row["n"])])
    return headings, rows


def matrix_rows(
    counts: pd.DataFrame, names: Mapping[tuple[str, int], str]
) -> tuple[list[str], list[list[str]]]:
    """The same of more than two classes: a row for each true class, a column for each predicted."""
    classes = list(dict.fromkeys(counts["predicted"]))
    headings = ["Cell", "Round", "Split", "True class", *classes, "Seeds"]
    rows = []
    for (cell, number, split, true), part in groups_of(
        counts, "cell", "round", "split", "true"
    ).items():
        name = names.get((cell, number), cell)
        spread = [
            plain(mean, 1) + ("" if pd.isna(deviation) else f" ± {deviation:.1f}") if mean else "0"
            for mean, deviation in zip(part["count"], part["count_sd"])
        ]
        seeds = str(part["n"].iloc[0])
        rows.append([name, str(number), SPLIT_TITLES[split], true, *spread, seeds])
    return headings, rows
