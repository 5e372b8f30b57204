"""What a training program wrote, read: metrics.csv and scores.npz that are not as they must be."""

import re

import numpy as np
import pytest

from study.program.written import read_metrics, read_scores
from study.store.errors import UserError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "the program did not write it; it needs one row per epoch, with the columns epoch"),
        ("", "has the columns (none); it needs epoch and any of train_loss, train_acc"),
        ("epoch\n1\n2\n", "has the columns epoch; it needs epoch and any of"),
        ("epoch,val_acc\n1,1\n2,1\n", "unknown column 'val_acc'; did you mean val_accuracy?"),
        (
            "epoch,val_loss\n1,1\n",
            "has 1 row, but epochs_per_round is 2: write one row per epoch",
        ),
        ("epoch,val_loss\n1,1\n2,1\n3,1\n", "or set `epochs_per_round: 3`"),
        ("epoch,val_loss\n0,1\n1,1\n", "the column epoch must be 1, 2, 3, …, not 0, 1"),
        ("epoch,val_accuracy\n1,94.7\n2,95\n", "row 1: val_accuracy is 94.7; accuracies are frac"),
        ("epoch,val_loss\n1,\n2,1\n", "row 1: val_loss is ''; it must be a number, or nan where"),
        ("epoch,val_loss\n1,2,3\n2,1\n", "row 1 has 3 values, but the header has 2"),
    ],
)
def test_metrics_that_are_not_as_they_must_be_are_explained(tmp_path, text, expected):
    path = tmp_path / "metrics.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UserError) as error:
        read_metrics(path, 2)
    assert str(error.value).startswith(f"{path}: ") and expected in str(error.value)
    assert "\n" not in str(error.value)


def test_a_seed_that_diverges_may_end_early(tmp_path):
    path = tmp_path / "metrics.csv"
    path.write_text("epoch, val_loss ,train_loss\r\n1,2,0.5\r\n2,nan,1\r\n")
    found = read_metrics(path, 5)
    assert list(found) == ["train_loss", "val_loss"] and found["train_loss"] == [0.5, 1]


@pytest.mark.parametrize(
    ("arrays", "classes", "expected"),
    [
        (
            {"val_scores": np.zeros((4, 1))},
            2,
            "has the shape (4, 1); it must be (4,): the log-",
        ),
        ({"val_scores": np.zeros(4)}, 3, "has the shape (4,); it must be (4, 3): a logit of each"),
        ({"val_scores": np.array(list("abcd"))}, 2, "is of type <U1; it must hold numbers"),
        ({"val_scores": np.array([1, np.inf, 0, 0])}, 2, "values that are not finite; clip prob"),
        ({"test_scores": np.zeros(2)}, 2, "unknown array test_scores; known here: val_scores"),
        ({}, 2, "has no array val_scores"),
    ],
)
def test_scores_that_are_not_as_they_must_be_are_explained(tmp_path, arrays, classes, expected):
    path = tmp_path / "scores.npz"
    np.savez(path, **arrays)
    with pytest.raises(UserError, match=re.escape(expected)):
        read_scores(path, {"val": 4}, classes, diverged=False)
    path.write_bytes(b"not a zip")
    with pytest.raises(UserError, match=r"scores\.npz: cannot be read as an \.npz file"):
        read_scores(path, {"val": 4}, classes, diverged=False)


def test_scores_are_optional_and_those_of_a_diverged_seed_are_nothing(tmp_path):
    path = tmp_path / "scores.npz"
    assert read_scores(path, {"val": 4}, 2, diverged=False) == {}
    np.savez(path, val_scores=np.arange(4))
    found = read_scores(path, {"val": 4}, 2, diverged=False)["val"]
    assert found.dtype == np.float32 and found.tolist() == [0, 1, 2, 3]
    assert np.isnan(read_scores(path, {"val": 4}, 2, diverged=True)["val"]).all()
