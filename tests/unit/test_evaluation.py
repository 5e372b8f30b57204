"""The final metrics, by hand and by counting pairs."""

import itertools
import math

import numpy as np
import pytest
from run_files import write_record
from sklearn.metrics import balanced_accuracy_score

from study.analysis.evaluation import (
    cell_scores,
    correct_predictions,
    evaluate,
    final_metrics,
    read_scores,
)
from study.analysis.metrics import calibration_error, choose_threshold
from study.design.runs import Run
from study.store.errors import UserError

LABELS = np.array([1, 1, 1, 1, 0, 0], np.int8)
SCORES = np.array([2.0, 1.0, -1.0, 3.0, -2.0, 0.5], np.float32)  # right but for the 3rd and 6th


def test_metrics_by_hand():
    metrics = evaluate(SCORES, LABELS)
    probability = 1 / (1 + np.exp(-SCORES.astype(float)))
    pairs = list(itertools.product(SCORES[LABELS == 1], SCORES[LABELS == 0]))
    assert metrics["accuracy"] == pytest.approx(4 / 6)
    assert metrics["sensitivity"] == pytest.approx(3 / 4)
    assert metrics["specificity"] == pytest.approx(1 / 2)
    assert metrics["balanced_accuracy"] == pytest.approx(5 / 8)
    assert metrics["roc_auc"] == pytest.approx(np.mean([high > low for high, low in pairs]))
    assert metrics["brier_score"] == pytest.approx(np.mean((probability - LABELS) ** 2))


def test_calibration_error_by_hand():
    """Bins [0.2, 0.3) with 0.25 and 1 of 2 positive, and [0.9, 1] with 0.95 and 2 of 2."""
    probability, labels = np.array([0.2, 0.3 - 1e-9, 0.9, 1.0]), np.array([0, 1, 1, 1])
    assert calibration_error(labels, probability) == pytest.approx(0.5 * 0.25 + 0.5 * 0.05)
    assert calibration_error(np.array([0, 1]), np.array([0.0, 1.0])) == 0


def test_one_class_alone_has_half_the_metrics():
    metrics = evaluate(SCORES[:4], LABELS[:4])
    assert metrics["accuracy"] == metrics["sensitivity"] == 0.75
    missing = {name for name, value in metrics.items() if math.isnan(value)}
    assert missing == {"balanced_accuracy", "specificity", "roc_auc"}


def write_scores(path, seeds, scores):
    arrays = {"seeds": np.array(seeds), "val_scores": np.float32(scores), "val_labels": LABELS}
    np.savez(path, **arrays)
    return str(path), write_record(path, "scores.npz")


def test_a_row_a_seed_and_nothing_where_it_diverged():
    scores = np.float32([SCORES, np.full(6, np.nan)])
    frame = final_metrics({"seeds": np.arange(2), "val_scores": scores, "val_labels": LABELS})
    assert frame["seed"].tolist() == [0, 1]
    assert frame["final_val_accuracy"][0] == pytest.approx(4 / 6)
    assert frame.loc[1].isna().sum() == frame.filter(like="final").shape[1]
    assert frame.filter(like="final_test").isna().all(axis=None)


def test_blocks_of_a_cell_are_put_together(tmp_path):
    runs = [Run("c", seed, seed, 1) for seed in (0, 1)]
    files = [
        write_scores(tmp_path / f"{seed}.npz", [seed], [SCORES * (-1) ** seed]) for seed in (0, 1)
    ]
    scores = cell_scores(runs, *zip(*files))["c", 1]
    assert scores["seeds"].tolist() == [0, 1]
    assert correct_predictions(scores, "val").tolist() == [[1, 1, 0, 1, 1, 0], [0, 0, 1, 0, 0, 1]]


def test_damaged_scores_are_named(tmp_path):
    path = tmp_path / "scores.npz"
    write_scores(path, [0], [SCORES])
    with pytest.raises(UserError, match=r"scores.npz: seeds \[0\], \[0, 1\] expected"):
        read_scores(path, range(2))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(UserError, match=r"scores.npz: damaged .*; delete it and run again"):
        read_scores(path, range(1))


def test_scores_in_a_damaged_archive_are_named(tmp_path):
    """A byte of an .npz, which then claims to be compressed in a way that zipfile does not know."""
    path, record = write_scores(tmp_path / "scores.npz", [0], [SCORES])
    content = bytearray((tmp_path / "scores.npz").read_bytes())
    content[content.index(b"PK\x01\x02") + 10] = 99
    (tmp_path / "scores.npz").write_bytes(content)
    with pytest.raises(UserError, match=r"scores\.npz: damaged.*; delete it and run again"):
        cell_scores([Run("c", 0, 0, 1)], [path], [record])


def test_scores_that_have_changed_are_named(tmp_path):
    """A file that is whole, of another training."""
    path, record = write_scores(tmp_path / "scores.npz", [0], [SCORES])
    assert len(cell_scores([Run("c", 0, 0, 1)], [path], [record])) == 1
    np.savez(path, seeds=[0], val_scores=-SCORES[None], val_labels=LABELS)
    with pytest.raises(UserError, match=r"scores.npz: damaged, or changed .*; delete it and"):
        cell_scores([Run("c", 0, 0, 1)], [path], [record])


# ---- Thresholds that validation chooses ----------------------------------------------------------


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


def test_test_metrics_at_the_threshold_that_validation_chose():
    """Validation splits at 1.0; of the test images two of three positive lie above, both negative
    below. At a probability of 0.5 a negative one is called positive."""
    arrays = {
        "seeds": np.array([0]),
        "val_scores": np.float32([[-4, 0.5, 1.5, 6]]), "val_labels": np.int8([0, 0, 1, 1]),
        "test_scores": np.float32([[0.8, 2, 3, 0.5, -1]]), "test_labels": np.int8([1, 1, 1, 0, 0]),
    }  # fmt: skip
    (row,) = final_metrics(arrays).to_dict("records")
    assert (row["final_test_sensitivity"], row["final_test_specificity"]) == (1, 0.5)
    assert row["final_test_sensitivity_chosen"] == pytest.approx(2 / 3)
    assert row["final_test_specificity_chosen"] == 1
    assert row["final_test_accuracy_chosen"] == pytest.approx(4 / 5)
