"""How exactly numbers are read, and which of a table's are the best: by hand."""

import math
from dataclasses import replace

import pandas as pd
import pytest
from scipy import stats
from small_table import METRICS, TABLE

from study.design.tables import Table
from study.report.rounding import decimals, difference_text, mean_and_spread, rounded
from study.report.worth import best_rows, one_samples, simple_model
from study.settings.level_titles import level_title, number_text

ONE = 1 / 114  # 0.88 percentage points


@pytest.mark.parametrize(
    ("metric", "spread", "one_sample", "expected"),
    [
        ("val_loss", 0.0031, math.nan, 4),
        ("val_loss", 0.14, math.nan, 2),
        ("val_loss", 0.0996, math.nan, 2),  # which is 0.10
        ("val_loss", 0.0000012, math.nan, 5),  # one more than elsewhere
        ("val_loss", 12.0, math.nan, 0),
        ("val_loss", 0.0, math.nan, 4),  # as many as the metric has
        ("val_accuracy", 0.0027, math.nan, 2),
        ("val_accuracy", 0.0027, ONE, 1),  # no finer than a tenth of a sample
        ("val_accuracy", 0.0027, 1 / 4708, 2),
        ("val_accuracy", 0.027, 1 / 4708, 1),
        ("val_accuracy", math.nan, ONE, 1),
        ("val_accuracy", 0.0027, 1 / 20, 0),
    ],
)
def test_decimals_by_spread_and_sample(metric, spread, one_sample, expected):
    assert decimals(metric, spread, one_sample) == expected


def test_what_rounds_to_zero_has_no_sign():
    assert rounded("val_accuracy", -0.0004, 1, sign=True) == "0.0"
    assert rounded("val_accuracy", 0.0004, 1, sign=True) == "0.0"
    assert rounded("val_accuracy", -0.0144, 1, sign=True) == "−1.4"
    assert rounded("val_accuracy", 0.0144, 1, sign=True) == "+1.4"
    assert rounded("val_accuracy", math.nan, 1) == "–"


def test_means_with_their_spread():
    assert mean_and_spread("val_accuracy", 0.95541, 0.0027, ONE) == ("95.5", "0.3")
    assert mean_and_spread("val_accuracy", 0.95541, 0.0002, ONE) == ("95.5", "<0.1")
    assert mean_and_spread("val_accuracy", 1.0, 0.0, ONE) == ("100.0", "0.0")
    assert mean_and_spread("val_loss", 0.18449, 0.00312) == ("0.1845", "0.0031")
    assert mean_and_spread("val_loss", 0.18449, math.nan) == ("0.1845", "")
    assert mean_and_spread("val_loss", math.nan, math.nan) == ("–", "")


def test_differences_with_their_interval():
    amounts = 0.0017, -0.0034, 0.0068
    assert difference_text("val_accuracy", *amounts) == "+0.17 [−0.34, +0.68]"
    assert difference_text("val_accuracy", *amounts, ONE) == "+0.2 [−0.3, +0.7]"
    assert difference_text("val_accuracy", 0.00001, -0.0002, 0.0001, ONE) == "0.0 (within ±0.1)"
    assert difference_text("val_loss", 0.0123, math.nan, math.nan) == "+0.0123"


def seeds_of(levels: dict[str, list[float]], metric: str) -> pd.DataFrame:
    """Cells with these values of a metric, seed by seed, in the table's round."""
    rows = [
        {"cell": cell, "round": 2, "seed": seed, **dict.fromkeys(METRICS, 0.5), metric: value}
        for cell, values in levels.items()
        for seed, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


LEVELS = {
    "a": [0.90, 0.91, 0.92, 0.93],
    "b": [0.90, 0.92, 0.91, 0.94],
    "c": [0.80, 0.82, 0.81, 0.83],
}


def table_of(cells: list[str]) -> Table:
    """A table of these cells."""
    return replace(
        TABLE, levels={"loss": cells}, rows=[{"loss": cell} for cell in cells], cells=cells
    )


def test_the_best_and_what_cannot_be_told_from_it():
    """b has the highest mean, a cannot be told from it, c can; of a loss c is the best."""
    table = table_of([*LEVELS])
    a, b, c = LEVELS.values()
    assert stats.ttest_rel(a, b).pvalue > 0.05 > 2 * stats.ttest_rel(c, b).pvalue
    values = seeds_of(LEVELS, "val_accuracy")
    assert best_rows(values, table, ["val_accuracy"], {})["val_accuracy"] == [True, True, False]
    losses = seeds_of(LEVELS, "val_loss")
    assert best_rows(losses, table, ["val_loss"], {})["val_loss"] == [False, False, True]


def test_less_than_one_sample_is_no_difference():
    table, values = table_of([*LEVELS]), seeds_of(LEVELS, "val_accuracy")
    coarse = {"val_accuracy": 1 / 9}  # more than c is below b
    assert best_rows(values, table, ["val_accuracy"], coarse)["val_accuracy"] == [True] * 3


def test_one_seed_tells_nothing_and_no_seed_is_not_the_best():
    table = table_of(["a", "b", "c"])
    values = seeds_of({"a": [0.9], "b": [0.5]}, "val_accuracy")
    assert best_rows(values, table, ["val_accuracy"], {})["val_accuracy"] == [True, True, False]
    assert best_rows(values, table, ["accuracy_gap"], {}) == {}  # neither side is better


def test_samples_and_the_simple_model_by_split():
    description = {"splits": {"train": {"count": 400}, "val": {"count": 114}}}
    metrics = ["val_loss", "val_accuracy", "final_val_roc_auc", "final_test_accuracy"]
    assert one_samples(metrics, description) == {"val_accuracy": ONE}
    assert one_samples(metrics, None) == {}
    audit = {"floors": {"val": {"logistic_regression": 0.95}, "test": {"majority": 0.6}}}
    assert simple_model(metrics, audit) == {"val_accuracy": 0.95}
    assert simple_model(metrics, None) == {}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2e-05, "0.00002"),
        (0.001, "0.001"),
        (1.5e-05, "0.000015"),
        (1e-08, "1e-8"),
        (1e30, "1e30"),
        (3.2e-07, "3.2e-7"),
        (0.1, "0.1"),
        (32, "32"),
        (100, "100"),
        (0.0, "0"),
        (-0.00005, "-0.00005"),
    ],
)
def test_numbers_are_as_people_write_them(value, text):
    assert number_text(value) == text


def test_levels_have_no_exponents():
    assert level_title("learning_rate", 2e-05) == "0.00002"
    assert level_title("loss", "focal(gamma=1e-05)") == "Focal (gamma 0.00001)"
    assert level_title("batch_size", 32) == "32"
    assert level_title("network", "net1e-05.py:Net1") == "Net1"
    assert level_title("file", "trial1e-05") == "trial1e-05"  # a name
