"""More than two classes: their data, metrics, counts and pictures, and what is refused."""

import hashlib
import itertools
import re

import numpy as np
import pandas as pd
import pytest
import yaml
from data_sources import prepared, save_image, three_classes, write_npz, write_three
from run_files import cell
from session import REPOSITORY
from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix
from small_study import tiny_arrays

from study.analysis.confusion import count_matrices, matrix_counts
from study.analysis.evaluation import correct_predictions, evaluate, final_metrics
from study.analysis.metrics import BINARY
from study.analysis.mistakes import Mistakes
from study.analysis.results import Result
from study.config.class_checks import binary_problems
from study.config.read import read_config
from study.data import medmnist
from study.data.audit import audit
from study.data.medmnist import published_sets
from study.data.prepared import load_all, load_splits, read_description
from study.design.levels import FactorLevels
from study.design.runs import Run
from study.report.figures.saving import save_figure
from study.report.plots import calibration, confusion, mistaken, roc
from study.store.errors import UserError

# ---- Metrics -------------------------------------------------------------------------------------

LABELS = np.array([0, 0, 0, 0, 1, 1, 2, 2], np.int8)
# the probabilities of each class; right but for the 4th and the 6th
CHANCES = np.array(
    [[80, 11, 9], [62, 27, 11], [51, 14, 35], [20, 68, 12],
     [31, 49, 20], [38, 33, 29], [13, 29, 58], [26, 32, 42]]
) / 100  # fmt: skip
SCORES = np.log(CHANCES).astype(np.float32) + 3  # what is added to all logits changes nothing


def test_metrics_by_hand():
    metrics = evaluate(SCORES, LABELS)
    assert metrics["accuracy"] == 6 / 8
    assert metrics["balanced_accuracy"] == pytest.approx((3 / 4 + 1 / 2 + 1) / 3)
    # 1 - p of the right class, squared, and the squares of the others
    errors = [sum((p - (k == y)) ** 2 for k, p in enumerate(of)) for of, y in zip(CHANCES, LABELS)]
    assert metrics["brier_score"] == pytest.approx(sum(errors) / 8)
    assert errors[0] == pytest.approx(0.2**2 + 0.11**2 + 0.09**2)
    areas = []
    for label, chance in enumerate(CHANCES.T):  # of a sample of the class and one that is not
        pairs = itertools.product(chance[label == LABELS], chance[label != LABELS])
        areas.append(np.mean([high > low for high, low in pairs]))
    assert metrics["roc_auc"] == pytest.approx(np.mean(areas), abs=1e-12)
    missing = {name for name, value in metrics.items() if np.isnan(value)}
    assert missing == {"sensitivity", "specificity", "calibration_error"}


def test_a_class_without_samples_leaves_accuracy_and_brier_score():
    metrics = evaluate(SCORES[:6], LABELS[:6])
    assert {name for name, value in metrics.items() if not np.isnan(value)} == {
        "accuracy", "brier_score",
    }  # fmt: skip


def make_arrays(seeds=5, count=120, classes=4):
    """Scores of many classes, on two splits; the third seed has diverged."""
    generator = np.random.default_rng(3)
    arrays = {"seeds": np.arange(seeds)}
    for split in ("val", "test"):
        labels = (np.arange(count) % classes).astype(np.int8)
        scores = generator.normal(0, 1, (seeds, count, classes)) + np.eye(classes)[labels]
        scores[2, 7, 1] = np.nan
        arrays[f"{split}_scores"] = scores.astype(np.float32)
        arrays[f"{split}_labels"] = labels
    return arrays


def test_a_row_a_seed_without_what_is_for_two_classes():
    arrays = make_arrays()
    frame = final_metrics(arrays)
    right = arrays["test_scores"].argmax(axis=2) == arrays["test_labels"]
    expected = np.where(np.arange(5) == 2, np.nan, right.mean(axis=1))
    np.testing.assert_array_equal(frame["final_test_accuracy"], expected)
    assert frame[BINARY].isna().all(axis=None)
    assert (
        frame.drop(columns=BINARY).isna().any(axis=1).tolist() == [False] * 2 + [True] + [False] * 2
    )
    assert np.isnan(correct_predictions(arrays, "val")).all(axis=1).tolist() == [
        False, False, True, False, False,
    ]  # fmt: skip


# ---- Counts --------------------------------------------------------------------------------------


