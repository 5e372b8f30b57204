"""Where the validation and the test split disagree."""

from dataclasses import replace

import pandas as pd
import pytest

from study.analysis.disagreements import find_disagreements
from study.design.cell import Cell
from study.settings.parameters import DEFAULTS

SIZES = {"val": 524, "test": 624}
CELLS = {f"batch{size}": Cell(DEFAULTS | {"batch_size": size}, 1, 30, 0) for size in (16, 32)}


def levels(val: float, test: float) -> pd.DataFrame:
    rows = [
        {"table": "table1", "factor": "batch_size", "level": level, "cell": f"batch{level}"}
        | {"metric": metric, "mean": mean}
        for level in ("32", "16")
        for metric, mean in (("final_val_accuracy", val), ("final_test_accuracy", test))
    ]
    return pd.DataFrame(rows)


def comparisons(val: tuple, test: tuple, metric: str = "roc_auc") -> pd.DataFrame:
    """One comparison of a metric on both splits, each a difference with its interval."""
    base = {"table": "table1", "factor": "batch_size", "level": "16", "against": "32"}
    return pd.DataFrame(
        [
            base
            | {"metric": f"final_{split}_{metric}"}
            | dict(zip(("difference", "low", "high"), x))
            for split, x in (("val", val), ("test", test))
        ]
    )


SAME = comparisons((0.001, 0.0, 0.002), (0.002, 0.001, 0.003))


def test_accuracies_that_are_farther_apart_than_the_images_explain():
    """At 95% the standard error of the gap is 1.3 points: 2 are no warning, 3 are."""
    assert find_disagreements(levels(0.95, 0.93), SAME, SIZES, CELLS).empty
    (row,) = find_disagreements(levels(0.95, 0.92), SAME, SIZES, CELLS).to_dict("records")
    assert (row["table"], row["metric"]) == ("table1", "final_test_accuracy")
    assert "95.00% on the validation split and 92.00% on the test split" in row["text"]


@pytest.mark.parametrize(("rule", "epoch"), [("last", "last"), ("best", "chosen")])
def test_the_epoch_is_the_one_that_is_scored(rule, epoch):
    cells = {
        name: replace(cell, parameters=cell.parameters | {"epoch_choice": rule})
        for name, cell in CELLS.items()
    }
    (row,) = find_disagreements(levels(0.95, 0.92), SAME, SIZES, cells).to_dict("records")
    assert f": after the {epoch} epoch, accuracy is 95.00%" in row["text"]


def test_differences_whose_intervals_have_nothing_in_common():
    apart = comparisons((0.0014, 0.0009, 0.0019), (0.0092, 0.0070, 0.0114))
    (row,) = find_disagreements(levels(0.95, 0.95), apart, SIZES, CELLS).to_dict("records")
    assert row["metric"] == "final_test_roc_auc"
    assert row["text"].startswith(
        "16 − 32: AUC differs by +0.0014 [+0.0009, +0.0019] on the validation"
        " split and by +0.0092 [+0.0070, +0.0114] on the test split"
    )
    assert find_disagreements(levels(0.95, 0.95), SAME, SIZES, CELLS).empty


def test_without_a_test_split_there_is_nothing_to_compare():
    assert find_disagreements(levels(0.95, 0.5), SAME, {"val": 524}, CELLS).empty
