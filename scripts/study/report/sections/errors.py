"""Who is mistaken: the baseline's predictions by class, and how surely they are known."""

from typing import Any

import pandas as pd

from study.analysis.confusion import AT_HALF
from study.analysis.metrics import SPLIT_TITLES
from study.report.cell_means import baseline_cell
from study.report.inputs import Inputs
from study.report.wording import upper_first
from study.store.frames import Row, groups_of, rows_of

TITLE = ""
PAIRS = 6  # of more than two classes, the most frequent mistakes


def context(inputs: Inputs) -> dict[str, Any] | None:
    """The splits with their mistakes; None where single samples are not known."""
    found = inputs.frames.confusions
    found = found[found["cell"] == baseline_cell(inputs.study)]
    if inputs.without_scores or inputs.card is None or found.empty:
        return None
    classes = inputs.card.description["classes"]
    if len(classes) == 2:
        found = found[found["threshold"] == AT_HALF]
        parts = [two_classes(row, classes) for row in rows_of(found)]
    else:
        parts = [many_classes(rows) for rows in groups_of(found, "split").values()]
    return {"parts": parts, "several": len(classes) > 2, "seeds": int(found["n"].max())}


def two_classes(row: Row, classes: list[str]) -> dict[str, Any]:
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
                "wrong": share(wrong, total),
                "total": f"{total:.0f}" if not pd.isna(total) else "–",
            }
        )
    return {"split": upper_first(SPLIT_TITLES[row["split"]]), "classes": classes, "rows": rows}


def many_classes(rows: pd.DataFrame) -> dict[str, Any]:
    """A split's most frequent mistakes."""
    totals = rows.groupby("true")["count"].sum()
    wrong = rows[(rows["true"] != rows["predicted"]) & (rows["count"] > 0)]
    shown = rows_of(wrong.sort_values("count", ascending=False, kind="stable").head(PAIRS))
    return {
        "split": upper_first(SPLIT_TITLES[rows["split"].iloc[0]]),
        "rows": [
            {
                "true": row["true"],
                "predicted": row["predicted"],
                "count": f"{row['count']:.1f}",
                "wrong": share(row["count"], totals[row["true"]]),
            }
            for row in shown
        ],
    }


def share(part: float, whole: float) -> str:
    """`37`, in per cent; – of nothing."""
    return "–" if pd.isna(part) or not whole else f"{100 * part / whole:.0f}"