def test_matrices_are_those_of_scikit_learn():
    arrays = make_arrays()
    labels, scores = arrays["val_labels"], arrays["val_scores"]
    whole = [seed for seed in range(5) if seed != 2]
    expected = [confusion_matrix(labels, scores[seed].argmax(axis=1)) for seed in whole]
    assert np.array_equal(matrix_counts(labels, scores), expected)
    frame = count_matrices([("a", 1), ("gone", 1)], {("a", 1): arrays}, list("wxyz"))
    assert len(frame) == 2 * 16 and set(frame["n"]) == {4}
    row = frame[(frame["split"] == "val") & (frame["true"] == "x") & (frame["predicted"] == "z")]
    of_pair = np.array(expected)[:, 1, 3]
    assert row["count"].item() == of_pair.mean()
    assert row["count_sd"].item() == pytest.approx(of_pair.std(ddof=1))


def test_mistakes_say_what_a_sample_is_taken_for():
    arrays = {"seeds": np.arange(3), "val_labels": np.array([0, 1, 2], np.int8)}
    predicted = np.array([[0, 2, 1], [0, 2, 0], [0, 1, 0]])  # a row a seed
    arrays["val_scores"] = np.eye(3, dtype=np.float32)[predicted]
    mistakes = Mistakes()
    mistakes.add(Result(Run("c", 0, 2, 1), cell(), {"data": "d"}, pd.DataFrame(), arrays))
    frame = mistakes.ranked()
    assert frame[["row", "label", "wrong", "runs", "taken_for"]].values.tolist() == [
        [2, 2, 3, 3, 0], [1, 1, 2, 3, 2],
    ]  # fmt: skip


# ---- Data ----------------------------------------------------------------------------------------


def test_digits_are_drawn_class_by_class(tmp_path):
    folder = prepared(tmp_path, kind="sklearn", name="digits", test_share=0.1)
    splits, names, _ = load_all(folder)
    data, description = load_digits(), read_description(folder)
    rows = [int(name.partition("[")[2].rstrip("]")) for name in names]
    assert sorted(rows) == list(range(1797))
    inputs, labels = (np.concatenate(part) for part in zip(*splits.values()))
    assert np.array_equal(inputs * 16, data.images[rows])
    assert np.array_equal(labels, data.target[rows])
    assert description["classes"] == list("0123456789")
    assert (description["normalize"], inputs.min(), inputs.max()) == ("unit", 0, 1)
    for split, share in (("val", 0.2), ("test", 0.1)):
        counts = description["splits"][split]["by_class"]
        assert counts == np.bincount(splits[split][1]).tolist()
        np.testing.assert_allclose(counts, share * np.bincount(data.target), atol=1.5)


def test_kinds_of_the_same_images_have_the_same_classes(tmp_path):
    images, labels = three_classes()
    files = {}
    for label, name in ((2, "severe"), (0, "mild"), (1, "moderate")):
        np.save(tmp_path / f"{name}.npy", images[labels == label])
        files[name] = str(tmp_path / f"{name}.npy")
        for number, image in enumerate(images[labels == label]):
            save_image(tmp_path / "x" / name / f"{number}.png", size=(5, 5), value=int(image[0, 0]))
    np.savez(tmp_path / "a.npz", train_images=images, train_labels=labels)
    names = ["mild", "moderate", "severe"]
    entries = {
        "lab": {"kind": "arrays", "train": files},
        "folder": {"kind": "folder", "path": str(tmp_path / "x"), "size": 5},
        "file": {"kind": "npz", "path": str(tmp_path / "a.npz"), "classes": names},
    }
    for kind, entry in entries.items():
        folder = prepared(tmp_path / kind, **entry)
        description = read_description(folder)
        assert description["classes"] == names
        assert [part["by_class"] for part in description["splits"].values()] == [
            [8, 8, 8], [2, 2, 2],
        ], kind  # fmt: skip
        if kind == "folder":
            continue
        for inputs, found in load_splits(folder).values():
            for image, label in zip(inputs, found):
                (row,) = np.flatnonzero((images == image).all(axis=(1, 2)))
                assert label == labels[row]


def test_classes_of_a_file_are_named_by_their_labels(tmp_path):
    folder = prepared(tmp_path, kind="npz", path=write_three(tmp_path / "a.npz"))
    assert read_description(folder)["classes"] == ["0", "1", "2"]
    entry = {"kind": "npz", "path": write_npz(tmp_path / "two.npz"), "classes": ["well", "ill"]}
    for positive, names in ((1, ["well", "ill"]), (0, ["ill", "well"])):
        folder = prepared(tmp_path / names[0], **entry, positive=positive)
        assert read_description(folder)["classes"] == names
        found = load_splits(folder)["train"][1] == positive
        assert np.array_equal(found, tiny_arrays()["train_labels"][:, 0] == 1)


