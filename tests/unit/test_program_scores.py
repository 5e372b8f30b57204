"""What a program's scores are is never guessed: log-odds, probabilities, or another order."""

import re

import numpy as np
import pytest

from study.program.written import read_metrics, read_scores, read_written
from study.store.errors import UserError

COUNT = 40
GENERATOR = np.random.default_rng(0)
LABELS = np.arange(COUNT) % 2
# right for 36 of 40 samples
LOGITS = np.where(np.arange(COUNT) < 4, -1, 1) * (2 * LABELS - 1) * GENERATOR.uniform(1, 3, COUNT)
PROBABILITIES = 1 / (1 + np.exp(-LOGITS))
THREE = GENERATOR.normal(size=(COUNT, 3))
SOFTMAX = np.exp(THREE) / np.exp(THREE).sum(axis=1, keepdims=True)
OF_THREE = THREE.argmax(axis=1)


def written(folder, accuracies, scores, kind=None, labels=LABELS, **more):
    """What is read where a program wrote these accuracies, an epoch each, and these scores."""
    name = "val_accuracy" if accuracies else "val_loss"
    rows = accuracies or [0.5]
    lines = [f"epoch,{name}", *(f"{epoch},{value}" for epoch, value in enumerate(rows, start=1))]
    (folder / "metrics.csv").write_text("\n".join(lines))
    np.savez(folder / "scores.npz", val_scores=scores, **more)
    splits = {"val": {"count": COUNT}, "test": {"count": COUNT}}
    about = {"classes": ["a", "b", "c"][: 2 if scores.ndim == 1 else 3], "splits": splits}
    return read_written(folder, about, len(rows), labels, kind).scores


@pytest.mark.parametrize(
    ("accuracies", "scores", "kind"),
    [
        ([0.9], LOGITS, None),
        ([0.95, 0.9, 0.3], LOGITS, None),  # of the best epoch
        ([0.875], LOGITS, None),  # within one sample
        ([0.93], LOGITS, None),  # and as far as it is rounded
        ([0.9], LOGITS, "logit"),
        ([0.5], np.full(COUNT, 0.3), "logit"),
        # all from 0 to 1, but the accuracy says that they are log-odds
        ([0.5], np.linspace(0.1, 0.9, COUNT), None),
    ],
)
def test_log_odds_stay_as_they_are(tmp_path, accuracies, scores, kind):
    labels = np.array([0] * 20 + [1] * 20) if scores is not LOGITS else LABELS
    found = written(tmp_path, accuracies, scores, kind, labels)["val"]
    assert found == pytest.approx(scores.astype(np.float32))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_declared_probabilities_are_made_log_odds(tmp_path, dtype):
    """So that the threshold, the losses and the calibration are those of the probabilities."""
    given = PROBABILITIES.astype(dtype)
    found = written(tmp_path, [0.9], given, "probability", test_scores=given)
    for split in ("val", "test"):
        assert found[split] == pytest.approx(LOGITS, rel=1e-4)
    sure = np.where(LABELS, dtype(1), dtype(0))
    sure[0] = 0.25
    found = written(tmp_path, [1.0], sure, "probability")["val"]
    most = -np.log(np.finfo(dtype).eps)
    expected = np.where(LABELS, most, -most)
    expected[0] = -np.log(3)
    assert found == pytest.approx(expected, rel=1e-4)


def test_declared_probabilities_of_three_classes_are_made_logits(tmp_path):
    found = written(tmp_path, [1.0], SOFTMAX, "probability", OF_THREE)["val"]
    again = np.exp(found) / np.exp(found).sum(axis=1, keepdims=True)
    assert again == pytest.approx(SOFTMAX, rel=1e-4)


