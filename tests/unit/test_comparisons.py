"""The statistics of tables, and how they are printed."""

import numpy as np
import pandas as pd
import pytest
from measurements import HIGH, LOW, make_runs, make_table, make_values, measured
from scipy import stats

from study.analysis.comparisons import compare_levels, describe_levels
from study.analysis.metrics import FINAL, METRICS, format_value, metric_title
from study.analysis.values import arrange_metrics
from study.design.cell import Cell
from study.report.sections.tables import comparison_rows, seeds_note
from study.report.wording import p_text
from study.settings.parameters import DEFAULTS
from study.training import EPOCH_METRICS

PARAMETERS = {
    name: DEFAULTS | {"batch_size": size} for name, size in (("a", 32), ("b", 16), ("c", 64))
}
CELLS = {name: Cell(parameters, 1, 30, 0) for name, parameters in PARAMETERS.items()}
TABLES = {"table1": make_table("batch_size", [32, 16, 64], ["a", "b", "c"])}
ACCURACY = {"a": [0.90, 0.92, 0.94], "b": [0.91, 0.94, 0.97], "c": [0.90, 0.91, None]}


@pytest.fixture
def values():
    """Three cells of three seeds; seed 2 of c has diverged. No test split."""
    keys = [(cell, "fixed", 1, seed) for cell in CELLS for seed in range(3)]
    index = pd.DataFrame(keys, columns=["cell", "place", "round", "seed"])
    accuracy = np.array([ACCURACY[cell][seed] for cell, _, _, seed in keys], float)
    summary = index.assign(
        train_loss=0.1 + 0 * accuracy,
        train_accuracy=accuracy + 0.02,
        val_loss=0.3 + 0 * accuracy,
        val_accuracy=accuracy,
    )
    final = dict.fromkeys(FINAL, np.nan) | {"final_val_accuracy": accuracy}
    return arrange_metrics(summary.assign(**final))


@pytest.fixture
def scores():
    """Ten images, of which a gets 9 right, b all, c 8, whatever the seed."""
    labels = np.ones(10, np.int8)
    wrong = {"a": 1, "b": 0, "c": 2}
    return {
        (cell, 1): {
            "seeds": np.arange(3),
            "val_labels": labels,
            "val_scores": np.where(np.arange(10) < wrong[cell], -1.0, 1.0) * np.ones((3, 1)),
        }
        for cell in CELLS
    }


def compared(values: pd.DataFrame, runs: pd.DataFrame, scores: dict) -> pd.DataFrame:
    return compare_levels(TABLES, measured(values, runs, scores=scores), CELLS)


def test_all_metrics_of_a_seed_are_joined(values):
    assert values["accuracy_gap"].dropna().tolist() == pytest.approx([0.02] * 8)
    assert values["loss_gap"].dropna().tolist() == pytest.approx([0.2] * 8)
    assert "final_val_accuracy" in values and "final_test_accuracy" not in values


def test_levels_with_interval_and_each_seeds_value(values):
    levels = describe_levels(TABLES, measured(values)).set_index(["level", "metric"])
    row = levels.loc[("16", "val_accuracy")]
    assert (row["n"], row["mean"], row["sd"]) == (3, pytest.approx(0.94), pytest.approx(0.03))
    assert row["high"] == pytest.approx(0.94 + 4.302653 * 0.03 / 3**0.5)
    assert row["values"] == "0:0.91 1:0.94 2:0.97"
    assert levels.loc[("64", "val_accuracy"), "values"] == "0:0.9 1:0.91"