REFUSED = {
    "positive of many": (
        {"positive": 1},
        "positive is for two classes, but there are 3; leave it out",
    ),
    "fewer names": (
        {"classes": ["a", "b"]},
        "hold 0, 1, 2; a label is the number of a class, from 0 to 1",
    ),
    "more names": (
        {"classes": list("abcd")},
        "`classes` has 4 names, but the labels are of 3 classes, 0 to 2",
    ),
}


@pytest.mark.parametrize(("changes", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_entries_of_many_classes(changes, expected, tmp_path):
    with pytest.raises(UserError) as error:
        prepared(tmp_path, kind="npz", path=write_three(tmp_path / "a.npz"), **changes)
    assert expected in str(error.value)


def test_a_class_with_too_few_samples_to_draw_from_is_named(tmp_path):
    images, labels = three_classes(28)
    labels[labels == 2] = 0
    labels[4] = 2
    np.savez(tmp_path / "a.npz", train_images=images, train_labels=labels)
    with pytest.raises(UserError, match="1 samples of class 2 for 2 splits"):
        prepared(tmp_path, kind="npz", path=str(tmp_path / "a.npz"))


def test_published_sets_have_their_classes():
    """As https://medmnist.com counts them."""
    counts = {row["name"]: row["classes"].count("|") + 1 for row in published_sets()}
    assert counts == {
        "pathmnist": 9, "dermamnist": 7, "octmnist": 4, "pneumoniamnist": 2, "retinamnist": 5,
        "breastmnist": 2, "bloodmnist": 8, "tissuemnist": 8, "organamnist": 11, "organcmnist": 11,
        "organsmnist": 11, "organmnist3d": 11, "nodulemnist3d": 2, "adrenalmnist3d": 2,
        "fracturemnist3d": 3, "vesselmnist3d": 2, "synapsemnist3d": 2,
    }  # fmt: skip
    rows = [(row["name"], row["size"]) for row in published_sets()]
    assert len(set(rows)) == len(rows) == 11 * 4 + 6 * 2
    assert len({row["md5"] for row in published_sets()}) == len(rows)


def test_a_published_set_of_many_classes_from_a_local_file(tmp_path):
    labels = np.arange(22)[:, None] % 11
    images = np.arange(22 * 9, dtype=np.uint8).reshape(22, 3, 3)
    splits = {f"{split}_images": images for split in ("train", "val", "test")}
    splits |= {name.replace("images", "labels"): labels for name in splits}
    np.savez(tmp_path / "organs.npz", **splits)
    path = tmp_path / "organs.npz"
    md5 = hashlib.md5(path.read_bytes()).hexdigest()
    entry = {"kind": "medmnist", "name": "organsmnist", "path": str(path), "md5": md5}
    folder = prepared(tmp_path, **entry)
    assert read_description(folder)["classes"][:3] == ["bladder", "femur-left", "femur-right"]
    assert load_splits(folder)["test"][1].tolist() == labels[:, 0].tolist()
    assert medmnist.size("d", entry | {"size": 28}, {}) == (25211 * 28 * 28,) * 2
    three = {"name": "organmnist3d", "size": 28}
    assert medmnist.size("d", three, {})[1] == 1742 * 28**3


def test_the_audit_of_many_classes():
    generator = np.random.default_rng(5)
    images = generator.integers(1, 255, (600, 6, 6)).astype(np.uint8)
    balanced = np.arange(300) % 5
    shifted = np.where(np.arange(150) % 20 == 0, 4, np.arange(150) % 4)
    rare = np.where(np.arange(150) < 4, 3, np.arange(150) % 3)
    for labels, expected in ((shifted, "4 is 3.7 standard errors from"), (rare, "")):
        train = balanced if labels is shifted else np.tile(rare, 2)
        splits = {"train": (images[:300], train), "val": (images[300:450], labels)}
        names = [str(row) for row in range(450)]
        result = audit(splits, names, [""] * 450, [str(label) for label in range(train.max() + 1)])
        texts = [found for found in result["findings"] if found["check"] == "balance"]
        assert texts[1]["severity"] == "warning" and expected in texts[1]["text"]
    assert texts[0]["text"] == "train: the rarest class is 3 (2.7%), the most frequent 1 (32.7%)"
    assert result["splits"]["val"] == {"count": 150, "by_class": np.bincount(rare).tolist()}
    assert result["floors"]["val"]["majority"] == pytest.approx(49 / 150)


# ---- What is for two classes alone ---------------------------------------------------------------


def default_config(**changes) -> dict:
    return yaml.safe_load((REPOSITORY / "config.yaml").read_text()) | changes


def test_the_default_study_on_digits_says_what_to_write():
    """And that, taken by its word, is accepted."""
    with pytest.raises(UserError) as error:
        read_config(default_config(dataset="digits"))
    lines = str(error.value).splitlines()
    assert lines[:2] == [
        "Configuration error",
        "  baseline, grid, claims.ce_lower_loss: the loss bce is for two classes, and digits has"
        " 10",
    ]
    config = default_config(dataset="digits")
    for written in re.findall("`(.*?)`", lines[2]):
        for key, value in yaml.safe_load(written).items():
            config[key] = value and config[key] | value
    assert read_config(config)["baseline"]["loss"] == "ce"


def test_metrics_for_two_classes_are_refused_by_name():
    blood = {"wdbc": {"kind": "medmnist", "name": "bloodmnist"}}
    table = {"vary": "batch_size", "levels": [16, 32]}
    config = {
        "dataset": "wdbc",
        "datasets": blood,
        "baseline": {"loss": "ce"},
        "tables": {
            "one": table | {"metrics": ["final_val_sensitivity", "final_val_roc_auc"]},
            "two": table | {"metrics": ["final_test_accuracy_chosen"]},
        },
    }
    with pytest.raises(UserError) as error:
        read_config(config)
    assert str(error.value).splitlines()[1:] == [
        "  tables.one: final_val_sensitivity is for two classes, and wdbc has 8",
        "  tables.two: final_test_accuracy_chosen is for two classes, and wdbc has 8",
        "  metrics for more than two classes: final_val_accuracy, final_val_balanced_accuracy,"
        " final_val_roc_auc, final_val_brier_score",
    ]
    assert binary_problems(config, ["a", "b"]) == []


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"name": "chestmnist"}, "d.name: chestmnist has several labels per image (14 findings)"),
        ({"name": "octmnist", "positive": 1}, "positive is for two classes, but there are 4"),
        ({"name": "organmnist3d", "size": 224}, "organmnist3d has the sizes 28, 64"),
    ],
)
def test_bad_published_sets(entry, expected):
    datasets = {"d": {"kind": "medmnist"} | entry}
    with pytest.raises(UserError) as error:
        read_config({"dataset": "d", "datasets": datasets, "baseline": {"loss": "ce"}})
    assert expected in str(error.value)


