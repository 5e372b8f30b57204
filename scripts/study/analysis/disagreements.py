"""Where the validation and the test split disagree, which an average over one does not show.

Two disagreements. The accuracies of one level, by more than which images a split happened to get
explains. And the difference between two levels, where the intervals over seeds on the two splits
have no value in common.
"""

import math
from collections.abc import Hashable, Mapping

import pandas as pd
from scipy.special import ndtri

from study.analysis.epochs import scored_epoch
from study.analysis.metrics import FINAL, format_value, is_percentage, metric_title
from study.analysis.significance import ALPHA
from study.design.cell import Cell
from study.settings.choices import level_title

# What the file has, column by column; `what` is a key of MEANINGS.
DISAGREEMENT_COLUMNS = {"table": str, "what": str, "metric": str, "text": str}
MEANINGS = {
    "level": (
        "Where accuracies are that far apart, the splits' images come from different places or are"
        " not equally hard, or settings were chosen by validation. Take the test split's numbers"
        " for what to expect elsewhere."
    ),
    "difference": (
        "Where differences have nothing in common, what the factor does depends on the images: a"
        " verdict on one split is not one on the other."
    ),
}


def find_disagreements(
    levels: pd.DataFrame,
    comparisons: pd.DataFrame,
    sizes: Mapping[str, int],
    cells: Mapping[str, Cell],
) -> pd.DataFrame:
    """What is to be warned of, at most one row per table and metric for either disagreement.

    Args:
        levels, comparisons: as `study.analysis.comparisons` returns them.
        sizes: how many images each split has.
        cells: name -> cell.
    """
    rows: list[dict[str, str]] = []
    if not {"val", "test"} <= sizes.keys():
        return pd.DataFrame(rows, columns=list(DISAGREEMENT_COLUMNS))
    for table in levels["table"].unique():
        text = _levels_apart(levels[levels["table"] == table], sizes, cells)
        if text:
            row = {"table": table, "what": "level", "metric": "final_test_accuracy"}
            rows.append(row | {"text": text})
        of_table = comparisons[comparisons["table"] == table]
        for name in (name for name in FINAL if name.startswith("final_val_")):
            text = _differences_apart(of_table, name)
            if text:
                row = {"table": table, "what": "difference", "metric": _on_test(name)}
                rows.append(row | {"text": text})
    return pd.DataFrame(rows, columns=list(DISAGREEMENT_COLUMNS))


def _levels_apart(levels: pd.DataFrame, sizes: Mapping[str, int], cells: Mapping[str, Cell]) -> str:
    """The level whose accuracies on the two splits are farthest apart, if that is not chance."""
    found, text = ndtri(1 - ALPHA / 2), ""
    wide = levels.pivot(index=["factor", "level", "cell"], columns="metric", values="mean")
    for row in wide.reset_index().to_dict("records"):
        val, test = (row.get(f"final_{split}_accuracy", math.nan) for split in ("val", "test"))
        error = math.sqrt(val * (1 - val) / sizes["val"] + test * (1 - test) / sizes["test"])
        distance = abs(val - test) / error if error > 0 else 0.0
        if distance > found:
            epoch = scored_epoch([cells[row["cell"]].parameters.get("epoch_choice", "last")])
            found = distance
            text = (
                f"{level_title(row['factor'], row['level'])}: after the {epoch} epoch, accuracy is"
                f" {format_value('final_val_accuracy', val)}% on the validation split and"
                f" {format_value('final_test_accuracy', test)}% on the test split, farther"
                f" apart than {sizes['val']} and {sizes['test']} images explain"
            )
    return text


def _differences_apart(comparisons: pd.DataFrame, name: str) -> str:
    """The comparison whose differences on the two splits are farthest apart, if that is clear."""
    found, text = 0.0, ""
    for level in comparisons["level"].unique():
        of_level = comparisons[comparisons["level"] == level].to_dict("records")
        rows = {row["metric"]: row for row in of_level}
        if not {name, _on_test(name)} <= rows.keys():
            continue
        val, test = rows[name], rows[_on_test(name)]
        gap = max(val["low"] - test["high"], test["low"] - val["high"])
        if gap > found:
            sides = [level_title(val["factor"], val[side]) for side in ("level", "against")]
            title = metric_title(name).removeprefix("Final validation ").removesuffix(" (%)")
            unit = " percentage points" if is_percentage(name) else ""
            found = gap
            on_val, on_test = (_in_words(name, row) for row in (val, test))
            text = (
                f"{' − '.join(sides)}: {title} differs by {on_val} on the validation split and by"
                f" {on_test}{unit} on the test split"
            )
    return text


def _in_words(name: str, row: Mapping[Hashable, float]) -> str:
    """`+0.0014 [+0.0009, +0.0019]`."""
    mean, low, high = (
        format_value(name, row[key], sign=True) for key in ("difference", "low", "high")
    )
    return f"{mean} [{low}, {high}]"


def _on_test(name: str) -> str:
    return name.replace("final_val_", "final_test_")
