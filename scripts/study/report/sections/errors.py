"""Where the baseline is mistaken: its predictions by class, and how surely they are known."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from study.analysis.confusion import AT_HALF, frequent_mistakes, last_counts
from study.analysis.metrics import SPLIT_TITLES
from study.report.cell_means import baseline_cell
from study.report.inputs import Inputs
from study.report.sections.mistaken import anchors
from study.report.wording import upper_first
from study.store.frames import Row, groups_of, rows_of

TITLE = ""
# (split, class, class that it is taken for) -> where its samples are
Places = Mapping[tuple[str, ...], str]


def context(inputs: Inputs) -> dict[str, Any] | None:
    """The splits with their mistakes; None where single samples are not known."""
    found = last_counts(inputs.frames.confusions, baseline_cell(inputs.study))
    if inputs.without_scores or inputs.card is None or found.empty:
        return None
    classes = inputs.card.description["classes"]
    if len(classes) == 2:
        found = found[found["threshold"] == AT_HALF]
        parts = [two_classes(row, classes, anchors(inputs)) for row in rows_of(found)]
    else:
        parts = [many_classes(rows, anchors(inputs)) for rows in groups_of(found, "split").values()]
    return {"parts": parts, "several": len(classes) > 2, "seeds": int(found["n"].max())}


def two_classes(row: Row, classes: list[str], places: Places) -> dict[str, Any]:
    """A split's matrix: of each class, how many are taken for which, as means over seeds."""
    negative, positive = classes
    counts = {
        negative: (row["true_negative"], row["false_positive"]),
        positive: (row["false_negative"], row["true_positive"]),
    }
    rows = []
    for place, (name, of_class) in enumerate(counts.items()):
        total = sum(of_class)
        wrong = of_class[1 - place]
        rows.append(
            {
                "name": name,
                "counts": [f"{count:.1f}" for count in of_class],
                "right": place,
                "link": places.get((row["split"], name, classes[1 - place]), ""),
                "wrong": share(wrong, total),
                "total": f"{total:.0f}" if not pd.isna(total) else "–",
            }
        )
    return {"split": upper_first(SPLIT_TITLES[row["split"]]), "classes": classes, "rows": rows}


def many_classes(rows: pd.DataFrame, places: Places) -> dict[str, Any]:
    """A split's most frequent mistakes."""
    totals = rows.groupby("true")["count"].sum()
    split, shown = rows["split"].iloc[0], rows_of(frequent_mistakes(rows))
    return {
        "split": upper_first(SPLIT_TITLES[split]),
        "rows": [
            {
                "true": row["true"],
                "predicted": row["predicted"],
                "count": f"{row['count']:.1f}",
                "wrong": share(row["count"], totals[row["true"]]),
                "link": places.get((split, row["true"], row["predicted"]), ""),
            }
            for row in shown
        ],
    }


def share(part: float, whole: float) -> str:
    """`37`, in per cent; – of nothing."""
    return "–" if pd.isna(part) or not whole else f"{100 * part / whole:.0f}"