def test_each_level_against_the_first(values, scores):
    comparisons = compared(values, make_runs(PARAMETERS), scores)
    rows = comparisons[comparisons["metric"] == "final_val_accuracy"].set_index("level")
    assert rows.loc["16", "difference"] == pytest.approx(0.02)  # of 0.01, 0.02, 0.03
    assert rows.loc["16", "d_z"] == pytest.approx(2)
    assert (rows.loc["16", "n"], rows.loc["64", "n"]) == (3, 2)
    p_value = 2 * stats.t.sf(0.02 / (0.01 / 3**0.5), 2)
    assert rows.loc["16", "p_value"] == pytest.approx(p_value)
    assert rows.loc["16", "p_holm"] == pytest.approx(2 * p_value)
    half = stats.t.ppf(1 - 0.025 / 2, 2) * 0.01 / 3**0.5  # the first of two tests, at 2.5%
    assert rows.loc["16", "low_adjusted"] == pytest.approx(0.02 - half)
    assert rows.loc["16", "caveat"] == (
        "Epochs are equal but updates are not: batch size 16 gets 2 times as many as 32. The"
        " learning rate (0.001) was tuned for neither side, so a difference may come from how well"
        " it suits each."
    )
    # one image of ten in b's favour: none to three of ten in a resample, two to be 95% sure
    assert rows.loc["16", "images_low"] == 0 and rows.loc["16", "images_high"] == pytest.approx(0.3)
    assert rows.loc["64", "images_low"] < -0.2
    others = comparisons[comparisons["metric"] == "val_accuracy"]
    assert others["images_low"].isna().all()


def test_levels_that_differ_in_more_are_refused(values, scores):
    runs = make_runs(PARAMETERS)
    runs.loc[runs["cell"] == "b", "data"] = "other"
    runs = runs[runs["cell"] != "c"]  # not trained: nothing to say
    (row,) = compared(values, runs, scores).to_dict("records")
    assert row["level"] == "16"
    assert row["refused"] == "the sides differ in data (other against d), not in batch_size alone"
    assert np.isnan(row["difference"])


def test_a_round_that_one_side_does_not_have_is_not_compared():
    values = make_values(a={1: LOW, 2: LOW}, b={1: HIGH})
    runs = make_runs(PARAMETERS).query("not (cell == 'b' and round == 2)")
    tables = {
        f"round{number}": make_table("batch_size", [32, 16], ["a", "b"], number)
        for number in (1, 2)
    }
    found = compare_levels(tables, measured(values, runs), CELLS)
    assert found["table"].tolist() == ["round1"]


def test_comparisons_as_people_read_them(values, scores):
    comparisons = compared(values, make_runs(PARAMETERS), scores)
    headings, rows = comparison_rows(comparisons, list(EPOCH_METRICS))
    first = next(text for _, text in rows if text[1] == "Final validation accuracy (%)")
    assert dict(zip(headings, first)) == {
        "Comparison": "16 − 32",
        "Metric": "Final validation accuracy (%)",
        "Difference": "+2.00",
        "Interval, adjusted": "[−1.58, +5.58]",
        "p, adjusted": "0.148",
        "95% over samples": "[+0.00, +30.00]",
        "d_z": "2.00",
        "P(A > B)": "1.00 [1.00, 1.00]",
        "r": "1.00",
        "n": "3",
    }
    assert seeds_note(comparisons, []) == (
        "With Holm's adjustment over 2 comparisons. 2 seeds are too few for a verdict; 10 are"
        " needed."
    )


def test_what_comes_first_in_the_report(values, scores):
    """Of the metrics of an epoch two, and the others that a table shows."""
    comparisons = compared(values, make_runs(PARAMETERS), scores)
    always = {"Validation accuracy (%)", "Validation loss", "Final validation accuracy (%)"}
    for metrics, more in ((EPOCH_METRICS, set()), (["loss_gap", "train_loss"], {"Loss gap"})):
        _, rows = comparison_rows(comparisons, list(metrics))
        assert {text[1] for first, text in rows if first} == always | more


def test_numbers_and_titles():
    assert format_value("val_accuracy", 0.93456) == "93.46"
    assert format_value("loss_gap", -0.01, sign=True) == "−0.0100"
    assert format_value("final_val_roc_auc", float("nan")) == "–"
    assert [p_text(p) for p in (0.0625, 0.0004, 1.0, float("nan"))] == [
        "0.0625", "<0.001", "1", "–",
    ]  # fmt: skip
    assert len({metric_title(metric) for metric in METRICS}) == len(METRICS)
    assert metric_title("final_test_roc_auc") == "Final test AUC"
    assert metric_title("accuracy_gap") == "Accuracy gap (%)"
