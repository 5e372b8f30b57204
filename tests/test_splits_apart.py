"""Where the validation and the test split disagree, and thresholds chosen on validation."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score
from test_averages import write_record

from study.analysis.evaluation import evaluate_runs
from study.analysis.metrics import choose_threshold
from study.analysis.splits import compare_splits
from study.parameters import DEFAULTS

SIZES = {"val": 524, "test": 624}
CELLS = {f"batch{size}": DEFAULTS | {"batch_size": size} for size in (16, 32)}


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
    base = {"table": "table1", "factor": "batch_size", "level": "16", "reference": "32"}
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
    assert compare_splits(levels(0.95, 0.93), SAME, SIZES, CELLS).empty
    (row,) = compare_splits(levels(0.95, 0.92), SAME, SIZES, CELLS).to_dict("records")
    assert (row["table"], row["metric"]) == ("table1", "final_test_accuracy")
    assert "95.00% on the validation split and 92.00% on the test split" in row["text"]


@pytest.mark.parametrize(("rule", "epoch"), [("last", "last"), ("best", "chosen")])
def test_the_epoch_is_the_one_that_is_scored(rule, epoch):
    cells = {name: cell | {"epoch_choice": rule} for name, cell in CELLS.items()}
    (row,) = compare_splits(levels(0.95, 0.92), SAME, SIZES, cells).to_dict("records")
    assert f": after the {epoch} epoch, accuracy is 95.00%" in row["text"]


def test_differences_whose_intervals_have_nothing_in_common():
    apart = comparisons((0.0014, 0.0009, 0.0019), (0.0092, 0.0070, 0.0114))
    (row,) = compare_splits(levels(0.95, 0.95), apart, SIZES, CELLS).to_dict("records")
    assert row["metric"] == "final_test_roc_auc"
    assert row["text"].startswith(
        "16 − 32: AUC differs by +0.0014 [+0.0009, +0.0019] on the validation"
        " split and by +0.0092 [+0.0070, +0.0114] on the test split"
    )
    assert compare_splits(levels(0.95, 0.95), SAME, SIZES, CELLS).empty


def test_without_a_test_split_there_is_nothing_to_compare():
    assert compare_splits(levels(0.95, 0.5), SAME, {"val": 524}, CELLS).empty


def test_the_threshold_with_the_highest_balanced_accuracy():
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 2, 60)
    scores = np.round(generator.normal(labels - 1.5, 1), 1)  # with ties
    cuts = np.concatenate([[-9], np.unique(scores) + 0.05])
    best = max(balanced_accuracy_score(labels, scores > cut) for cut in cuts)
    threshold = choose_threshold(labels, scores)
    assert balanced_accuracy_score(labels, scores > threshold) == best
    assert np.isnan(choose_threshold(np.ones(3), scores[:3]))


def test_of_equally_good_thresholds_the_one_nearest_to_a_half_is_taken():
    assert choose_threshold(np.array([0, 0, 1, 1]), np.array([-4.0, -2.0, 4.0, 6.0])) == 1.0
    assert choose_threshold(np.array([0, 1, 0, 1]), np.array([-4.0, -2.0, 4.0, 6.0])) == -3.0


def test_test_metrics_at_the_threshold_that_validation_chose(tmp_path):
    """Validation splits at 1.0; of the test images two of three positive lie above, both negative
    below. At a probability of 0.5 a negative one is called positive."""
    arrays = {
        "seeds": np.array([0]),
        "val_scores": np.float32([[-4, 0.5, 1.5, 6]]), "val_labels": np.int8([0, 0, 1, 1]),
        "test_scores": np.float32([[0.8, 2, 3, 0.5, -1]]), "test_labels": np.int8([1, 1, 1, 0, 0]),
    }  # fmt: skip
    path = tmp_path / "scores.npz"
    np.savez(path, **arrays)
    record = write_record(path, "scores.npz")
    runs = [{"cell": "c", "round": 1, "first": 0, "last": 0}]
    (row,) = evaluate_runs(runs, [str(path)], [record]).to_dict("records")
    assert (row["final_test_sensitivity"], row["final_test_specificity"]) == (1, 0.5)
    assert row["final_test_sensitivity_chosen"] == pytest.approx(2 / 3)
    assert row["final_test_specificity_chosen"] == 1
    assert row["final_test_accuracy_chosen"] == pytest.approx(4 / 5)