# ---- Pictures ------------------------------------------------------------------------------------

GROUPS = [FactorLevels("batch_size", [8, 32], ["a", "b"], 2)]


def test_a_roc_curve_is_the_mean_over_the_classes():
    arrays = make_arrays()
    labels, scores = arrays["val_labels"], arrays["val_scores"]
    found = roc.mean_curve(labels, scores)
    assert found.n == 4
    expected = [evaluate(scores[seed], labels)["roc_auc"] for seed in (0, 1, 3, 4)]
    assert found.auc == pytest.approx(np.mean(expected))
    chances = np.exp(scores[0].astype(float))
    chances /= chances.sum(axis=1, keepdims=True)
    curves = [
        roc.on_grid(*roc.roc_points((labels == label).astype(int), chances[:, label]))
        for label in range(4)
    ]
    np.testing.assert_allclose(roc.seed_curve(labels, scores[0])[0], np.mean(curves, axis=0))
    assert roc.mean_curve(labels % 3, scores) is None


def test_pictures_of_many_classes(tmp_path):
    scores = {(cell, 2): make_arrays() for cell in "ab"}
    names = ["well", "<ill>", "a name that is rather long", "other"]
    counts = count_matrices(list(scores), scores, names)
    for name in ("first", "second"):
        save_figure(confusion.draw_matrices(GROUPS, counts, names), tmp_path / f"{name}.svg")
    text = (tmp_path / "first.svg").read_text()
    assert text == (tmp_path / "second.svg").read_text()
    assert "&lt;ill&gt;" in text and "a name that…" in text
    assert "Batch size 32, round 2: test" in text
    shown = counts[(counts["true"] == "well") & (counts["predicted"] == "well")]["count"].iloc[0]
    assert f">{shown:.1f}<" in text
    save_figure(calibration.draw(GROUPS, scores, ["val", "test"]), tmp_path / "c.svg")
    assert "drawn only for two classes" in (tmp_path / "c.svg").read_text()
    save_figure(mistaken.draw(pd.DataFrame(), None), tmp_path / "m.svg")
    unscored = {key: {"seeds": arrays["seeds"]} for key, arrays in scores.items()}
    calibration.draw(GROUPS, unscored, ["val"])  # which a program may be
    empty = confusion.draw_matrices(GROUPS, counts.iloc[:0], names)
    save_figure(empty, tmp_path / "e.svg")
    assert "nothing to show" in (tmp_path / "e.svg").read_text()