@pytest.mark.parametrize(
    ("accuracies", "scores", "kind", "expected"),
    [
        (
            [0.85, 0.9],
            PROBABILITIES,
            None,
            "the accuracy from these scores is 0.5000, but val_accuracy in metrics.csv is from"
            " 0.8500 to 0.9000; they look like probabilities: write `scores: probability` under"
            " program",
        ),
        ([], LOGITS, None, "has val_scores, but metrics.csv has no column val_accuracy to check"),
        (
            [],
            -LOGITS,
            "logit",
            "val_accuracy to check them against; write it, or leave scores.npz out",
        ),
        ([0.5], np.full(COUNT, 0.6), None, "val_scores look like probabilities; write `scores:"),
        ([1.0], SOFTMAX, None, "val_scores look like probabilities; write `scores: probability`"),
        ([0.9], -LOGITS, None, "is 0.1000, but val_accuracy in metrics.csv is 0.9000; they look"),
        ([0.9], np.roll(LOGITS, 1), None, "is 0.1000, but val_accuracy in metrics.csv is 0.9000"),
        ([0.9], np.sort(LOGITS), None, "scores must be in the samples' order, and above 0 where"),
        ([0.9], np.sort(LOGITS), "logit", "scores must be in the samples' order"),
        ([0.9], np.roll(THREE, 1, axis=1), None, "their columns in that of the classes"),
        ([0.9], LOGITS, "probability", "val_scores: row 1 has 2.27392; probabilities are from"),
        ([0.5], 0.9 * SOFTMAX, "probability", "row 1 sums to 0.9; the probabilities of a sample's"),
    ],
)
def test_what_contradicts_the_metrics_or_may_be_either_is_refused(
    tmp_path, accuracies, scores, kind, expected
):
    labels = LABELS if scores.ndim == 1 else OF_THREE
    with pytest.raises(UserError, match=re.escape(expected)) as error:
        written(tmp_path, accuracies, scores, kind, labels)
    assert str(error.value).startswith(str(tmp_path / "scores.npz"))


def test_test_scores_are_not_of_another_kind(tmp_path):
    with pytest.raises(
        UserError, match="test_scores look like probabilities, but val_scores do not"
    ):
        written(tmp_path, [0.9], LOGITS, test_scores=PROBABILITIES)


def test_what_is_not_checked(tmp_path):
    """A seed that has diverged, whose scores are nothing."""
    assert np.isnan(written(tmp_path, ["nan"], PROBABILITIES)["val"]).all()


@pytest.mark.parametrize(
    ("scores", "kind"),
    [
        (LABELS, "probability"),
        (LABELS.astype(np.float32), None),
        (LABELS, "logit"),
        (np.zeros(COUNT), "probability"),  # of one that always predicts the negative class
        (np.eye(3)[OF_THREE], "probability"),
    ],
)
def test_labels_are_not_scores(tmp_path, scores, kind):
    labels = LABELS if scores.ndim == 1 else OF_THREE
    accuracy = 1.0 if scores.any() else 0.5
    with pytest.raises(UserError, match="val_scores: all values are 0 or 1: these are labels; wri"):
        written(tmp_path, [accuracy], scores, kind, labels)
    if kind == "probability" and scores is LABELS:
        with pytest.raises(UserError, match="test_scores: all values are 0 or 1"):
            written(tmp_path, [0.9], PROBABILITIES, kind, test_scores=scores)


def test_logits_may_all_be_0_and_a_few_samples_be_sure(tmp_path):
    assert not written(tmp_path, [0.5], np.zeros(COUNT), "logit")["val"].any()
    np.savez(tmp_path / "scores.npz", val_scores=[0, 1, 1, 0])
    found = read_scores(tmp_path / "scores.npz", {"val": 4}, 2, False, "probability")["val"]
    assert (found > 0).tolist() == [False, True, True, False]


@pytest.mark.parametrize("name", ["scores.npy", "scores.csv"])
def test_scores_in_another_file_are_not_overlooked(tmp_path, name):
    (tmp_path / name).touch()
    with pytest.raises(UserError, match=f"{name}: is not read; write scores.npz, with the array"):
        read_scores(tmp_path / "scores.npz", {"val": COUNT}, 2, diverged=False)
    # beside the right one it is the program's own matter
    assert written(tmp_path, [0.9], LOGITS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("epoch;val_accuracy\n1;0,9\n", "has semicolons; write commas, with decimal points; in R"),
        ('"";"epoch";"val_loss"\n"1";1;0,5\n', "has semicolons; write commas, with decimal poi"),
        (",epoch,val_loss\n0,1,0.5\n", "its first column has no name; leave out the row numbers"),
        (
            "Epoch,Val_Accuracy,val_loss\n1,0.9,1\n",
            "has the columns Epoch, Val_Accuracy; write epoch, val_accuracy, without capitals",
        ),
        ("epoch,val_loss\n1,-0.3\n", "row 1: val_loss is -0.3; a loss is 0 or above, and lower"),
    ],
)
def test_metrics_as_other_tools_write_them_are_explained(tmp_path, text, expected):
    path = tmp_path / "metrics.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=re.escape(f"{path}: {expected}")) as error:
        read_metrics(path, 1)
    assert "\n" not in str(error.value)


def test_a_loss_of_0_may_be_rounded_and_one_without_bound_is_diverged(tmp_path):
    path = tmp_path / "metrics.csv"
    path.write_text("epoch,train_loss,val_loss\n1,-1.2e-07,-0.0\n2,0.1,-inf\n")
    assert read_metrics(path, 2)["train_loss"] == [-1.2e-07, 0.1]
